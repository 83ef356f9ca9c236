//! Keywords of an image for photo managers: words, and where each stands below the WordNet groups.

use super::groups::Groups;
use super::labels::Labels;
use super::policy::Decision;
use super::rollup::{Concept, RolledUp};
use super::rules::Rules;

/// The separator between the parts of a path.
const SEPARATOR: &str = "|";

/// The keywords of an image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keywords {
    /// Single words or names, the surest first; none occurs twice.
    pub words: Vec<String>,
    /// Such as `animal|mammal|dog|pug`: each word below its groups. Words in no known group have none.
    pub paths: Vec<String>,
}

/// Turns answers into keywords.
#[derive(Debug)]
pub struct Vocabulary<'a> {
    labels: &'a Labels,
    groups: Option<Groups>,
    rules: Option<&'a Rules>,
}

impl<'a> Vocabulary<'a> {
    /// The words of a model; without WordNet ids they have no paths.
    pub fn new(labels: &'a Labels, rules: Option<&'a Rules>) -> Self {
        Vocabulary { labels, groups: Groups::of(labels).ok(), rules }
    }

    /// The keywords of an answer: those of its classes, and where it has none that of its group.
    ///
    /// A word is the keyword of the rule that holds for the class or group, else its name with spaces.
    pub fn of(&self, answer: &Decision) -> Keywords {
        let mut keywords = Keywords::default();
        for best in &answer.predictions {
            self.add(Concept::Class(best.index), &mut keywords);
        }
        if let (true, Some(RolledUp::Known { wnid: Some(wnid), .. })) =
            (answer.predictions.is_empty(), &answer.group)
            && let Some(concept) = self.concept(wnid)
        {
            self.add(concept, &mut keywords);
        }
        keywords
    }

    fn add(&self, concept: Concept, keywords: &mut Keywords) {
        // A rule's word takes the place of the rule's own class or group: a rule for dogs makes every breed a dog.
        let by_rule = self.rules.and_then(|rules| {
            let word = rules.of(concept)?.keyword.clone()?;
            Some((rules.place_of(concept)?, word))
        });
        let (concept, word) = match by_rule {
            Some(found) => found,
            None => (concept, self.name(concept)),
        };
        let word = clean(&word);
        if word.is_empty() {
            return;
        }
        if let Some(path) = self.path(concept, &word).filter(|path| !keywords.paths.contains(path)) {
            keywords.paths.push(path);
        }
        if !keywords.words.contains(&word) {
            keywords.words.push(word);
        }
    }

    fn concept(&self, wnid: &str) -> Option<Concept> {
        let of_class = self.labels.iter().position(|label| label.wnid.as_deref() == Some(wnid));
        let of_group = || self.groups.as_ref().and_then(|groups| groups.find(wnid));
        of_class.map(Concept::Class).or_else(|| of_group().map(Concept::Group))
    }

    /// What a class or group is called, with spaces.
    fn name(&self, concept: Concept) -> String {
        let name = match (concept, &self.groups) {
            (Concept::Class(class), _) => self.labels.get(class).map(|label| label.name.as_str()),
            (Concept::Group(group), Some(groups)) => Some(groups.all()[group].name()),
            (Concept::Group(_), None) => None,
        };
        name.unwrap_or_default().replace('_', " ")
    }

    /// A word below the groups that it is in. Groups of more than half of the model's classes are too general and
    /// left out, as in rolled-up answers.
    fn path(&self, concept: Concept, word: &str) -> Option<String> {
        let groups = self.groups.as_ref()?;
        let (mut above, own) = match concept {
            Concept::Class(class) => {
                (groups.way_up(class), self.labels.get(class).and_then(|label| label.wnid.as_deref()))
            }
            Concept::Group(group) => (groups.way_above(group), None),
        };
        above.reverse();
        let parts = above.into_iter().map(|group| &groups.all()[group]);
        let says_something = parts.filter(|group| 2 * group.classes.len() <= groups.classes());
        // A class that is above another one is in the group of its own name.
        let names = says_something.filter(|group| own != Some(group.wnid)).map(|group| group.name());
        let mut path: Vec<String> = names.map(part).collect();
        if path.is_empty() {
            return None;
        }
        path.push(part(word));
        Some(path.join(SEPARATOR))
    }
}

/// A name as a part of a path.
fn part(name: &str) -> String {
    name.replace('_', " ").replace(SEPARATOR, "/")
}

/// A word without characters that XML cannot hold, and without space around it.
fn clean(word: &str) -> String {
    let is_refused = |character: char| character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}');
    let spaced = |character: char| if is_refused(character) { ' ' } else { character };
    word.chars().map(spaced).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::finder::with_names;
    use crate::answers::policy::Policy;
    use crate::answers::predictions::{Scores, Selection};

    /// The keywords of an image that shows these classes with these probabilities.
    fn keywords(of: &[(usize, f32)], rules: &str, rollup: Option<f64>) -> Keywords {
        let labels = Labels::imagenet();
        let mut logits = vec![-40.0; 1000];
        of.iter().for_each(|&(class, probability)| logits[class] = probability.ln());
        let selection = Selection { top_k: 5, threshold: Some(0.3) };
        let mut policy = Policy::new(Some(labels.clone()), Scores::Probability, selection);
        if !rules.is_empty() {
            policy = policy.with_rules(with_names(Some(labels), 1000, |finder, groups| {
                Rules::parse(rules, "r.csv", finder, groups, 1000).unwrap().0
            }));
        }
        if let Some(least) = rollup {
            policy = policy.rolled_up(least).unwrap();
        }
        Vocabulary::new(labels, policy.rules()).of(&policy.decide(&logits))
    }

    const CANINE: &str = "animal|chordate|vertebrate|mammal|placental|carnivore|canine";

    fn ends(path: &str, end: &str) {
        assert!(path.ends_with(end), "{path}");
    }

    #[test]
    fn a_label_gets_its_groups_above_it() {
        let found = keywords(&[(285, 0.5), (254, 0.4), (151, 0.1)], "", None);
        assert_eq!(found.words, ["Egyptian cat", "pug"]);
        ends(&found.paths[0], "|mammal|placental|carnivore|feline|cat|domestic cat|Egyptian cat");
        ends(&found.paths[1], &format!("{CANINE}|dog|pug"));
        assert!(!found.paths[0].contains("entity|"), "{found:?}");
    }

    #[test]
    fn a_rule_gives_its_word_where_it_stands() {
        let found = keywords(
            &[(254, 0.5), (151, 0.4), (479, 0.1)],
            "label,threshold,keyword\ndog,0.2,Hünd|chen\n479,0.05,Rad",
            None,
        );
        assert_eq!(found.words, ["Hünd|chen", "Rad"]);
        assert_eq!(found.paths.len(), 2);
        ends(&found.paths[0], &format!("{CANINE}|Hünd/chen"));
        ends(&found.paths[1], "|Rad");
    }

    #[test]
    fn unsure_of_the_class_it_is_the_group() {
        let unsure = [(254, 0.28), (151, 0.27), (152, 0.25), (479, 0.2)];
        let found = keywords(&unsure, "", Some(0.75));
        assert_eq!(found.words, ["dog"]);
        ends(&found.paths[0], &format!("{CANINE}|dog"));
        assert_eq!(keywords(&unsure, "label,keyword\nanimal,Tier", Some(0.75)).words, ["Tier"]);
        assert_eq!(keywords(&unsure, "", None), Keywords::default());
        assert_eq!(keywords(&unsure, "", Some(0.99)), Keywords::default());
    }

    #[test]
    fn words_hold_nothing_that_xml_cannot() {
        assert_eq!(clean(" a\u{1}b\n\u{ffff} "), "a b");
        assert_eq!(clean("猫 & <Katze>"), "猫 & <Katze>");
    }

    #[test]
    fn without_wordnet_ids_there_are_words_without_paths() {
        let labels = Labels::parse("cat_of_mine\ndog", "test").unwrap();
        let policy = Policy::new(Some(labels.clone()), Scores::Probability, Selection::default());
        let found = Vocabulary::new(&labels, None).of(&policy.decide(&[9.0, 0.0]));
        assert_eq!((found.words[0].as_str(), found.paths.len()), ("cat of mine", 0));
    }
}
