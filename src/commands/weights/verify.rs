//! `nasnet weights verify`: checks every byte again.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use super::on_this_machine;
use crate::commands::ExitStatus;
use crate::commands::failure::hint;
use crate::error::Error;
use crate::output;
use crate::output::text::printable;
use crate::settings::{Common, Verify};
use crate::store::checksum::Checksum;

/// The wire form of a check.
#[derive(Debug, Serialize)]
struct FileCheck {
    ok: bool,
    path: Option<PathBuf>,
    checksum: Option<Checksum>,
    error: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// When weights that were named are not here.
pub fn run(settings: &Verify, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let mut checks = Vec::new();
    let models = on_this_machine(&settings.chosen)?;
    for (model, number) in models.iter().zip(1..) {
        let progress = common.console.spinner();
        progress.set_message(format!("verifying {number} of {}: {model}", models.len()));
        let verified = model.verify();
        progress.finish_and_clear();
        match verified {
            Ok(None) => common.console.note("tiny is built in"),
            Ok(Some(verified)) => checks.push(FileCheck {
                ok: true,
                path: Some(verified.path),
                checksum: verified.checksum,
                error: None,
            }),
            Err(error @ (Error::Missing { .. } | Error::Config(_))) => return Err(error.into()),
            Err(error) => {
                if let Some(hint) = hint(&error).filter(|_| !settings.json) {
                    common.console.hint(hint);
                }
                checks.push(FileCheck {
                    ok: false,
                    path: None,
                    checksum: None,
                    error: Some(error.to_string()),
                });
            }
        }
    }
    if settings.json {
        output::pretty(&checks, stdout)?;
    } else {
        for check in &checks {
            writeln!(stdout, "{}", printable(&line(check)))?;
        }
    }
    let all = checks.iter().all(|check| check.ok);
    Ok(if all { ExitStatus::Success } else { ExitStatus::SomeFailed })
}

fn line(check: &FileCheck) -> String {
    match (&check.path, &check.checksum, &check.error) {
        (_, _, Some(error)) => format!("damaged  {error}"),
        (Some(path), Some(checksum), _) => format!("ok       {} {checksum}", path.display()),
        (path, _, _) => {
            let path = path.as_ref().map(|path| path.display().to_string());
            format!("ok       {} (no checksum is known)", path.unwrap_or_default())
        }
    }
}
