//! `--only`: the images whose best class is one of a few.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::answers::classes::named;
use crate::answers::finder::with_names;
use crate::answers::predictions::Prediction;
use crate::classifier::Classifier;
use crate::output::console::Console;

/// The best classes that are wanted; all, if none is named.
#[derive(Debug, Clone, Default)]
pub struct Only(BTreeSet<usize>);

impl Only {
    /// The classes that the flag names; a group stands for all its classes.
    ///
    /// # Errors
    /// When a name is no class and no group of the model, or that of several.
    pub fn of(texts: &[String], classifier: &Classifier, console: Console) -> Result<Self> {
        if texts.is_empty() {
            return Ok(Only::default());
        }
        let names = texts.iter().map(|text| ("--only".to_owned(), text.as_str()));
        let (wanted, notes) =
            with_names(classifier.labels(), classifier.classes()?, |finder, _| named(names, finder))?;
        notes.iter().for_each(|note| console.note(note));
        Ok(Only(wanted))
    }

    /// Whether an image with this best class is wanted.
    pub fn wants(&self, best: Option<&Prediction>) -> bool {
        self.0.is_empty() || best.is_some_and(|best| self.0.contains(&best.index))
    }
}
