//! NASNet-A image classification: the networks of `keras.applications.nasnet` and any other (N @ P), from
//! the weight files of Keras, timm, Cadene and PyTorch, numerically equal to them.
//!
//! ```text
//! main -> commands -> run -> settings -> cli
//!                      |  inputs -> image -> engine -> answers -> output
//!                      |            store -> weights -^ (nasnet -> graph)
//! ```
//!
//! Where a line of code goes: a fact of NASNet-A into `nasnet`, an image or weight format into `image` or `weights`, arithmetic into
//! `kernels` and `engine`, what scores mean into `answers`, how it reads into `output`, a flag into `cli` and `settings`, and
//! what runs over many images share into `run`. docs/architecture.md has the floors and recipes.
//!
//! Rust programs start at [`Classifier`]:
//!
//! ```
//! use nasnet::{Classifier, DecodeOptions, Selection, decode};
//!
//! let classifier = Classifier::builtin()?;
//! let bytes = std::fs::read("fixtures/photos/cat.jpg")?;
//! let image = decode(&bytes, &DecodeOptions::default())?;
//! for prediction in classifier.classify(&[image], Selection::default())?.remove(0) {
//!     let name = prediction.label.map_or_else(|| prediction.index.to_string(), |label| label.name);
//!     println!("{} {:.3} {name}", prediction.rank, prediction.score);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]
#![warn(clippy::print_stdout, clippy::print_stderr, clippy::exit, clippy::dbg_macro)]

pub mod answers;
pub mod classifier;
#[doc(hidden)]
#[allow(rustdoc::broken_intra_doc_links)] // its comments are help texts: [/FILE] is no link
pub mod cli;
#[doc(hidden)]
pub mod commands;
#[doc(hidden)]
pub mod doctor;
pub mod engine;
pub mod error;
pub mod evaluation;
pub mod explain;
mod files;
pub mod graph;
pub mod image;
pub mod inputs;
pub mod kernels;
pub mod nasnet;
pub mod output;
#[doc(hidden)]
pub mod run;
#[doc(hidden)]
pub mod settings;
pub mod store;
pub mod tensor;
pub mod training;
pub mod weights;

pub use answers::labels::{Label, Labels};
pub use answers::predictions::{Prediction, Scores, Selection, decode_predictions, softmax};
pub use classifier::{Classifier, ClassifierOptions, Pooling};
pub use error::{Error, ImageError, ImageErrorKind, Needed, Result};
pub use explain::{ActivationMap, Explanation};
pub use graph::Activation;
pub use image::{DecodeOptions, Preprocessing, Preset, Rgb8, decode, preprocess};
pub use kernels::Precision;
pub use nasnet::{Config, Dialect, Head};
