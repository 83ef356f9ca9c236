//! Finds the tensors of a file by what their names mean in a NASNet-A.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::nasnet::identify::Shapes;
use crate::nasnet::names::{self, Key, Scheme};
use crate::weights::file_contents::{FileContents, FileTensor};

/// The tensors of a file by the keys of their names.
pub(crate) struct TensorIndex {
    /// Key to the place in the file's list.
    pub places: HashMap<String, usize>,
    /// Tensors without a key, or with one that another tensor has already.
    pub unknown: Vec<usize>,
    /// Tensors of a PyTorch module around the network, such as a loss with weights of its own.
    pub beside: Vec<usize>,
    /// How keys are spelled.
    pub scheme: Scheme,
    /// N.
    pub blocks: usize,
}

/// A file's contents with the index of their names.
pub(crate) struct IndexedFile<'a> {
    /// What it is called in errors.
    pub origin: &'a str,
    /// Its tensors and what it says about them.
    pub contents: &'a FileContents,
    /// Which of the tensors is which weight.
    pub index: TensorIndex,
}

impl<'a> IndexedFile<'a> {
    /// Reads the names of `contents`.
    ///
    /// # Errors
    /// As [`TensorIndex::new`].
    pub fn new(origin: &'a str, contents: &'a FileContents) -> Result<Self> {
        let index = TensorIndex::new(origin, contents)?;
        Ok(IndexedFile { origin, contents, index })
    }

    /// A note about the tensors that are left out, where there are any.
    pub fn note(&self) -> Option<String> {
        let beside = &self.index.beside;
        let first = self.contents.tensors.get(*beside.first()?)?;
        let (count, name) = (beside.len(), &first.name);
        Some(format!("{count} of the file's tensors are not the network's and are left out, as {name}"))
    }

    /// The shapes of the tensors that have a place.
    pub fn shapes<'s>(&'s self) -> Shapes<'s, impl Fn(&str) -> Option<&'s [usize]>> {
        let TensorIndex { places, scheme, blocks, .. } = &self.index;
        let of = |key: &str| places.get(key).map(|place| self.contents.tensors[*place].shape.as_slice());
        Shapes { scheme: *scheme, blocks: *blocks, of }
    }
}

impl TensorIndex {
    /// Reads the names.
    ///
    /// # Errors
    /// [`Error::Weights`] when there is no normal cell of a NASNet-A among them.
    fn new(origin: &str, contents: &FileContents) -> Result<TensorIndex> {
        let tensors = &contents.tensors;
        let recorded = contents.card.as_ref().and_then(|card| card.head.as_ref());
        let head: Vec<&str> =
            contents.head.head().or(recorded).map_or_else(Vec::new, |head| head.weighted().collect());
        let keys = |key: &dyn Fn(&str) -> Option<Key>| -> Vec<Option<Key>> {
            tensors.iter().map(|tensor| key(&tensor.path)).collect()
        };
        let (keras, torch) = (keys(&|path| names::keras_key(path, &head)), keys(&names::torch_key));
        let count = |keys: &[Option<Key>]| keys.iter().flatten().count();
        let is_keras = count(&keras) >= count(&torch);
        let keys = if is_keras { keras } else { torch };
        let depth = names::usual_depth(&keys);
        let Some((blocks, scheme)) =
            names::blocks(keys.iter().flatten().map(|key| key.name.as_str()), is_keras)
        else {
            return Err(Error::weights(
                origin,
                format!("not a NASNet-A: no tensor is named after one of its cells; {}", census(tensors)),
            ));
        };
        // Every cell has dozens of tensors, so a greater number comes from a malformed name.
        if blocks > tensors.len() {
            let detail =
                format!("not a NASNet-A: a cell's number asks for N = {blocks}; {}", census(tensors));
            return Err(Error::weights(origin, detail));
        }
        // The prefix of a module within another one, such as `model.`.
        let prefix = keys.iter().zip(tensors).find_map(|(key, tensor)| {
            tensor.path.strip_suffix(&key.as_ref().filter(|key| key.depth == depth)?.name)
        });
        let is_beside =
            |place: usize| !is_keras && prefix.is_some_and(|prefix| !tensors[place].path.starts_with(prefix));
        let (mut places, mut unknown, mut beside) = (HashMap::new(), Vec::new(), Vec::new());
        for (place, key) in keys.into_iter().enumerate() {
            match key {
                None if is_beside(place) => beside.push(place),
                Some(key) if key.depth <= depth && !places.contains_key(&key.name) => {
                    places.insert(key.name, place);
                }
                _ => unknown.push(place),
            }
        }
        Ok(TensorIndex { places, unknown, beside, scheme, blocks })
    }
}

/// What a file holds, for errors.
fn census(tensors: &[FileTensor]) -> String {
    if tensors.is_empty() {
        return "it holds no tensors".to_owned();
    }
    let first: Vec<_> = tensors.iter().take(4).map(|tensor| tensor.name.as_str()).collect();
    let more = if tensors.len() > first.len() { ", ..." } else { "" };
    format!("it holds {} tensors, as {}{more}", tensors.len(), first.join(", "))
}
