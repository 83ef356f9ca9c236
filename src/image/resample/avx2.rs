//! The two passes on AVX2.
//!
//! A 24-bit weight does not fit the 16-bit multiply-add that makes this fast, so it is split in
//! `high * 4096 + low`. Both halves are summed exactly in 32 bits and joined at the end, which gives the
//! very integer the scalar pass gets.

use std::arch::x86_64::*;

use super::scalar;
use super::taps::{PRECISION_BITS, Taps};

/// Bits of the low half of a weight. The high half is at most 2 << 10, the low below 1 << 12.
const LOW_BITS: u32 = 12;
/// Rows that share one load of the weights.
const ROWS: usize = 4;
/// Bytes that a load may read past a row: three padded taps of three bytes, and four unused bytes.
const SLACK: usize = 16;

/// Weights of four taps, as the shuffled pixels need them: low halves, then high halves.
type Group = [[i16; 16]; 2];

/// `weight` as its low and high halves.
fn split(weight: i32) -> (i16, i16) {
    ((weight & ((1 << LOW_BITS) - 1)) as i16, (weight >> LOW_BITS) as i16)
}

/// Four taps' weights in the lanes of [`spread`].
fn group(weights: &[i32; 4]) -> Group {
    let mut group = [[0; 16]; 2];
    for channel in 0..3 {
        for (tap, &weight) in weights.iter().enumerate() {
            let lane = (tap / 2) * 8 + channel * 2 + tap % 2;
            (group[0][lane], group[1][lane]) = split(weight);
        }
    }
    group
}

/// The shuffle that turns four RGB pixels into 16-bit pairs of taps: r0 r1 g0 g1 b0 b1 in the lower half,
/// r2 r3 g2 g3 b2 b3 in the upper one. A negative index gives zero.
const SPREAD: [i8; 32] = {
    let mut lanes = [-1; 32];
    let mut tap = 0;
    while tap < 4 {
        let mut channel = 0;
        while channel < 3 {
            lanes[(tap / 2) * 16 + channel * 4 + (tap % 2) * 2] = (tap * 3 + channel) as i8;
            channel += 1;
        }
        tap += 1;
    }
    lanes
};

/// Sixteen bytes of `bytes` from `at` on.
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8], at: usize) -> __m128i {
    let bytes = &bytes[at..at + 16];
    // SAFETY: the slice above holds the sixteen bytes; the load asks for no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

/// Joins the halves of eight sums, rounds and cuts their fraction.
#[target_feature(enable = "avx2")]
fn join(low: __m256i, high: __m256i) -> __m256i {
    let half = _mm256_set1_epi32(1 << (PRECISION_BITS - 1));
    let sum = _mm256_add_epi32(_mm256_slli_epi32::<{ LOW_BITS as i32 }>(high), low);
    _mm256_srai_epi32::<{ PRECISION_BITS as i32 }>(_mm256_add_epi32(sum, half))
}

/// [`scalar::horizontal`].
#[target_feature(enable = "avx2")]
pub(super) fn horizontal(source: &[u8], row_bytes: usize, taps: &Taps, out: &mut [u8]) {
    let width = taps.starts.len();
    let out_bytes = width * 3;
    // Targets at the borders have fewer taps; the zeros after them cost less than a branch.
    let groups = taps.counts.iter().max().map_or(0, |count| count.div_ceil(4));
    let packed: Vec<Group> = taps
        .weights
        .chunks_exact(taps.stride)
        .flat_map(|weights| weights.as_chunks::<4>().0.iter().take(groups).map(group))
        .collect();
    // A row's loads may run past its end, by the slack and by the zero taps of the right border: into the
    // next row, where zero weights void them, or, in the last rows, into a padded copy.
    let reach = taps.starts.last().map_or(0, |start| (start + groups * 4) * 3 + SLACK).max(row_bytes);
    let height = source.len() / row_bytes;
    let inside = (0..height).take_while(|row| row * row_bytes + reach <= source.len()).count();
    let direct = inside - inside % ROWS;
    for (first, out) in (0..direct).step_by(ROWS).zip(out.chunks_exact_mut(ROWS * out_bytes)) {
        let rows = std::array::from_fn(|row| &source[(first + row) * row_bytes..][..reach]);
        four_rows(rows, &taps.starts, &packed, groups, out);
    }
    let mut padded = vec![0; ROWS * reach];
    let mut four = vec![0; ROWS * out_bytes];
    for first in (direct..height).step_by(ROWS) {
        let count = ROWS.min(height - first);
        for (padded, row) in
            padded.chunks_exact_mut(reach).zip(source[first * row_bytes..].chunks_exact(row_bytes))
        {
            padded[..row_bytes].copy_from_slice(row);
        }
        let rows = std::array::from_fn(|row| &padded[row * reach..][..reach]);
        four_rows(rows, &taps.starts, &packed, groups, &mut four);
        out[first * out_bytes..][..count * out_bytes].copy_from_slice(&four[..count * out_bytes]);
    }
}

/// The sums of the even pairs and of the odd pairs of two rows, each a half.
#[target_feature(enable = "avx2")]
fn fold(row: __m256i, next: __m256i) -> __m256i {
    let lower = _mm256_permute2x128_si256::<0x20>(row, next);
    let upper = _mm256_permute2x128_si256::<0x31>(row, next);
    _mm256_add_epi32(lower, upper)
}

/// Four rows of [`horizontal`]; `out` is four rows on end.
#[target_feature(enable = "avx2")]
fn four_rows(rows: [&[u8]; ROWS], starts: &[usize], packed: &[Group], groups: usize, out: &mut [u8]) {
    let spread: __m256i = bytemuck::cast(SPREAD);
    let out_bytes = starts.len() * 3;
    for (x, (&start, groups)) in starts.iter().zip(packed.chunks_exact(groups)).enumerate() {
        let mut low = [_mm256_setzero_si256(); ROWS];
        let mut high = [_mm256_setzero_si256(); ROWS];
        let bytes = start * 3..(start + groups.len() * 4) * 3 + 4;
        let mut parts = rows;
        for part in &mut parts {
            *part = &part[bytes.clone()];
        }
        for (index, [low_weights, high_weights]) in groups.iter().enumerate() {
            let low_weights: __m256i = bytemuck::cast(*low_weights);
            let high_weights: __m256i = bytemuck::cast(*high_weights);
            for row in 0..ROWS {
                let pixels = _mm256_broadcastsi128_si256(load(parts[row], index * 12));
                let pairs = _mm256_shuffle_epi8(pixels, spread);
                low[row] = _mm256_add_epi32(low[row], _mm256_madd_epi16(pairs, low_weights));
                high[row] = _mm256_add_epi32(high[row], _mm256_madd_epi16(pairs, high_weights));
            }
        }
        // Rows 0 and 1, then 2 and 3.
        let first = join(fold(low[0], low[1]), fold(high[0], high[1]));
        let second = join(fold(low[2], low[3]), fold(high[2], high[3]));
        // Saturating twice clips to a byte.
        let words = _mm256_packs_epi32(first, second);
        let bytes: [u8; 32] = bytemuck::cast(_mm256_packus_epi16(words, words));
        for (row, at) in [0, 16, 4, 20].into_iter().enumerate() {
            out[row * out_bytes + x * 3..][..3].copy_from_slice(&bytes[at..at + 3]);
        }
    }
}

/// [`scalar::vertical`].
#[target_feature(enable = "avx2")]
pub(super) fn vertical(source: &[u8], row_bytes: usize, first: usize, taps: &Taps, out: &mut [u8]) {
    let whole = row_bytes - row_bytes % 32;
    for (out_row, (start, weights)) in out.chunks_exact_mut(row_bytes).zip(taps.targets()) {
        let rows = &source[(start - first) * row_bytes..][..weights.len() * row_bytes];
        for begin in (0..whole).step_by(32) {
            let block: [u8; 32] = bytemuck::cast(vertical_block(rows, row_bytes, weights, begin));
            out_row[begin..begin + 32].copy_from_slice(&block);
        }
        scalar::vertical_row(rows, row_bytes, weights, whole, out_row);
    }
}

/// The 32 bytes from `begin` on of one output row.
#[target_feature(enable = "avx2")]
fn vertical_block(rows: &[u8], row_bytes: usize, weights: &[i32], begin: usize) -> __m256i {
    let mut low = [_mm256_setzero_si256(); 4];
    let mut high = [_mm256_setzero_si256(); 4];
    for (pair, weights) in weights.chunks(2).enumerate() {
        // An odd tap at the end is paired with itself and a weight of zero.
        let second = weights.get(1).copied();
        let (low_a, high_a) = split(weights[0]);
        let (low_b, high_b) = split(second.unwrap_or(0));
        let both = |a: i16, b: i16| _mm256_set1_epi32(i32::from(a as u16) | i32::from(b) << 16);
        let (low_weights, high_weights) = (both(low_a, low_b), both(high_a, high_b));
        let at = pair * 2 * row_bytes + begin;
        let beside = at + if second.is_some() { row_bytes } else { 0 };
        for half in 0..2 {
            let (a, b) = (load(rows, at + half * 16), load(rows, beside + half * 16));
            let pairs =
                [_mm_unpacklo_epi8(a, b), _mm_unpackhi_epi8(a, b)].map(|bytes| _mm256_cvtepu8_epi16(bytes));
            for (quarter, pairs) in pairs.into_iter().enumerate() {
                let index = half * 2 + quarter;
                low[index] = _mm256_add_epi32(low[index], _mm256_madd_epi16(pairs, low_weights));
                high[index] = _mm256_add_epi32(high[index], _mm256_madd_epi16(pairs, high_weights));
            }
        }
    }
    // Packing works within 128-bit halves: quarters come out as 0 2 4 6 1 3 5 7 (in dwords).
    let first = _mm256_packs_epi32(join(low[0], high[0]), join(low[1], high[1]));
    let second = _mm256_packs_epi32(join(low[2], high[2]), join(low[3], high[3]));
    let bytes = _mm256_packus_epi16(first, second);
    _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7))
}
