//! `--only`: the images whose best class is one of a few.

use anyhow::Result;

use crate::answers::labels::Labels;
use crate::answers::predictions::Prediction;
use crate::evaluation::truth::Names;

/// The best classes that are wanted; all, if none is named.
#[derive(Debug, Clone, Default)]
pub struct Only(Vec<usize>);

impl Only {
    /// The classes that the flag names.
    ///
    /// # Errors
    /// When a name is no class of the model, or that of several.
    pub fn of(texts: &[String], labels: Option<&Labels>, classes: usize) -> Result<Self> {
        let names = Names::new(labels, classes);
        let classes = texts.iter().map(|text| names.class(text, true));
        let classes = classes.collect::<Result<_, String>>();
        Ok(Only(classes.map_err(|detail| anyhow::anyhow!("--only: {detail}"))?))
    }

    /// Whether an image with this best class is wanted.
    pub fn wants(&self, best: Option<&Prediction>) -> bool {
        self.0.is_empty() || best.is_some_and(|best| self.0.contains(&best.index))
    }
}
