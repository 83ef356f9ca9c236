//! `nasnet weights`: which weights exist, what is on this machine, and how it gets here.

mod bundle;
mod export;
mod fetch;
mod import;
mod list;
mod verify;

use std::io::Write;

use anyhow::Result;

use super::ExitStatus;
use crate::error::Error;
use crate::settings::{Chosen, Common, Weights};
use crate::store::{Located, ModelSource, inventory};

/// Runs a subcommand.
///
/// # Errors
/// When weights are unavailable, or a file cannot be written.
pub fn run(settings: &Weights, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    match settings {
        Weights::List(settings) => list::run(settings, stdout),
        Weights::Fetch(settings) => fetch::run(settings, common, stdout),
        Weights::Verify(settings) => verify::run(settings, common, stdout),
        Weights::Path(models) => paths(models, stdout),
        Weights::Remove(chosen) => remove(&on_this_machine(chosen)?, common),
        Weights::Pack(settings) => bundle::pack(settings, common, stdout),
        Weights::Unpack(settings) => bundle::unpack(settings, common, stdout),
        Weights::Import(settings) => import::run(settings, common),
        Weights::Export(settings) => export::run(settings, common),
    }
}

/// The weights that were named, or all on this machine.
fn on_this_machine(chosen: &Chosen) -> Result<Vec<ModelSource>, Error> {
    let caches = match chosen {
        Chosen::Named(models) => return Ok(models.clone()),
        Chosen::All(caches) => caches,
    };
    let here: Vec<_> =
        inventory::list(caches).into_iter().filter(|item| item.here).map(|item| item.model).collect();
    if here.is_empty() {
        return Err(Error::Missing {
            what: "there are no weights on this machine".to_owned(),
            hint: "`nasnet weights fetch mobile` downloads some; `nasnet weights list` shows which exist"
                .to_owned(),
        });
    }
    Ok(here)
}

fn paths(models: &[ModelSource], stdout: &mut dyn Write) -> Result<ExitStatus> {
    let mut found = Vec::new();
    for model in models {
        match model.locate()? {
            Located::File { path, .. } => found.push(path),
            Located::BuiltIn => {
                return Err(Error::Config("tiny is built in and has no path".to_owned()).into());
            }
        }
    }
    for path in found {
        writeln!(stdout, "{}", path.display())?;
    }
    Ok(ExitStatus::Success)
}

fn remove(models: &[ModelSource], common: Common) -> Result<ExitStatus> {
    for model in models {
        let path = model.remove()?;
        common.console.note(&format!("{} is removed", path.display()));
    }
    Ok(ExitStatus::Success)
}
