//! Which of a model's classes compete: a list of indices, WordNet ids, labels and groups.

use std::collections::BTreeSet;

use super::finder::Finder;
use crate::error::{Error, Result};

/// A name in a list, and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry<'a> {
    line: Option<usize>,
    text: &'a str,
}

/// A list of classes as it was typed, before it is resolved against a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClassList {
    /// Names, separated by commas.
    Inline(String),
    /// A file with one name on each line.
    File {
        /// Where it is from.
        origin: String,
        /// Its text; empty lines and those that begin with `#` are skipped.
        text: String,
    },
}

impl ClassList {
    fn entries(&self) -> Vec<Entry<'_>> {
        match self {
            ClassList::Inline(text) => text.split(',').map(|text| Entry { line: None, text }).collect(),
            ClassList::File { text, .. } => {
                let lines = text.trim_start_matches('\u{feff}').lines().zip(1..);
                lines
                    .map(|(text, line)| Entry { line: Some(line), text: text.trim() })
                    .filter(|entry| !entry.text.is_empty() && !entry.text.starts_with('#'))
                    .collect()
            }
        }
    }

    /// The classes of a model that the list names, in their order, and notes about the names.
    ///
    /// # Errors
    /// Names the entry that is no class and no group, and its line; or says that the list is empty.
    pub fn resolve(&self, finder: &Finder) -> Result<(Vec<usize>, Vec<String>)> {
        let entries = self.entries().into_iter().map(|Entry { line, text }| {
            let place = match (self, line) {
                (ClassList::File { origin, .. }, Some(line)) => format!("--classes {origin}, line {line}"),
                _ => "--classes".to_owned(),
            };
            (place, text)
        });
        let (classes, notes) = named(entries, finder)?;
        if classes.is_empty() {
            let origin = match self {
                ClassList::Inline(_) => String::new(),
                ClassList::File { origin, .. } => format!(" {origin}"),
            };
            return Err(Error::Config(format!("--classes{origin}: the list names no class")));
        }
        Ok((classes.into_iter().collect(), notes))
    }
}

/// The classes that names stand for, and notes about the names. With each name comes the place that has it.
///
/// # Errors
/// Names the one that is no class and no group, or means several, and its place.
pub fn named<'a>(
    names: impl IntoIterator<Item = (String, &'a str)>,
    finder: &Finder,
) -> Result<(BTreeSet<usize>, Vec<String>)> {
    let (mut classes, mut notes) = (BTreeSet::new(), Vec::new());
    for (place, text) in names {
        let found = finder.find(text).map_err(|detail| Error::Config(format!("{place}: {detail}")))?;
        classes.extend(finder.classes_of(found.concept));
        notes.extend(found.note.map(|note| format!("{place}: {note}")));
    }
    Ok((classes, notes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::groups::Groups;
    use crate::answers::labels::Labels;

    fn resolve(list: ClassList) -> Result<Vec<usize>, String> {
        let groups = Groups::of(Labels::imagenet()).unwrap();
        let finder = Finder::new(Some(Labels::imagenet()), Some(&groups), 1000);
        list.resolve(&finder).map(|(classes, _)| classes).map_err(|error| error.to_string())
    }

    fn file(text: &str) -> ClassList {
        ClassList::File { origin: "list.txt".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn groups_stand_for_their_classes_and_nothing_counts_twice() {
        let inline = resolve(ClassList::Inline("tabby, 3,domestic cat,n02084071".to_owned())).unwrap();
        assert_eq!(inline.len(), 1 + 5 + 118);
        assert_eq!((inline[0], &inline[119..]), (3, &[281, 282, 283, 284, 285][..]));
        let text = "\u{feff}# mine\r\ntabby\r\n\r\n  3 \ndomestic cat\nn02084071";
        assert_eq!(resolve(file(text)).unwrap(), inline);
    }

    #[test]
    fn an_unknown_name_is_named_with_its_line() {
        let error = resolve(file("tabby\n\n# no\nunicorn\n")).unwrap_err();
        assert!(error.starts_with("--classes list.txt, line 4: \"unicorn\" is not one of"), "{error}");
        let error = resolve(ClassList::Inline("tabby,".to_owned())).unwrap_err();
        assert!(error.starts_with("--classes: \"\" is not one of"), "{error}");
        assert_eq!(resolve(file("# nothing\n")).unwrap_err(), "--classes list.txt: the list names no class");
    }
}
