//! The two passes in plain Rust, for machines without a faster version, and as the reference that others are tested
//! against.

use super::taps::{PRECISION_BITS, Taps};

/// One half in the fixed point of the weights, so that cutting the fraction rounds.
const HALF: i32 = 1 << (PRECISION_BITS - 1);

/// Cuts the fraction and clips to a byte.
fn to_byte(sum: i32) -> u8 {
    (sum >> PRECISION_BITS).clamp(0, 255) as u8
}

/// Resizes rows of RGB: `source` holds rows of `row_bytes`, `out` as many rows of one pixel a tap list.
pub(super) fn horizontal(source: &[u8], row_bytes: usize, taps: &Taps, out: &mut [u8]) {
    let out_bytes = taps.starts.len() * 3;
    for (row, out_row) in source.chunks_exact(row_bytes).zip(out.chunks_exact_mut(out_bytes)) {
        for (out, (start, weights)) in out_row.as_chunks_mut::<3>().0.iter_mut().zip(taps.targets()) {
            let (pixels, _) = row[start * 3..][..weights.len() * 3].as_chunks::<3>();
            let mut sums = [HALF; 3];
            for (pixel, weight) in pixels.iter().zip(weights) {
                for (sum, &value) in sums.iter_mut().zip(pixel) {
                    *sum += i32::from(value) * weight;
                }
            }
            *out = sums.map(to_byte);
        }
    }
}

/// Resizes columns: `source` holds rows of `row_bytes`, the first of which is row `first` of the taps'
/// source; `out` gets one row of `row_bytes` a tap list.
pub(super) fn vertical(source: &[u8], row_bytes: usize, first: usize, taps: &Taps, out: &mut [u8]) {
    for (out_row, (start, weights)) in out.chunks_exact_mut(row_bytes).zip(taps.targets()) {
        let rows = &source[(start - first) * row_bytes..];
        vertical_row(rows, row_bytes, weights, 0, out_row);
    }
}

/// One output row of [`vertical`], from byte `from` on.
pub(super) fn vertical_row(rows: &[u8], row_bytes: usize, weights: &[i32], from: usize, out: &mut [u8]) {
    // Enough columns to fill vector registers, few enough to stay in them over all taps.
    const BLOCK: usize = 32;
    for begin in (from..row_bytes).step_by(BLOCK) {
        let length = BLOCK.min(row_bytes - begin);
        let mut sums = [HALF; BLOCK];
        for (row, weight) in rows.chunks_exact(row_bytes).zip(weights) {
            for (sum, &value) in sums.iter_mut().zip(&row[begin..begin + length]) {
                *sum += i32::from(value) * weight;
            }
        }
        for (out, sum) in out[begin..begin + length].iter_mut().zip(sums) {
            *out = to_byte(sum);
        }
    }
}
