//! JPEGs of all kinds, and cut JPEGs and PNGs, against Pillow's pixels (`fixtures/jpeg/manifest.json`).

use serde_json::Value;

use super::super::decode::{Cut, DecodeOptions, Decoded, Detail, decode, decode_resized};
use super::super::test_support::{fixture, hex, json};
use crate::error::{ImageError, ImageErrorKind};

fn read(entry: &Value) -> Vec<u8> {
    std::fs::read(fixture(entry["file"].as_str().unwrap())).unwrap()
}

fn entries(manifest: &Value, list: &str) -> Vec<Value> {
    manifest[list].as_array().unwrap().clone()
}

/// Whether `decoded` has the size and the pixels of the manifest.
fn agrees(decoded: &Decoded, expected: &Value) -> bool {
    let image = &decoded.image;
    (u64::from(image.width), u64::from(image.height), Value::from(hex(&image.pixels)))
        == (
            expected["width"].as_u64().unwrap(),
            expected["height"].as_u64().unwrap(),
            expected["sha256"].clone(),
        )
}

fn exactly(bytes: &[u8], options: &DecodeOptions) -> Result<Decoded, ImageError> {
    decode_resized(bytes, options, &|size| size, &mut Vec::new())
}

#[test]
fn every_kind_of_jpeg_has_pillows_pixels_to_the_bit() {
    let entries = entries(&json("jpeg/manifest.json"), "whole");
    assert!(entries.len() > 50);
    let differing: Vec<_> = entries
        .iter()
        .filter(|entry| {
            let decoded = exactly(&read(entry), &DecodeOptions::default());
            !decoded.is_ok_and(|decoded| agrees(&decoded, &entry["pixels"]["1"]) && !decoded.truncated)
        })
        .map(|entry| entry["file"].as_str().unwrap())
        .collect();
    assert!(differing.is_empty(), "{differing:?}");
}

#[test]
fn fractions_have_the_pixels_of_pillows_draft() {
    let fast = DecodeOptions { detail: Detail::Fast, ..DecodeOptions::default() };
    let mut compared = 0;
    for entry in entries(&json("jpeg/manifest.json"), "whole") {
        let bytes = read(&entry);
        for fraction in [2, 4, 8] {
            let expected = &entry["pixels"][fraction.to_string()];
            if expected.is_null() {
                continue;
            }
            // What leaves exactly twice the pixels, or a little more.
            let resized = |(height, width): (u32, u32)| (height / (2 * fraction), width / (2 * fraction));
            let decoded = decode_resized(&bytes, &fast, &resized, &mut Vec::new()).unwrap();
            assert!(agrees(&decoded, expected), "{} at 1/{fraction}", entry["file"]);
            assert_eq!((decoded.height, decoded.width), (61, 83), "{}", entry["file"]);
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn what_is_there_of_a_cut_file_is_what_pillow_accepts() {
    let manifest = json("jpeg/manifest.json");
    let accept = DecodeOptions { cut: Cut::Accept, ..DecodeOptions::default() };
    let mut differing = Vec::new();
    for entry in entries(&manifest, "cut") {
        let length = entry["length"].as_u64().unwrap() as usize;
        let bytes = &read(&entry)[..length];
        let error = exactly(bytes, &DecodeOptions::default()).expect_err(entry["file"].as_str().unwrap());
        assert_eq!(error.kind, ImageErrorKind::Decode, "{entry}: {error}");
        match exactly(bytes, &accept) {
            Ok(decoded) if decoded.truncated && agrees(&decoded, &entry["pixels"]) => {}
            other => differing.push((entry["file"].clone(), length, other.err())),
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
    for entry in entries(&manifest, "refused") {
        let length = entry["length"].as_u64().unwrap() as usize;
        assert!(exactly(&read(&entry)[..length], &accept).is_err(), "{entry}");
    }
}

#[test]
fn a_whole_file_is_not_called_truncated() {
    let accept = DecodeOptions { cut: Cut::Accept, ..DecodeOptions::default() };
    for name in ["jpeg/two_images.mpo", "jpeg/a_hole.jpg", "jpeg/interlaced.png"] {
        let decoded = exactly(&std::fs::read(fixture(name)).unwrap(), &accept).unwrap();
        assert!(!decoded.truncated, "{name}");
    }
}

#[test]
fn only_jpegs_that_are_to_be_resized_are_decoded_at_a_fraction() {
    let fast = DecodeOptions { detail: Detail::Fast, ..DecodeOptions::default() };
    let bytes = std::fs::read(fixture("jpeg/baseline_2x2.jpg")).unwrap();
    assert_eq!(decode(&bytes, &fast), decode(&bytes, &DecodeOptions::default()));
    let png = std::fs::read(fixture("jpeg/rgb.png")).unwrap();
    let decoded = decode_resized(&png, &fast, &|_| (2, 3), &mut Vec::new()).unwrap();
    assert_eq!((decoded.image.width, decoded.image.height), (46, 31));
    // Turned by its orientation, a lying photo needs the fraction of an upright one.
    let turned = std::fs::read(fixture("images/orientation_6.jpg")).unwrap();
    let resized = |size: (u32, u32)| {
        assert_eq!(size, (46, 31));
        (11, 7)
    };
    let decoded = decode_resized(&turned, &fast, &resized, &mut Vec::new()).unwrap();
    assert_eq!((decoded.width, decoded.height), (31, 46));
    assert_eq!((decoded.image.width, decoded.image.height), (16, 23));
}

#[test]
fn layouts_that_the_first_decoder_leaves_out_are_read_all_the_same() {
    let read = |name: &str| std::fs::read(fixture(name)).unwrap();
    let image = decode(&read("jpeg/luma_is_coarser.jpg"), &DecodeOptions::default()).unwrap();
    assert_eq!((image.width, image.height), (83, 61));
    // The same samples, in other scans.
    let image = decode(&read("jpeg/a_scan_of_two_components.jpg"), &DecodeOptions::default()).unwrap();
    let same = decode(&read("jpeg/baseline_2x2.jpg"), &DecodeOptions::default()).unwrap();
    assert_eq!((image.width, image.height), (same.width, same.height));
    let worst = image.pixels.iter().zip(&same.pixels).map(|(one, other)| one.abs_diff(*other)).max();
    assert!(worst <= Some(5), "{worst:?}");
}

#[test]
fn a_component_without_a_scan_is_damage() {
    let whole = std::fs::read(fixture("jpeg/luma_is_coarser.jpg")).unwrap();
    let scan = whole.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let of_luma = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00";
    let bytes = [&whole[..scan], of_luma, &whole[scan + 14..]].concat();
    let error = decode(&bytes, &DecodeOptions::default()).unwrap_err();
    assert!(error.kind == ImageErrorKind::Decode && error.message.contains("have no scan"), "{error}");
}

#[test]
fn damage_that_libjpeg_would_get_around_otherwise_is_answered_only_on_request() {
    let bytes = std::fs::read(fixture("torture/code_lacks_before_restart.jpg")).unwrap();
    assert_eq!(decode(&bytes, &DecodeOptions::default()).unwrap_err().kind, ImageErrorKind::Decode);
    let accept = DecodeOptions { cut: Cut::Accept, ..DecodeOptions::default() };
    let decoded = exactly(&bytes, &accept).unwrap();
    assert!(decoded.truncated && (decoded.width, decoded.height) == (46, 31));
}
