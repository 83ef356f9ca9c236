//! Turns differences between neighbours back into samples (TIFF 6.0, section 14, and Adobe's technical note 3).

use super::layout::Samples;

/// Adds up the differences of each row of `row` bytes, `count` samples a pixel.
pub(super) fn horizontal(raw: &mut [u8], row: usize, count: usize, samples: Samples) {
    for row in raw.chunks_exact_mut(row) {
        match (samples.bits, samples.big_endian) {
            (8, _) => {
                for at in count..row.len() {
                    row[at] = row[at].wrapping_add(row[at - count]);
                }
            }
            (16, true) => add_up(row, count, u16::from_be_bytes, u16::to_be_bytes, u16::wrapping_add),
            (16, false) => add_up(row, count, u16::from_le_bytes, u16::to_le_bytes, u16::wrapping_add),
            (32, true) => add_up(row, count, u32::from_be_bytes, u32::to_be_bytes, u32::wrapping_add),
            (32, false) => add_up(row, count, u32::from_le_bytes, u32::to_le_bytes, u32::wrapping_add),
            (_, true) => add_up(row, count, u64::from_be_bytes, u64::to_be_bytes, u64::wrapping_add),
            (_, false) => add_up(row, count, u64::from_le_bytes, u64::to_le_bytes, u64::wrapping_add),
        }
    }
}

/// Adds to each sample of `row` the one of the pixel before.
fn add_up<T: Copy, const N: usize>(
    row: &mut [u8],
    count: usize,
    read: impl Fn([u8; N]) -> T,
    write: impl Fn(T) -> [u8; N],
    add: impl Fn(T, T) -> T,
) {
    let samples = row.as_chunks_mut::<N>().0;
    for at in count..samples.len() {
        samples[at] = write(add(read(samples[at - count]), read(samples[at])));
    }
}

/// Undoes the predictor of floats: each row holds the highest bytes of all samples, then the next ones, and bytes are
/// differences. Samples have their highest byte first afterwards.
pub(super) fn float(raw: &mut [u8], row: usize, count: usize, samples: Samples) {
    let size = usize::from(samples.bits) / 8;
    let mut planes = vec![0; row];
    for row in raw.chunks_exact_mut(row) {
        for at in count..row.len() {
            row[at] = row[at].wrapping_add(row[at - count]);
        }
        planes.copy_from_slice(row);
        let length = row.len() / size;
        for (at, sample) in row.chunks_exact_mut(size).enumerate() {
            for (byte, value) in sample.iter_mut().enumerate() {
                *value = planes[byte * length + at];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_added_by_sample_and_by_byte_order() {
        let samples = |bits, big_endian| Samples { count: 2, bits, float: false, big_endian };
        let mut bytes = [1, 10, 2, 20, 250, 0];
        horizontal(&mut bytes, 6, 2, samples(8, false));
        assert_eq!(bytes, [1, 10, 3, 30, 253, 30]);
        let mut shorts = [0, 200, 0, 100];
        horizontal(&mut shorts, 4, 1, samples(16, true));
        assert_eq!(shorts, [0, 200, 1, 44]);
    }
}
