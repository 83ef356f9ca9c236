//! Decides which keywords are added and removed, from those that are wanted, those in the sidecar, and those of them
//! that are ours.

use super::Property;
use super::document::{Document, List};
use crate::answers::keywords::Keywords;

/// What is to be done to a list of keywords and to the record of ours among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Texts to add.
    pub add: Vec<String>,
    /// Items to remove, by their places.
    pub remove: Vec<usize>,
}

impl Change {
    fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}

/// What is to be done to a sidecar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SidecarPlan {
    /// In the order of [`Property::ALL`].
    pub changes: [Change; Property::ALL.len()],
}

impl SidecarPlan {
    /// The smallest change that replaces our keywords with these, and names their image.
    pub fn new(document: &Document, wanted: &Keywords, image: Option<&str>) -> Self {
        let list = |property| document.list(property);
        let words = OfKind::new(list(Property::Subject), list(Property::OurSubject), &wanted.words);
        let paths = OfKind::new(list(Property::Hierarchical), list(Property::OurHierarchical), &wanted.paths);
        let image = image.filter(|_| words.some_are_ours || paths.some_are_ours);
        let image = of_image(list(Property::OurImage), image);
        SidecarPlan { changes: [words.list, paths.list, words.record, paths.record, image] }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.iter().all(Change::is_empty)
    }

    /// The keywords that come, and those that go: words, or paths where words stay.
    pub fn summary(&self, document: &Document) -> (Vec<String>, Vec<String>) {
        let which = Property::ALL.into_iter().zip(&self.changes).find(|(_, change)| !change.is_empty());
        let Some((property, change)) = which else { return Default::default() };
        let items = document.list(property).map_or(&[][..], |list| &list.items);
        let removed = change.remove.iter().filter_map(|&place| items.get(place)?.text.clone());
        (change.add.clone(), removed.collect())
    }
}

/// The change of the name of the image.
fn of_image(list: Option<&List>, image: Option<&str>) -> Change {
    let items = list.map_or(&[][..], |list| &list.items);
    let is_it = |place: &usize| image.is_some() && items[*place].text.as_deref() == image;
    let (stays, remove): (Vec<usize>, Vec<usize>) = (0..items.len()).partition(is_it);
    let add = image.filter(|_| stays.is_empty()).map(str::to_owned);
    Change { add: add.into_iter().collect(), remove }
}

/// The changes of a list and of the record of what in it is ours.
struct OfKind {
    list: Change,
    record: Change,
    /// Whether the list then holds anything of ours.
    some_are_ours: bool,
}

impl OfKind {
    fn new(list: Option<&List>, record: Option<&List>, wanted: &[String]) -> Self {
        let texts = |list: Option<&List>| -> Vec<Option<String>> {
            list.map_or_else(Vec::new, |list| list.items.iter().map(|item| item.text.clone()).collect())
        };
        let (there, recorded) = (texts(list), texts(record));
        // Of two equal words, one is another tool's.
        let is_ours = |place: usize| {
            there[place].is_some()
                && recorded.contains(&there[place])
                && !there[place + 1..].contains(&there[place])
        };
        let (ours, others): (Vec<usize>, Vec<usize>) = (0..there.len()).partition(|&place| is_ours(place));
        let holds =
            |places: &[usize], word: &String| places.iter().any(|&at| there[at].as_ref() == Some(word));
        let to_be_ours: Vec<&String> = wanted.iter().filter(|word| !holds(&others, word)).collect();
        let stays = |text: &Option<String>| text.as_ref().is_some_and(|text| to_be_ours.contains(&text));
        let add = to_be_ours.iter().filter(|word| !holds(&ours, word)).map(|&word| word.clone()).collect();
        let remove = ours.iter().copied().filter(|&place| !stays(&there[place])).collect();
        let missing = |word: &&&String| !recorded.iter().flatten().any(|text| text == **word);
        let of_record = Change {
            add: to_be_ours.iter().filter(missing).map(|&word| word.clone()).collect(),
            remove: (0..recorded.len()).filter(|&place| !stays(&recorded[place])).collect(),
        };
        OfKind { list: Change { add, remove }, record: of_record, some_are_ours: !to_be_ours.is_empty() }
    }
}
