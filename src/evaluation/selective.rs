//! Measures rolled-up answers: at each least probability, how many images get a class, a group or nothing, and how
//! many of those answers are right. A group is right when the true class is in it.

use serde::Serialize;

use super::GradedAnswer;
use crate::answers::groups::Groups;
use crate::answers::labels::Labels;
use crate::answers::rollup::{Candidates, Concept};
use crate::answers::temperature::probabilities;

/// The least probabilities that are reported.
pub const REPORTED: [f64; 3] = [0.5, 0.8, 0.95];

/// The least probabilities of the curve.
pub fn curve() -> Vec<f64> {
    let tens = (1..=19).map(|step| f64::from(step) / 20.0);
    tens.chain([0.97, 0.98, 0.99]).collect()
}

/// Answers of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Share {
    /// How many images got one.
    pub images: usize,
    /// Of all images, in per cent.
    pub percent: f64,
    /// How many are right.
    pub right: usize,
    /// Share of these answers, in per cent; null if there are none.
    pub precision: Option<f64>,
}

impl Share {
    fn of(right: usize, images: usize, all: usize) -> Self {
        let percent = |part: usize, whole: usize| part as f64 / whole.max(1) as f64 * 100.0;
        let precision = (images > 0).then(|| percent(right, images));
        Share { images, percent: percent(images, all), right, precision }
    }
}

/// The answers at one least probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Selective {
    /// The least probability.
    pub rollup: f64,
    /// Answers that are a class.
    pub class: Share,
    /// Answers that are a group.
    pub group: Share,
    /// Both.
    pub answered: Share,
    /// Images without an answer.
    pub unknown: usize,
    /// Of all images, in per cent.
    pub unknown_percent: f64,
}

/// The answers of a run at each of `leasts`; nothing where the labels carry no WordNet ids.
pub fn selective(
    graded: &[GradedAnswer],
    labels: Option<&Labels>,
    temperature: f64,
    leasts: &[f64],
) -> Option<Vec<Selective>> {
    let labels = labels?;
    let groups = Groups::of(labels).ok()?;
    let candidates = Candidates::new(&groups, labels, None);
    // Right and all answers: of classes, of groups.
    let mut counts = vec![[(0, 0); 2]; leasts.len()];
    for outcome in graded {
        let row = probabilities(&outcome.logits, temperature, None);
        let sums = candidates.sums(&row);
        for (least, counts) in leasts.iter().zip(&mut counts) {
            let Some(answer) = sums.most_specific(*least) else { continue };
            let (kind, right) = match answer.concept {
                Concept::Class(class) => (0, class == outcome.truth),
                Concept::Group(group) => (1, groups.above(outcome.truth).contains(&group)),
            };
            counts[kind].0 += usize::from(right);
            counts[kind].1 += 1;
        }
    }
    let all = graded.len();
    let sum_up = |(&rollup, [class, group]): (&f64, [(usize, usize); 2])| {
        let answered = (class.0 + group.0, class.1 + group.1);
        let unknown = all - answered.1;
        let [class, group, answered] =
            [class, group, answered].map(|(right, images)| Share::of(right, images, all));
        let unknown_percent = unknown as f64 / all.max(1) as f64 * 100.0;
        Selective { rollup, class, group, answered, unknown, unknown_percent }
    };
    Some(leasts.iter().zip(counts).map(sum_up).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_groups_and_unknowns_are_counted_and_a_group_is_right_when_the_truth_is_in_it() {
        let outcome = |truth: usize, likely: &[(usize, f32)]| {
            let mut logits = vec![-30.0; 1000];
            likely.iter().for_each(|&(class, probability)| logits[class] = probability.ln());
            GradedAnswer::new(0, truth, logits)
        };
        let graded = [
            outcome(254, &[(254, 0.9), (151, 0.1)]),             // a class, right
            outcome(151, &[(254, 0.9), (151, 0.1)]),             // a class, wrong
            outcome(200, &[(254, 0.5), (151, 0.4), (281, 0.1)]), // dog: right, it is another one
            outcome(281, &[(254, 0.5), (151, 0.4), (281, 0.1)]), // dog: wrong
            outcome(254, &[(254, 0.5), (479, 0.5)]),             // nothing
        ];
        let found = selective(&graded, Some(Labels::imagenet()), 1.0, &[0.8, 0.45]).unwrap();
        let at = |place: usize| {
            let Selective { class, group, answered, unknown, .. } = found[place];
            ([class, group, answered].map(|share| (share.right, share.images)), unknown)
        };
        assert_eq!(at(0), ([(1, 2), (1, 2), (2, 4)], 1));
        assert_eq!(found[0].group.precision, Some(50.0));
        assert_eq!((found[0].answered.percent, found[0].unknown_percent), (80.0, 20.0));
        assert_eq!(at(1), ([(2, 5), (0, 0), (2, 5)], 0));
        assert_eq!(found[1].group.precision, None);
        // Cooled off, the model is sure of nothing.
        let cool = selective(&graded, Some(Labels::imagenet()), 1000.0, &[0.8]).unwrap();
        assert_eq!(cool[0].unknown, 5);
        let unnamed = Labels::parse("a\nb", "test").unwrap();
        assert_eq!(selective(&graded, Some(&unnamed), 1.0, &[0.8]), None);
    }
}
