//! Thresholds and keywords of single classes and groups, from a CSV file. Where several rules cover a class, the most
//! specific one applies.

use std::collections::HashMap;

use serde::Serialize;

use super::finder::Finder;
use super::groups::Groups;
use super::rollup::Concept;
use crate::error::{Error, Result};

/// What a file says of a class or group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    /// The least probability, in place of the general one.
    pub threshold: Option<f32>,
    /// The word to use in place of the label.
    pub keyword: Option<String>,
    /// It is never shown.
    pub hidden: bool,
}

/// The rules of a model.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Rules {
    rules: Vec<Rule>,
    /// The class or group that each rule is written for; left out of the identity, which has the rule of every class.
    #[serde(skip)]
    places: Vec<Concept>,
    /// The rule that holds for each class.
    classes: Vec<Option<usize>>,
    /// And for each group.
    groups: Vec<Option<usize>>,
}

const COLUMNS: [&str; 3] = ["label", "threshold", "keyword"];

impl Rules {
    /// Reads the rules of a model from CSV text with a header of `label` and at least one of `threshold` and
    /// `keyword`; also returns notes about them.
    ///
    /// An empty threshold leaves the general one; an empty keyword hides the class or group.
    ///
    /// # Errors
    /// Names `origin`, the line and what is wrong in it.
    pub fn parse(
        text: &str,
        origin: &str,
        finder: &Finder,
        groups: Option<&Groups>,
        classes: usize,
    ) -> Result<(Self, Vec<String>)> {
        let fail =
            |line: usize, detail: String| Error::Config(format!("--rules {origin}, line {line}: {detail}"));
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let of_csv = |error: csv::Error| {
            let line = error.position().map_or(1, |place| line_of(text, place));
            match error.kind() {
                csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                    fail(line, format!("expected {expected_len} fields as in the header, got {len}"))
                }
                _ => fail(line, error.to_string()),
            }
        };
        let header = reader.headers().map_err(of_csv)?.clone();
        let unknown = header.iter().find(|column| !COLUMNS.contains(column));
        let [label, threshold, keyword] =
            COLUMNS.map(|column| header.iter().position(|found| found == column));
        let (Some(label), None, true) = (label, unknown, threshold.or(keyword).is_some()) else {
            let got = header.iter().collect::<Vec<_>>().join(",");
            return Err(fail(1, format!("expected the header label,threshold,keyword, got {got:?}")));
        };

        let (mut rules, mut places, mut lines, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut of_concept: HashMap<Concept, usize> = HashMap::new();
        for record in reader.records() {
            let record = record.map_err(of_csv)?;
            let line = record.position().map_or(1, |place| line_of(text, place));
            let field = |column: Option<usize>| column.and_then(|column| record.get(column));
            let found = finder.find(&record[label]).map_err(|detail| fail(line, detail))?;
            notes.extend(found.note.map(|note| format!("--rules {origin}, line {line}: {note}")));
            let threshold = match field(threshold) {
                None | Some("") => None,
                Some(text) => match text.parse::<f32>() {
                    Ok(value) if (0.0..=1.0).contains(&value) => Some(value),
                    _ => {
                        return Err(fail(
                            line,
                            format!("threshold: expected a number from 0 to 1, got {text:?}"),
                        ));
                    }
                },
            };
            let keyword = field(keyword);
            if let Some(before) = of_concept.insert(found.concept, rules.len()) {
                let before: usize = lines[before];
                return Err(fail(line, format!("{:?} has a rule already, in line {before}", &record[label])));
            }
            lines.push(line);
            places.push(found.concept);
            rules.push(Rule {
                threshold,
                keyword: keyword.filter(|word| !word.is_empty()).map(str::to_owned),
                hidden: keyword == Some(""),
            });
        }
        let own = |concept: Concept| of_concept.get(&concept).copied();
        let nearest = |above: &mut dyn Iterator<Item = usize>| {
            let groups = groups?;
            let with_rule = above.filter_map(|group| Some((group, own(Concept::Group(group))?)));
            let more_specific = |a: usize, b: usize| {
                let count = |group: usize| groups.all()[group].classes.len();
                count(a) < count(b) || count(a) == count(b) && groups.is_above(b, a)
            };
            with_rule.reduce(|best, next| if more_specific(next.0, best.0) { next } else { best })
        };
        let of_class = |class: usize| {
            let above = groups.map_or(&[][..], |groups| groups.above(class));
            own(Concept::Class(class)).or_else(|| nearest(&mut above.iter().copied()).map(|(_, rule)| rule))
        };
        let of_group = |group: usize| {
            let all = groups.map_or(0, |groups| groups.all().len());
            let mut above =
                (0..all).filter(|&upper| groups.is_some_and(|groups| groups.is_above(upper, group)));
            own(Concept::Group(group)).or_else(|| nearest(&mut above).map(|(_, rule)| rule))
        };
        let all_groups = groups.map_or(0, |groups| groups.all().len());
        let (of_class, of_group) =
            ((0..classes).map(of_class).collect(), (0..all_groups).map(of_group).collect());
        Ok((Rules { rules, places, classes: of_class, groups: of_group }, notes))
    }

    /// The rule that holds for a class or group.
    pub fn of(&self, concept: Concept) -> Option<&Rule> {
        self.rules.get(self.which(concept)?)
    }

    /// The class or group whose rule applies to `concept`.
    pub fn place_of(&self, concept: Concept) -> Option<Concept> {
        self.places.get(self.which(concept)?).copied()
    }

    fn which(&self, concept: Concept) -> Option<usize> {
        let rule = match concept {
            Concept::Class(class) => self.classes.get(class),
            Concept::Group(group) => self.groups.get(group),
        };
        rule.copied().flatten()
    }
}

/// The line of the record at a position. The CSV reader skips empty lines before it.
pub(crate) fn line_of(text: &str, place: &csv::Position) -> usize {
    let rest = text.as_bytes().get(place.byte() as usize..).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| b"\r\n".contains(byte)).filter(|byte| **byte == b'\n').count();
    place.line() as usize + empty
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::labels::Labels;

    fn parse(text: &str) -> Result<(Rules, Groups), String> {
        let groups = Groups::of(Labels::imagenet()).unwrap();
        let finder = Finder::new(Some(Labels::imagenet()), Some(&groups), 1000);
        let rules = Rules::parse(text, "r.csv", &finder, Some(&groups), 1000);
        rules.map(|(rules, _)| (rules, groups.clone())).map_err(|error| error.to_string())
    }

    #[test]
    fn the_most_specific_rule_holds() {
        let text = "label,threshold,keyword\nanimal,0.9,animal\ndog,0.5,\"dog, of any breed\"\n\nn02110958,,pug\n281,0.7,\n";
        let (rules, groups) = parse(text).unwrap();
        let of = |class: usize| rules.of(Concept::Class(class)).unwrap();
        assert_eq!((of(254).threshold, of(254).keyword.as_deref()), (None, Some("pug")));
        assert_eq!((of(151).threshold, of(151).keyword.as_deref()), (Some(0.5), Some("dog, of any breed")));
        assert_eq!((of(282).threshold, of(282).keyword.as_deref()), (Some(0.9), Some("animal")));
        assert!(of(281).hidden && !of(282).hidden);
        assert_eq!(rules.of(Concept::Class(479)), None);
        let of_group = |wnid: &str| rules.of(Concept::Group(groups.find(wnid).unwrap()));
        assert_eq!(of_group("n02085374").unwrap().threshold, Some(0.5), "toy dogs are dogs");
        assert_eq!(of_group("n02121620").unwrap().threshold, Some(0.9), "cats are animals");
        assert_eq!(of_group("n00001740"), None);
    }

    #[test]
    fn columns_may_be_left_out_and_stand_in_any_order() {
        let (rules, _) = parse("threshold,label\n0.25,tabby\n").unwrap();
        let rule = rules.of(Concept::Class(281)).unwrap();
        assert_eq!(*rule, Rule { threshold: Some(0.25), keyword: None, hidden: false });
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, said) in [
            ("", "line 1: expected the header label,threshold,keyword, got \"\""),
            ("label\ndog\n", "line 1: expected the header"),
            ("label,threshold,colour\n", "line 1: expected the header"),
            ("label,threshold\ntabby,0.5\nunicorn,1\n", "line 3: \"unicorn\" is not one of"),
            (
                "label,threshold\n\ntabby,1.5\n",
                "line 3: threshold: expected a number from 0 to 1, got \"1.5\"",
            ),
            ("label,threshold\ntabby,half\n", "got \"half\""),
            ("label,threshold\ntabby,NaN\n", "got \"NaN\""),
            ("label,threshold\ntabby\n", "line 2: expected 2 fields as in the header, got 1"),
            (
                "label,threshold\ntabby,0.1\ndog,0.2\n281,0.3\n",
                "line 4: \"281\" has a rule already, in line 2",
            ),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with("--rules r.csv, ") && error.contains(said), "{text:?}: {error}");
        }
    }
}
