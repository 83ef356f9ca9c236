//! Which model, and what the user says about it.

use std::path::PathBuf;

use super::Environment;
use crate::cli;
use crate::error::{Error, Result};
use crate::store::ModelSource;
use crate::weights::Overrides;

/// Which weights, and the facts about them that flags give because no file records them.
#[derive(Debug, Clone)]
pub struct ModelSettings {
    /// Where they are.
    pub source: ModelSource,
    /// What the user knows better than the file.
    pub overrides: Overrides,
    /// A label file.
    pub labels: Option<PathBuf>,
}

pub(super) fn model(flags: &cli::Model, environment: &Environment) -> Result<ModelSettings> {
    let cli::Model { model, network, identity, labels } = flags;
    named(model, network, identity, labels.as_ref(), environment)
}

/// The model of a name, a file or an address of the Hub.
pub(super) fn named(
    name: &str,
    network: &cli::UseOfNetwork,
    identity: &cli::Identity,
    labels: Option<&PathBuf>,
    environment: &Environment,
) -> Result<ModelSettings> {
    let source = environment.provided(ModelSource::parse(name)?, network.offline)?;
    Ok(ModelSettings { source, overrides: overrides(identity)?, labels: labels.cloned() })
}

pub(super) fn overrides(flags: &cli::Identity) -> Result<Overrides> {
    Ok(Overrides {
        input_size: flags.size.as_deref().map(size).transpose()?,
        skip_reduction: flags.skip_reduction,
        dialect: flags.dialect.map(Into::into),
        activation: flags.activation.map(Into::into),
        ..Overrides::default()
    })
}

/// `N` or `HxW`.
fn size(text: &str) -> Result<(usize, usize)> {
    const LARGEST: usize = 1 << 14;
    let side = |text: &str| text.parse::<usize>().ok().filter(|side| (32..=LARGEST).contains(side));
    let sides = match text.split_once(['x', 'X']) {
        Some((height, width)) => side(height).zip(side(width)),
        None => side(text).map(|side| (side, side)),
    };
    sides.ok_or_else(|| {
        Error::Config(format!("--size: expected N or HxW with sides from 32 to {LARGEST}, got {text:?}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_a_side_or_height_by_width() {
        assert_eq!(size("224").unwrap(), (224, 224));
        assert_eq!(size("97x65").unwrap(), (97, 65));
        for bad in ["31", "x", "224x", "0x224", "-5", "1e3", "99999"] {
            assert!(size(bad).unwrap_err().to_string().contains(&format!("got {bad:?}")), "{bad}");
        }
    }
}
