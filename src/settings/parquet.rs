//! What `--format parquet` needs: a file, and a binary that can write it.

use std::path::Path;

use crate::error::{Error, Result};
use crate::output::Format;

/// The form, in a binary that has it.
#[cfg(feature = "parquet")]
const FORMAT: Option<Format> = Some(Format::Parquet);
#[cfg(not(feature = "parquet"))]
const FORMAT: Option<Format> = None;

/// The form, for a command that writes to `output`.
///
/// # Errors
/// When there is no file, or this binary was built without the form.
pub(super) fn format(output: Option<&Path>) -> Result<Format> {
    let fail = |detail: &str| Error::Config(format!("--format parquet: {detail}"));
    let format = FORMAT.ok_or_else(|| {
        fail("this binary was built without it (cargo install --path . --features parquet)")
    })?;
    output.map(|_| format).ok_or_else(|| fail("it needs a file, name it with --output"))
}
