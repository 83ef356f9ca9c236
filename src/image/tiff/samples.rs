//! Converts samples of any depth to one byte each.

use std::borrow::Cow;

use half::f16;

use super::layout::Samples;

/// The samples of `raw`, whose rows hold `row` of them and begin with a byte: integers
/// scaled and rounded as with other formats (those of up to eight bits not, unless `stretched`); floats from 0 to 1, and what is not a number
/// as black.
pub(super) fn to_bytes(raw: Cow<'_, [u8]>, row: usize, samples: Samples, stretched: bool) -> Cow<'_, [u8]> {
    let big = samples.big_endian;
    match (samples.bits, samples.float) {
        (8, _) => return raw,
        (1..8 | 9..=15, _) => return Cow::Owned(from_bits(&raw, row, samples.bits, stretched)),
        _ => {}
    }
    let bytes = match (samples.bits, samples.float) {
        (16, false) => each::<2>(&raw, |value| rounded(value, big)),
        (24, _) => each::<3>(&raw, |value| rounded(value, big)),
        (32, false) => each::<4>(&raw, |value| rounded(value, big)),
        (64, false) => each::<8>(&raw, |value| rounded(value, big)),
        (16, true) => each::<2>(&raw, |value| {
            unit(
                f16::from_bits(if big { u16::from_be_bytes(value) } else { u16::from_le_bytes(value) })
                    .to_f64(),
            )
        }),
        (32, true) => each::<4>(&raw, |value| {
            unit(f64::from(if big { f32::from_be_bytes(value) } else { f32::from_le_bytes(value) }))
        }),
        _ => each::<8>(&raw, |value| {
            unit(if big { f64::from_be_bytes(value) } else { f64::from_le_bytes(value) })
        }),
    };
    Cow::Owned(bytes)
}

fn each<const N: usize>(raw: &[u8], byte: impl Fn([u8; N]) -> u8) -> Vec<u8> {
    raw.as_chunks::<N>().0.iter().map(|value| byte(*value)).collect()
}

/// The upper 16 bits of an integer, scaled to 8 and rounded.
fn rounded<const N: usize>(value: [u8; N], big_endian: bool) -> u8 {
    let (first, second) = if big_endian { (value[0], value[1]) } else { (value[N - 1], value[N - 2]) };
    ((u32::from(u16::from_be_bytes([first, second])) + 128) / 257) as u8
}

fn unit(value: f64) -> u8 {
    // The cast makes 0 of what is not a number.
    (value.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// Samples of `bits` that follow each other without a gap, but for the end of a row.
fn from_bits(raw: &[u8], row: usize, bits: u16, stretched: bool) -> Vec<u8> {
    let bits = u32::from(bits);
    let highest = (1 << bits) - 1;
    let bytes_of_row = (row * bits as usize).div_ceil(8);
    let mut bytes = Vec::with_capacity(raw.len() / bytes_of_row.max(1) * row);
    for raw in raw.chunks_exact(bytes_of_row.max(1)) {
        let (mut reservoir, mut filled) = (0_u32, 0);
        let mut raw = raw.iter();
        for _ in 0..row {
            while filled < bits {
                reservoir = reservoir << 8 | u32::from(raw.next().copied().unwrap_or(0));
                filled += 8;
            }
            filled -= bits;
            let value = reservoir >> filled & highest;
            bytes.push(match bits {
                _ if stretched => ((value * 255 + highest / 2) / highest) as u8,
                _ => value as u8,
            });
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(raw: &[u8], row: usize, bits: u16, float: bool, big_endian: bool) -> Vec<u8> {
        let samples = Samples { count: 1, bits, float, big_endian };
        to_bytes(Cow::Borrowed(raw), row, samples, true).into_owned()
    }

    #[test]
    fn every_depth_spans_black_to_white() {
        assert_eq!(bytes(&[0b1010_0000, 0b0100_0000], 3, 1, false, true), [255, 0, 255, 0, 255, 0]);
        assert_eq!(bytes(&[0b0001_1011], 4, 2, false, true), [0, 85, 170, 255]);
        assert_eq!(bytes(&[0x0f, 0x80], 3, 4, false, true), [0, 255, 136]);
        assert_eq!(bytes(&[0xff, 0xff, 0x00, 0x08, 0x00, 0x00], 4, 12, false, true), [255, 239, 8, 0]);
        assert_eq!(bytes(&[0x12, 0x34], 1, 16, false, true), [0x12]);
        assert_eq!(bytes(&[0x12, 0x34], 1, 16, false, false), [0x34]);
        assert_eq!(bytes(&0.5_f32.to_le_bytes(), 1, 32, true, false), [128]);
        assert_eq!(bytes(&f64::NAN.to_be_bytes(), 1, 64, true, true), [0]);
        assert_eq!(bytes(&f16::from_f32(2.0).to_bits().to_be_bytes(), 1, 16, true, true), [255]);
    }
}
