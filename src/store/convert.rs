//! A published file of another format to the canonical file that is kept. The numbers themselves are the readers' business.

use std::path::Path;

use super::registry::Entry;
use crate::error::{Error, Result};
use crate::weights::{Overrides, canonical, fingerprint, load};

/// Converts `original` to a canonical file at `to`, which is there as a whole or not at all. It records the address
/// `url` and the checksum of the original.
///
/// # Errors
/// When the file is not the network that it is published as, or the other one cannot be written.
pub fn convert(original: &Path, entry: &Entry, url: &str, md5: &str, to: &Path) -> Result<()> {
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

/// Whether a canonical file is of the network of an entry, and its numbers are those that it says they are.
///
/// # Errors
/// [`Error::Weights`] when not, or when it is no canonical file.
pub fn check(path: &Path, entry: &Entry) -> Result<()> {
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
        return fail(format!("hash mismatch: expected {}, got {got}", loaded.fingerprint()));
    }
    Ok(())
}
