//! Weights in several safetensors files beside an index, as Transformers and the Hub's tools write them:
//! `model.safetensors.index.json` says for each tensor in which file it lies.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::tensor::shared_bytes::SharedBytes;
use crate::weights::file_contents::{FileContents, Writer};
use crate::weights::keras::config::HeadFacts;
use crate::weights::safetensors;

/// Files that a network may be spread over.
const MAX_FILES: usize = 1000;

#[derive(Deserialize)]
struct ShardIndex {
    weight_map: BTreeMap<String, String>,
}

/// Whether a file is such an index.
pub(super) fn is_index(path: &Path, file: &SharedBytes) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".index.json") || (file.starts_with(b"{") && name.ends_with(".safetensors.json"))
}

/// Lists the tensors of all the files that an index names.
///
/// # Errors
/// [`Error::Weights`] when the index or a file is damaged, [`Error::Io`] when a file is missing.
pub(super) fn read(path: &Path, file: &SharedBytes) -> Result<FileContents> {
    let origin = path.display().to_string();
    let fail = |detail: String| Error::weights(&origin, detail);
    let index: ShardIndex =
        serde_json::from_slice(file).map_err(|error| fail(format!("index of sharded weights: {error}")))?;
    let files: BTreeSet<&str> = index.weight_map.values().map(String::as_str).collect();
    if files.is_empty() || files.len() > MAX_FILES {
        return Err(fail(format!("{} files, expected 1 to {MAX_FILES}", files.len())));
    }
    let mut tensors = Vec::new();
    for file in files {
        // Files lie beside their index: a name with a folder in it would lead out of a repository.
        if Path::new(file).file_name().is_none_or(|name| name != file) || !file.ends_with(".safetensors") {
            return Err(fail(format!("names the file {file:?}, expected a .safetensors beside it")));
        }
        let part = path.with_file_name(file);
        let bytes = SharedBytes::map(&part)?;
        let of_part = |name: &str| index.weight_map.get(name).is_some_and(|of| of == file);
        let contents = safetensors::read(&part.display().to_string(), &bytes)?;
        tensors.extend(contents.tensors.into_iter().filter(|tensor| of_part(&tensor.name)));
    }
    if tensors.len() != index.weight_map.len() {
        let detail = format!(
            "lists {} tensors, but {} of them are in its files",
            index.weight_map.len(),
            tensors.len()
        );
        return Err(fail(detail));
    }
    let notes = Vec::new();
    Ok(FileContents {
        tensors,
        writer: Writer::Safetensors,
        card: None,
        model: None,
        head: HeadFacts::Unknown,
        notes,
    })
}

/// For a file that is one part of several, the name of the index beside it: `model-00001-of-00003.safetensors` gives
/// `model.safetensors.index.json`.
pub(super) fn index_of_part(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.strip_suffix(".safetensors")?;
    let (rest, count) = name.rsplit_once("-of-")?;
    let (model, part) = rest.rsplit_once('-')?;
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (number(count) && number(part)).then(|| format!("{model}.safetensors.index.json"))
}

/// Whether a file is one part of weights that Keras has split: `m_00001.weights.h5` beside `m.weights.json`.
pub(super) fn is_part_of_keras(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".weights.h5"));
    let split = name.and_then(|name| name.rsplit_once('_'));
    split.is_some_and(|(model, part)| {
        part.len() == 5
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && path.with_file_name(format!("{model}.weights.json")).is_file()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_know_their_index() {
        let index = |name: &str| index_of_part(Path::new(name));
        assert_eq!(
            index("a/model-00001-of-00003.safetensors").as_deref(),
            Some("model.safetensors.index.json")
        );
        assert_eq!(index("a/model.safetensors"), None);
        assert_eq!(index("a/best-of-3.safetensors"), None);
    }

    #[test]
    fn an_index_names_files_beside_it() {
        let read = |text: &str| {
            let file = SharedBytes::from_vec(text.as_bytes().to_vec());
            read(Path::new("folder/m.safetensors.index.json"), &file).map(|_| ()).unwrap_err().to_string()
        };
        for file in ["../m.safetensors", "/etc/m.safetensors", "a/m.safetensors", "m.bin", ".."] {
            let said = read(&format!("{{\"weight_map\": {{\"x\": {file:?}}}}}"));
            assert!(said.contains("expected a .safetensors beside it"), "{said}");
        }
        assert!(read("{\"weight_map\": {}}").contains("0 files"));
        assert!(read("[]").contains("index of sharded weights"));
    }
}
