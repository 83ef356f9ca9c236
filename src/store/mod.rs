//! From a model's name, path or repository to a verified file on this machine. It is looked for in the binary, in the
//! Hub's cache and among converted files, and fetched where that is allowed. What is in a file is not its business, but
//! for `convert`.
//!
//! A file counts only after its checksum was verified: a download before it gets its name, a file that another tool put
//! into the Hub's cache when it is first used. `verified` remembers that, so that a verified file is used again without
//! a request and without hashing.

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
