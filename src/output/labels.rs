//! The output of `nasnet labels`, as text and JSON: a model's classes and the WordNet groups above them.

use std::io::{self, Write};

use serde::Serialize;

use super::pretty;
use super::text::printable;
use crate::answers::finder::folded;
use crate::answers::groups::{Group, Groups};
use crate::answers::labels::Labels;

/// The version of the JSON document's shape.
const SCHEMA: u32 = 1;

/// Groups that the table names beside a class: the nearest ones.
const NEAREST: usize = 3;

/// The classes and groups of a model that have some words in their names.
#[derive(Debug, Serialize)]
pub struct Listing<'a> {
    schema: u32,
    /// The model.
    pub model: &'a str,
    /// By index; `None` where only groups are wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<ClassLine<'a>>>,
    /// In the order of their ids.
    pub groups: Vec<GroupLine<'a>>,
}

/// A class.
#[derive(Debug, Serialize)]
pub struct ClassLine<'a> {
    index: usize,
    wnid: Option<&'a str>,
    label: &'a str,
    /// What WordNet calls it.
    names: &'a [&'a str],
    /// Ids of all groups that it is in.
    groups: Vec<&'a str>,
    /// The nearest groups, on one way up.
    #[serde(skip)]
    way_up: Vec<&'a str>,
}

/// A group.
#[derive(Debug, Serialize)]
pub struct GroupLine<'a> {
    wnid: &'a str,
    label: &'a str,
    names: &'a [&'a str],
    /// Ids of the groups right above it.
    parents: Vec<&'a str>,
    /// Indices of the model's classes that are in it.
    classes: &'a [usize],
}

impl<'a> Listing<'a> {
    /// The classes or groups that match all of `words`. A word matches the beginning of a word of their names or id,
    /// or a whole word of the name of a group above.
    pub fn new(
        model: &'a str,
        labels: &'a Labels,
        groups: Option<&'a Groups>,
        only_groups: bool,
        words: &[String],
    ) -> Self {
        let words: Vec<String> = words.iter().flat_map(|word| split(word)).collect();
        let all = groups.map_or(&[][..], |groups| groups.all());
        let own = |names: &[String], word: &str| names.iter().any(|name| name.starts_with(word));
        let above = |above: &[usize], word: &str| {
            above
                .iter()
                .flat_map(|&group| all[group].names)
                .flat_map(|name| split(name))
                .any(|name| name == word)
        };
        let classes = labels.iter().enumerate().filter_map(|(index, label)| {
            let above_it = groups.map_or(&[][..], |groups| groups.above(index));
            let names = groups.map_or(&[][..], |groups| groups.names(index));
            let mine = words_of([label.name.as_str()].iter().chain(names), label.wnid.as_deref());
            let is_wanted = words.iter().all(|word| own(&mine, word) || above(above_it, word));
            is_wanted.then(|| ClassLine {
                index,
                wnid: label.wnid.as_deref(),
                label: &label.name,
                names,
                groups: above_it.iter().map(|&group| all[group].wnid).collect(),
                way_up: groups.map_or_else(Vec::new, |groups| {
                    groups.way_up(index).into_iter().take(NEAREST).map(|group| all[group].name()).collect()
                }),
            })
        });
        let classes = (!only_groups).then(|| classes.collect());
        let group = |(place, group): (usize, &'a Group)| {
            let mine = words_of(group.names.iter(), Some(group.wnid));
            let is_above = |upper: &usize| groups.is_some_and(|groups| groups.is_above(*upper, place));
            let is_wanted = words.iter().all(|word| {
                own(&mine, word) || above(&(0..all.len()).filter(is_above).collect::<Vec<_>>(), word)
            });
            is_wanted.then(|| GroupLine {
                wnid: group.wnid,
                label: group.name(),
                names: group.names,
                parents: group.parents.iter().map(|&parent| all[parent].wnid).collect(),
                classes: &group.classes,
            })
        };
        let groups = all.iter().enumerate().filter_map(group).collect();
        Listing { schema: SCHEMA, model, classes, groups }
    }

    /// Whether nothing has the words.
    pub fn is_empty(&self) -> bool {
        match &self.classes {
            Some(classes) => classes.is_empty() && self.groups.is_empty(),
            None => self.groups.is_empty(),
        }
    }

    /// Writes a JSON document.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        pretty(self, out)
    }

    /// Writes a table: of classes, or of groups, the largest first, where only those are wanted.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn table(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.classes {
            Some(classes) => classes_table(classes, out),
            None => self.groups_table(out),
        }
    }

    fn groups_table(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut groups: Vec<&GroupLine> = self.groups.iter().collect();
        groups.sort_by_key(|group| (std::cmp::Reverse(group.classes.len()), group.wnid));
        writeln!(out, "{:>7}  {:<9}  group", "classes", "wnid")?;
        for group in groups {
            let names: Vec<String> = group.names.iter().map(|name| spaced(name)).collect();
            let others = match &names[..] {
                [_, others @ ..] if !others.is_empty() => format!(" ({})", others.join(", ")),
                _ => String::new(),
            };
            writeln!(out, "{:>7}  {}  {}{others}", group.classes.len(), group.wnid, spaced(group.label))?;
        }
        Ok(())
    }
}

fn classes_table(classes: &[ClassLine], out: &mut dyn Write) -> io::Result<()> {
    let width = |text: &str| text.chars().count();
    let labels: Vec<String> = classes.iter().map(|class| spaced(&printable(class.label))).collect();
    let widest = labels.iter().map(|label| width(label)).max().unwrap_or_default();
    let ids = classes.iter().filter_map(|class| class.wnid).map(width).max().unwrap_or_default();
    for (class, label) in classes.iter().zip(labels) {
        let wnid = printable(class.wnid.unwrap_or_default());
        let above: Vec<String> = class.way_up.iter().map(|name| spaced(name)).collect();
        let padding = " ".repeat(widest - width(&label));
        let line = format!("{:>5}  {wnid:<ids$}  {label}{padding}  {}", class.index, above.join(" < "));
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// A name's words, whatever their case.
fn split(name: &str) -> Vec<String> {
    let folded = folded(name);
    folded
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn words_of<'n>(names: impl Iterator<Item = &'n &'n str>, wnid: Option<&str>) -> Vec<String> {
    names.flat_map(|name| split(name)).chain(wnid.map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[&str], only_groups: bool) -> (Vec<usize>, Vec<String>) {
        let labels = Labels::imagenet();
        let groups = Groups::of(labels).unwrap();
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let listing = Listing::new("large", labels, Some(&groups), only_groups, &words);
        let classes = listing.classes.iter().flatten().map(|class| class.index).collect();
        (classes, listing.groups.iter().map(|group| group.label.to_owned()).collect())
    }

    #[test]
    fn a_word_finds_its_classes_and_those_below_a_group_of_that_name() {
        let (classes, groups) = found(&["Dog"], false);
        assert!((151..=268).all(|class| classes.contains(&class)), "all breeds: {classes:?}");
        assert!(!classes.contains(&281) && groups.contains(&"toy_dog".to_owned()), "{groups:?}");
        assert_eq!(found(&["dog", "pug"], false).0, [254]);
        assert_eq!(found(&["n02123045"], false).0, [281]);
        assert_eq!(found(&["alsat"], false).0, [235], "WordNet's other names count");
        assert_eq!(found(&["unicorn"], false), (vec![], vec![]));
        assert_eq!(found(&[], true).1.len(), 860);
    }

    #[test]
    fn the_table_names_the_nearest_groups() {
        let labels = Labels::imagenet();
        let groups = Groups::of(labels).unwrap();
        let mut text = Vec::new();
        Listing::new("large", labels, Some(&groups), false, &["pug".to_owned()]).table(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(text.starts_with("  254  n02110958  pug  dog < "), "{text}");
    }
}
