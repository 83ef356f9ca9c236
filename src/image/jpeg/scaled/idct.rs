//! Inverse cosine transforms of 8 x 8 coefficients to 4 x 4, 2 x 2 and 1 x 1 samples: libjpeg's reduced transforms, in
//! its fixed point and with its roundings. Frequencies that a smaller block does not have are left out.

/// Fractional bits of the factors.
const FACTOR_BITS: u32 = 13;
/// Fractional bits that the columns' results keep for the rows.
const KEPT_BITS: u32 = 2;
/// The eighth by which two transforms of eight scale.
const EIGHTH_BITS: u32 = 3;

/// The sum of `terms`, each a frequency times a factor, lane by lane.
#[inline(always)]
fn sum<const LANES: usize, const TERMS: usize>(terms: [(&[i32; LANES], i32); TERMS]) -> [i32; LANES] {
    let mut sums = [0i32; LANES];
    for (frequency, factor) in terms {
        for (sum, frequency) in sums.iter_mut().zip(frequency) {
            *sum = sum.wrapping_add(frequency.wrapping_mul(factor));
        }
    }
    sums
}

/// `one` and `other` added and subtracted, rounded, without their last `bits`.
#[inline(always)]
fn both<const LANES: usize>(one: [i32; LANES], other: [i32; LANES], bits: u32) -> [[i32; LANES]; 2] {
    let half = 1 << (bits - 1);
    let (mut sums, mut differences) = (one, one);
    for lane in 0..LANES {
        sums[lane] = one[lane].wrapping_add(other[lane]).wrapping_add(half) >> bits;
        differences[lane] = one[lane].wrapping_sub(other[lane]).wrapping_add(half) >> bits;
    }
    [sums, differences]
}

/// Four samples of eight frequencies, in which the fifth has no part.
#[inline(always)]
fn four<const LANES: usize>(frequencies: &[[i32; LANES]; 8], bits: u32) -> [[i32; LANES]; 4] {
    let [f0, f1, f2, f3, _, f5, f6, f7] = frequencies;
    let outer = sum([(f0, 2 << FACTOR_BITS), (f2, 15137), (f6, -6270)]);
    let inner = sum([(f0, 2 << FACTOR_BITS), (f2, -15137), (f6, 6270)]);
    let [first, last] = both(outer, sum([(f7, -4176), (f5, -4926), (f3, 7373), (f1, 20995)]), bits + 1);
    let [second, third] = both(inner, sum([(f7, -1730), (f5, 11893), (f3, -17799), (f1, 8697)]), bits + 1);
    [first, second, third, last]
}

/// Factors of the frequencies of which two samples are the difference.
const ODD: [i32; 8] = [0, 29692, 0, -10426, 0, 6967, 0, -5906];
/// The bits that the first frequency needs to be as large as a sum of [`ODD`].
const EVEN_BITS: u32 = FACTOR_BITS + 2;

/// Two rows of eight frequencies, column by column.
#[inline(always)]
fn two_rows(rows: &[[i32; 8]; 8]) -> [[i32; 8]; 2] {
    let odd = sum([(&rows[1], ODD[1]), (&rows[3], ODD[3]), (&rows[5], ODD[5]), (&rows[7], ODD[7])]);
    both(sum([(&rows[0], 1 << EVEN_BITS)]), odd, EVEN_BITS - KEPT_BITS)
}

/// Two samples of a row of frequencies.
#[inline(always)]
fn two_samples(row: &[i32; 8]) -> [u8; 2] {
    let mut odd = 0i32;
    for (frequency, factor) in row.iter().zip(ODD) {
        odd = odd.wrapping_add(frequency.wrapping_mul(factor));
    }
    let [[first], [second]] = both([row[0] << EVEN_BITS], [odd], EVEN_BITS + KEPT_BITS + EIGHTH_BITS);
    [sample(first), sample(second)]
}

/// The coefficients, dequantized.
#[inline(always)]
fn dequantized(coefficients: &[i16; 64], quantization: &[i32; 64]) -> [[i32; 8]; 8] {
    let mut rows = [[0; 8]; 8];
    for (y, row) in rows.iter_mut().enumerate() {
        for (x, value) in row.iter_mut().enumerate() {
            *value = i32::from(coefficients[8 * y + x]) * quantization[8 * y + x];
        }
    }
    rows
}

/// `rows` as columns.
#[inline(always)]
fn transposed<const ROWS: usize, const COLUMNS: usize>(
    rows: [[i32; COLUMNS]; ROWS],
) -> [[i32; ROWS]; COLUMNS] {
    let mut columns = [[0; ROWS]; COLUMNS];
    for (y, row) in rows.iter().enumerate() {
        for (x, value) in row.iter().enumerate() {
            columns[x][y] = *value;
        }
    }
    columns
}

/// A sample of a result around zero.
#[inline(always)]
fn sample(value: i32) -> u8 {
    value.saturating_add(128).clamp(0, 255) as u8
}

/// Writes the samples of a block, `side` x `side`, to the start of rows that are `stride` apart.
#[inline(always)]
pub fn write(
    coefficients: &[i16; 64],
    quantization: &[i32; 64],
    side: usize,
    samples: &mut [u8],
    stride: usize,
) {
    let rows = dequantized(coefficients, quantization);
    match side {
        1 => samples[0] = flat(coefficients, quantization),
        2 => {
            for (row, samples) in two_rows(&rows).iter().zip(samples.chunks_mut(stride)) {
                samples[..2].copy_from_slice(&two_samples(row));
            }
        }
        _ => {
            let rows = four(&rows, FACTOR_BITS - KEPT_BITS);
            store(four(&transposed(rows), FACTOR_BITS + KEPT_BITS + EIGHTH_BITS), samples, stride);
        }
    }
}

/// Writes a block, given column by column.
#[inline(always)]
fn store<const SIDE: usize>(columns: [[i32; SIDE]; SIDE], samples: &mut [u8], stride: usize) {
    for (row, samples) in transposed(columns).iter().zip(samples.chunks_mut(stride)) {
        for (to, value) in samples[..SIDE].iter_mut().zip(row) {
            *to = sample(*value);
        }
    }
}

/// The one sample of a block that has no other frequencies.
#[inline(always)]
pub fn flat(coefficients: &[i16; 64], quantization: &[i32; 64]) -> u8 {
    let mean = i32::from(coefficients[0]) * quantization[0];
    sample(mean.wrapping_add(1 << (EIGHTH_BITS - 1)) >> EIGHTH_BITS)
}
