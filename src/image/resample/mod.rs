//! Pillow's `Image.resize` on RGB, bit for bit.
//!
//! The arithmetic is that of Pillow's `src/libImaging/Resample.c` and, for nearest, of `ImagingScaleAffine` in
//! `Geometry.c`: taps in `f64`, normalised, rounded to 22 fractional bits; the first pass rounds to bytes before the
//! second begins; an axis that keeps its size is not touched. Only the wanted [`PixelWindow`] of the result is
//! computed, which makes centre crops cheaper. It only resizes: sizes and crops come from `preprocess`.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod nearest;
#[cfg(test)]
mod properties;
mod scalar;
mod taps;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::decode::Rgb8;
use super::names::stable_names;
use taps::Taps;

/// A resampling kernel of Pillow's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// The source pixel under the centre of the target pixel; no averaging.
    Nearest,
    /// The mean of the source pixels under the target pixel.
    Box,
    /// A triangle, widened when shrinking.
    Bilinear,
    /// Keys' cubic with a = -0.5, widened when shrinking.
    Bicubic,
    /// A sinc windowed by a sinc of three lobes, widened when shrinking.
    Lanczos,
}

stable_names!(Kernel, "kernel", {
    Nearest => "nearest",
    Box => "box",
    Bilinear => "bilinear",
    Bicubic => "bicubic",
    Lanczos => "lanczos",
});

/// The part of a resized image that is wanted, in pixels of the resized image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PixelWindow {
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl PixelWindow {
    /// All of an image of `height` x `width`.
    pub fn whole(height: u32, width: u32) -> Self {
        PixelWindow { left: 0, top: 0, width, height }
    }
}

/// The instruction set that the two passes run on; every one gives the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Isa {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Isa {
    /// The instruction sets this machine has, the fastest last.
    fn available() -> Vec<Isa> {
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("avx2") {
            return vec![Isa::Scalar, Isa::Avx2];
        }
        vec![Isa::Scalar]
    }

    /// Rows of `row_bytes` resized to one pixel a tap list.
    fn horizontal(self, source: &[u8], row_bytes: usize, taps: &Taps) -> Vec<u8> {
        let mut out = vec![0; source.len() / row_bytes * taps.starts.len() * 3];
        match self {
            Isa::Scalar => scalar::horizontal(source, row_bytes, taps, &mut out),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `Isa::available` names AVX2 only where the CPU was asked and has it.
            Isa::Avx2 => unsafe { avx2::horizontal(source, row_bytes, taps, &mut out) },
        }
        out
    }

    /// Rows of `row_bytes`, the first of which is row `first` of the taps' source, resized to one row a tap
    /// list.
    fn vertical(self, source: &[u8], row_bytes: usize, first: usize, taps: &Taps) -> Vec<u8> {
        let mut out = vec![0; taps.starts.len() * row_bytes];
        match self {
            Isa::Scalar => scalar::vertical(source, row_bytes, first, taps, &mut out),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Isa::Avx2 => unsafe { avx2::vertical(source, row_bytes, first, taps, &mut out) },
        }
        out
    }
}

/// `image` resized to `height` x `width` with `kernel`, cut to `window`: the bytes that Pillow's
/// `image.resize((width, height), kernel).crop(window)` gives.
///
/// # Panics
/// If a size is zero or the window leaves the resized image; both are the caller's to compute.
pub fn resample(image: &Rgb8, height: u32, width: u32, kernel: Kernel, window: PixelWindow) -> Rgb8 {
    let isa = Isa::available().last().copied().unwrap_or(Isa::Scalar);
    resample_on(isa, image, (height, width), kernel, window)
}

/// [`resample`] on a given instruction set.
fn resample_on(isa: Isa, image: &Rgb8, size: (u32, u32), kernel: Kernel, window: PixelWindow) -> Rgb8 {
    let (height, width) = size;
    assert!(
        image.width > 0 && image.height > 0 && window.width > 0 && window.height > 0,
        "an image without pixels has no colours to resample"
    );
    let right = window.left.checked_add(window.width);
    let bottom = window.top.checked_add(window.height);
    assert!(
        right.is_some_and(|right| right <= width) && bottom.is_some_and(|bottom| bottom <= height),
        "{window:?} leaves the resized image of {height}x{width}"
    );
    let columns = window.left..window.left + window.width;
    let rows = window.top..window.top + window.height;
    if kernel == Kernel::Nearest {
        return nearest::nearest(image, size, columns, rows);
    }

    let vertical = (image.height != height).then(|| Taps::new(image.height, height, kernel, rows.clone()));
    let horizontal = (image.width != width).then(|| Taps::new(image.width, width, kernel, columns.clone()));
    // Rows that no output row looks at are not worth a pass.
    let needed = vertical.as_ref().map_or(rows.start as usize..rows.end as usize, Taps::span);
    let row_bytes = image.width as usize * 3;
    let source = &image.pixels[needed.start * row_bytes..needed.end * row_bytes];
    let out_bytes = window.width as usize * 3;
    let cut = columns.start as usize * 3..columns.end as usize * 3;
    let pixels = match (horizontal, vertical) {
        (None, None) => cut_columns(source, row_bytes, cut),
        (Some(taps), None) => isa.horizontal(source, row_bytes, &taps),
        (None, Some(taps)) => {
            isa.vertical(&cut_columns(source, row_bytes, cut), out_bytes, needed.start, &taps)
        }
        (Some(across), Some(down)) if vertical_first((image.height, image.width), size) => {
            isa.horizontal(&isa.vertical(source, row_bytes, needed.start, &down), row_bytes, &across)
        }
        (Some(across), Some(down)) => {
            isa.vertical(&isa.horizontal(source, row_bytes, &across), out_bytes, needed.start, &down)
        }
    };
    Rgb8 { width: window.width, height: window.height, pixels }
}

/// Whether the vertical pass comes first; the rounding to bytes between the passes makes a difference. Pillow does so
/// from release 13 on (pull request 9549), where the height loses more than twice what the width loses; before, the
/// horizontal pass always came first.
fn vertical_first(source: (u32, u32), target: (u32, u32)) -> bool {
    let lost = |source: u32, target: u32| i64::from(source) - i64::from(target);
    let (rows, columns) = (lost(source.0, target.0), lost(source.1, target.1));
    rows > 0 && rows > columns * 2
}

/// The bytes `cut` of every row.
fn cut_columns(rows: &[u8], row_bytes: usize, cut: Range<usize>) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.len() / row_bytes * cut.len());
    for row in rows.chunks_exact(row_bytes) {
        out.extend_from_slice(&row[cut.clone()]);
    }
    out
}
