//! Turns the pixels of a decoded image into the numbers that a NASNet reads: which part of it, at what size, how
//! resampled, and scaled to -1..1.
//!
//! The published references disagree, so each has a [`Preset`], and each part of it can be overridden
//! alone. This module knows neither files nor models; sizes are the caller's.

mod geometry;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::decode::Rgb8;
use super::names::stable_names;
use super::resample::{Kernel, resample};
use super::tf_bilinear;
pub use geometry::Region;
use geometry::{ResizePlan, central_crop, central_margin};

/// A reference pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Preset {
    /// timm's evaluation transform: short side resized with bicubic antialias, centre crop.
    #[default]
    Timm,
    /// Keras' `load_img(target_size=...)`: squashed, nearest neighbour.
    Keras,
    /// TF-slim's `preprocess_for_eval`: central crop, squashed, bilinear without antialias.
    Slim,
}

stable_names!(Preset, "preset", { Timm => "timm", Keras => "keras", Slim => "slim" });

/// How an image is fitted whose aspect ratio is not the input's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resize {
    /// The short side is resized to `floor(size / crop_pct)`, then the centre is cut out (timm's `center`).
    Crop,
    /// Both sides are resized to the input's, whatever that does to the aspect ratio; no crop.
    Squash,
    /// All of the image is fitted inside, centred on mid-grey (timm's `border`, without a crop).
    Pad,
    /// The central `crop_pct` of each axis is cut out first, then squashed (TF-slim).
    Central,
}

stable_names!(Resize, "resize", {
    Crop => "crop",
    Squash => "squash",
    Pad => "pad",
    Central => "central",
});

/// How pixels are resampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Filter {
    /// Pillow's nearest neighbour.
    Nearest,
    /// Pillow's box.
    Box,
    /// Pillow's bilinear, with antialias.
    Bilinear,
    /// Pillow's bicubic, with antialias.
    Bicubic,
    /// Pillow's Lanczos, with antialias.
    Lanczos,
    /// TensorFlow 1's bilinear: no antialias, no half-pixel centres, no rounding to bytes.
    TfBilinear,
}

stable_names!(Filter, "filter", {
    Nearest => "nearest",
    Box => "box",
    Bilinear => "bilinear",
    Bicubic => "bicubic",
    Lanczos => "lanczos",
    TfBilinear => "tf-bilinear",
});

impl Filter {
    /// Pillow's kernel of that name, if it is one of Pillow's.
    fn kernel(self) -> Option<Kernel> {
        match self {
            Filter::Nearest => Some(Kernel::Nearest),
            Filter::Box => Some(Kernel::Box),
            Filter::Bilinear => Some(Kernel::Bilinear),
            Filter::Bicubic => Some(Kernel::Bicubic),
            Filter::Lanczos => Some(Kernel::Lanczos),
            Filter::TfBilinear => None,
        }
    }
}

/// The colour around a padded image. timm fills with `round(255 * mean)`; NASNet's mean is 0.5, and Python rounds
/// 127.5 to even. It scales to 0.004, the closest to 0 that a byte can get.
pub const PAD_VALUE: u8 = 128;

/// The share of the short side that timm and TF-slim keep, where a model does not say otherwise.
pub const DEFAULT_CROP_PCT: f64 = 0.875;

/// How an image becomes a network's input. Start from a [`Preset`] and change single fields.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocessing {
    /// What is cropped or padded.
    pub resize: Resize,
    /// How pixels are resampled.
    pub filter: Filter,
    /// The share that [`Resize::Crop`] and [`Resize::Central`] keep, above 0 and at most 1; the others
    /// do not look at it.
    pub crop_pct: f64,
}

impl Default for Preprocessing {
    fn default() -> Self {
        Preset::default().into()
    }
}

impl From<Preset> for Preprocessing {
    fn from(preset: Preset) -> Self {
        let (resize, filter, crop_pct) = match preset {
            Preset::Timm => (Resize::Crop, Filter::Bicubic, DEFAULT_CROP_PCT),
            Preset::Keras => (Resize::Squash, Filter::Nearest, 1.0),
            Preset::Slim => (Resize::Central, Filter::TfBilinear, DEFAULT_CROP_PCT),
        };
        Preprocessing { resize, filter, crop_pct }
    }
}

impl Preprocessing {
    /// The smallest share that can be kept; less is surely a mistake.
    pub const MIN_CROP_PCT: f64 = 0.01;

    /// Checks values that come from a flag or a file.
    ///
    /// # Errors
    /// The message says which share was expected and which was found.
    pub fn validate(&self) -> Result<(), String> {
        if (Self::MIN_CROP_PCT..=1.0).contains(&self.crop_pct) {
            return Ok(());
        }
        Err(format!("crop_pct is a share from {} to 1, got {}", Self::MIN_CROP_PCT, self.crop_pct))
    }

    /// The share to keep, clamped in case [`Self::validate`] was not called.
    fn share(&self) -> f64 {
        if self.crop_pct.is_nan() { 1.0 } else { self.crop_pct.clamp(Self::MIN_CROP_PCT, 1.0) }
    }
}

/// A byte as the networks take it: `x / 127.5 - 1`, in `f32` as numpy computes it.
fn scale(byte: &u8) -> f32 {
    f32::from(*byte) / 127.5 - 1.0
}

/// `image` brought to `input` (H, W) as bytes: what the reference shows its network, before scaling.
/// [`Filter::TfBilinear`] has no bytes in its reference; they are rounded here.
///
/// # Panics
/// If a side of the image or of the input is zero.
pub fn resize(image: &Rgb8, input: (u32, u32), preprocessing: &Preprocessing) -> Rgb8 {
    let cropped =
        (preprocessing.resize == Resize::Central).then(|| central_crop(image, preprocessing.share()));
    let image = cropped.as_ref().unwrap_or(image);
    let plan = ResizePlan::new((image.height, image.width), input, preprocessing);
    let window = plan.window();
    let part = match preprocessing.filter.kernel() {
        Some(kernel) => resample(image, plan.size.0, plan.size.1, kernel, window),
        None => {
            let mut floats = vec![0.0; window.width as usize * window.height as usize * 3];
            tf_bilinear::resize(image, plan.size, window, &mut floats);
            let pixels = floats.iter().map(|value| (value * 255.0).round() as u8).collect();
            Rgb8 { width: window.width, height: window.height, pixels }
        }
    };
    if plan.fills(input) {
        return part;
    }
    let border = if preprocessing.resize == Resize::Pad { PAD_VALUE } else { 0 };
    let mut pixels = vec![border; input.0 as usize * input.1 as usize * 3];
    plan.place(&part.pixels, &mut pixels, input.1 as usize, |byte| *byte);
    Rgb8 { width: input.1, height: input.0, pixels }
}

/// The size (H, W) to which all of an image of `image` (H, W) is resized for an input of `input` (H, W), the parts
/// included that a crop then leaves out.
///
/// # Panics
/// If a side is zero.
pub fn resized_size(image: (u32, u32), input: (u32, u32), preprocessing: &Preprocessing) -> (u32, u32) {
    if preprocessing.resize != Resize::Central {
        return ResizePlan::new(image, input, preprocessing).size;
    }
    let side = |image: u32, input: u32| {
        let inner = image - 2 * central_margin(image, preprocessing.share());
        (u64::from(image) * u64::from(input)).div_ceil(u64::from(inner)) as u32
    };
    (side(image.0, input.0), side(image.1, input.1))
}

/// The part of an image of `image` (H, W) that an input of `input` (H, W) shows: all that the input's pixels stand
/// for, which with a border is more than the image.
///
/// # Panics
/// If a side is zero.
pub fn region(image: (u32, u32), input: (u32, u32), preprocessing: &Preprocessing) -> Region {
    let central = preprocessing.resize == Resize::Central;
    let margin = |side: u32| if central { central_margin(side, preprocessing.share()) } else { 0 };
    let (top, left) = (margin(image.0), margin(image.1));
    let inner = (image.0 - 2 * top, image.1 - 2 * left);
    let plan = ResizePlan::new(inner, input, preprocessing);
    // TensorFlow 1 puts the first pixels of both upon each other, where the others line up the edges.
    let shift = |inner: u32, size: u32| match preprocessing.filter {
        Filter::TfBilinear => 0.5 - 0.5 * f64::from(inner) / f64::from(size),
        _ => 0.0,
    };
    let region = plan.region(inner, input);
    Region {
        left: region.left + f64::from(left) + shift(inner.1, plan.size.1),
        top: region.top + f64::from(top) + shift(inner.0, plan.size.0),
        ..region
    }
}

/// `image` as a network's input of `input` (H, W): H, W, C floats from -1 to 1, in RGB order.
///
/// # Panics
/// If a side of the image or of the input is zero.
pub fn preprocess(image: &Rgb8, input: (u32, u32), preprocessing: &Preprocessing) -> Vec<f32> {
    let mut out = vec![0.0; input.0 as usize * input.1 as usize * 3];
    preprocess_into(image, input, preprocessing, &mut out);
    out
}

/// [`preprocess`] into `out`, H * W * 3 floats of the caller's.
///
/// # Panics
/// If a side of the image or of the input is zero, or `out` is not H * W * 3 long.
pub fn preprocess_into(image: &Rgb8, input: (u32, u32), preprocessing: &Preprocessing, out: &mut [f32]) {
    assert_eq!(out.len(), input.0 as usize * input.1 as usize * 3, "length of an input of H, W {input:?}");
    if preprocessing.filter.kernel().is_some() {
        let resized = resize(image, input, preprocessing);
        for (out, byte) in out.iter_mut().zip(&resized.pixels) {
            *out = scale(byte);
        }
        return;
    }
    let cropped =
        (preprocessing.resize == Resize::Central).then(|| central_crop(image, preprocessing.share()));
    let image = cropped.as_ref().unwrap_or(image);
    let plan = ResizePlan::new((image.height, image.width), input, preprocessing);
    // TF-slim: `(x - 0.5) * 2` of a unit float, which is not `x / 127.5 - 1` to the last bit.
    let signed = |unit: &f32| (unit - 0.5) * 2.0;
    if plan.fills(input) {
        tf_bilinear::resize(image, plan.size, plan.window(), out);
        out.iter_mut().for_each(|value| *value = signed(value));
        return;
    }
    out.fill(if preprocessing.resize == Resize::Pad { scale(&PAD_VALUE) } else { -1.0 });
    let window = plan.window();
    let mut part = vec![0.0; window.width as usize * window.height as usize * 3];
    tf_bilinear::resize(image, plan.size, window, &mut part);
    plan.place(&part, out, input.1 as usize, signed);
}
