//! Policies against softmax and sums that are written down here.

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
    let others =
        rules("label,threshold,keyword\npug,,\nChihuahua,0.2,chi\ndog,0.01,dog\n479,0.05,wheel\ntabby,,cat");
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
fn without_softmax_scores_are_the_models_own_and_neither_subsets_nor_groups_nor_temperatures_make_sense() {
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
