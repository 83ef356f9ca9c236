//! The segments before the scan of a plain JPEG (ITU-T T.81, B.2).

use super::bits::Codes;

/// For each place in the order of a scan, the place in a block, row by row (T.81, Figure A.6).
pub const NATURAL: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Blocks of an MCU (T.81, B.2.3).
const MAX_BLOCKS: usize = 10;

/// No sum of such coefficients, multiplied by their quantization, overflows; samples of 8 bits lead to a quarter of it.
const MAX_COEFFICIENT: u16 = 4096;

/// A plain JPEG: sequential, Huffman codes, 8 bits, grey or YCbCr, one scan.
pub struct Header<'a> {
    pub width: usize,
    pub height: usize,
    /// One, grey, or three: Y, Cb, Cr.
    pub components: Vec<Component>,
    /// MCUs from one restart marker to the next; 0 without them.
    pub restart_interval: usize,
    /// The scan, and what follows it.
    pub scan: &'a [u8],
}

pub struct Component {
    /// Blocks of an MCU.
    pub across: usize,
    pub down: usize,
    /// In the order of a block.
    pub quantization: [i32; 64],
    /// The largest coefficients, in the order of a scan, that samples of 8 bits can have, and more.
    pub limits: [u16; 64],
    pub dc: Codes,
    pub ac: Codes,
}

/// What a frame header says of a component.
struct Framed {
    name: u8,
    across: usize,
    down: usize,
    table: usize,
}

/// What the segments before a scan have said so far.
#[derive(Default)]
struct Known<'a> {
    /// Width, height and components.
    frame: Option<(usize, usize, Vec<Framed>)>,
    quantization: [Option<&'a [u8; 64]>; 4],
    /// Of DC and of AC coefficients: the segments' bytes, since only those that the scan selects are needed.
    codes: [[Option<&'a [u8]>; 4]; 2],
    restart_interval: usize,
    jfif: bool,
    /// The colour transform that Adobe's marker names.
    adobe: Option<u8>,
}

impl<'a> Header<'a> {
    /// The header of a plain JPEG; `None` for any other one.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        const START_OF_SCAN: u8 = 0xda;
        let mut known = Known::default();
        let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
        loop {
            let (code, body);
            (code, body, rest) = segment(rest)?;
            if code == START_OF_SCAN {
                return known.header(body, rest);
            }
            known.add(code, body)?;
        }
    }
}

impl<'a> Known<'a> {
    /// Takes note of a segment; `None` where it is not one of a plain JPEG.
    fn add(&mut self, code: u8, body: &'a [u8]) -> Option<()> {
        match code {
            0xc0 | 0xc1 if self.frame.is_none() => self.frame = Some(framed(body)?),
            0xc4 => tables(body, |selector, table| {
                let length = 16 + table.get(..16)?.iter().map(|count| usize::from(*count)).sum::<usize>();
                let class = self.codes.get_mut(usize::from(selector >> 4))?;
                *class.get_mut(usize::from(selector & 15))? = Some(table.get(..length)?);
                Some(length)
            })?,
            0xdb => tables(body, |selector, table| {
                *self.quantization.get_mut(usize::from(selector))? = Some(table.first_chunk()?);
                Some(64)
            })?,
            0xdd => self.restart_interval = usize::from(u16::from_be_bytes(*body.first_chunk()?)),
            0xe0 => self.jfif |= body.len() >= 14 && body.starts_with(b"JFIF\0"),
            0xee if body.starts_with(b"Adobe") => self.adobe = Some(*body.get(11)?),
            0xe0..=0xef | 0xfe => {}
            _ => return None,
        }
        Some(())
    }

    /// The header, once its scan begins.
    fn header(mut self, body: &[u8], scan: &'a [u8]) -> Option<Header<'a>> {
        let (width, height, framed) = self.frame.take()?;
        if !self.says_ycbcr(&framed) {
            return None;
        }
        let selectors = scanned(body, &framed)?;
        let components =
            framed.iter().zip(selectors).map(|(framed, selectors)| self.component(framed, selectors));
        let components = components.collect::<Option<_>>()?;
        Some(Header { width, height, components, restart_interval: self.restart_interval, scan })
    }

    fn component(&self, framed: &Framed, selectors: u8) -> Option<Component> {
        let table = |class: usize, number: u8| {
            let (counts, symbols) = (*self.codes[class].get(usize::from(number))?)?.split_first_chunk()?;
            Codes::new(counts, symbols)
        };
        let (mut quantization, mut limits) = ([0; 64], [0; 64]);
        let in_scan_order = (*self.quantization.get(framed.table)?)?;
        for ((value, place), limit) in in_scan_order.iter().zip(NATURAL).zip(&mut limits) {
            quantization[usize::from(place)] = i32::from(*value);
            *limit = MAX_COEFFICIENT.checked_div(u16::from(*value))?;
        }
        let (dc, ac) = (table(0, selectors >> 4)?, table(1, selectors & 15)?);
        Some(Component { across: framed.across, down: framed.down, quantization, limits, dc, ac })
    }

    /// Whether libjpeg takes three components for YCbCr beyond doubt.
    fn says_ycbcr(&self, framed: &[Framed]) -> bool {
        let numbered = framed.iter().map(|framed| framed.name).eq([1, 2, 3]);
        framed.len() == 1 || self.jfif || self.adobe == Some(1) || (self.adobe.is_none() && numbered)
    }
}

/// The next segment's marker and body, and what follows it. Any number of 0xff may stand before a marker.
fn segment(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let padding = bytes.iter().position(|byte| *byte != 0xff)?;
    let (code, rest) = bytes[padding..].split_first()?;
    let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
    let (segment, rest) = rest.split_at_checked(length)?;
    (padding > 0).then_some((*code, segment.get(2..)?, rest))
}

/// Calls `take` with the selector of each table of a segment and with what follows it; `take` says how long it is.
fn tables<'a>(mut body: &'a [u8], mut take: impl FnMut(u8, &'a [u8]) -> Option<usize>) -> Option<()> {
    while let Some((selector, rest)) = body.split_first() {
        let length = take(*selector, rest)?;
        body = rest.get(length..)?;
    }
    Some(())
}

/// Width, height and components of a frame header.
fn framed(body: &[u8]) -> Option<(usize, usize, Vec<Framed>)> {
    let (&[precision, h1, h0, w1, w0, count], parts) = body.split_first_chunk()?;
    let (height, width) = (u16::from_be_bytes([h1, h0]), u16::from_be_bytes([w1, w0]));
    if precision != 8 || width == 0 || height == 0 || parts.len() != 3 * usize::from(count) {
        return None;
    }
    let framed = |part: &[u8]| {
        let (across, down) = (usize::from(part[1] >> 4), usize::from(part[1] & 15));
        let valid = (1..=4).contains(&across) && (1..=4).contains(&down);
        valid.then_some(Framed { name: part[0], across, down, table: usize::from(part[2]) })
    };
    let components: Vec<_> = parts.chunks_exact(3).map(framed).collect::<Option<_>>()?;
    let blocks: usize = components.iter().map(|framed| framed.across * framed.down).sum();
    let plain = match components.len() {
        // A scan of one component has no MCUs of several blocks.
        1 => blocks == 1,
        3 => blocks <= MAX_BLOCKS,
        _ => false,
    };
    plain.then_some((width.into(), height.into(), components))
}

/// For each component of the frame, which codes the scan header selects, if the scan has all components in order.
fn scanned<'a>(body: &'a [u8], framed: &[Framed]) -> Option<impl Iterator<Item = u8> + 'a> {
    let (count, rest) = body.split_first()?;
    let (parts, spectrum) = rest.split_at_checked(2 * framed.len())?;
    let in_order = parts.chunks_exact(2).map(|part| part[0]).eq(framed.iter().map(|framed| framed.name));
    let plain = usize::from(*count) == framed.len() && spectrum == [0, 63, 0] && in_order;
    plain.then(|| parts.chunks_exact(2).map(|part| part[1]))
}
