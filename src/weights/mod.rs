//! Reads weight files of every supported kind as the tensors that a graph needs.
//!
//! [`load()`] maps a file, and `file_type` detects what it is. A reader (`keras`, `pytorch`, `safetensors`) lists its
//! tensors as `FileContents` without reading their numbers. `resolve` decides which network they belong to.
//! `assemble` compares every name and shape with that network's graph, and only then reads the numbers in canonical
//! layout. [`canonical`] writes the result.

mod assemble;
pub mod canonical;
pub mod card;
#[cfg(test)]
mod damage_tests;
pub mod export;
mod file_contents;
mod file_hash;
mod file_type;
mod index;
mod keras;
mod load;
mod pixels;
mod pytorch;
mod resolve;
mod safetensors;
mod sharded;
mod strided_copy;
#[cfg(test)]
mod tests;
mod zipped;

pub use card::{Card, fingerprint};
pub use load::{LoadedModel, load, load_static};
pub use resolve::Overrides;

/// The built-in small model: canonical safetensors with its card, within the binary.
static TINY: &[u8] = include_bytes!("tiny/nasnet-a-4-768-tiny-imagenet.safetensors");

/// The weights of the built-in small model.
///
/// # Errors
/// When `overrides` make no network.
pub fn builtin(overrides: &Overrides) -> crate::error::Result<LoadedModel> {
    load_static(TINY, overrides)
}
