//! Measures answers: accuracy with intervals, confusions, calibration. Plain arithmetic on scores and true classes;
//! it opens no files and runs no models.

pub mod calibration;
pub mod selective;
pub mod truth;

use std::collections::HashMap;

use serde::Serialize;

use crate::answers::labels::Labels;
use calibration::Calibration;
use selective::{REPORTED, Selective, selective};

/// A share of right answers, with its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Accuracy {
    /// Right ones.
    pub right: usize,
    /// In per cent.
    pub percent: f64,
    /// The 95 % interval in per cent, after Wilson 1927, "Probable inference, the law of succession, and
    /// statistical inference".
    pub interval: [f64; 2],
}

impl Accuracy {
    /// `right` of `all`.
    pub fn new(right: usize, all: usize) -> Self {
        const Z: f64 = 1.959_963_984_540_054; // 97.5 % quantile of the normal distribution
        let count = all.max(1) as f64;
        let share = right as f64 / count;
        let spread = 1.0 + Z * Z / count;
        let middle = (share + Z * Z / (2.0 * count)) / spread;
        let half = Z / spread * (share * (1.0 - share) / count + Z * Z / (4.0 * count * count)).sqrt();
        let interval = [(middle - half).max(0.0) * 100.0, (middle + half).min(1.0) * 100.0];
        Accuracy { right, percent: share * 100.0, interval: if all == 0 { [0.0, 100.0] } else { interval } }
    }
}

/// An image's answer and its true class.
#[derive(Debug, Clone, PartialEq)]
pub struct GradedAnswer {
    /// Its place among the images.
    pub seq: u64,
    /// What it shows.
    pub truth: usize,
    /// What the model says.
    pub answer: usize,
    /// How many classes score better than the true one, or equally and come before it.
    pub better: usize,
    /// Class scores before softmax.
    pub logits: Vec<f32>,
}

impl GradedAnswer {
    /// Grades an answer. Equal scores are in class order.
    pub fn new(seq: u64, truth: usize, logits: Vec<f32>) -> Self {
        let own = logits[truth];
        let before = |(class, score): (usize, &f32)| *score > own || (*score == own && class < truth);
        let better = logits.iter().enumerate().filter(|pair| before(*pair)).count();
        let first = |best: usize, class: usize| if logits[class] > logits[best] { class } else { best };
        let answer = (0..logits.len()).fold(0, first);
        GradedAnswer { seq, truth, answer, better, logits }
    }
}

/// A class's share.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassResult {
    /// The class.
    pub index: usize,
    /// Its images.
    pub images: usize,
    /// The best class is the true one.
    pub top1: Accuracy,
    /// The true one is among the five best.
    pub top5: Accuracy,
}

/// Images of one class taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// What they show.
    pub truth: usize,
    /// What was said.
    pub answer: usize,
    /// How many.
    pub images: usize,
}

/// The results of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Images that were answered.
    pub images: usize,
    /// The best class is the true one.
    pub top1: Accuracy,
    /// The true one is among the five best.
    pub top5: Accuracy,
    /// How well probabilities match accuracy.
    pub calibration: Calibration,
    /// The rolled-up answers at [`selective::REPORTED`]; `None` where the labels have no WordNet ids.
    pub selective: Option<Vec<Selective>>,
    /// The same for a plot.
    pub selective_curve: Option<Vec<Selective>>,
    /// By class, those that occur.
    pub classes: Vec<ClassResult>,
    /// Mistakes, the most frequent first.
    pub confusions: Vec<Confusion>,
}

impl Evaluation {
    /// Sums up a run of a model that is used with `temperature`.
    pub fn new(graded: &[GradedAnswer], labels: Option<&Labels>, temperature: f64) -> Self {
        let count = |within: usize| graded.iter().filter(|outcome| outcome.better < within).count();
        let mut classes: HashMap<usize, [usize; 3]> = HashMap::new();
        let mut pairs: HashMap<(usize, usize), usize> = HashMap::new();
        for outcome in graded {
            let class = classes.entry(outcome.truth).or_default();
            class[0] += 1;
            class[1] += usize::from(outcome.better < 1);
            class[2] += usize::from(outcome.better < 5);
            if outcome.answer != outcome.truth {
                *pairs.entry((outcome.truth, outcome.answer)).or_default() += 1;
            }
        }
        let result = |(index, [images, top1, top5]): (usize, [usize; 3])| ClassResult {
            index,
            images,
            top1: Accuracy::new(top1, images),
            top5: Accuracy::new(top5, images),
        };
        let mut classes: Vec<ClassResult> = classes.into_iter().map(result).collect();
        classes.sort_by_key(|class| class.index);
        let mut confusions: Vec<Confusion> =
            pairs.into_iter().map(|((truth, answer), images)| Confusion { truth, answer, images }).collect();
        confusions.sort_by_key(|pair| (std::cmp::Reverse(pair.images), pair.truth, pair.answer));
        Evaluation {
            images: graded.len(),
            top1: Accuracy::new(count(1), graded.len()),
            top5: Accuracy::new(count(5), graded.len()),
            calibration: Calibration::new(graded, temperature),
            selective: selective(graded, labels, temperature, &REPORTED),
            selective_curve: selective(graded, labels, temperature, &selective::curve()),
            classes,
            confusions,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_wilsons() {
        // statsmodels.stats.proportion.proportion_confint(33, 100, method="wilson")
        let accuracy = Accuracy::new(33, 100);
        assert!((accuracy.interval[0] - 24.563).abs() < 0.01, "{accuracy:?}");
        assert!((accuracy.interval[1] - 42.692).abs() < 0.01, "{accuracy:?}");
        assert_eq!(Accuracy::new(0, 0).interval, [0.0, 100.0]);
        assert!(Accuracy::new(5, 5).interval[1] == 100.0 && Accuracy::new(5, 5).interval[0] < 60.0);
    }

    #[test]
    fn equal_scores_stand_in_the_order_of_their_classes() {
        let outcome = |truth| GradedAnswer::new(0, truth, vec![0.0, 2.0, 2.0, 1.0]);
        let better: Vec<usize> = (0..4).map(|truth| outcome(truth).better).collect();
        assert_eq!((better, outcome(0).answer), (vec![3, 0, 1, 2], 1));
    }

    #[test]
    fn mistakes_are_counted_by_pair_the_most_frequent_first() {
        let graded: Vec<GradedAnswer> = [(0, 1), (0, 1), (1, 0), (2, 2)]
            .into_iter()
            .map(|(truth, answer)| {
                GradedAnswer::new(
                    0,
                    truth,
                    (0..3).map(|class| f32::from(u8::from(class == answer))).collect(),
                )
            })
            .collect();
        let evaluation = Evaluation::new(&graded, None, 1.0);
        assert_eq!((evaluation.top1.right, evaluation.top5.right), (1, 4));
        let pairs: Vec<_> = evaluation.confusions.iter().map(|p| (p.truth, p.answer, p.images)).collect();
        assert_eq!(pairs, [(0, 1, 2), (1, 0, 1)]);
        assert_eq!(evaluation.classes[0].images, 2);
    }
}
