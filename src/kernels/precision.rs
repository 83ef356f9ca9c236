//! The numbers that a device computes in.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// In which numbers a network is computed. Sums are always in f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Precision {
    /// Single precision.
    #[default]
    F32,
    /// Activations and weights in f32, of which products see 10 bits behind the point.
    Tf32,
    /// Activations and weights in half precision.
    F16,
    /// Activations and weights in bfloat16.
    Bf16,
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Precision::F32 => "f32",
            Precision::Tf32 => "tf32",
            Precision::F16 => "f16",
            Precision::Bf16 => "bf16",
        })
    }
}

impl FromStr for Precision {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "f32" => Ok(Precision::F32),
            "tf32" => Ok(Precision::Tf32),
            "f16" => Ok(Precision::F16),
            "bf16" => Ok(Precision::Bf16),
            _ => Err(Error::Config(format!("expected f32, tf32, f16 or bf16, got {text:?}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for name in ["f32", "tf32", "f16", "bf16"] {
            assert_eq!(name.parse::<Precision>().unwrap().to_string(), name);
        }
        assert!("f64".parse::<Precision>().is_err());
    }
}
