//! The tensors of a file, found by what their names mean in a NASNet-A.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::nasnet::identify::Shapes;
use crate::nasnet::names::{self, Key, Scheme};
use crate::weights::source::FileTensor;

/// The tensors of a file by the keys of their names.
pub(crate) struct Index {
    /// Key to the place in the file's list.
    pub places: HashMap<String, usize>,
    /// Tensors without a key, or whose key another one has.
    pub unknown: Vec<usize>,
    /// How keys are spelled.
    pub scheme: Scheme,
    /// N.
    pub blocks: usize,
}

impl Index {
    /// Reads the names.
    ///
    /// # Errors
    /// [`Error::Weights`] when there is no normal cell of a NASNet-A among them.
    pub fn new(origin: &str, tensors: &[FileTensor]) -> Result<Index> {
        let keys = |key: fn(&str) -> Option<Key>| -> Vec<Option<Key>> {
            tensors.iter().map(|tensor| key(&tensor.path)).collect()
        };
        let (keras, torch) = (keys(names::keras_key), keys(names::torch_key));
        let count = |keys: &[Option<Key>]| keys.iter().flatten().count();
        let is_keras = count(&keras) >= count(&torch);
        let keys = if is_keras { keras } else { torch };
        let depth = names::usual_depth(&keys);
        let Some((blocks, scheme)) =
            names::blocks(keys.iter().flatten().map(|key| key.name.as_str()), is_keras)
        else {
            return Err(Error::weights(
                origin,
                format!("not a NASNet-A: no name of its cells is there; {}", census(tensors)),
            ));
        };
        // Every cell has dozens of tensors, so a number beyond this is a name gone wrong, not a network.
        if blocks > tensors.len() {
            let detail =
                format!("not a NASNet-A: a cell's number asks for N = {blocks}; {}", census(tensors));
            return Err(Error::weights(origin, detail));
        }
        let (mut places, mut unknown) = (HashMap::new(), Vec::new());
        for (place, key) in keys.into_iter().enumerate() {
            match key {
                Some(key) if key.depth <= depth && !places.contains_key(&key.name) => {
                    places.insert(key.name, place);
                }
                _ => unknown.push(place),
            }
        }
        Ok(Index { places, unknown, scheme, blocks })
    }

    /// The shapes of the tensors that have a place.
    pub fn shapes<'a>(
        &'a self,
        tensors: &'a [FileTensor],
    ) -> Shapes<'a, impl Fn(&str) -> Option<&'a [usize]>> {
        let of = |key: &str| self.places.get(key).map(|place| tensors[*place].shape.as_slice());
        Shapes { scheme: self.scheme, blocks: self.blocks, of }
    }
}

/// What stands in a file, for people who wonder what it is.
fn census(tensors: &[FileTensor]) -> String {
    if tensors.is_empty() {
        return "it holds no tensors".to_owned();
    }
    let first: Vec<_> = tensors.iter().take(4).map(|tensor| tensor.name.as_str()).collect();
    let more = if tensors.len() > first.len() { ", ..." } else { "" };
    format!("it holds {} tensors, as {}{more}", tensors.len(), first.join(", "))
}
