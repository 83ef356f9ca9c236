//! The images that decoders get wrong (`fixtures/torture/`), against what Pillow makes of them.

use nasnet::Needed;
use nasnet::image::{DecodeOptions, Rgb8, decode};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::fixture;

fn read(name: &str) -> Vec<u8> {
    std::fs::read(fixture(&format!("torture/{name}"))).unwrap()
}

fn entries() -> Vec<Value> {
    let manifest: Value = serde_json::from_slice(&read("manifest.json")).unwrap();
    manifest["files"].as_array().unwrap().clone()
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Levels between two images at their worst sample.
fn levels(found: &Rgb8, expected: &Rgb8) -> u8 {
    let gaps = found.pixels.iter().zip(&expected.pixels).map(|(found, expected)| found.abs_diff(*expected));
    gaps.max().unwrap()
}

#[test]
fn every_torture_image_has_the_expected_pixels_or_is_refused_by_name() {
    let (mut read_right, mut refused) = (0, 0);
    let mut wrong = Vec::new();
    for entry in entries() {
        let name = entry["file"].as_str().unwrap();
        let decoded = decode(&read(name), &DecodeOptions::default());
        if let Some(kind) = entry["kind"].as_str() {
            refused += 1;
            match decoded {
                Err(error) if error.kind.as_str() == kind => {
                    let says = entry["says"].as_str().unwrap();
                    assert!(error.message.contains(says), "{name}: {says} is not in: {error}");
                }
                other => wrong.push(format!("{name}: {other:?}, {kind} is expected")),
            }
            continue;
        }
        read_right += 1;
        let size = [&entry["width"], &entry["height"]].map(|side| side.as_u64().unwrap() as u32);
        match decoded {
            Err(error) => wrong.push(format!("{name}: {error}")),
            Ok(image) if [image.width, image.height] != size => wrong.push(format!("{name}: {image:?}")),
            Ok(image) => match entry["tolerance"].as_u64() {
                None if hex(&image.pixels) == entry["sha256"] => {}
                None => wrong.push(format!("{name}: other pixels")),
                Some(tolerance) => {
                    let expected = read(&format!("expected/{name}.png"));
                    let worst = levels(&image, &decode(&expected, &DecodeOptions::default()).unwrap());
                    if u64::from(worst) > tolerance {
                        wrong.push(format!("{name}: {worst} levels"));
                    }
                }
            },
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(read_right > 30 && refused > 10, "{read_right} and {refused} files");
}

#[test]
fn pieces_of_a_tiff_obey_the_limit_of_the_caller() {
    // The piece has 81 times as many pixels as the image around it.
    let options = DecodeOptions { max_pixels: 46 * 31 * 4, ..Default::default() };
    let error = decode(&read("jpeg_of_another_size.tif"), &options).unwrap_err();
    assert_eq!(
        (error.kind.as_str(), error.needed),
        ("too_large", Some(Needed::Pixels(414 * 279))),
        "{error}"
    );
    assert!(!error.message.contains("--"), "{error}");
}
