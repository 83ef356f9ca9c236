//! Which of the public implementations a network computes like.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How strided pools treat padding, the one thing in which the public implementations differ. It changes logits by
/// several per cent, so it is part of a model's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Keras since August 2018: strided pools see zeros, averages count them, maxima may take them.
    Keras,
    /// TF-slim, in which the published weights were trained, and Cadene: padding is never seen.
    Slim,
    /// timm: averages count zeros as in Keras, maxima do not see them.
    Timm,
}

impl Dialect {
    /// All dialects.
    pub const ALL: [Dialect; 3] = [Dialect::Keras, Dialect::Slim, Dialect::Timm];

    /// The name in flags, files and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Dialect::Keras => "keras",
            Dialect::Slim => "slim",
            Dialect::Timm => "timm",
        }
    }

    /// Whether strided averages count the zeros beyond the border.
    pub fn average_counts_padding(self) -> bool {
        matches!(self, Dialect::Keras | Dialect::Timm)
    }

    /// Whether strided maxima see zeros beyond the border.
    pub fn max_sees_padding(self) -> bool {
        matches!(self, Dialect::Keras)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Dialect {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Dialect::ALL
            .into_iter()
            .find(|dialect| dialect.as_str() == text)
            .ok_or_else(|| Error::Config(format!("dialect must be keras, slim or timm, got {text:?}")))
    }
}
