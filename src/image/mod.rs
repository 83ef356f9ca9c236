//! Turns the bytes of an image file into the numbers that a network reads.
//!
//! [`mod@decode`] turns bytes into upright RGB within limits, [`mod@preprocess`] turns RGB into scaled floats by
//! the rules of a reference pipeline, and [`resample`] is the resizer beneath it, bit-identical to
//! Pillow's. This room knows neither files nor models: it gets bytes and sizes.

mod bmp;
mod camera;
mod colour;
pub mod decode;
pub mod exif;
mod foreign;
mod gif;
mod jpeg;
mod limits;
mod names;
mod orientation;
mod png;
pub mod preprocess;
pub mod resample;
mod signature;
#[cfg(test)]
mod test_support;
mod tf_bilinear;
mod tiff;

pub use decode::{Decoded, Rgb8, decode, decode_resized};
pub use limits::{Alpha, Cut, DecodeOptions, Detail};
pub use preprocess::{
    Filter, Preprocessing, Preset, Region, Resize, preprocess, preprocess_into, region, resize,
};
