//! WordNet 3.0 above ImageNet's classes: 1,860 synsets as a graph, since 38 classes have several parents.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Id, parents and names of each synset; the table's head gives its source and licence.
const TABLE: &str = include_str!("wordnet.txt");

static WORDNET: LazyLock<WordNet> = LazyLock::new(|| WordNet::parse(TABLE));

/// One meaning: a word, or several for the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synset {
    /// WordNet id such as `n02084071`.
    pub wnid: &'static str,
    /// What it is called, with underscores; the first name is the usual one.
    pub names: Vec<&'static str>,
    /// More general synsets, as places in [`WordNet`]: none for `entity` only.
    pub parents: Vec<usize>,
}

/// The synsets that are known here, in the order of their ids.
#[derive(Debug)]
pub struct WordNet {
    synsets: Vec<Synset>,
}

impl WordNet {
    /// The table that is built in.
    pub fn get() -> &'static WordNet {
        &WORDNET
    }

    fn parse(table: &'static str) -> Self {
        let lines = table.lines().filter(|line| !line.starts_with('#'));
        let rows: Vec<[&'static str; 3]> = lines
            .map(|line| {
                let mut fields = line.split('\t');
                std::array::from_fn(|_| fields.next().unwrap_or_default())
            })
            .collect();
        let place = |wnid: &str| rows.binary_search_by(|row| row[0].cmp(wnid)).ok();
        let synset = |[wnid, parents, names]: &[&'static str; 3]| Synset {
            wnid,
            names: names.split(' ').collect(),
            parents: parents.split(' ').filter_map(place).collect(),
        };
        WordNet { synsets: rows.iter().map(synset).collect() }
    }

    /// All synsets, in the order of their ids.
    pub fn synsets(&self) -> &[Synset] {
        &self.synsets
    }

    /// The place of a synset, by its id.
    pub fn find(&self, wnid: &str) -> Option<usize> {
        self.synsets.binary_search_by(|synset| synset.wnid.cmp(wnid)).ok()
    }

    /// Everything more general than a synset, on all ways up, in the order of ids.
    pub fn ancestors(&self, place: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut waiting = self.synsets[place].parents.clone();
        while let Some(next) = waiting.pop() {
            if found.insert(next) {
                waiting.extend(&self.synsets[next].parents);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::answers::labels::Labels;

    /// All ancestors of each of ImageNet's classes, a line a class.
    fn ancestor_lines() -> String {
        let wordnet = WordNet::get();
        let line = |wnid: &str| {
            let ancestors = wordnet.ancestors(wordnet.find(wnid).unwrap());
            let ids = ancestors.iter().map(|&place| wordnet.synsets()[place].wnid);
            [wnid].into_iter().chain(ids).collect::<Vec<_>>().join(" ") + "\n"
        };
        Labels::imagenet().iter().map(|label| line(label.wnid.as_deref().unwrap())).collect()
    }

    #[test]
    fn the_ancestors_of_all_thousand_classes_are_those_of_another_reader_of_wordnet() {
        // fixtures/check_wordnet_groups.py prints this of data.noun; it shares no code with the table's generator.
        let digest = Sha256::digest(ancestor_lines());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, "6715bf0e4e1a99d07f99f71db823d8d877f269895c198e0d02cc5f6d8f090217");
    }

    #[test]
    fn every_parent_is_in_the_table_and_every_way_up_ends_at_entity() {
        let wordnet = WordNet::get();
        let links = TABLE.lines().filter(|line| !line.starts_with('#'));
        let links: usize =
            links.map(|line| line.split('\t').nth(1).unwrap().split_whitespace().count()).sum();
        assert_eq!(wordnet.synsets().iter().map(|synset| synset.parents.len()).sum::<usize>(), links);
        let entity = wordnet.find("n00001740").unwrap();
        for place in (0..wordnet.synsets().len()).filter(|place| *place != entity) {
            assert!(wordnet.ancestors(place).contains(&entity), "{}", wordnet.synsets()[place].wnid);
        }
        let several = |label: &&crate::answers::labels::Label| {
            let place = wordnet.find(label.wnid.as_deref().unwrap()).unwrap();
            wordnet.synsets()[place].parents.len() > 1
        };
        assert_eq!(Labels::imagenet().iter().filter(several).count(), 38);
    }
}
