//! Finds classes and groups by what people type: an index, a WordNet id, a label, or the name of a group.

use std::collections::{BTreeSet, HashMap};

use super::groups::Groups;
use super::labels::Labels;
use super::nearest::nearest;
use super::rollup::Concept;

/// The names of a model's classes and groups.
#[derive(Debug)]
pub struct Finder<'a> {
    labels: Option<&'a Labels>,
    groups: Option<&'a Groups>,
    classes: usize,
    /// Meanings of names, by kind of name; the first kind that has a name decides.
    names: [HashMap<String, BTreeSet<Concept>>; KINDS],
}

/// Labels as they are, usual names of groups, the same two whatever their case, and WordNet's other names.
const KINDS: usize = 5;

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The class or group.
    pub concept: Concept,
    /// Where it could also have meant another one: which was chosen.
    pub note: Option<String>,
}

impl<'a> Finder<'a> {
    /// The names of a model of `classes` classes; without groups only its labels and indices.
    pub fn new(labels: Option<&'a Labels>, groups: Option<&'a Groups>, classes: usize) -> Self {
        let mut names: [HashMap<String, BTreeSet<Concept>>; KINDS] = Default::default();
        let mut add = |kind: usize, name: String, concept: Concept| {
            names[kind].entry(name).or_default().insert(concept);
        };
        for (class, label) in labels.into_iter().flat_map(|labels| labels.iter().enumerate()) {
            let concept = Concept::Class(class);
            if let Some(wnid) = &label.wnid {
                add(0, wnid.clone(), concept);
            }
            add(0, spaced(&label.name), concept);
            add(2, folded(&label.name), concept);
            for name in groups.map_or(&[][..], |groups| groups.names(class)) {
                add(4, folded(name), concept);
            }
        }
        for (place, group) in groups.into_iter().flat_map(|groups| groups.all().iter().enumerate()) {
            let concept = Concept::Group(place);
            add(1, group.wnid.to_owned(), concept);
            add(1, spaced(group.name()), concept);
            add(3, folded(group.name()), concept);
            for name in group.names {
                add(4, folded(name), concept);
            }
        }
        Finder { labels, groups, classes, names }
    }

    /// The class or group that `text` names. A label goes before an index, and a class before a group.
    ///
    /// # Errors
    /// Says that there is none, with the nearest names, or that there are several, with their ids.
    pub fn find(&self, text: &str) -> Result<Found, String> {
        let text = text.trim();
        let keys = [spaced(text), spaced(text), folded(text), folded(text), folded(text)];
        let hits: Vec<&BTreeSet<Concept>> =
            self.names.iter().zip(&keys).filter_map(|(names, key)| names.get(key)).collect();
        let index = text.parse::<usize>().ok().filter(|&index| index < self.classes);
        match (hits.first(), index) {
            (None, Some(index)) => Ok(Found { concept: Concept::Class(index), note: None }),
            (None, None) => Err(self.unknown(text)),
            (Some(nodes), _) => {
                let mut nodes_of_first = nodes.iter();
                match (nodes_of_first.next(), nodes_of_first.next()) {
                    (Some(&concept), None) => Ok(Found { concept, note: self.note(text, concept) }),
                    _ => {
                        let which: Vec<String> = nodes.iter().map(|&concept| self.id(concept)).collect();
                        Err(format!("{text:?} means several, use one of their ids: {}", which.join(", ")))
                    }
                }
            }
        }
    }

    /// The classes that a concept stands for.
    pub fn classes_of(&self, concept: Concept) -> Vec<usize> {
        match (concept, self.groups) {
            (Concept::Class(class), _) => vec![class],
            (Concept::Group(group), Some(groups)) => groups.all()[group].classes.clone(),
            (Concept::Group(_), None) => Vec::new(),
        }
    }

    /// An unambiguous description of a concept.
    fn id(&self, concept: Concept) -> String {
        match concept {
            Concept::Class(class) => {
                let label = self.labels.and_then(|labels| labels.get(class));
                match label.map(|label| (label.wnid.as_deref(), &label.name)) {
                    Some((Some(wnid), name)) => format!("{wnid} (class {name})"),
                    Some((None, name)) => format!("{class} (class {name})"),
                    None => class.to_string(),
                }
            }
            Concept::Group(group) => {
                let group = self.groups.and_then(|groups| groups.all().get(group));
                group.map_or_else(String::new, |group| {
                    format!("{} (group {} of {} classes)", group.wnid, group.name(), group.classes.len())
                })
            }
        }
    }

    /// A note where a class's name is also the usual name of a group of other classes.
    fn note(&self, text: &str, concept: Concept) -> Option<String> {
        let Concept::Class(class) = concept else { return None };
        let names = [&self.names[1], &self.names[3]];
        let usual =
            names.iter().zip([spaced(text), folded(text)]).find_map(|(names, key)| names.get(&key))?;
        let inside = |concept: &&Concept| match (concept, self.groups) {
            (Concept::Group(group), Some(groups)) => groups.all()[*group].classes != [class],
            _ => false,
        };
        let other = usual.iter().find(inside)?;
        Some(format!("{text:?} is taken for {}; the other one is {}", self.id(concept), self.id(*other)))
    }

    fn unknown(&self, text: &str) -> String {
        let wordnet = super::groups::wordnet::WordNet::get();
        if let Some(synset) = wordnet.find(text).and_then(|place| wordnet.synsets().get(place)) {
            let name = synset.names.first().copied().unwrap_or_default();
            return format!("{text} ({name}) has no class in the model");
        }
        let what = match self.groups {
            Some(groups) => {
                format!("not one of the model's {} classes and {} groups", self.classes, groups.all().len())
            }
            None => format!("not one of the model's {} classes", self.classes),
        };
        let names = self.names[2..].iter().flat_map(|names| names.keys());
        match &nearest(&folded(text), names.map(String::as_str))[..] {
            [] => format!("{text:?} is {what}"),
            nearest => format!("{text:?} is {what}; the nearest: {}", nearest.join(", ")),
        }
    }
}

/// Looks for names among the classes and groups of a model: its groups only where its labels carry WordNet ids.
pub fn with_names<T>(
    labels: Option<&Labels>,
    classes: usize,
    look: impl FnOnce(&Finder, Option<&Groups>) -> T,
) -> T {
    let groups = labels.and_then(|labels| Groups::of(labels).ok());
    look(&Finder::new(labels, groups.as_ref(), classes), groups.as_ref())
}

/// A name with spaces, as people write labels.
fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// A name without its case and hyphens.
pub fn folded(name: &str) -> String {
    name.replace(['_', '-'], " ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_imagenet<T>(look: impl FnOnce(&Finder, &Groups) -> T) -> T {
        with_names(Some(Labels::imagenet()), 1000, |finder, groups| look(finder, groups.unwrap()))
    }

    #[test]
    fn indices_ids_labels_groups_and_other_names_are_found() {
        with_imagenet(|finder, groups| {
            for (text, class) in [
                ("281", 281),
                ("n02123045", 281),
                ("tabby", 281),
                (" tiger shark ", 3),
                ("tiger_shark", 3),
                ("Tiger Shark", 3),
                ("cardigan", 474),
                ("Cardigan", 264),
                ("alsatian", 235),
            ] {
                assert_eq!(finder.find(text).unwrap().concept, Concept::Class(class), "{text}");
            }
            for (text, wnid) in [
                ("dog", "n02084071"),
                ("n02084071", "n02084071"),
                ("Domestic Dog", "n02084071"),
                ("toy-dog", "n02085374"),
            ] {
                let found = finder.find(text).unwrap();
                assert_eq!(found.concept, Concept::Group(groups.find(wnid).unwrap()), "{text}");
                assert_eq!(found.note, None);
            }
        });
    }

    #[test]
    fn every_label_that_occurs_once_is_found_as_it_stands() {
        with_imagenet(|finder, _| {
            for (class, label) in Labels::imagenet().iter().enumerate() {
                match finder.find(&label.name) {
                    Ok(found) => assert_eq!(found.concept, Concept::Class(class)),
                    Err(error) => assert!(["crane", "maillot"].contains(&&*label.name), "{error}"),
                }
            }
        });
    }

    #[test]
    fn a_name_of_several_is_an_error_and_a_class_that_is_called_like_a_group_is_said() {
        with_imagenet(|finder, _| {
            let several = finder.find("crane").unwrap_err();
            assert!(several.contains("n02012849 (class crane), n03126707 (class crane)"), "{several}");
            let groups = finder.find("vessel").unwrap_err();
            assert!(groups.contains("(group vessel of"), "{groups}");
            let found = finder.find("amphibian").unwrap();
            assert_eq!(found.concept, Concept::Class(408));
            let note = found.note.unwrap();
            assert!(
                note.contains("taken for n02704792 (class amphibian); the other one is n01627424 (group"),
                "{note}"
            );
        });
    }

    #[test]
    fn unknown_names_get_the_three_nearest() {
        with_imagenet(|finder, _| {
            let unknown = finder.find("tabbi").unwrap_err();
            assert!(
                unknown.starts_with("\"tabbi\" is not one of the model's 1000 classes and 860 groups"),
                "{unknown}"
            );
            assert_eq!(unknown.split("nearest: ").nth(1).unwrap().split(", ").count(), 3);
            assert!(unknown.contains("nearest: tabby,"), "{unknown}");
            assert!(finder.find("1000").is_err() && finder.find("-1").is_err() && finder.find("").is_err());
        });
    }

    #[test]
    fn without_labels_there_are_indices() {
        let finder = Finder::new(None, None, 7);
        assert_eq!(finder.find("6").unwrap().concept, Concept::Class(6));
        assert_eq!(finder.find("dog").unwrap_err(), "\"dog\" is not one of the model's 7 classes");
    }
}
