//! Turns a model's scores into the answer for an image: temperature, competing classes, rules, how many of the best
//! are wanted, and the roll-up into groups.

use serde_json::{Value, json};

use super::groups::Groups;
use super::labels::{Label, Labels};
use super::predictions::{Prediction, Scores, Selection};
use super::rollup::{Candidates, Concept, RolledUp, Summed};
use super::rules::Rules;
use super::temperature::{self, probabilities};
use crate::error::{Error, Result};
use crate::graph::Activation;

/// The answer of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The best classes, best first.
    pub predictions: Vec<Prediction>,
    /// `None` where no roll-up is wanted.
    pub group: Option<RolledUp>,
}

/// How a model's answers are made. [`Policy::default`] is softmax over all classes and the best five of them.
///
/// A model that does not end in softmax has no probabilities that add up to 1. It refuses subsets of classes, the
/// roll-up and a temperature.
#[derive(Debug, Clone)]
pub struct Policy {
    labels: Option<Labels>,
    scores: Scores,
    selection: Selection,
    activation: Activation,
    temperature: f64,
    /// In the order of the model's classes; `None` for all.
    competing: Option<Vec<usize>>,
    rules: Option<Rules>,
    rollup: Option<Rollup>,
    burst: Option<f64>,
}

#[derive(Debug, Clone)]
struct Rollup {
    least: f64,
    groups: Groups,
    candidates: Candidates,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            labels: None,
            scores: Scores::default(),
            selection: Selection::default(),
            activation: Activation::Softmax,
            temperature: 1.0,
            competing: None,
            rules: None,
            rollup: None,
            burst: None,
        }
    }
}

impl Policy {
    /// The best classes of all, as `selection` and `scores` say, under the names of `labels`.
    pub fn new(labels: Option<Labels>, scores: Scores, selection: Selection) -> Self {
        Policy { labels, scores, selection, ..Policy::default() }
    }

    /// The model's scores are what `activation` makes of its logits.
    pub fn ending_in(self, activation: Activation) -> Self {
        Policy { activation, ..self }
    }

    /// Logits are divided by `temperature` before softmax.
    ///
    /// # Errors
    /// When it is no number above 0, or another than 1 for a model that does not end in softmax.
    pub fn at_temperature(self, temperature: f64) -> Result<Self> {
        temperature::check(temperature)
            .map_err(|detail| Error::Config(format!("the temperature: {detail}")))?;
        if temperature != 1.0 {
            self.needs_distribution("a temperature")?;
        }
        Ok(Policy { temperature, ..self })
    }

    /// Only `classes` compete; they are indices of the model's, in ascending order.
    ///
    /// # Errors
    /// When the model does not end in softmax.
    pub fn among(self, classes: Vec<usize>) -> Result<Self> {
        self.needs_distribution("competing classes")?;
        Ok(Policy { competing: Some(classes), ..self })
    }

    fn needs_distribution(&self, what: &str) -> Result<()> {
        match self.activation {
            Activation::Softmax => Ok(()),
            other => Err(Error::Config(format!(
                "{what}: the model ends in {other}, so its scores don't add up to 1; expected softmax"
            ))),
        }
    }

    /// The same policy for another number of classes, without a roll-up.
    pub fn of_the_best(self, top_k: usize) -> Self {
        Policy { selection: Selection { top_k, ..self.selection }, rollup: None, ..self }
    }

    /// Thresholds and keywords of single classes and groups.
    pub fn with_rules(self, rules: Rules) -> Self {
        Policy { rules: Some(rules), ..self }
    }

    /// Every answer has the most specific class or group whose probability is at least `least`. Call it after
    /// [`Policy::among`].
    ///
    /// # Errors
    /// When the labels carry no WordNet ids, or the model does not end in softmax.
    pub fn rolled_up(self, least: f64) -> Result<Self> {
        self.needs_distribution("groups")?;
        let labels = self.labels.as_ref().ok_or_else(|| {
            Error::Config("the model has no labels, so its classes are in no known groups".to_owned())
        })?;
        let groups = Groups::of(labels)?;
        let candidates = Candidates::new(&groups, labels, self.competing.as_deref());
        Ok(Policy { rollup: Some(Rollup { least, groups, candidates }), ..self })
    }

    /// Answers are those of bursts, whose photos are at most so many seconds apart.
    pub fn of_bursts(self, seconds: Option<f64>) -> Self {
        Policy { burst: seconds, ..self }
    }

    /// What logits are divided by.
    pub fn temperature(&self) -> f64 {
        self.temperature
    }

    /// What the scores of predictions are.
    pub fn scores(&self) -> Scores {
        self.scores
    }

    /// The rules of single classes and groups.
    pub fn rules(&self) -> Option<&Rules> {
        self.rules.as_ref()
    }

    /// How many classes compete, of those that a model of `classes` has.
    pub fn competing(&self, classes: usize) -> usize {
        self.competing.as_ref().map_or(classes, Vec::len)
    }

    /// All settings by which answers differ from those of the default policy, for a fingerprint; null if there are
    /// none.
    pub fn identity(&self) -> Value {
        let Selection { top_k, threshold } = self.selection;
        let plain = self.selection == Selection::default()
            && self.temperature == 1.0
            && self.competing.is_none()
            && self.rules.is_none()
            && self.rollup.is_none()
            && self.burst.is_none();
        if plain {
            return Value::Null;
        }
        let mut identity = json!({
            "top_k": top_k,
            "threshold": threshold,
            "temperature": self.temperature,
            "classes": self.competing,
            "rules": self.rules,
            "rollup": self.rollup.as_ref().map(|rollup| rollup.least),
        });
        if let Some(seconds) = self.burst {
            identity["burst"] = json!(seconds);
        }
        identity
    }

    /// The probabilities of an image's classes; 0 for those that do not compete. For a model that does not end in
    /// softmax, its own scores.
    pub fn probabilities(&self, logits: &[f32]) -> Vec<f32> {
        if self.activation != Activation::Softmax {
            let mut scores = logits.to_vec();
            self.activation.apply(&mut scores);
            return scores;
        }
        probabilities(logits, self.temperature, self.competing.as_deref())
    }

    /// The answer of an image.
    ///
    /// `logits`: one a class, before softmax.
    pub fn decide(&self, logits: &[f32]) -> Decision {
        let probabilities = self.probabilities(logits);
        match self.scores {
            Scores::Probability => self.decide_by(&probabilities, &probabilities),
            Scores::Logit => self.decide_by(logits, &probabilities),
        }
    }

    /// The answer for the probabilities of several images together, such as their mean.
    pub fn decide_together(&self, probabilities: &[f32]) -> Decision {
        self.decide_by(probabilities, probabilities)
    }

    fn decide_by(&self, shown: &[f32], probabilities: &[f32]) -> Decision {
        let predictions = self.predictions(shown, probabilities);
        let group = self.rollup.as_ref().map(|rollup| {
            let answer = rollup.candidates.sums(probabilities).most_specific(rollup.least);
            answer.map_or(RolledUp::Unknown, |answer| self.rolled(rollup, answer))
        });
        Decision { predictions, group }
    }

    /// The best classes by the scores that are shown; equal scores are in class order.
    fn predictions(&self, shown: &[f32], probabilities: &[f32]) -> Vec<Prediction> {
        let rule = |class: usize| self.rules.as_ref().and_then(|rules| rules.of(Concept::Class(class)));
        let is_wanted = |&class: &usize| {
            let rule = rule(class);
            match rule.and_then(|rule| rule.threshold) {
                _ if rule.is_some_and(|rule| rule.hidden) => false,
                Some(least) => probabilities[class] >= least,
                None => self.selection.threshold.is_none_or(|least| shown[class] >= least),
            }
        };
        let mut order: Vec<usize> = match &self.competing {
            Some(competing) => competing.iter().copied().filter(is_wanted).collect(),
            None => (0..shown.len()).filter(is_wanted).collect(),
        };
        let better = |a: &usize, b: &usize| shown[*b].total_cmp(&shown[*a]).then(a.cmp(b));
        let wanted = self.selection.top_k;
        if wanted > 0 && wanted < order.len() {
            order.select_nth_unstable_by(wanted, better);
            order.truncate(wanted);
        }
        order.sort_unstable_by(better);
        let prediction = |(rank, index): (usize, usize)| {
            let label = self.labels.as_ref().and_then(|labels| labels.get(index)).cloned();
            let keyword = rule(index).and_then(|rule| rule.keyword.clone());
            Prediction { rank, index, label: renamed(label, keyword), score: shown[index] }
        };
        (1..).zip(order).map(prediction).collect()
    }

    fn rolled(&self, rollup: &Rollup, answer: Summed) -> RolledUp {
        let rule = self.rules.as_ref().and_then(|rules| rules.of(answer.concept));
        let falls_short = |least: f32| answer.mass < f64::from(least);
        if rule.is_some_and(|rule| rule.hidden || rule.threshold.is_some_and(falls_short)) {
            return RolledUp::Unknown;
        }
        let label = match answer.concept {
            Concept::Class(class) => self.labels.as_ref().and_then(|labels| labels.get(class)).cloned(),
            Concept::Group(group) => rollup
                .groups
                .all()
                .get(group)
                .map(|group| Label { wnid: Some(group.wnid.to_owned()), name: group.name().to_owned() }),
        };
        let label = renamed(label, rule.and_then(|rule| rule.keyword.clone()));
        let (wnid, label) = label.map(|label| (label.wnid, label.name)).unzip();
        RolledUp::Known { wnid: wnid.flatten(), label, score: answer.mass as f32 }
    }
}

/// A label with a keyword in place of its name.
fn renamed(label: Option<Label>, keyword: Option<String>) -> Option<Label> {
    match keyword {
        Some(name) => Some(Label { wnid: label.and_then(|label| label.wnid), name }),
        None => label,
    }
}

#[cfg(test)]
mod tests;
