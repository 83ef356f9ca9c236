//! Reads safetensors files. They are mapped; bytes are copied only when a tensor is read.

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype as FileDtype, SafeTensorError};

use crate::error::{Error, Result};
use crate::tensor::Dtype;
use crate::tensor::shared_bytes::SharedBytes;
use crate::weights::card::{Card, FIRST_WITH_HASH};
use crate::weights::file_contents::{FileContents, FileTensor, Number, TensorData, Writer, row_major};
use crate::weights::file_hash;
use crate::weights::keras::config::HeadFacts;

/// Lists the tensors of a safetensors file.
///
/// # Errors
/// [`Error::Weights`] when the header is damaged or the file is shorter or longer than its header says;
/// [`Error::Damaged`] when a canonical file does not have the hash that it carries.
pub(crate) fn read(origin: &str, file: &SharedBytes) -> Result<FileContents> {
    let (header, metadata) =
        SafeTensors::read_metadata(file).map_err(|error| Error::weights(origin, explain(file, &error)))?;
    let data = 8 + header;
    let mut tensors = Vec::new();
    for name in metadata.offset_keys() {
        let Some(info) = metadata.info(&name) else { continue };
        let (start, end) = info.data_offsets;
        let bytes = file
            .slice(data + start, end - start)
            .ok_or_else(|| Error::weights(origin, format!("{name}: ends beyond the file")))?;
        let number = match info.dtype {
            FileDtype::F32 => Number::F32,
            FileDtype::F16 => Number::Kept(Dtype::F16),
            FileDtype::BF16 => Number::Kept(Dtype::Bf16),
            FileDtype::F64 => Number::F64,
            other => Number::Other(format!("{other:?}")),
        };
        let data = TensorData::Bytes { bytes, offset: 0, strides: row_major(&info.shape) };
        tensors.push(FileTensor { path: name.clone(), name, shape: info.shape.clone(), number, data });
    }
    let texts = metadata.metadata();
    let hashed = texts.as_ref().is_some_and(|texts| texts.contains_key(file_hash::KEY));
    if hashed {
        file_hash::check(file, header).map_err(|detail| Error::damaged(origin, detail))?;
    }
    let card = Card::from_metadata(origin, texts.as_ref())?;
    if !hashed && card.as_ref().is_some_and(|card| card.format >= FIRST_WITH_HASH) {
        return Err(Error::damaged(origin, format!("its metadata has no {}", file_hash::KEY)));
    }
    Ok(FileContents {
        tensors,
        writer: Writer::Safetensors,
        card,
        model: None,
        head: HeadFacts::Unknown,
        notes: Vec::new(),
    })
}

/// What is wrong with a safetensors file, with sizes where they are known.
fn explain(bytes: &[u8], error: &SafeTensorError) -> String {
    let got = bytes.len();
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else {
        return format!("truncated: {got} bytes");
    };
    let header = u64::from_le_bytes(*length);
    let have = rest.len() as u64;
    match error {
        SafeTensorError::InvalidHeaderLength | SafeTensorError::HeaderTooLarge if header > have => {
            format!("truncated or damaged: a header of {header} bytes expected, the file has {got}")
        }
        SafeTensorError::MetadataIncompleteBuffer => match data_end(&rest[..header.min(have) as usize]) {
            Some(end) if end > have - header => {
                format!("truncated: {} bytes expected, got {got}", end.saturating_add(8 + header))
            }
            Some(end) => format!("{} bytes expected, got {got}: something was appended", end + 8 + header),
            None => format!("truncated or damaged: {got} bytes"),
        },
        error => format!("a damaged safetensors header: {error}"),
    }
}

/// The end of the last tensor that a header lists.
fn data_end(header: &[u8]) -> Option<u64> {
    let header: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(header).ok()?;
    header.values().filter_map(|info| info.get("data_offsets")?.get(1)?.as_u64()).max()
}
