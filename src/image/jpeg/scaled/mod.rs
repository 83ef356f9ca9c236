//! Plain JPEGs at 1/2, 1/4 and 1/8 of their size, for `--decode fast`.
//!
//! The samples are those of libjpeg, to the bit, in 60 % of the time that `libjpeg-turbo-rs` takes. What is rare, damaged
//! or in doubt is left to that decoder: every function here gives `None` for it.

mod bits;
mod header;
mod idct;
#[cfg(test)]
mod tests;

use ::image::{DynamicImage, GrayImage, RgbImage};

use bits::{Bits, Segments};
use header::{Component, Header, NATURAL};

/// The largest block that is made of 8 x 8 coefficients here.
const MAX_SIDE: usize = 4;

/// Decodes a whole JPEG at 1/`denominator` of each side, if its chroma needs no interpolation then; `spare` gives the
/// memory for the pixels.
pub(super) fn decode(bytes: &[u8], denominator: u32, spare: &mut Vec<u8>) -> Option<DynamicImage> {
    let header = Header::read(bytes)?;
    let mut plan = Plan::new(&header, denominator as usize)?;
    let mut pixels = std::mem::take(spare);
    pixels.clear();
    pixels.resize(plan.width * plan.height * header.components.len(), 0);
    if run(&header, &mut plan, &mut pixels).is_none() {
        *spare = pixels;
        return None;
    }
    let (width, height) = (plan.width as u32, plan.height as u32);
    match header.components.len() {
        1 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
        _ => RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8),
    }
}

/// Sizes and places of what is decoded, in samples.
struct Plan {
    width: usize,
    height: usize,
    /// Width and height of an MCU, in all components.
    mcu: (usize, usize),
    /// From row to row of the samples of a component: a row of whole MCUs.
    stride: usize,
    /// Those of an MCU, in the order of a scan.
    blocks: Vec<Block>,
}

/// A block of an MCU.
struct Block {
    component: usize,
    /// Width and height.
    side: usize,
    /// Where its first sample lies, from that of the MCU on.
    at: usize,
    /// Zeros, but for the first one, between two MCUs.
    coefficients: [i16; 64],
    /// Only the first one is not zero.
    flat: bool,
}

impl Plan {
    fn new(header: &Header<'_>, denominator: usize) -> Option<Self> {
        let smallest = 8 / denominator;
        let widest = header.components.iter().map(|component| component.across).max()?;
        let highest = header.components.iter().map(|component| component.down).max()?;
        let mcu = (widest * smallest, highest * smallest);
        let stride = header.width.div_ceil(8 * widest) * mcu.0;
        let mut blocks = Vec::new();
        for (index, component) in header.components.iter().enumerate() {
            // As libjpeg does, a component of fewer blocks gets larger ones.
            let side = mcu.0 / component.across;
            let fits = side * component.across == mcu.0 && side * component.down == mcu.1;
            if !fits || !side.is_power_of_two() || side > MAX_SIDE {
                return None;
            }
            for block in 0..component.across * component.down {
                let (x, y) = (block % component.across, block / component.across);
                let at = side * (y * stride + x);
                blocks.push(Block { component: index, side, at, coefficients: [0; 64], flat: true });
            }
        }
        let (width, height) = (header.width.div_ceil(denominator), header.height.div_ceil(denominator));
        Some(Plan { width, height, mcu, stride, blocks })
    }
}

/// Decodes into `pixels` with the best instructions of this processor.
fn run(header: &Header<'_>, plan: &mut Plan, pixels: &mut [u8]) -> Option<()> {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("bmi2") {
        // SAFETY: the processor has both.
        return unsafe { scan_with_avx2(header, plan, pixels) };
    }
    scan(header, plan, pixels)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi2")]
fn scan_with_avx2(header: &Header<'_>, plan: &mut Plan, pixels: &mut [u8]) -> Option<()> {
    scan(header, plan, pixels)
}

/// Decodes one row of MCUs after the other: their samples stay in the near caches until they are pixels.
#[inline(always)]
fn scan(header: &Header<'_>, plan: &mut Plan, pixels: &mut [u8]) -> Option<()> {
    let Plan { width, mcu: (mcu_width, mcu_height), stride, ref mut blocks, .. } = *plan;
    let mut bands = vec![vec![0; stride * mcu_height]; header.components.len()];
    let row_bytes = width * header.components.len();
    let segments = Segments::of(header.scan);
    let mut segments = segments.bits();
    let mut bits = segments.next()?;
    let mut means = [0i16; 3];
    let mut until_restart = header.restart_interval;
    for pixels in pixels.chunks_mut(row_bytes * mcu_height) {
        for mcu in (0..stride).step_by(mcu_width) {
            if header.restart_interval > 0 {
                if until_restart == 0 {
                    (bits, means, until_restart) = (segments.next()?, [0; 3], header.restart_interval);
                }
                until_restart -= 1;
            }
            // All blocks are read before the first one is transformed: it would wait for the stores of its numbers.
            for block in blocks.iter_mut() {
                let component = &header.components[block.component];
                block.flat =
                    read_block(&mut bits, component, &mut means[block.component], &mut block.coefficients)?;
            }
            for block in blocks.iter_mut() {
                let quantization = &header.components[block.component].quantization;
                let samples = &mut bands[block.component][block.at + mcu..];
                if block.flat {
                    let sample = idct::flat(&block.coefficients, quantization);
                    samples
                        .chunks_mut(stride)
                        .take(block.side)
                        .for_each(|row| row[..block.side].fill(sample));
                } else {
                    idct::write(&block.coefficients, quantization, block.side, samples, stride);
                    block.coefficients = [0; 64];
                }
            }
            if bits.ended() {
                return None;
            }
        }
        for (y, pixels) in pixels.chunks_mut(row_bytes).enumerate() {
            let row = |component: usize| &bands[component][y * stride..][..width];
            match bands.len() {
                1 => pixels.copy_from_slice(row(0)),
                _ => write_rgb(row(0), row(1), row(2), pixels),
            }
        }
    }
    Some(())
}

/// Reads the coefficients of a block, of which all but the first are 0 before; whether they are 0 still.
#[inline(always)]
fn read_block(
    bits: &mut Bits<'_>,
    component: &Component,
    mean: &mut i16,
    coefficients: &mut [i16; 64],
) -> Option<bool> {
    const RUN_OF_ZEROS: u8 = 0xf0;
    bits.fill()?;
    let (size, difference) = bits.code(&component.dc)?;
    *mean = mean.wrapping_add(difference);
    if size > 15 || mean.unsigned_abs() > component.limits[0] {
        return None;
    }
    coefficients[0] = *mean;
    let mut place = 1;
    'block: loop {
        bits.fill()?;
        for _ in 0..2 {
            if place > 63 {
                break 'block;
            }
            let (symbol, value) = bits.code(&component.ac)?;
            if symbol & 15 != 0 {
                place += usize::from(symbol >> 4);
                if value.unsigned_abs() > *component.limits.get(place)? {
                    return None;
                }
                coefficients[usize::from(NATURAL[place])] = value;
                place += 1;
            } else if symbol == RUN_OF_ZEROS {
                place += 16;
            } else {
                break 'block;
            }
        }
    }
    Some(place == 1)
}

/// Writes a row of RGB pixels: libjpeg's fixed point of 16 bits.
#[inline(always)]
fn write_rgb(luma: &[u8], blue: &[u8], red: &[u8], pixels: &mut [u8]) {
    let clip = |value: i32| value.clamp(0, 255) as u8;
    for (((pixel, luma), blue), red) in pixels.chunks_exact_mut(3).zip(luma).zip(blue).zip(red) {
        let (luma, blue, red) = (i32::from(*luma), i32::from(*blue) - 128, i32::from(*red) - 128);
        pixel[0] = clip(luma + ((91881 * red + 32768) >> 16));
        pixel[1] = clip(luma + ((-22554 * blue - 46802 * red + 32768) >> 16));
        pixel[2] = clip(luma + ((116130 * blue + 32768) >> 16));
    }
}
