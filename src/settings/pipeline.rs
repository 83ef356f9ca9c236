//! What every command needs that runs images through a model.

use super::{Environment, ModelSettings, PreprocessingOverrides, device, model, threads, word};
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
    /// In which numbers it computes.
    pub precision: Precision,
    /// How many threads; `None` for one a core.
    pub threads: Option<usize>,
    /// Images in a forward pass, at most; `None` for the device's own.
    pub batch_size: Option<usize>,
    /// How images are decoded.
    pub decode: DecodeOptions,
    /// How images become input.
    pub preprocessing: PreprocessingOverrides,
    /// Keep what class activation maps are made of: photos and the last layer.
    pub explains: bool,
    /// Small copies of the images are wanted.
    pub thumbnails: bool,
}

/// The pipeline that flags ask for.
///
/// # Errors
/// Names the flag at fault.
pub(super) fn of_flags(
    model_flags: &cli::Model,
    run: &cli::Run,
    images: &cli::Images,
    environment: &Environment,
) -> Result<Pipeline> {
    let (device, precision) = device(run)?;
    let defaults = DecodeOptions::default();
    Ok(Pipeline {
        model: model(model_flags, environment)?,
        device,
        precision,
        threads: threads(run.threads, environment)?,
        batch_size: run.batch_size.map(|size| size as usize),
        decode: DecodeOptions {
            max_pixels: images.max_pixels.unwrap_or(defaults.max_pixels),
            apply_exif: !images.no_exif,
            alpha: word("--alpha", Some(&images.alpha))?.unwrap_or_default(),
        },
        preprocessing: PreprocessingOverrides::of_flags(
            images.preset.as_deref(),
            images.resize.as_deref(),
            images.filter.as_deref(),
            images.crop_pct,
        )?,
        explains: false,
        thumbnails: false,
    })
}
