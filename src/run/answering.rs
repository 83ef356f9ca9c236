//! Turns settings into the policy that makes a model's answers. Reads lists of classes and rules.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::answers::classes::ClassList;
use crate::answers::finder::with_names;
use crate::answers::policy::Policy;
use crate::answers::rules::Rules;
use crate::classifier::Classifier;
use crate::files;
use crate::output::console::Console;
use crate::output::text::count;
use crate::settings::Answers;

/// How a model's answers are made. Notes on stderr what was chosen, and what else decides the probabilities beside
/// the weights.
///
/// # Errors
/// When a file cannot be read or names an unknown class, or the model has no WordNet ids for a roll-up.
pub fn policy(settings: &Answers, classifier: &Classifier, console: Console) -> Result<Policy> {
    let (labels, classes) = (classifier.labels(), classifier.classes()?);
    let mut policy = Policy::new(labels.cloned(), settings.scores, settings.selection)
        .ending_in(classifier.activation())
        .at_temperature(settings.temperature.unwrap_or(classifier.temperature()))
        .map_err(|error| error_of("--temperature", &error))?;
    let rules = settings.rules.as_deref().map(|file| read("--rules", file)).transpose()?;
    let list = settings.classes.as_deref().map(class_list).transpose()?;
    let mut notes = Vec::new();
    let (competing, rules) = with_names(labels, classes, |finder, groups| -> Result<_> {
        let competing = list.map(|list| list.resolve(finder)).transpose()?;
        let rules =
            rules.map(|(text, origin)| Rules::parse(&text, &origin, finder, groups, classes)).transpose()?;
        Ok((competing, rules))
    })?;
    if let Some((competing, said)) = competing {
        notes.extend(said);
        notes.push(format!("{} of {classes} classes compete", competing.len()));
        policy = policy.among(competing).map_err(|error| error_of("--classes", &error))?;
    }
    if let Some((rules, said)) = rules {
        notes.extend(said);
        policy = policy.with_rules(rules);
    }
    if let Some(least) = settings.rollup {
        policy = policy.rolled_up(least).map_err(|error| error_of("--rollup", &error))?;
    }
    if let (Some(fitted), None) = (&classifier.weights().temperature, settings.temperature) {
        notes.push(format!(
            "temperature {:.4}, fitted on {} ({})",
            fitted.temperature,
            count(fitted.images as u64, "image"),
            fitted.method
        ));
    }
    notes.iter().for_each(|note| console.note(note));
    Ok(policy)
}

fn error_of(flag: &str, error: &crate::Error) -> crate::Error {
    crate::Error::Config(format!("{flag}: {error}"))
}

/// A file where there is one of that name, else a list.
fn class_list(text: &str) -> Result<ClassList> {
    let path = Path::new(text);
    if path.is_file() {
        let (text, origin) = read("--classes", path)?;
        return Ok(ClassList::File { origin, text });
    }
    let looks_like_a_file = text.contains(std::path::MAIN_SEPARATOR)
        || path.extension().is_some_and(|ending| ["txt", "csv", "lst"].iter().any(|known| ending == *known));
    if looks_like_a_file {
        bail!("--classes {text}: no such file");
    }
    Ok(ClassList::Inline(text.to_owned()))
}

/// A file's text, and how it is called in messages.
fn read(flag: &str, file: &Path) -> Result<(String, String)> {
    let origin = file.display().to_string();
    let text = files::read_text(file).with_context(|| format!("{flag} {origin}"))?;
    Ok((text, origin))
}
