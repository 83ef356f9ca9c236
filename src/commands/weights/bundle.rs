//! `nasnet weights pack` and `unpack`: weights for machines without a network.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::on_this_machine;
use crate::commands::ExitStatus;
use crate::output;
use crate::run::sink::refuse_to_replace;
use crate::settings::{Common, Pack, Unpack};
use crate::store::bundle::{self, BundledFile, What};

/// The wire form of an unpacked file.
#[derive(Debug, Serialize)]
struct Unpacked<'a> {
    #[serde(flatten)]
    packed: &'a BundledFile,
    path: &'a Path,
}

/// Runs `nasnet weights pack`.
///
/// # Errors
/// When weights are not here, or the file cannot be written.
pub fn pack(settings: &Pack, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let file = &settings.output;
    let models = on_this_machine(&settings.chosen)?;
    refuse_to_replace("bundle", file, settings.force)?;
    let packed = bundle::pack(&models, file)?;
    if settings.json {
        output::pretty(&packed, stdout)?;
    }
    for packed in &packed {
        common.console.note(&format!("{}: {}", file.display(), described(packed)));
    }
    Ok(ExitStatus::Success)
}

/// Runs `nasnet weights unpack`.
///
/// # Errors
/// When the file is no bundle or damaged, or the caches cannot be written.
pub fn unpack(settings: &Unpack, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let unpacked = bundle::unpack(&settings.bundle, &settings.caches)?;
    if settings.json {
        let list: Vec<_> = unpacked.iter().map(|(packed, path)| Unpacked { packed, path }).collect();
        output::pretty(&list, stdout)?;
    } else {
        for (_, path) in &unpacked {
            writeln!(stdout, "{}", path.display())?;
        }
    }
    for (packed, _) in &unpacked {
        common.console.note(&format!("unpacked {}", described(packed)));
    }
    Ok(ExitStatus::Success)
}

fn described(packed: &BundledFile) -> String {
    let what = match &packed.what {
        What::Hub { repo, commit, file, .. } => format!("{repo}@{commit} {file}"),
        What::Converted { name } => name.clone(),
    };
    format!("{what}, {} bytes, sha256 {}", packed.bytes, packed.sha256)
}
