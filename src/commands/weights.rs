//! `nasnet weights`: what is known, what is here, and how it gets here.

mod bundle;
mod fetch;
mod import;
mod list;
mod verify;

use std::io::Write;

use anyhow::Result;

use super::ExitStatus;
use crate::cli::Weights;
use crate::error::Error;
use crate::settings::{self, Common, Environment};
use crate::store::{Located, ModelSource, inventory};

/// Runs a subcommand.
///
/// # Errors
/// When weights cannot be had, or a file cannot be written.
pub fn run(
    flags: &Weights,
    environment: &Environment,
    common: Common,
    stdout: &mut dyn Write,
) -> Result<ExitStatus> {
    let which = |flags| settings::which(flags, environment);
    let caches = &environment.caches;
    match flags {
        Weights::List { json } => list::run(caches, *json, stdout),
        Weights::Fetch { which: flags, refresh, json } => {
            fetch::run(&which(flags)?, *refresh, *json, common, stdout)
        }
        Weights::Verify { which: flags, json } => {
            verify::run(&or_all_here(which(flags)?, environment)?, *json, common, stdout)
        }
        Weights::Path { which: flags } => paths(&which(flags)?, stdout),
        Weights::Remove { which: flags, all } => {
            let chosen = if *all { or_all_here(Vec::new(), environment)? } else { some(which(flags)?)? };
            remove(&chosen, common)
        }
        Weights::Pack { output, which: flags, force, json } => {
            bundle::pack(&or_all_here(which(flags)?, environment)?, output, *force, *json, common, stdout)
        }
        Weights::Unpack { bundle, json } => bundle::unpack(bundle, caches, *json, common, stdout),
        Weights::Import(flags) => import::run(&settings::import(flags)?, common),
    }
}

/// The weights that were named, else all that are here.
fn or_all_here(named: Vec<ModelSource>, environment: &Environment) -> Result<Vec<ModelSource>, Error> {
    if !named.is_empty() {
        return Ok(named);
    }
    let here: Vec<_> = inventory::list(&environment.caches)
        .into_iter()
        .filter(|item| item.here)
        .map(|item| item.model)
        .collect();
    if here.is_empty() {
        return Err(Error::Missing {
            what: "there are no weights on this machine".to_owned(),
            hint: "fetch some with `nasnet weights fetch mobile`; `nasnet weights list` shows what is known"
                .to_owned(),
        });
    }
    Ok(here)
}

fn some(named: Vec<ModelSource>) -> Result<Vec<ModelSource>, Error> {
    if named.is_empty() {
        return Err(Error::Config(
            "no model: expected a name of `nasnet weights list`, or hf:OWNER/NAME".to_owned(),
        ));
    }
    Ok(named)
}

fn paths(models: &[ModelSource], stdout: &mut dyn Write) -> Result<ExitStatus> {
    let mut found = Vec::new();
    for model in &some(models.to_vec())? {
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
