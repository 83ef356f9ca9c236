//! Settings of every command that runs images through a model.

use super::device::{device, threads};
use super::images::{decode, preprocessing};
use super::model::model;
use super::{Environment, ModelSettings, PreprocessingOverrides};
use crate::cli;
use crate::engine::device::DeviceChoice;
use crate::error::Result;
use crate::image::decode::DecodeOptions;
use crate::kernels::Precision;

/// From image files to the numbers that come out of a network.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// Which model.
    pub model: ModelSettings,
    /// Which device.
    pub device: DeviceChoice,
    /// The number type of the arithmetic.
    pub precision: Precision,
    /// How many threads; `None` for one per core.
    pub threads: Option<usize>,
    /// Images in a forward pass, at most; `None` for the device's own.
    pub batch_size: Option<usize>,
    /// Bytes of memory that images may take while they are decoded; `None` for a share of what is free.
    pub memory: Option<u64>,
    /// How images are decoded.
    pub decode: DecodeOptions,
    /// How images are prepared for the network.
    pub preprocessing: PreprocessingOverrides,
    /// Keep what class activation maps need: photos and the last feature map.
    pub explains: bool,
    /// Make small copies of the images.
    pub thumbnails: bool,
    /// Read the capture times and places of photos.
    pub reads_exif: bool,
}

/// The pipeline that flags ask for.
///
/// # Errors
/// Names the flag at fault.
pub(super) fn of_flags(flags: &cli::Pipeline, environment: &Environment) -> Result<Pipeline> {
    let cli::Pipeline { model: named, run, images } = flags;
    let (device, precision) = device(run)?;
    Ok(Pipeline {
        model: model(named, environment)?,
        device,
        precision,
        threads: threads(run.threads, environment)?,
        batch_size: run.batch_size.map(|size| size as usize),
        memory: images.memory,
        decode: decode(images),
        preprocessing: preprocessing(&images.preprocessing)?,
        explains: false,
        thumbnails: false,
        reads_exif: false,
    })
}
