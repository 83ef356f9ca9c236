//! Which NASNet-A: the numbers that make one network of the family, and the published presets.
//! It refuses what no NASNet-A has; it knows neither graphs nor files.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The smallest side of an input: below it the stem and the four reductions leave nothing to see.
pub const MIN_SIDE: usize = 32;

/// A network of the family NASNet-A (N @ P), Zoph et al. 2018, "Learning Transferable Architectures
/// for Scalable Image Recognition", with the parameter names of Keras.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// N: normal cells in each of the three stages.
    pub num_blocks: usize,
    /// P: channels of the last feature map, a multiple of 24 * filter_multiplier^2.
    pub penultimate_filters: usize,
    /// Channels after the first convolution.
    pub stem_filters: usize,
    /// After a reduction cell, the next cell's second input is the one that the reduction had (Large),
    /// not the reduction's own input (Mobile).
    pub skip_reduction: bool,
    /// Growth of the channels from stage to stage.
    pub filter_multiplier: usize,
    /// Classes of the top; `None` is a network without its top, which gives features only.
    pub classes: Option<usize>,
    /// Height and width of the input in pixels.
    pub input_size: (usize, usize),
}

impl Config {
    /// The network of the fixtures that only has to be small.
    #[cfg(test)]
    pub(crate) fn toy() -> Self {
        Config {
            num_blocks: 1,
            penultimate_filters: 96,
            stem_filters: 8,
            skip_reduction: false,
            filter_multiplier: 2,
            classes: Some(7),
            input_size: (224, 224),
        }
    }

    /// NASNet-A (4 @ 1056), 224 x 224, 1000 classes.
    pub const fn mobile() -> Self {
        Config {
            num_blocks: 4,
            penultimate_filters: 1056,
            stem_filters: 32,
            skip_reduction: false,
            filter_multiplier: 2,
            classes: Some(1000),
            input_size: (224, 224),
        }
    }

    /// NASNet-A (6 @ 4032), 331 x 331, 1000 classes.
    pub const fn large() -> Self {
        Config {
            num_blocks: 6,
            penultimate_filters: 4032,
            stem_filters: 96,
            skip_reduction: true,
            filter_multiplier: 2,
            classes: Some(1000),
            input_size: (331, 331),
        }
    }

    /// NASNet-A (4 @ 768), 64 x 64, 200 classes: the shape of the built-in model.
    pub fn tiny() -> Self {
        Config { penultimate_filters: 768, classes: Some(200), input_size: (64, 64), ..Config::mobile() }
    }

    /// The numbers that the tensors of a (N @ P) network do not tell, where the pair is a published one:
    /// input size and `skip_reduction`.
    pub fn known(num_blocks: usize, penultimate_filters: usize) -> Option<((usize, usize), bool)> {
        [Config::mobile(), Config::large(), Config::tiny()]
            .iter()
            .find(|known| (known.num_blocks, known.penultimate_filters) == (num_blocks, penultimate_filters))
            .map(|known| (known.input_size, known.skip_reduction))
    }

    /// F: the filters of the first stage, P / 24 (six concatenated branches, doubled twice).
    pub fn filters(&self) -> usize {
        self.penultimate_filters / (6 * self.filter_multiplier * self.filter_multiplier)
    }

    /// The same network for another input size.
    pub fn with_input_size(self, input_size: (usize, usize)) -> Self {
        Config { input_size, ..self }
    }

    /// Checks that the numbers make a network.
    ///
    /// # Errors
    /// Names the number at fault, what it is and what it could be.
    pub fn validate(&self) -> Result<()> {
        let fail = |text: String| Err(Error::Config(text));
        let step = self.filter_multiplier.saturating_mul(self.filter_multiplier).saturating_mul(24);
        let (height, width) = self.input_size;
        if self.num_blocks == 0 || self.stem_filters == 0 || step == 0 || self.classes == Some(0) {
            return fail(format!("a NASNet-A needs at least one block, stem filter and class, got {self:?}"));
        }
        if self.penultimate_filters == 0 || !self.penultimate_filters.is_multiple_of(step) {
            return fail(format!(
                "penultimate filters must be a multiple of 24 * {m}^2 = {step}, got {}",
                self.penultimate_filters,
                m = self.filter_multiplier
            ));
        }
        if self.filters() < self.filter_multiplier.pow(2) {
            return fail(format!(
                "penultimate filters {} leave the first cell none: at least {} are needed",
                self.penultimate_filters,
                step * self.filter_multiplier.pow(2).div_ceil(4)
            ));
        }
        if height < MIN_SIDE || width < MIN_SIDE {
            return fail(format!(
                "input size must be at least {MIN_SIDE}x{MIN_SIDE} pixels, got {height}x{width}"
            ));
        }
        Ok(())
    }
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NASNet-A ({} @ {})", self.num_blocks, self.penultimate_filters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_valid_and_known_by_their_n_and_p() {
        for config in [Config::mobile(), Config::large(), Config::tiny()] {
            config.validate().unwrap();
            let known = Config::known(config.num_blocks, config.penultimate_filters);
            assert_eq!(known, Some((config.input_size, config.skip_reduction)));
        }
        assert_eq!(Config::known(5, 1056), None);
    }

    #[test]
    fn refuses_numbers_that_no_network_has() {
        let mobile = Config::mobile();
        let text = |config: Config| config.validate().unwrap_err().to_string();
        assert!(text(Config { penultimate_filters: 1000, ..mobile }).contains("multiple of 24 * 2^2 = 96"));
        assert!(text(mobile.with_input_size((31, 224))).contains("at least 32x32 pixels, got 31x224"));
        let narrow = Config { filter_multiplier: 4, penultimate_filters: 384, ..mobile };
        assert!(text(narrow).contains("at least 1536 are needed"), "{}", text(narrow));
        Config { penultimate_filters: 1536, ..narrow }.validate().unwrap();
        assert!(text(Config { num_blocks: 0, ..mobile }).contains("at least one block"));
        assert!(text(Config { filter_multiplier: usize::MAX, ..mobile }).contains("multiple"));
    }
}
