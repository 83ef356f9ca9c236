//! `nasnet weights fetch`: downloads weights and checks that they are a NASNet-A.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::commands::ExitStatus;
use crate::error::Error;
use crate::output;
use crate::output::transfer::Transfers;
use crate::settings::{Common, Fetch};
use crate::store::Located;
use crate::weights::{self, Overrides};

/// The wire form of fetched weights.
#[derive(Debug, Serialize)]
struct Fetched {
    name: String,
    path: PathBuf,
    source: Option<String>,
    bytes: u64,
    architecture: String,
    dialect: String,
}

/// Runs the command.
///
/// # Errors
/// When they can't be fetched, or are no NASNet-A.
pub fn run(settings: &Fetch, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let progress = Transfers::on(common.console);
    let mut fetched = Vec::new();
    for model in &settings.models {
        let located = if settings.refresh { model.refresh(&progress)? } else { model.obtain(&progress)? };
        let Located::File { path, source, name } = located else {
            common.console.note("tiny is built in");
            continue;
        };
        let overrides = Overrides { source, name, ..Overrides::default() };
        let loaded = weights::load(&path, &overrides).or_else(|error| {
            if matches!(error, Error::Damaged { .. }) && model.is_remote() {
                common.console.note(&error.to_string());
                model.obtain_again(&progress)?;
                return weights::load(&path, &overrides);
            }
            Err(error)
        })?;
        let bytes = path.metadata().with_context(|| path.display().to_string())?.len();
        let (architecture, dialect) = (loaded.config.to_string(), loaded.dialect.to_string());
        fetched.push(Fetched {
            name: loaded.name,
            path,
            source: loaded.source,
            bytes,
            architecture,
            dialect,
        });
    }
    if settings.json {
        output::pretty(&fetched, stdout)?;
    } else {
        for Fetched { path, .. } in &fetched {
            writeln!(stdout, "{}", path.display())?;
        }
    }
    Ok(ExitStatus::Success)
}
