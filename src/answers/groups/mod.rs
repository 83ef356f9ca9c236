//! The WordNet groups above a model's classes. They form a graph, not a tree: a class can be in several groups that
//! do not contain each other.

pub mod wordnet;

use std::collections::{BTreeMap, BTreeSet};

use super::labels::Labels;
use crate::error::{Error, Result};
use wordnet::WordNet;

/// A synset with at least one of the model's classes below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// WordNet id.
    pub wnid: &'static str,
    /// What it is called, with underscores; the first name is the usual one.
    pub names: &'static [&'static str],
    /// The model's classes that are it or below it, in their order.
    pub classes: Vec<usize>,
    /// The groups right above it, WordNet's first one first.
    pub parents: Vec<usize>,
}

impl Group {
    /// The usual name.
    pub fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or(self.wnid)
    }
}

/// The groups above a model's classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    /// In the order of their ids.
    groups: Vec<Group>,
    /// For each class, what is known of it.
    classes: Vec<Option<ClassGroups>>,
}

/// The groups of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ClassGroups {
    names: &'static [&'static str],
    /// The groups right above it.
    parents: Vec<usize>,
    /// All groups that it is in, in the order of their ids.
    groups: Vec<usize>,
}

impl Groups {
    /// Those of a model whose labels carry WordNet ids.
    ///
    /// # Errors
    /// When no class has an id that is among ImageNet's or above them.
    pub fn of(labels: &Labels) -> Result<Self> {
        let wordnet = WordNet::get();
        let synset = |wnid: Option<&str>| wnid.and_then(|wnid| wordnet.find(wnid));
        let known: Vec<Option<usize>> = labels.iter().map(|label| synset(label.wnid.as_deref())).collect();
        if known.iter().all(Option::is_none) {
            return Err(Error::Config(
                "the model's labels have no WordNet ids of ImageNet's, so its classes are in no known groups"
                    .to_owned(),
            ));
        }
        let ancestors: Vec<BTreeSet<usize>> = known
            .iter()
            .map(|synset| synset.map_or_else(BTreeSet::new, |at| wordnet.ancestors(at)))
            .collect();
        let above: BTreeSet<usize> = ancestors.iter().flatten().copied().collect();
        let place: BTreeMap<usize, usize> = above.iter().copied().zip(0..).collect();
        let parents = |synset: usize| {
            let parents = wordnet.synsets()[synset].parents.iter();
            parents.filter_map(|parent| place.get(parent).copied()).collect::<Vec<usize>>()
        };
        let mut groups: Vec<Group> = above
            .iter()
            .map(|&at| {
                let synset = &wordnet.synsets()[at];
                Group { wnid: synset.wnid, names: &synset.names, classes: Vec::new(), parents: parents(at) }
            })
            .collect();
        let classes = known.iter().zip(ancestors).enumerate().map(|(class, (&synset, ancestors))| {
            let at = synset?;
            // A class may itself be above another one; it is then in the group of its own name.
            let own = place.get(&at).copied();
            let mut all: Vec<usize> = ancestors.iter().filter_map(|at| place.get(at).copied()).collect();
            all.extend(own);
            all.sort_unstable();
            for &group in &all {
                groups[group].classes.push(class);
            }
            let parents = own.map_or_else(|| parents(at), |own| vec![own]);
            Some(ClassGroups { names: &wordnet.synsets()[at].names, parents, groups: all })
        });
        let classes = classes.collect();
        Ok(Groups { groups, classes })
    }

    /// All groups, in the order of their ids.
    pub fn all(&self) -> &[Group] {
        &self.groups
    }

    /// A group by its id.
    pub fn find(&self, wnid: &str) -> Option<usize> {
        self.groups.binary_search_by(|group| group.wnid.cmp(wnid)).ok()
    }

    /// How many classes the model has.
    pub fn classes(&self) -> usize {
        self.classes.len()
    }

    /// All groups that a class is in, in the order of their ids.
    pub fn above(&self, class: usize) -> &[usize] {
        self.classes.get(class).and_then(Option::as_ref).map_or(&[], |place| &place.groups)
    }

    /// WordNet's names of a class; none where WordNet does not know it.
    pub fn names(&self, class: usize) -> &'static [&'static str] {
        self.classes.get(class).and_then(Option::as_ref).map_or(&[], |place| place.names)
    }

    /// One way up from a class, from the nearest group to `entity`: always by the first parent.
    pub fn way_up(&self, class: usize) -> Vec<usize> {
        let place = self.classes.get(class).and_then(Option::as_ref);
        self.way_from(place.and_then(|place| place.parents.first().copied()))
    }

    /// The same from a group, which is not on the way itself.
    pub fn way_above(&self, group: usize) -> Vec<usize> {
        self.way_from(self.groups[group].parents.first().copied())
    }

    fn way_from(&self, mut next: Option<usize>) -> Vec<usize> {
        let mut way = Vec::new();
        while let Some(group) = next {
            way.push(group);
            next = self.groups[group].parents.first().copied();
        }
        way
    }

    /// Whether one group is above another, on any way.
    pub fn is_above(&self, upper: usize, lower: usize) -> bool {
        let parents = &self.groups[lower].parents;
        parents.iter().any(|&parent| parent == upper || self.is_above(upper, parent))
    }

    /// The sum of each group's values, in the order of the groups.
    ///
    /// `values`: one a class.
    pub fn sums(&self, values: &[f32]) -> Vec<f64> {
        let sum = |group: &Group| group.classes.iter().map(|&class| f64::from(values[class])).sum();
        self.groups.iter().map(sum).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imagenet() -> Groups {
        Groups::of(Labels::imagenet()).unwrap()
    }

    #[test]
    fn imagenet_has_860_groups_and_118_dogs() {
        let groups = imagenet();
        assert_eq!((groups.all().len(), groups.classes()), (860, 1000));
        let dog = &groups.all()[groups.find("n02084071").unwrap()];
        assert_eq!((dog.name(), dog.classes.len()), ("dog", 118));
        assert!(dog.classes.iter().all(|class| (151..=268).contains(class)));
        assert_eq!(groups.all()[groups.find("n00001740").unwrap()].classes.len(), 1000);
        assert_eq!(groups.find("n02123045"), None, "a class is no group");
    }

    #[test]
    fn the_way_up_from_a_tabby_passes_the_cats() {
        let groups = imagenet();
        let names: Vec<&str> = groups.way_up(281).iter().map(|&group| groups.all()[group].name()).collect();
        assert_eq!(names[..5], ["domestic_cat", "cat", "feline", "carnivore", "placental"]);
        assert_eq!(names.last(), Some(&"entity"));
        let [cat, feline] = ["n02121620", "n02120997"].map(|wnid| groups.find(wnid).unwrap());
        assert!(groups.is_above(feline, cat) && !groups.is_above(cat, feline));
    }

    #[test]
    fn a_model_of_few_classes_has_the_groups_above_those() {
        let labels =
            Labels::parse("n02123045 tabby\nthing\nn02121620 any cat\nn01322604 calf", "test").unwrap();
        let groups = Groups::of(&labels).unwrap();
        assert!(groups.all().iter().all(|group| group.classes == [0] || group.classes == [0, 2]));
        let cat = groups.find("n02121620").unwrap();
        assert_eq!(groups.all()[cat].classes, [0, 2], "a class above another is in the group of its name");
        assert_eq!(groups.way_up(2).first(), Some(&cat));
        assert!(groups.above(1).is_empty() && groups.above(3).is_empty());
    }

    #[test]
    fn a_model_without_wordnet_ids_has_no_groups() {
        let labels = Labels::parse("cat\ndog", "test").unwrap();
        let error = Groups::of(&labels).unwrap_err().to_string();
        assert!(error.contains("no WordNet ids"), "{error}");
    }

    #[test]
    fn sums_are_those_of_the_classes_below() {
        let groups = imagenet();
        let values: Vec<f32> = (0..1000).map(|class| class as f32).collect();
        let sums = groups.sums(&values);
        assert_eq!(sums[groups.find("n02084071").unwrap()], f64::from((151..=268).sum::<i32>()));
        assert_eq!(sums[groups.find("n00001740").unwrap()], 499_500.0);
    }
}
