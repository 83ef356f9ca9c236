//! Single bytes of weight files that carry checksums, changed: each change is refused, or changes no number.

use std::io::Read;

use super::card::KEY;
use super::load::load_bytes;
use super::{LoadedModel, Overrides, canonical, file_hash, load};
use crate::error::{Error, Result};
use crate::tensor::Dtype;
use crate::tensor::shared_bytes::SharedBytes;

fn fixture(name: &str) -> Vec<u8> {
    let bytes: &[u8] = include_bytes!("../../fixtures/weights.zip");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut content = Vec::new();
    zip.by_name(name).unwrap().read_to_end(&mut content).unwrap();
    content
}

fn from_bytes(bytes: Vec<u8>) -> Result<LoadedModel> {
    load_bytes("file", &SharedBytes::from_vec(bytes), &Overrides::default())
}

/// A canonical file with the numbers of the fixture.
fn canonical_file() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toy.safetensors");
    let model = from_bytes(fixture("timm.safetensors")).unwrap();
    canonical::write(&path, &model.graph, &model.weights, &model.card(), Dtype::F32).unwrap();
    std::fs::read(path).unwrap()
}

/// A sequence that is the same in every run.
fn random(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    (*state >> 33) as usize
}

fn flipped(file: &[u8], place: usize, state: &mut u64) -> Vec<u8> {
    let mut flipped = file.to_vec();
    flipped[place] ^= (1 + random(state) % 255) as u8;
    flipped
}

#[test]
fn a_canonical_file_with_one_byte_changed_anywhere_is_refused() {
    let file = canonical_file();
    assert_eq!(from_bytes(file.clone()).unwrap().kind, "canonical");
    let header = 8 + u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let mut state = 3;
    for round in 0..300 {
        // The whole file, then its header, which is a small part of it, then the 8 bytes before that.
        let reach = [file.len(), header, 8][round % 3];
        let place = random(&mut state) % reach;
        let result = from_bytes(flipped(&file, place, &mut state));
        assert!(result.is_err(), "byte {place} of {}, header {header}", file.len());
    }
    let text = from_bytes(flipped(&file, header + 1000, &mut state)).unwrap_err();
    assert!(matches!(text, Error::Damaged { .. }), "{text}");
    assert!(
        text.to_string().starts_with("file: the file is damaged: hash mismatch: expected xxh3 "),
        "{text}"
    );
}

#[test]
fn every_byte_of_the_metadata_is_guarded() {
    let file = canonical_file();
    let header = 8 + u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let text = String::from_utf8_lossy(&file[8..header]).into_owned();
    // The hash and its key, the card and its version: without them the file would pass for another kind of file.
    let places = [file_hash::KEY, &format!("\"{KEY}\":"), "\\\"format\\\":2", "__metadata__"];
    for what in places {
        let start = 8 + text.find(what).unwrap_or_else(|| panic!("{what} in {text}"));
        for place in start..start + what.len() + if what == file_hash::KEY { 35 } else { 0 } {
            for bit in 0..8 {
                let mut changed = file.clone();
                changed[place] ^= 1 << bit;
                assert!(from_bytes(changed).is_err(), "bit {bit} of byte {place}, in {what}");
            }
        }
    }
}

#[test]
fn a_canonical_file_of_the_first_format_is_compared_with_its_fingerprint() {
    let file = canonical_file();
    let header = 8 + u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let text = String::from_utf8_lossy(&file[8..header]).into_owned();
    let hash = text.find(&format!(",\"{}\"", file_hash::KEY)).unwrap();
    let end = hash + file_hash::KEY.len() + file_hash::UNSET.len() + 6; // the comma, the colon and four quotes
    let mut old = text.clone();
    old.replace_range(hash..end, &" ".repeat(end - hash));
    let old = old.replace("\\\"format\\\":2", "\\\"format\\\":1");
    assert_eq!(old.len(), text.len());
    let mut file = file;
    file[8..header].copy_from_slice(old.as_bytes());
    assert_eq!(from_bytes(file.clone()).unwrap().kind, "canonical");
    file[header + 5000] ^= 1;
    let error = from_bytes(file.clone()).unwrap_err().to_string();
    assert!(error.contains("the file is damaged: tensors with sha256"), "{error}");
    let newer = String::from_utf8_lossy(&file[8..header]).replace("\\\"format\\\":1", "\\\"format\\\":2");
    file[8..header].copy_from_slice(newer.as_bytes());
    let error = from_bytes(file).unwrap_err().to_string();
    assert!(error.contains("its metadata has no nasnet_hash"), "{error}");
}

#[test]
fn zipped_weights_are_compared_with_their_crcs() {
    let mut state = 4;
    for name in ["keras3.keras", "keras2.keras", "zip.pth", "shared.pth"] {
        let file = fixture(name);
        let right = from_bytes(file.clone()).unwrap().fingerprint().to_owned();
        let mut refused = 0;
        for _ in 0..100 {
            let place = random(&mut state) % file.len();
            match from_bytes(flipped(&file, place, &mut state)) {
                Err(error) => refused += usize::from(matches!(error, Error::Damaged { .. })),
                Ok(loaded) => assert_eq!(loaded.fingerprint(), right, "{name}, byte {place}"),
            }
        }
        assert!(refused > 50, "{name}: {refused}");
    }
}

#[test]
fn a_damaged_file_is_refused_when_it_is_loaded_by_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toy.safetensors");
    let mut file = canonical_file();
    std::fs::write(&path, &file).unwrap();
    load(&path, &Overrides::default()).unwrap();
    let last = file.len() - 1;
    file[last] ^= 0x40;
    std::fs::write(&path, &file).unwrap();
    let error = load(&path, &Overrides::default()).unwrap_err();
    assert!(error.to_string().contains(&*path.display().to_string()) && error.hint().is_some(), "{error}");
}
