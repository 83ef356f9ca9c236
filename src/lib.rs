//! NASNet-A image classification: the networks of `keras.applications.nasnet` and any other (N @ P), from
//! the weight files of Keras, timm, Cadene and PyTorch, numerically equal to them.
//!
//! ```text
//! cli -> settings -> commands/* : inputs -> image (decode, preprocess) -> batch -> model -> predictions -> output
//!                                           weights (store -> readers -> canonical names) -^
//! ```
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
pub use classifier::{Classifier, Options, Pooling};
pub use error::{Error, ImageError, ImageErrorKind, Result};
pub use explain::{ActivationMap, Explanation};
pub use image::{DecodeOptions, Preprocessing, Preset, Rgb8, decode, preprocess};
pub use kernels::Precision;
pub use nasnet::{Config, Dialect};
