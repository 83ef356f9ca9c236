//! Files of phones and cameras against what other readers make of them (`fixtures/camera.json`).

use serde_json::Value;

use super::super::decode::{Alpha, DecodeOptions, Rgb8, decode, is_preview};
use super::super::exif::Capture;
use super::super::test_support::{fixture, json};
use crate::error::ImageErrorKind::{self, Decode, TooLarge, Unsupported};

/// Whether this build decodes files of such a name.
fn is_read(name: &str) -> bool {
    let needs = |feature: &str| name.ends_with(&format!(".{feature}"));
    (cfg!(feature = "avif") || !needs("avif")) && (cfg!(feature = "jxl") || !needs("jxl"))
}

/// Each file that is decoded, with its entry.
fn files() -> impl Iterator<Item = (String, Vec<u8>, Value)> {
    let entries = json("camera.json")["images"].as_array().unwrap().clone();
    entries.into_iter().filter_map(|entry| {
        let name = entry["file"].as_str().unwrap().to_owned();
        is_read(&name).then(|| (name.clone(), read(&name), entry))
    })
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(fixture(&format!("camera/{name}"))).unwrap()
}

fn failure(bytes: &[u8], options: &DecodeOptions) -> (ImageErrorKind, String) {
    let error = decode(bytes, options).expect_err("an image was decoded");
    (error.kind, error.message)
}

#[test]
fn every_file_has_the_pixels_that_other_readers_see() {
    let mut count = 0;
    for (name, bytes, entry) in files() {
        let image =
            decode(&bytes, &DecodeOptions::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected = read(&format!("expected/{}", entry["pixels"].as_str().unwrap()));
        let expected = decode(&expected, &DecodeOptions::default()).unwrap();
        assert_eq!((image.width, image.height), (expected.width, expected.height), "{name}");
        let gaps =
            image.pixels.iter().zip(&expected.pixels).map(|(found, expected)| found.abs_diff(*expected));
        let worst = gaps.max().unwrap();
        assert!(u64::from(worst) <= entry["tolerance"].as_u64().unwrap(), "{name}: {worst} levels");
        count += 1;
    }
    assert!(count >= 36, "{count} files");
}

#[test]
fn times_and_places_are_read_from_every_container() {
    let mut count = 0;
    for (name, bytes, entry) in files() {
        let Capture { taken, gps } = Capture::read(&bytes);
        assert_eq!(taken.as_deref(), entry["taken"].as_str(), "{name}");
        let place = entry["gps"].as_array().map(|place| [0, 1].map(|index| place[index].as_f64().unwrap()));
        assert_eq!(gps, place, "{name}");
        count += usize::from(taken.is_some());
    }
    assert!(count >= 7, "{count} files with a time");
}

#[test]
fn only_raw_files_are_previews_and_none_is_taken_for_its_thumbnail() {
    for (name, bytes, entry) in files() {
        assert_eq!(is_preview(&bytes), entry["preview"] == true, "{name}");
    }
    // Its first image, which a reader of TIFF would show, has 24 by 18 pixels.
    let Rgb8 { width, height, .. } = decode(&read("nikon.nef"), &DecodeOptions::default()).unwrap();
    assert_eq!((width, height), (71, 96));
}

#[test]
fn a_preview_that_is_too_small_or_missing_is_said_to_be_so() {
    let at_least = |min_preview| DecodeOptions { min_preview, ..Default::default() };
    assert!(decode(&read("small_preview.nef"), &at_least(18)).is_ok());
    let (kind, message) = failure(&read("small_preview.nef"), &at_least(19));
    assert_eq!(kind, Unsupported);
    assert!(message.starts_with("the largest preview in this NEF is 24x18"), "{message}");
    let (kind, message) = failure(&read("no_preview.dng"), &DecodeOptions::default());
    assert_eq!(
        (kind, message.as_str()),
        (Unsupported, "DNG without an embedded preview; convert it to JPEG first")
    );
    let nef = read("nikon.nef");
    // Its preview is in its first half.
    assert!(decode(&nef[..900], &DecodeOptions::default()).is_err());
}

#[test]
fn limits_hold_and_transparency_is_as_asked() {
    let at = |max_pixels| DecodeOptions { max_pixels, ..Default::default() };
    for (name, bytes, entry) in files() {
        let pixels = entry["width"].as_u64().unwrap() * entry["height"].as_u64().unwrap();
        let error = decode(&bytes, &at(pixels - 1)).unwrap_err();
        assert_eq!(error.kind, TooLarge, "{name}: {error}");
        assert!(error.needed.is_some(), "{name}: {error}");
    }
    let with = |alpha| decode(&read("alpha.heic"), &DecodeOptions { alpha, ..Default::default() }).unwrap();
    // The upper left corner is transparent.
    assert_eq!(
        (&with(Alpha::White).pixels[..3], &with(Alpha::Black).pixels[..3]),
        (&[255; 3][..], &[0; 3][..])
    );
    assert_ne!(with(Alpha::Drop).pixels[..3], [255; 3]);
}

#[test]
fn files_that_are_cut_or_damaged_are_errors_and_never_panics() {
    let options = DecodeOptions { max_pixels: 1 << 22, ..Default::default() };
    let mut seed = 1u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let mut tried = 0;
    for (name, bytes, _) in files().filter(|(name, ..)| !name.ends_with(".avif")) {
        for round in 0..12 {
            let mut damaged = bytes.clone();
            if round % 2 == 0 {
                damaged.truncate(random(bytes.len()));
            } else {
                for _ in 0..=random(6) {
                    let at = random(bytes.len());
                    damaged[at] ^= 1 << random(8);
                }
            }
            if let Err(error) = decode(&damaged, &options) {
                assert!(!error.message.contains("gave up"), "{name}, round {round}: {error}");
                assert!(!error.message.contains('\n') && !error.message.ends_with('.'), "{name}: {error}");
            }
            let _ = Capture::read(&damaged);
            tried += 1;
        }
    }
    assert!(tried >= 400, "{tried} files");
}

#[test]
fn tiles_that_are_cut_out_of_far_larger_images_are_refused_before_all_are_decoded() {
    // 256 tiles of 64 by 64 pixels, each of which a megapixel has to be decoded for.
    let (kind, message) = failure(&read("tiles_from_large.heic"), &DecodeOptions::default());
    assert_eq!(kind, Decode);
    assert!(message.contains("far more pixels than the image"), "{message}");
}

#[test]
fn a_header_alone_is_a_corrupt_image_or_one_that_this_build_does_not_read() {
    let heads: [(&[u8], &str, bool); 4] = [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIF", true),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "AVIF", cfg!(feature = "avif")),
        (b"\xff\x0a", "JPEG XL", cfg!(feature = "jxl")),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL", cfg!(feature = "jxl")),
    ];
    for (head, name, is_read) in heads {
        let (kind, message) = failure(head, &DecodeOptions::default());
        assert_eq!(kind, if is_read { Decode } else { Unsupported }, "{message}");
        assert!(is_read || message.starts_with(&format!("{name} is not read by this build")), "{message}");
    }
    let (kind, message) = failure(b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", &DecodeOptions::default());
    assert!(kind == Unsupported && message.starts_with("MP4 or QuickTime video is not read"), "{message}");
}
