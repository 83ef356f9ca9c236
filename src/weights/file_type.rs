//! Detects the type of a weights file by its first bytes: extensions can be wrong, and a failed download is often a
//! page of text.

use crate::error::{Error, Result};
use crate::tensor::shared_bytes::SharedBytes;
use crate::weights::zipped::Archive;

const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";

/// What weights in several files of Keras are called in messages.
pub(super) const SPLIT_BY_KERAS: &str = "weights that Keras split into several files, which are not read: save them whole, as \
                                         in model.save_weights(\"model.weights.h5\")";

/// The pickled long 0x1950a86a20f9469cfc6c with which `torch.save` began before 1.6.
const LEGACY_TORCH: &[u8] = &[0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/// The type of a weights file. An archive is open.
pub(crate) enum FileType {
    /// HDF5; the signature begins there.
    Hdf5,
    /// A zip that Keras wrote.
    KerasArchive(Archive),
    /// A zip that torch wrote.
    TorchArchive(Archive),
    /// torch before 1.6.
    TorchLegacy,
    /// safetensors.
    Safetensors,
}

/// Looks at the content of `file`.
///
/// # Errors
/// [`Error::Weights`] that says what it looks like instead.
pub(crate) fn detect(origin: &str, file: &SharedBytes) -> Result<FileType> {
    if has_hdf5_signature(file) {
        return Ok(FileType::Hdf5);
    }
    if file.starts_with(b"PK\x03\x04") {
        let archive = Archive::open(origin, file)?;
        if archive.names().any(|name| name == "model.weights.h5") {
            return Ok(FileType::KerasArchive(archive));
        }
        if archive.names().any(|name| name == "data.pkl" || name.ends_with("/data.pkl")) {
            return Ok(FileType::TorchArchive(archive));
        }
        let names: Vec<_> = archive.names().take(3).collect();
        let detail = format!(
            "a zip that is neither a .keras archive (model.weights.h5) nor a PyTorch one (data.pkl): it holds {}",
            if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
        );
        return Err(Error::weights(origin, detail));
    }
    // Protocol 0 of pickle cannot hold this magic number; 2 and later begin with their version.
    if file.first() == Some(&0x80) && file.get(2..2 + LEGACY_TORCH.len()) == Some(LEGACY_TORCH) {
        return Ok(FileType::TorchLegacy);
    }
    if looks_like_safetensors(file) {
        return Ok(FileType::Safetensors);
    }
    let kinds = "HDF5 (.h5), .keras, PyTorch (.pth) or safetensors";
    Err(Error::weights(origin, format!("expected {kinds}, got {}", describe(file))))
}

/// HDF5 begins at 0 or, behind a user block, at 512, 1024, 2048 ...
fn has_hdf5_signature(bytes: &[u8]) -> bool {
    let blocks = std::iter::successors(Some(512usize), |start| start.checked_mul(2));
    std::iter::once(0)
        .chain(blocks.take_while(|start| *start < bytes.len()))
        .any(|start| bytes[start..].starts_with(HDF5))
}

/// Eight bytes of header length, then a JSON object. The length is not compared with the file's here, so that a
/// truncated file is reported as truncated.
fn looks_like_safetensors(bytes: &[u8]) -> bool {
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else { return false };
    u64::from_le_bytes(*length) < 1 << 32 && rest.starts_with(b"{")
}

/// What a file that holds no weights appears to be.
fn describe(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(512)];
    let text = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_lowercase();
    let known = if text.starts_with("<!doctype html")
        || text.starts_with("<html")
        || text.starts_with("<?xml")
    {
        "a web page (an error page instead of a download?)"
    } else if text.starts_with("version https://git-lfs") {
        "a git-lfs pointer: the file itself was not fetched (git lfs pull)"
    } else if head.get(4..8) == Some(b"TFL3") {
        "a TensorFlow Lite model, which is not read"
    } else if head.starts_with(&[0x1f, 0x8b]) {
        "a gzip file: unpack it first"
    } else if head.starts_with(b"BZh")
        || head.starts_with(b"\xfd7zXZ")
        || head.starts_with(b"\x28\xb5\x2f\xfd")
    {
        "a compressed file: unpack it first"
    } else if bytes.get(257..262) == Some(b"ustar") {
        "a tar file: unpack it first"
    } else if head.starts_with(b"GGUF") {
        "a GGUF model, which is not read"
    } else if head.starts_with(&[0x08, 0x01, 0x12]) {
        "a TensorFlow SavedModel (saved_model.pb), which is not read: load it in Keras, and save it as .keras"
    } else if head.len() > 2 && head[0] == 0x08 && head[1] < 0x20 && head[2] == 0x12 {
        "an ONNX model, which is not read"
    } else if head.len() > 8 && bytes.ends_with(&[0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]) {
        "the index of a TensorFlow checkpoint, which is not read"
    } else if head.starts_with(b"\x89PNG") || head.starts_with(b"\xff\xd8\xff") {
        "an image"
    } else if head.first() == Some(&0x80) && head.get(1).is_some_and(|version| *version <= 5) {
        "a Python pickle that torch.save did not write"
    } else if bytes.len() >= 64 && head.iter().all(|byte| *byte == 0) {
        "zeros (a download that never got its content?)"
    } else {
        ""
    };
    if !known.is_empty() {
        return format!("{known} ({} bytes)", bytes.len());
    }
    if head.starts_with(b"{") && String::from_utf8_lossy(bytes).contains("\"weight_map\"") {
        return format!("the index of {SPLIT_BY_KERAS}");
    }
    let printable = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ' || byte.is_ascii_whitespace();
    if head.iter().all(printable) {
        let line: String =
            String::from_utf8_lossy(head).lines().next().unwrap_or_default().chars().take(60).collect();
        return format!("text that begins with {line:?} ({} bytes)", bytes.len());
    }
    let first: Vec<_> = head.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("bytes of no known kind, {} ... ({} bytes)", first.join(" "), bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(bytes: &'static [u8]) -> String {
        detect("file", &SharedBytes::from_static(bytes)).err().unwrap().to_string()
    }

    #[test]
    fn names_what_is_no_weights_file() {
        for (bytes, expected) in [
            (&b"<!DOCTYPE html><html>"[..], "a web page"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:00", "git-lfs pointer"),
            (b"\x20\x00\x00\x00TFL3....", "TensorFlow Lite"),
            (b"\x08\x08\x12\x07pytorch", "ONNX"),
            (b"\x08\x01\x12\x07....", "SavedModel"),
            (b"{\"metadata\": {}, \"weight_map\": {\"a\": [\"m_00000.weights.h5\"]}}", "that Keras split"),
            (b"\x1f\x8b\x08\x00", "gzip"),
            (b"Not Found", "text that begins with \"Not Found\" (9 bytes)"),
            (b"\xff\x01\x02", "ff 01 02 ... (3 bytes)"),
            (b"\x80\x04\x95abc", "pickle that torch.save did not write"),
        ] {
            assert!(said(bytes).contains(expected), "{}", said(bytes));
        }
    }

    #[test]
    fn finds_hdf5_behind_a_user_block() {
        let mut bytes = vec![7u8; 1024];
        bytes.extend_from_slice(HDF5);
        assert!(matches!(detect("file", &SharedBytes::from_vec(bytes.clone())), Ok(FileType::Hdf5)));
        bytes.insert(0, 7);
        assert!(detect("file", &SharedBytes::from_vec(bytes)).is_err());
    }
}
