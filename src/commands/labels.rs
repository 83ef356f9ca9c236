//! `nasnet labels`: the classes of a model and the WordNet groups above them.

use std::io::Write;

use anyhow::Result;

use super::ExitStatus;
use crate::answers::groups::Groups;
use crate::answers::labels::Labels;
use crate::error::Error;
use crate::output::labels::Listing;
use crate::run::open;
use crate::settings::{self, Common, ModelSettings};

/// Runs the command. Weights of a published model are not needed: its classes are ImageNet's.
///
/// # Errors
/// When there is no such model, its classes have no names, or groups are wanted of a model without WordNet ids.
pub fn run(settings: &settings::Labels, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let (name, labels) = named(&settings.model, common)?;
    let groups = match Groups::of(&labels) {
        Ok(groups) => Some(groups),
        Err(error) if settings.groups => return Err(error.into()),
        Err(_) => None,
    };
    let listing = Listing::new(&name, &labels, groups.as_ref(), settings.groups, &settings.words);
    if settings.json {
        listing.json(stdout)?;
    } else {
        listing.table(stdout)?;
    }
    if listing.is_empty() {
        common.console.note(&format!("nothing in {name} has the words {:?}", settings.words.join(" ")));
        return Ok(ExitStatus::SomeFailed);
    }
    Ok(ExitStatus::Success)
}

/// A model's name and labels.
fn named(model: &ModelSettings, common: Common) -> Result<(String, Labels)> {
    if let (Some(entry), None) = (model.source.published(), &model.labels)
        && entry.config.classes == Some(Labels::imagenet().len())
    {
        return Ok((entry.name.to_owned(), Labels::imagenet().clone()));
    }
    let loaded = open::weights(model, common.console)?;
    let classes = loaded.classes()?;
    match loaded.labels {
        Some(labels) => Ok((loaded.name, labels)),
        None if classes == Labels::imagenet().len() => Ok((loaded.name, Labels::imagenet().clone())),
        None => {
            let detail = format!("the file names none of its {classes} classes; --labels FILE does");
            Err(Error::Labels { origin: format!("for {}", loaded.name), detail }.into())
        }
    }
}
