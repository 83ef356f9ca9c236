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

pub mod batch;
pub mod classifier;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod commands;
#[doc(hidden)]
pub mod doctor;
pub mod error;
pub mod evaluation;
pub mod explain;
mod files;
pub mod image;
pub mod inputs;
pub mod kernels;
pub mod labels;
pub mod model;
pub mod output;
pub mod predictions;
#[doc(hidden)]
pub mod settings;
pub mod training;
pub mod weights;

pub use classifier::{Classifier, Options, Pooling};
pub use error::{Error, ImageError, ImageErrorKind, Result};
pub use explain::{ActivationMap, Explanation};
pub use image::{DecodeOptions, Preprocessing, Preset, Rgb8, decode, preprocess};
pub use kernels::Precision;
pub use labels::{Label, Labels};
pub use model::config::{Config, Dialect};
pub use predictions::{Prediction, Scores, Selection, decode_predictions, softmax};
