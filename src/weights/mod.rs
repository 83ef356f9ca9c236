//! Weights: from any file that people have to the tensors that a graph asks for.
//!
//! [`load()`] maps a file and asks `format` what it is; a reader (`keras`, `pytorch`, `safetensors`) lists its
//! tensors as `FileContents`, unread; `resolve` decides which network they are; `assemble` holds every name and shape against
//! that network's graph and only then reads the numbers, turned into canonical layout. [`canonical`] writes the result.

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
