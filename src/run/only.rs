//! `--only`: the images whose best class is one of a few.

use anyhow::{Result, anyhow};

use crate::answers::finder::with_names;
use crate::answers::predictions::Prediction;
use crate::classifier::Classifier;
use crate::output::console::Console;

/// The best classes that are wanted; all, if none is named.
#[derive(Debug, Clone, Default)]
pub struct Only(Vec<usize>);

impl Only {
    /// The classes that the flag names; a group stands for all its classes.
    ///
    /// # Errors
    /// When a name is no class and no group of the model, or that of several.
    pub fn of(texts: &[String], classifier: &Classifier, console: Console) -> Result<Self> {
        let mut wanted = Vec::new();
        with_names(classifier.labels(), classifier.classes()?, |finder, _| {
            for text in texts {
                let found = finder.find(text).map_err(|detail| anyhow!("--only: {detail}"))?;
                wanted.extend(finder.classes_of(found.concept));
                found.note.iter().for_each(|note| console.note(&format!("--only: {note}")));
            }
            Ok(Only(wanted))
        })
    }

    /// Whether an image with this best class is wanted.
    pub fn wants(&self, best: Option<&Prediction>) -> bool {
        self.0.is_empty() || best.is_some_and(|best| self.0.contains(&best.index))
    }
}
