//! Everything that turns a model's scores into the answer of an image: temperature, the classes that compete, rules,
//! how many of the best are wanted, and the roll-up into groups.

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
/// A model whose last function is another one has no probabilities that add up to 1, so its classes cannot compete in
/// subsets, nor be rolled up, nor have a temperature.
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

    /// The same, of another number of classes, and without a roll-up.
    pub fn of_the_best(self, top_k: usize) -> Self {
        Policy { selection: Selection { top_k, ..self.selection }, rollup: None, ..self }
    }

    /// Thresholds and keywords of single classes and groups.
    pub fn with_rules(self, rules: Rules) -> Self {
        Policy { rules: Some(rules), ..self }
    }

    /// Every answer has the most specific class or group whose probability is at least `least`. To be called when it
    /// is known which classes compete.
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

    /// All that makes answers other than those of a policy by default, for a fingerprint; null where nothing does.
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

    /// The answer for probabilities that are not one image's own, such as the mean of several images'.
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
mod tests {
    use super::*;
    use crate::answers::finder::with_names;
    use crate::answers::predictions::{select, softmax};

    fn logits() -> Vec<f32> {
        (0..1000).map(|class| ((class * 389 % 1000) as f32).powf(1.3) * 0.002).collect()
    }

    fn policy(selection: Selection) -> Policy {
        Policy::new(Some(Labels::imagenet().clone()), Scores::Probability, selection)
    }

    fn rules(text: &str) -> Rules {
        with_names(Some(Labels::imagenet()), 1000, |finder, groups| {
            Rules::parse(text, "r.csv", finder, groups, 1000).unwrap().0
        })
    }

    const ALL: Selection = Selection { top_k: 0, threshold: None };

    #[test]
    fn without_wishes_the_answer_is_the_best_five_of_softmax() {
        let logits = logits();
        let plain = policy(Selection::default());
        let want = select(&softmax(&logits), Selection::default(), Some(Labels::imagenet()));
        assert_eq!(plain.decide(&logits), Decision { predictions: want, group: None });
        assert_eq!(plain.identity(), Value::Null);
    }

    #[test]
    fn only_the_competing_classes_are_answered_and_their_probabilities_sum_to_one() {
        let logits = logits();
        let among = policy(ALL).at_temperature(2.5).unwrap().among(vec![3, 281, 999]).unwrap();
        let answer = among.decide(&logits).predictions;
        let powers = [3, 281, 999].map(|class| (f64::from(logits[class]) / 2.5).exp());
        let sum: f64 = powers.iter().sum();
        for prediction in &answer {
            let place = [3, 281, 999].iter().position(|class| *class == prediction.index).unwrap();
            assert!((f64::from(prediction.score) - powers[place] / sum).abs() < 1e-6, "{prediction:?}");
        }
        assert_eq!(answer.iter().map(|prediction| prediction.rank).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn rules_hide_rename_and_replace_the_threshold() {
        let mut logits = vec![0.0; 1000];
        (logits[254], logits[151], logits[281], logits[479]) = (9.0, 8.0, 8.5, 7.5);
        let selection = Selection { top_k: 3, threshold: Some(0.15) };
        let names = |rules: Rules| -> Vec<(usize, String)> {
            let answer = policy(selection).with_rules(rules).decide(&logits).predictions;
            answer.into_iter().map(|best| (best.index, best.label.unwrap().name)).collect()
        };
        // 0.44, 0.27, 0.16 and 0.10
        let plain =
            [(254, "pug"), (281, "tabby"), (151, "Chihuahua")].map(|(class, name)| (class, name.to_owned()));
        assert_eq!(names(Rules::default()), plain);
        let others = rules(
            "label,threshold,keyword\npug,,\nChihuahua,0.2,chi\ndog,0.01,dog\n479,0.05,wheel\ntabby,,cat",
        );
        assert_eq!(names(others), [(281, "cat".to_owned()), (479, "wheel".to_owned())]);
    }

    #[test]
    fn a_rolled_up_answer_obeys_the_rule_of_its_group() {
        let mut logits = vec![0.0; 1000];
        (logits[254], logits[151]) = (20.0, 19.8);
        let group = |rules: &str| {
            let policy = policy(ALL).with_rules(self::rules(rules)).rolled_up(0.8).unwrap();
            policy.decide(&logits).group.unwrap()
        };
        let known = |label: &str| RolledUp::Known {
            wnid: Some("n02084071".to_owned()),
            label: Some(label.to_owned()),
            score: 1.0,
        };
        let rounded = |group: RolledUp| match group {
            RolledUp::Known { wnid, label, score } => RolledUp::Known { wnid, label, score: score.round() },
            unknown => unknown,
        };
        assert_eq!(rounded(group("label,threshold\ntabby,0.5")), known("dog"));
        assert_eq!(rounded(group("label,keyword\nanimal,beast")), known("beast"));
        assert_eq!(group("label,keyword\ndog,"), RolledUp::Unknown);
        assert_eq!(group("label,threshold\ndog,1"), RolledUp::Unknown);
    }

    #[test]
    fn every_wish_is_part_of_the_identity() {
        let plain = || policy(Selection::default());
        let identities = [
            plain().identity(),
            policy(ALL).identity(),
            policy(Selection { threshold: Some(0.5), ..Selection::default() }).identity(),
            plain().at_temperature(2.0).unwrap().identity(),
            plain().among(vec![1, 2]).unwrap().identity(),
            plain().among(vec![1, 3]).unwrap().identity(),
            plain().with_rules(rules("label,threshold\ntabby,0.5")).identity(),
            plain().with_rules(rules("label,threshold\ndog,0.5")).identity(),
            plain().rolled_up(0.8).unwrap().identity(),
            plain().rolled_up(0.9).unwrap().identity(),
            plain().of_bursts(Some(2.0)).identity(),
            plain().of_bursts(Some(3.0)).identity(),
        ];
        let different: std::collections::BTreeSet<String> = identities.iter().map(Value::to_string).collect();
        assert_eq!(different.len(), identities.len(), "{identities:?}");
    }

    #[test]
    fn without_softmax_scores_are_the_models_own_and_neither_subsets_nor_groups_nor_temperatures_make_sense()
    {
        let sigmoid = || policy(ALL).ending_in(Activation::Sigmoid);
        let scores = sigmoid().probabilities(&[0.0, 3f32.ln(), -40.0]);
        assert!((scores[0] - 0.5).abs() < 1e-7 && (scores[1] - 0.75).abs() < 1e-7 && scores[2] < 1e-15);
        assert!(sigmoid().at_temperature(1.0).is_ok());
        for refused in [sigmoid().at_temperature(2.0), sigmoid().among(vec![1]), sigmoid().rolled_up(0.5)] {
            assert!(refused.unwrap_err().to_string().contains("the model ends in sigmoid"));
        }
    }

    #[test]
    fn a_model_without_wordnet_ids_cannot_be_rolled_up() {
        let labels = Labels::parse("cat\ndog", "test").unwrap();
        for labels in [Some(labels), None] {
            let policy = Policy::new(labels, Scores::Probability, Selection::default());
            assert!(policy.rolled_up(0.5).unwrap_err().to_string().contains("in no known groups"));
        }
        assert!(Policy::default().at_temperature(0.0).is_err());
    }
}
