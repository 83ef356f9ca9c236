//! Finds the most specific answer that is probable enough: a class, a WordNet group above it, or nothing.

use super::groups::Groups;
use super::labels::Labels;

/// A class or a group of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Concept {
    /// An index into the model's classes.
    Class(usize),
    /// An index into [`Groups::all`].
    Group(usize),
}

/// The most specific answer that reaches the least probability.
#[derive(Debug, Clone, PartialEq)]
pub enum RolledUp {
    /// A class or a group.
    Known {
        /// Its WordNet id.
        wnid: Option<String>,
        /// Its name, or the keyword of the rule that holds for it.
        label: Option<String>,
        /// The probability of all its classes together.
        score: f32,
    },
    /// No class or group of use is probable enough.
    Unknown,
}

/// A concept and the sum of its classes' probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summed {
    /// Which.
    pub concept: Concept,
    /// From 0 to 1.
    pub mass: f64,
}

/// The probability of each concept for one image, summed once.
#[derive(Debug)]
pub struct Masses<'a> {
    candidates: &'a Candidates,
    masses: Vec<f64>,
}

/// All concepts that can be an answer, the most specific first.
#[derive(Debug, Clone)]
pub struct Candidates {
    /// Concepts of equally many classes are in the order of their ids, classes before groups.
    nodes: Vec<Candidate>,
}

#[derive(Debug, Clone)]
struct Candidate {
    concept: Concept,
    /// Those that compete.
    classes: Vec<usize>,
}

impl Candidates {
    /// The candidates of a model, or of its `competing` classes. A group of more than half of these is too general to
    /// be one.
    pub fn new(groups: &Groups, labels: &Labels, competing: Option<&[usize]>) -> Self {
        let all: Vec<usize> = (0..groups.classes()).collect();
        let competing = competing.unwrap_or(&all);
        let mut competes = vec![false; groups.classes()];
        competing.iter().for_each(|&class| competes[class] = true);

        let class = |&class: &usize| {
            let wnid = labels.get(class).and_then(|label| label.wnid.as_deref());
            (wnid, Candidate { concept: Concept::Class(class), classes: vec![class] })
        };
        let groups = groups.all().iter().enumerate().map(|(place, group)| {
            let classes = group.classes.iter().copied().filter(|&class| competes[class]).collect();
            (Some(group.wnid), Candidate { concept: Concept::Group(place), classes })
        });
        let says_something = |candidate: &Candidate| {
            let count = candidate.classes.len();
            matches!(candidate.concept, Concept::Class(_)) || count > 0 && 2 * count <= competing.len()
        };
        let mut nodes: Vec<_> = competing
            .iter()
            .map(class)
            .chain(groups)
            .filter(|(_, candidate)| says_something(candidate))
            .collect();
        // A class comes before a group of this class alone, which is less specific; classes without an id come last.
        nodes.sort_by_key(|(wnid, candidate)| {
            let is_group = matches!(candidate.concept, Concept::Group(_));
            (candidate.classes.len(), is_group, wnid.is_none(), *wnid, candidate.concept)
        });
        Candidates { nodes: nodes.into_iter().map(|(_, candidate)| candidate).collect() }
    }

    /// The sums of one image's probabilities, one a class.
    pub fn sums(&self, probabilities: &[f32]) -> Masses<'_> {
        let sum = |candidate: &Candidate| {
            candidate.classes.iter().map(|&class| f64::from(probabilities[class])).sum()
        };
        Masses { candidates: self, masses: self.nodes.iter().map(sum).collect() }
    }
}

impl Masses<'_> {
    /// The most specific concept whose sum is at least `least`: the one with the fewest classes, of those the one with
    /// the greatest sum, of those a class before a group, then the one with the lower id.
    pub fn most_specific(&self, least: f64) -> Option<Summed> {
        let nodes = &self.candidates.nodes;
        let first = self.masses.iter().position(|&mass| mass >= least)?;
        let count = nodes[first].classes.len();
        let mut best = first;
        let alike = nodes
            .iter()
            .enumerate()
            .skip(first + 1)
            .take_while(|(_, concept)| concept.classes.len() <= count);
        for (place, _) in alike {
            if self.masses[place] > self.masses[best] {
                best = place;
            }
        }
        Some(Summed { concept: nodes[best].concept, mass: self.masses[best] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule applied to every concept in turn, without optimisation.
    fn oracle(
        groups: &Groups,
        labels: &Labels,
        row: &[f32],
        least: f64,
        competing: Option<&[usize]>,
    ) -> Option<(String, f64)> {
        let competes = |class: usize| competing.is_none_or(|competing| competing.contains(&class));
        let of_all = (0..row.len()).filter(|&class| competes(class)).count();
        let mut nodes: Vec<(bool, String, Vec<usize>)> = Vec::new();
        for (class, label) in labels.iter().enumerate().filter(|(class, _)| competes(*class)) {
            nodes.push((false, label.wnid.clone().unwrap(), vec![class]));
        }
        for (place, group) in groups.all().iter().enumerate() {
            let below = |class: &usize| competes(*class) && groups.above(*class).contains(&place);
            nodes.push((true, group.wnid.to_owned(), (0..row.len()).filter(below).collect()));
        }
        let mut best: Option<(usize, f64, bool, String)> = None;
        for (is_group, wnid, classes) in nodes {
            let mass: f64 = classes.iter().map(|&class| f64::from(row[class])).sum();
            if mass < least || classes.is_empty() {
                continue;
            }
            let better = match &best {
                None => true,
                Some((count, most, of_group, lowest)) => {
                    (classes.len(), -mass) < (*count, -most)
                        || (classes.len(), mass) == (*count, *most) && (is_group, &wnid) < (*of_group, lowest)
                }
            };
            if better {
                best = Some((classes.len(), mass, is_group, wnid));
            }
        }
        best.filter(|(count, ..)| *count == 1 || 2 * count <= of_all).map(|(_, mass, _, wnid)| (wnid, mass))
    }

    /// Numbers from 0 to 1 that are the same in every run.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1u64 << 53) as f64
        }
    }

    fn compare(labels: &Labels, rows: usize, subset: bool) {
        let groups = Groups::of(labels).unwrap();
        let mut random = Random(7 + labels.len() as u64);
        let (mut some, mut classes) = (0, 0);
        for turn in 0..rows {
            // From nearly sure of one class to equally unsure of all.
            let sharpness = 40.0 * random.next() * random.next();
            let mut row: Vec<f64> = (0..labels.len()).map(|_| (sharpness * random.next()).exp()).collect();
            let centre = (random.next() * labels.len() as f64) as usize;
            let end = (centre + turn % 9).min(labels.len());
            row[centre..end].iter_mut().for_each(|near| *near *= (sharpness / 3.0).exp());
            let competing: Vec<usize> = (0..labels.len())
                .filter(|class| !subset || random.next() < 0.3 || *class == centre)
                .collect();
            let sum: f64 = competing.iter().map(|&class| row[class]).sum();
            let mut values = vec![0.0; labels.len()];
            competing.iter().for_each(|&class| values[class] = (row[class] / sum) as f32);
            let competing = subset.then_some(&competing[..]);
            let least = random.next();
            let candidates = Candidates::new(&groups, labels, competing);
            let got = candidates.sums(&values).most_specific(least).map(|summed| {
                let wnid = match summed.concept {
                    Concept::Class(class) => labels.get(class).unwrap().wnid.clone().unwrap(),
                    Concept::Group(group) => groups.all()[group].wnid.to_owned(),
                };
                some += 1;
                classes += usize::from(matches!(summed.concept, Concept::Class(_)));
                (wnid, summed.mass)
            });
            assert_eq!(got, oracle(&groups, labels, &values, least, competing), "row {turn}, P {least}");
        }
        assert!(classes > rows / 20 && some - classes > rows / 20 && some < rows, "{classes} {some} {rows}");
    }

    #[test]
    fn the_answer_is_that_of_the_rule_as_it_is_written_down() {
        let few = Labels::new(Labels::imagenet().iter().step_by(5).cloned().collect());
        compare(&few, 1000, false);
        compare(&few, 200, true);
    }

    #[test]
    fn so_it_is_with_all_of_imagenet() {
        compare(Labels::imagenet(), 60, false);
    }

    fn answer(of: &[(usize, f32)], least: f64) -> Option<&'static str> {
        let labels = Labels::imagenet();
        let groups = Groups::of(labels).unwrap();
        let mut row = vec![0.0; 1000];
        of.iter().for_each(|&(class, value)| row[class] = value);
        match Candidates::new(&groups, labels, None).sums(&row).most_specific(least)?.concept {
            Concept::Class(class) => labels.get(class).map(|label| label.name.as_str()),
            Concept::Group(group) => Some(groups.all()[group].name()),
        }
    }

    #[test]
    fn a_group_of_a_single_class_does_not_beat_that_class() {
        // WordNet's metatherians are wombat, wallaby and koala; their groups have lower ids than the koala.
        let koala = Labels::imagenet().iter().position(|label| label.name == "koala").unwrap();
        assert_eq!(answer(&[(koala, 0.9), (254, 0.1)], 0.8), Some("koala"));
        let labels = Labels::parse("n01882714 koala\nn02110958 pug\nn02085620 Chihuahua", "test").unwrap();
        let groups = Groups::of(&labels).unwrap();
        let candidates = Candidates::new(&groups, &labels, None);
        let answer = candidates.sums(&[0.9, 0.06, 0.04]).most_specific(0.8).unwrap();
        assert_eq!(answer.concept, Concept::Class(0));
    }

    #[test]
    fn unsure_of_the_breed_it_says_dog_and_unsure_of_everything_it_says_nothing() {
        // A pug and a Chihuahua, then a tabby, then a car wheel.
        assert_eq!(answer(&[(254, 0.9), (151, 0.1)], 0.8), Some("pug"));
        assert_eq!(answer(&[(254, 0.5), (151, 0.4), (281, 0.1)], 0.8), Some("dog"));
        assert_eq!(answer(&[(254, 0.4), (281, 0.5), (479, 0.1)], 0.8), Some("domestic_animal"));
        assert_eq!(answer(&[(254, 0.5), (479, 0.5)], 0.8), None);
    }
}
