//! The bits of a scan (ITU-T T.81, B.1.1.5) and the Huffman codes in them (Annexes C and F.2.2).

use memchr::memchr;

/// Codes of up to this many bits are found by one look-up.
const SHORT: u32 = 10;

/// Bits of the largest number that eight-bit samples lead to. Two codes of 16 bits and their numbers fit a word.
const MAX_NUMBER: u8 = 11;

/// Bytes that are loaded at once.
const WORD: usize = 8;

/// The coded data of a scan, in segments between restart markers.
pub struct Segments {
    /// Without stuffed zeros, and with two words of zeros at the end: the last bits are read from the first one on.
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Segments {
    /// The segments up to the first marker that is not the next restart marker.
    pub fn of(scan: &[u8]) -> Self {
        let mut segments = Segments { bytes: Vec::with_capacity(scan.len() + 2 * WORD), ends: Vec::new() };
        let mut rest = scan;
        loop {
            let before = memchr(0xff, rest).unwrap_or(rest.len());
            segments.bytes.extend_from_slice(&rest[..before]);
            match rest[before..] {
                [0xff, 0x00, ..] => segments.bytes.push(0xff),
                [0xff, code, ..] if usize::from(code) == 0xd0 + segments.ends.len() % 8 => {
                    segments.ends.push(segments.bytes.len());
                }
                _ => break,
            }
            rest = &rest[before + 2..];
        }
        segments.ends.push(segments.bytes.len());
        segments.bytes.extend([0; 2 * WORD]);
        segments
    }

    /// The bits of each segment.
    pub fn bits(&self) -> impl Iterator<Item = Bits<'_>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(at, end)| Bits {
            bytes: &self.bytes,
            at,
            end: *end,
            buffer: 0,
            count: 0,
        })
    }
}

/// The bits of a segment that are still to be read.
#[derive(Clone, Copy)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    /// The next byte to load.
    at: usize,
    /// Behind the last byte of the segment.
    end: usize,
    /// The next bits, the first one on top. Below `count` of them there may be bits of the byte at `at`.
    buffer: u64,
    count: u32,
}

impl Bits<'_> {
    /// Whether more bits were read than the segment has.
    pub fn ended(&self) -> bool {
        8 * self.at > 8 * self.end + self.count as usize
    }

    /// Loads what two codes need.
    #[inline(always)]
    pub fn fill(&mut self) -> Option<()> {
        let next = self.bytes.get(self.at..)?.first_chunk::<WORD>()?;
        self.buffer |= u64::from_be_bytes(*next) >> self.count;
        self.at += (63 - self.count as usize) / 8;
        self.count |= 56;
        Some(())
    }

    /// Reads a code and the number behind it, whose bits the symbol counts in its last four.
    #[inline(always)]
    pub fn code(&mut self, codes: &Codes) -> Option<(u8, i16)> {
        let code = match codes.short[(self.buffer >> (64 - SHORT)) as usize] {
            Code { bits: 0, .. } => codes.long((self.buffer >> 48) as u32)?,
            code => code,
        };
        let value = signed(self.buffer << (code.length & 63), u32::from(code.symbol & 15));
        self.buffer <<= code.bits & 63;
        self.count -= u32::from(code.bits);
        Some((code.symbol, value))
    }
}

/// The number in the first `size` bits of `buffer`: those that begin with 0 are negative (F.2.2.1, EXTEND).
#[inline(always)]
fn signed(buffer: u64, size: u32) -> i16 {
    let number = (buffer >> 1 >> (63 - size)) as i32;
    let negative = !((buffer as i64 >> 63) as i32);
    (number - (negative & ((1 << size) - 1))) as i16
}

/// A Huffman code.
#[derive(Clone, Copy, Default)]
#[repr(align(4))]
struct Code {
    /// Of the code and of the number behind it; 0 for no code.
    bits: u8,
    /// Of the code alone.
    length: u8,
    symbol: u8,
}

impl Code {
    fn new(length: u32, symbol: u8) -> Self {
        Self { bits: length as u8 + (symbol & 15), length: length as u8, symbol }
    }
}

/// A Huffman table.
pub struct Codes {
    /// By the first bits; none for a longer code.
    short: [Code; 1 << SHORT],
    /// For each length, what the first 16 bits of its codes and of all shorter ones are below.
    limits: [u32; 17],
    /// For each length, what to add to a code to get the place of its symbol.
    places: [i32; 17],
    symbols: [u8; 256],
}

impl Codes {
    /// The codes of which `counts` says how many there are of each length; `None` where they contradict each other or
    /// stand for larger numbers than they should.
    pub fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut codes = Codes {
            short: [Code::default(); 1 << SHORT],
            limits: [0; 17],
            places: [0; 17],
            symbols: [0; 256],
        };
        codes.symbols.get_mut(..symbols.len())?.copy_from_slice(symbols);
        if symbols.iter().any(|symbol| symbol & 15 > MAX_NUMBER) {
            return None;
        }
        let (mut code, mut place) = (0, 0);
        for (length, &count) in (1..).zip(counts) {
            codes.places[length as usize] = place as i32 - code as i32;
            for symbol in symbols.get(place..place + usize::from(count))? {
                if length <= SHORT {
                    let first = (code as usize) << (SHORT - length);
                    let all = codes.short.get_mut(first..first + (1 << (SHORT - length)))?;
                    all.fill(Code::new(length, *symbol));
                }
                code += 1;
            }
            place += usize::from(count);
            if code > 1 << length {
                return None;
            }
            codes.limits[length as usize] = code << (16 - length);
            code <<= 1;
        }
        Some(codes)
    }

    /// The long code that the 16 bits of `bits` begin with.
    #[cold]
    #[inline(never)]
    fn long(&self, bits: u32) -> Option<Code> {
        let length = (SHORT + 1..=16).find(|length| bits < self.limits[*length as usize])?;
        let place = (bits >> (16 - length)) as i32 + self.places[length as usize];
        Some(Code::new(length, *self.symbols.get(place as usize)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bits: &mut Bits<'_>, codes: &Codes) -> Option<(u8, i16)> {
        bits.fill().and_then(|()| bits.code(codes))
    }

    #[test]
    fn numbers_that_begin_with_zero_are_negative() {
        let of =
            |bits: u64, size: u32| signed(if size == 0 { bits << 63 } else { bits << (64 - size) }, size);
        assert_eq!((of(1, 0), of(0, 0)), (0, 0));
        assert_eq!((of(0, 1), of(1, 1)), (-1, 1));
        assert_eq!((of(0b000, 3), of(0b011, 3), of(0b100, 3), of(0b111, 3)), (-7, -4, 4, 7));
        assert_eq!((of(0, 15), of(0x7fff, 15)), (-32767, 32767));
    }

    #[test]
    fn codes_of_all_lengths_are_found_and_others_are_not() {
        // One code of each length: 0, 10, 110 and so on.
        let symbols: Vec<u8> = (0..16).map(|symbol| 16 * symbol).collect();
        let codes = Codes::new(&[1; 16], &symbols).unwrap();
        let after = |ones: u32| {
            let stuffed = (!(u64::MAX >> ones)).to_be_bytes().map(|byte| [byte, 0]);
            read(&mut Segments::of(stuffed.as_flattened()).bits().next().unwrap(), &codes)
        };
        for (ones, symbol) in (0..).zip(&symbols) {
            assert_eq!(after(ones), Some((*symbol, 0)));
        }
        assert_eq!(after(16), None);
        let mut counts = [0; 16];
        counts[0] = 3;
        assert!(Codes::new(&counts, &[1, 2, 3]).is_none());
        assert!(Codes::new(&[1; 16], &symbols[1..]).is_none());
        assert!(Codes::new(&[1; 16], &[0x0c; 16]).is_none());
    }

    #[test]
    fn stuffed_zeros_are_left_out_and_missing_bits_noticed() {
        // Eight codes of three bits, each followed by a number of five.
        let mut counts = [0; 16];
        counts[2] = 8;
        let codes = Codes::new(&counts, &[0x05, 0x15, 0x25, 0x35, 0x45, 0x55, 0x65, 0x75]).unwrap();
        let mut bytes = vec![0b001_10001; 30];
        bytes.extend([0xff, 0x00, 0b010_00000, 0xff, 0xd0, 0b011_11111, 0xff, 0xd9]);
        let segments = Segments::of(&bytes);
        let mut segments = segments.bits();
        let mut bits = segments.next().unwrap();
        for _ in 0..30 {
            assert_eq!(read(&mut bits, &codes), Some((0x15, 17)));
        }
        assert_eq!(read(&mut bits, &codes), Some((0x75, 31)));
        assert!(read(&mut bits, &codes) == Some((0x25, -31)) && !bits.ended());
        assert!(read(&mut bits, &codes).is_some() && bits.ended());
        let mut bits = segments.next().unwrap();
        assert!(read(&mut bits, &codes) == Some((0x35, 31)) && !bits.ended());
        assert!(read(&mut bits, &codes).is_some() && bits.ended());
        assert!(segments.next().is_none());
    }
}
