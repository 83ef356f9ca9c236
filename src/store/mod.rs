//! Turns a model's name, path or repository into a verified file on this machine. It looks in the binary, in the
//! Hub's cache and among converted files, and downloads where that is allowed. Only `convert` looks into files.
//!
//! No file is used before its checksum was verified: a download is verified before it gets its name, and a file that
//! another tool put into the Hub's cache when it is first used. `verified` remembers this, so that the file is used
//! again without a request and without hashing.

pub mod bundle;
mod cache;
pub mod checksum;
mod convert;
mod environment;
mod fetch;
mod hub;
pub mod inventory;
mod local;
mod lock;
mod model_source;
mod progress;
pub mod registry;
mod request;
#[cfg(test)]
mod tests;
mod verified;

pub use environment::{CacheFolders, Limits, NetworkOptions, Secret};
pub use model_source::ModelSource;
pub use progress::{Progress, Silent};
pub use request::Located;
