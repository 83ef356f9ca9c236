//! Which source pixels a target pixel sums, and with what weights (`precompute_coeffs` and
//! `normalize_coeffs_8bpc` of Pillow's `Resample.c`).

use std::f64::consts::PI;
use std::ops::Range;

use super::Kernel;

/// Fractional bits of a weight: 32, less 8 for the pixel, less 2 for the overshoot of the kernels.
pub(super) const PRECISION_BITS: u32 = 32 - 8 - 2;

/// The weights of one axis, for the targets that are wanted.
pub(super) struct Taps {
    /// First source pixel of each target.
    pub starts: Vec<usize>,
    /// Number of source pixels of each target.
    pub counts: Vec<usize>,
    /// Distance between two targets' weights in `weights`, a multiple of four.
    pub stride: usize,
    /// Fixed-point weights, `stride` a target, zero after the target's count.
    pub weights: Vec<i32>,
}

impl Taps {
    /// The taps of `wanted` among `target` pixels made of `source` pixels. `kernel` is not nearest.
    pub fn new(source: u32, target: u32, kernel: Kernel, wanted: Range<u32>) -> Self {
        let scale = f64::from(source) / f64::from(target);
        let filter_scale = scale.max(1.0);
        let support = support(kernel) * filter_scale;
        let inverse = 1.0 / filter_scale;
        // More than the source has is never summed.
        let widest = (support.ceil() as usize * 2 + 1).min(source as usize);
        let stride = widest.next_multiple_of(4);
        let mut taps = Taps {
            starts: Vec::with_capacity(wanted.len()),
            counts: Vec::with_capacity(wanted.len()),
            stride,
            weights: vec![0; wanted.len() * stride],
        };
        let mut exact = Vec::with_capacity(widest);
        for (index, fixed) in wanted.zip(taps.weights.chunks_exact_mut(stride)) {
            let centre = (f64::from(index) + 0.5) * scale;
            // `as` cuts towards zero and saturates at it, which is C's cast followed by `max(0)`.
            let first = (centre - support + 0.5) as usize;
            let last = ((centre + support + 0.5) as usize).min(source as usize);
            exact.clear();
            exact.extend((first..last).map(|x| weight(kernel, (x as f64 - centre + 0.5) * inverse)));
            // In order: `f64` sums depend on it.
            let total = exact.iter().fold(0.0, |sum, weight| sum + weight);
            for (fixed, weight) in fixed.iter_mut().zip(&exact) {
                let share = if total == 0.0 { *weight } else { weight / total };
                *fixed =
                    (share * f64::from(1 << PRECISION_BITS) + if share < 0.0 { -0.5 } else { 0.5 }) as i32;
            }
            taps.starts.push(first);
            taps.counts.push(last - first);
        }
        taps
    }

    /// The source pixels that any of the targets reads.
    pub fn span(&self) -> Range<usize> {
        // Starts and ends grow with the target.
        let first = self.starts.first().copied().unwrap_or(0);
        let last = self.starts.last().zip(self.counts.last()).map_or(first, |(start, count)| start + count);
        first..last
    }

    /// Start and weights of every target.
    pub fn targets(&self) -> impl Iterator<Item = (usize, &[i32])> {
        let weights = self.weights.chunks_exact(self.stride).zip(&self.counts);
        self.starts.iter().copied().zip(weights.map(|(weights, &count)| &weights[..count]))
    }
}

/// Reach of `kernel` to either side, in source pixels at scale one.
fn support(kernel: Kernel) -> f64 {
    match kernel {
        Kernel::Nearest | Kernel::Box => 0.5,
        Kernel::Bilinear => 1.0,
        Kernel::Bicubic => 2.0,
        Kernel::Lanczos => 3.0,
    }
}

/// The kernel's value at a distance of `x`, in Pillow's order of operations.
fn weight(kernel: Kernel, x: f64) -> f64 {
    match kernel {
        Kernel::Nearest | Kernel::Box => f64::from(u8::from(x > -0.5 && x <= 0.5)),
        Kernel::Bilinear => (1.0 - x.abs()).max(0.0),
        Kernel::Bicubic => {
            const A: f64 = -0.5;
            let x = x.abs();
            if x < 1.0 {
                ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
            } else if x < 2.0 {
                (((x - 5.0) * x + 8.0) * x - 4.0) * A
            } else {
                0.0
            }
        }
        Kernel::Lanczos if (-3.0..3.0).contains(&x) => sinc(x) * sinc(x / 3.0),
        Kernel::Lanczos => 0.0,
    }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (x * PI).sin() / (x * PI) }
}
