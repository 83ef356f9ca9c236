//! Converts a published Keras file to the canonical file that is kept.

use std::path::Path;

use super::registry::PublishedModel;
use crate::error::{Error, Result};
use crate::weights::{Overrides, canonical, fingerprint, load};

/// Converts `original` to a canonical file at `to`, which then exists completely or not at all. It records the address
/// and the checksum of the original.
///
/// # Errors
/// When the file is not the network of the entry, or the canonical file can't be written.
pub fn convert(original: &Path, entry: &PublishedModel, url: &str, md5: &str, to: &Path) -> Result<()> {
    let overrides = Overrides {
        name: Some(entry.name.to_owned()),
        source: Some(url.to_owned()),
        activation: None,
        dialect: Some(entry.dialect),
        input_size: Some(entry.config.input_size),
        skip_reduction: Some(entry.config.skip_reduction),
    };
    let mut loaded = load(original, &overrides)?;
    if loaded.config != entry.config {
        let detail = format!("expected {}, got {}", entry.config, loaded.config);
        return Err(Error::weights(url, detail));
    }
    loaded.preprocessing = Some(entry.preprocessing());
    loaded.card_notes = serde_json::json!({ "md5": md5 });
    canonical::write(to, &loaded.graph, &loaded.weights, &loaded.card(), loaded.weights.dtype())?;
    Ok(())
}

/// Verifies a canonical file: it is the network of the entry, and its tensors have the recorded fingerprint.
///
/// # Errors
/// [`Error::Weights`] or [`Error::Damaged`] when not.
pub fn check(path: &Path, entry: &PublishedModel) -> Result<()> {
    let loaded = load(path, &Overrides::default())?;
    let fail = |detail: String| Err(Error::weights(path.display(), detail));
    if loaded.kind != "canonical" {
        return fail(format!("expected a canonical file, got {}", loaded.kind));
    }
    if (loaded.config, loaded.dialect) != (entry.config, entry.dialect) {
        let expected = format!("{} in dialect {}", entry.config, entry.dialect);
        return fail(format!("expected {expected}, got {} in dialect {}", loaded.config, loaded.dialect));
    }
    let got = fingerprint(&loaded.graph, loaded.weights.tensors());
    if got != loaded.fingerprint() {
        let expected = loaded.fingerprint();
        return fail(format!("hash mismatch: tensors with sha256 {expected} expected, got {got}"));
    }
    Ok(())
}
