//! The file that every other kind is converted to: safetensors with canonical names and layouts, tensors in the order
//! of the graph, and a [`Card`] and a hash of the whole file in the header. Numbers in f32 are used where they lie in
//! the mapped file.

use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::files::{partial_name, write_whole};
use crate::graph::Graph;
use crate::graph::Weights;
use crate::tensor::{Dtype, Tensor};
use crate::weights::card::{Card, check_labels, fingerprint, needed_format};
use crate::weights::file_hash::{self, FileHasher};

/// The header is padded so that the numbers begin at a multiple of this: a cache line.
const ALIGNMENT: usize = 64;

/// Tensors of at most so many numbers stay f32 in a file of halves. They are batch norms, depthwise kernels and the
/// narrow first cells: a fifth of a small network's bytes, and most of what rounding does to its answers.
const SMALL: usize = 4096;

/// The type in which a tensor of a file of `dtype` is stored.
fn stored(dtype: Dtype, tensor: &Tensor) -> Dtype {
    if tensor.elements() <= SMALL && tensor.dtype() == Dtype::F32 { Dtype::F32 } else { dtype }
}

/// Writes a canonical file with numbers of type `dtype`; small tensors of f32 stay as they are. The bytes depend on
/// nothing but the arguments. The file gets its name when it is complete. The card's format and fingerprint are set
/// here; the card as written is returned.
///
/// # Errors
/// [`Error::Io`] when it cannot be written, [`Error::Weights`] when numbers are beyond what `dtype` holds,
/// [`Error::Config`] when the card contradicts itself.
pub fn write(path: &Path, graph: &Graph, weights: &Weights, card: &Card, dtype: Dtype) -> Result<Card> {
    check_labels(card.labels.as_ref(), &card.config).map_err(Error::Config)?;
    let tensors: Vec<Tensor> =
        weights.tensors().iter().map(|tensor| tensor.to_dtype(stored(dtype, tensor))).collect();
    for (spec, tensor) in graph.weights.iter().zip(&tensors) {
        if dtype == Dtype::F16 && tensor.to_f32().iter().any(|value| !value.is_finite()) {
            let detail = format!("{}: numbers beyond the range of {}", spec.name(), dtype.as_str());
            return Err(Error::weights(path.display(), detail));
        }
    }
    let fingerprint = fingerprint(graph, &tensors);
    let card = Card { format: needed_format(card.head.as_ref()), fingerprint, ..card.clone() };
    let header = sealed(header(graph, &tensors, &card)?, &tensors)?;
    write_whole(path, &partial_name(path), |writer| write_parts(writer, &header, &tensors))
        .map_err(|error| Error::io(path, error))?;
    Ok(card)
}

fn write_parts(out: &mut impl Write, header: &str, tensors: &[Tensor]) -> std::io::Result<()> {
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    tensors.iter().try_for_each(|tensor| out.write_all(tensor.bytes()))
}

/// The header, with the hash of the whole file filled in.
fn sealed(header: String, tensors: &[Tensor]) -> Result<String> {
    let mut head = (header.len() as u64).to_le_bytes().to_vec();
    head.extend(header.as_bytes());
    let mut hasher = FileHasher::default();
    hasher.update(&head);
    tensors.iter().for_each(|tensor| hasher.update(tensor.bytes()));
    let digits = file_hash::digits(&head, header.len()).ok_or_else(|| {
        Error::Defect("the header of a canonical file has no place for its hash".to_owned())
    })?;
    let mut sealed = header;
    sealed.replace_range(digits.start - 8..digits.end - 8, &hasher.finish());
    Ok(sealed)
}

fn header(graph: &Graph, tensors: &[Tensor], card: &Card) -> Result<String> {
    let mut entries = Map::new();
    let mut metadata = card.to_metadata()?;
    metadata.insert(file_hash::KEY.to_owned(), file_hash::UNSET.to_owned());
    entries.insert("__metadata__".to_owned(), json!(metadata));
    let mut start = 0;
    for (spec, tensor) in graph.weights.iter().zip(tensors) {
        let end = start + tensor.bytes().len();
        let dtype = match tensor.dtype() {
            Dtype::F32 => "F32",
            Dtype::F16 => "F16",
            Dtype::Bf16 => "BF16",
        };
        let entry = json!({"dtype": dtype, "shape": tensor.shape(), "data_offsets": [start, end]});
        entries.insert(spec.name(), entry);
        start = end;
    }
    let mut header = Value::Object(entries).to_string();
    let length = (8 + header.len()).next_multiple_of(ALIGNMENT) - 8;
    header.extend(std::iter::repeat_n(' ', length - header.len()));
    Ok(header)
}
