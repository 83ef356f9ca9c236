//! `nasnet weights verify`: the check of every byte, done again.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use crate::commands::ExitStatus;
use crate::error::Error;
use crate::output;
use crate::output::text::printable;
use crate::settings::Common;
use crate::store::ModelSource;
use crate::store::checksum::Checksum;

/// The wire form of a check.
#[derive(Debug, Serialize)]
struct Check {
    ok: bool,
    path: Option<PathBuf>,
    checksum: Option<Checksum>,
    error: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// When weights that were named are not here.
pub fn run(models: &[ModelSource], json: bool, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let mut checks = Vec::new();
    for model in models {
        match model.verify() {
            Ok(None) => common.console.note("tiny is built in"),
            Ok(Some(verified)) => checks.push(Check {
                ok: true,
                path: Some(verified.path),
                checksum: verified.checksum,
                error: None,
            }),
            Err(error @ (Error::Missing { .. } | Error::Config(_))) => return Err(error.into()),
            Err(error) => {
                if let Some(hint) = error.hint().filter(|_| !json) {
                    common.console.hint(hint);
                }
                checks.push(Check { ok: false, path: None, checksum: None, error: Some(error.to_string()) });
            }
        }
    }
    if json {
        output::pretty(&checks, stdout)?;
    } else {
        for check in &checks {
            writeln!(stdout, "{}", printable(&line(check)))?;
        }
    }
    let all = checks.iter().all(|check| check.ok);
    Ok(if all { ExitStatus::Success } else { ExitStatus::SomeFailed })
}

fn line(check: &Check) -> String {
    match (&check.path, &check.checksum, &check.error) {
        (_, _, Some(error)) => format!("damaged  {error}"),
        (Some(path), Some(checksum), _) => format!("ok       {} {checksum}", path.display()),
        (path, _, _) => {
            let path = path.as_ref().map(|path| path.display().to_string());
            format!("ok       {} (no checksum is known)", path.unwrap_or_default())
        }
    }
}
