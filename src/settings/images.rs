//! How images are decoded and prepared.

use crate::cli;
use crate::error::{Error, Result};
use crate::image::decode::DecodeOptions;
use crate::image::preprocess::{Filter, Preprocessing, Preset, Resize};

/// Changes to a model's preprocessing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PreprocessingOverrides {
    /// The whole preprocessing of a reference.
    pub preset: Option<Preset>,
    /// What happens to another aspect ratio.
    pub resize: Option<Resize>,
    /// How pixels are resampled.
    pub filter: Option<Filter>,
    /// The share that a crop keeps.
    pub crop_pct: Option<f64>,
}

impl PreprocessingOverrides {
    /// The preprocessing of a model that records `own`, with these changes.
    ///
    /// # Errors
    /// When nothing, or more than everything, would be kept of an image.
    pub fn apply(&self, own: Option<Preprocessing>) -> Result<Preprocessing> {
        let base = match (self.preset, own) {
            (Some(preset), _) => preset.into(),
            (None, own) => own.unwrap_or_default(),
        };
        let changed = Preprocessing {
            resize: self.resize.unwrap_or(base.resize),
            filter: self.filter.unwrap_or(base.filter),
            crop_pct: self.crop_pct.unwrap_or(base.crop_pct),
        };
        changed.validate().map_err(Error::Config)?;
        Ok(changed)
    }
}

/// The changes that flags ask for.
pub(super) fn preprocessing(flags: &cli::Preprocessing) -> Result<PreprocessingOverrides> {
    let overrides = PreprocessingOverrides {
        preset: flags.preset.map(Into::into),
        resize: flags.resize.map(Into::into),
        filter: flags.filter.map(Into::into),
        crop_pct: flags.crop_pct,
    };
    overrides.apply(None).map_err(|error| Error::Config(format!("--crop-pct: {error}")))?;
    Ok(overrides)
}

/// How images are decoded.
pub(super) fn decode(flags: &cli::Images) -> DecodeOptions {
    let defaults = DecodeOptions::default();
    DecodeOptions {
        max_pixels: flags.max_pixels.unwrap_or(defaults.max_pixels),
        apply_exif: !flags.no_exif,
        alpha: flags.alpha.into(),
        detail: flags.decode.into(),
        cut: flags.truncated.into(),
        ..defaults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_replaces_what_a_model_records_and_single_flags_change_one_thing() {
        let own = Preprocessing { resize: Resize::Crop, filter: Filter::Bicubic, crop_pct: 0.911 };
        let none = PreprocessingOverrides::default();
        assert_eq!(none.apply(Some(own)).unwrap(), own);
        assert_eq!(none.apply(None).unwrap(), Preset::Timm.into());
        let keras = PreprocessingOverrides { preset: Some(Preset::Keras), ..none };
        assert_eq!(keras.apply(Some(own)).unwrap(), Preset::Keras.into());
        let filter = PreprocessingOverrides { filter: Some(Filter::Box), ..none };
        assert_eq!(filter.apply(Some(own)).unwrap(), Preprocessing { filter: Filter::Box, ..own });
        let crop = PreprocessingOverrides { crop_pct: Some(0.0), ..none };
        assert!(crop.apply(Some(own)).is_err());
    }
}
