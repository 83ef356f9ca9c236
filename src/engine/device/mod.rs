//! Where a model runs. A device given by name is used or is an error; only `auto` chooses.

#[cfg(feature = "cuda")]
mod cuda;
#[cfg(any(test, feature = "cuda"))]
mod found;

use std::fmt;
use std::str::FromStr;

use candle_core::Device;

use crate::error::{Error, Result};

/// A device as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// CUDA or Metal where this binary has it and the machine too, else the CPU.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// An NVIDIA card by its number.
    Cuda(usize),
    /// Apple's GPU.
    Metal,
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeviceChoice::Auto => f.write_str("auto"),
            DeviceChoice::Cpu => f.write_str("cpu"),
            DeviceChoice::Cuda(index) => write!(f, "cuda:{index}"),
            DeviceChoice::Metal => f.write_str("metal"),
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "auto" => Ok(DeviceChoice::Auto),
            "cpu" => Ok(DeviceChoice::Cpu),
            "cuda" => Ok(DeviceChoice::Cuda(0)),
            "metal" => Ok(DeviceChoice::Metal),
            _ => text
                .strip_prefix("cuda:")
                .and_then(|index| index.parse().ok())
                .map(DeviceChoice::Cuda)
                .ok_or_else(|| {
                    Error::Config(format!("expected auto, cpu, cuda, cuda:N or metal, got {text:?}"))
                }),
        }
    }
}

/// Opens a device; the choice that is returned is never `auto`.
///
/// # Errors
/// When a device that was named is not in this machine, or this binary was built without it.
pub fn open(choice: DeviceChoice) -> Result<(Device, DeviceChoice)> {
    let device = match choice {
        DeviceChoice::Auto => return Ok(any()),
        DeviceChoice::Cpu => return Ok((Device::Cpu, DeviceChoice::Cpu)),
        DeviceChoice::Metal if !candle_core::utils::metal_is_available() => Err(not_built("metal")),
        DeviceChoice::Cuda(index) => open_cuda(index),
        DeviceChoice::Metal => Device::new_metal(0).map_err(|error| error.to_string()),
    };
    match device {
        Ok(device) => Ok((device, choice)),
        Err(detail) => {
            let detail = detail.lines().next().unwrap_or_default().to_owned();
            Err(Error::Device { device: choice.to_string(), detail })
        }
    }
}

/// The first of CUDA, Metal and CPU that this binary and this machine have.
fn any() -> (Device, DeviceChoice) {
    let wanted = [DeviceChoice::Cuda(0), DeviceChoice::Metal];
    let had = wanted.into_iter().find_map(|choice| open(choice).ok());
    had.unwrap_or((Device::Cpu, DeviceChoice::Cpu))
}

/// What is known of a device beyond its name.
pub fn describe(choice: DeviceChoice) -> Option<String> {
    match choice {
        #[cfg(feature = "cuda")]
        DeviceChoice::Cuda(index) => cuda::describe(index),
        _ => None,
    }
}

#[cfg(feature = "cuda")]
fn open_cuda(index: usize) -> std::result::Result<Device, String> {
    cuda::open(index)
}

#[cfg(not(feature = "cuda"))]
fn open_cuda(_: usize) -> std::result::Result<Device, String> {
    Err(not_built("cuda"))
}

fn not_built(feature: &str) -> String {
    format!("this binary was built without it (cargo build --release --features {feature})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for name in ["auto", "cpu", "cuda:0", "cuda:3", "metal"] {
            assert_eq!(name.parse::<DeviceChoice>().unwrap().to_string(), name);
        }
        assert_eq!("cuda".parse::<DeviceChoice>().unwrap(), DeviceChoice::Cuda(0));
        for bad in ["gpu", "cuda:", "cuda:-1", "CPU", ""] {
            assert!(bad.parse::<DeviceChoice>().is_err(), "{bad}");
        }
    }
}
