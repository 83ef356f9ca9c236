//! Odd and broken images against Pillow's answers (`fixtures/manifest.json`).

use super::super::test_support::{fixture, hex, json};
use super::*;
use crate::error::ImageErrorKind::{Decode, TooLarge, Unsupported};

fn read(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap()
}

/// The kind and the message that `bytes` fail with.
fn failure(bytes: &[u8], options: &DecodeOptions) -> (ImageErrorKind, String) {
    let error = decode(bytes, options).expect_err("a broken image was decoded");
    (error.kind, error.message)
}

#[test]
fn every_odd_image_is_what_pillow_makes_of_it() {
    let manifest = json("manifest.json");
    let images = manifest["images"].as_array().unwrap();
    assert!(images.len() > 50);
    for entry in images {
        let name = entry["file"].as_str().unwrap();
        let image = decode(&read(&format!("images/{name}")), &DecodeOptions::default()).unwrap();
        let size = (entry["width"].as_u64().unwrap(), entry["height"].as_u64().unwrap());
        assert_eq!((u64::from(image.width), u64::from(image.height)), size, "{name}");
        let tolerance = entry["tolerance"].as_u64().unwrap();
        if tolerance == 0 {
            assert_eq!(hex(&image.pixels), entry["sha256"], "{name}");
            continue;
        }
        let expected = read(&format!("images/expected/{}", entry["pixels"].as_str().unwrap()));
        let expected = decode(&expected, &DecodeOptions::default()).unwrap();
        let gaps =
            image.pixels.iter().zip(&expected.pixels).map(|(found, expected)| found.abs_diff(*expected));
        let worst = gaps.max().unwrap();
        assert!(u64::from(worst) <= tolerance, "{name}: {worst} levels");
    }
}

#[test]
fn every_broken_image_has_the_expected_kind_of_error() {
    let manifest = json("manifest.json");
    for entry in manifest["broken"].as_array().unwrap() {
        let name = entry["file"].as_str().unwrap();
        let (kind, message) = failure(&read(&format!("broken/{name}")), &DecodeOptions::default());
        assert_eq!(kind.as_str(), entry["kind"], "{name}: {message}");
        assert!(!message.contains('\n') && !message.ends_with('.'), "{name}: {message}");
    }
}

#[test]
fn an_image_cut_anywhere_never_panics_and_a_jpeg_cut_before_its_end_is_refused() {
    let manifest = json("manifest.json");
    for entry in manifest["images"].as_array().unwrap() {
        let name = entry["file"].as_str().unwrap();
        let bytes = read(&format!("images/{name}"));
        for length in (1..bytes.len()).step_by(bytes.len() / 40 + 1) {
            let cut = decode(&bytes[..length], &DecodeOptions::default());
            assert!(!name.ends_with(".jpg") || name == "trailing.jpg" || cut.is_err(), "{name} at {length}");
        }
    }
}

#[test]
fn the_size_is_checked_by_the_header_and_the_error_knows_the_way_out() {
    let (kind, message) = failure(&read("broken/bomb_60000.png"), &DecodeOptions::default());
    assert_eq!(kind, TooLarge);
    assert_eq!(message, "60000x60000 is 3600000000 pixels, the limit is 178956970");
    let needed = |bytes: &[u8], options| decode(bytes, options).unwrap_err().needed;
    assert_eq!(
        needed(&read("broken/bomb_60000.png"), &DecodeOptions::default()),
        Some(Needed::Pixels(3_600_000_000))
    );
    for name in [
        "rgb.png",
        "baseline_444.jpg",
        "lossless.webp",
        "animated.gif",
        "rgb.bmp",
        "raw.tif",
        "p6.ppm",
        "rgb.qoi",
    ] {
        let bytes = read(&format!("images/{name}"));
        let at = |max_pixels| DecodeOptions { max_pixels, ..Default::default() };
        assert_eq!(failure(&bytes, &at(46 * 31 - 1)).0, TooLarge, "{name}");
        assert!(decode(&bytes, &at(46 * 31)).is_ok(), "{name}");
    }
}

#[test]
fn deep_pixels_count_by_their_bytes() {
    let at = |max_pixels| DecodeOptions { max_pixels, ..Default::default() };
    // Six bytes a pixel, where the limit stands for four.
    let error = decode(&read("images/rgb16.png"), &at(46 * 31)).unwrap_err();
    assert_eq!((error.kind, error.needed), (TooLarge, Some(Needed::Pixels(2139))), "{error}");
    assert!(decode(&read("images/rgb16.png"), &at(2139)).is_ok());
}

#[test]
fn orientation_can_be_left_alone() {
    let stored = DecodeOptions { apply_exif: false, ..Default::default() };
    let bytes = read("images/orientation_6.jpg");
    let (upright, lying) =
        (decode(&bytes, &DecodeOptions::default()).unwrap(), decode(&bytes, &stored).unwrap());
    assert_eq!((upright.width, upright.height), (31, 46));
    assert_eq!((lying.width, lying.height), (46, 31));
    assert_eq!(lying, decode(&read("images/baseline_444.jpg"), &stored).unwrap());
}

#[test]
fn transparency_is_composited_or_dropped_as_asked() {
    let with =
        |alpha| decode(&read("images/rgba.png"), &DecodeOptions { alpha, ..Default::default() }).unwrap();
    let opaque = decode(&read("images/rgb.png"), &DecodeOptions::default()).unwrap();
    assert_eq!(with(Alpha::Drop), opaque);
    // The upper left corner is transparent, the lower right opaque.
    assert_eq!(
        (&with(Alpha::White).pixels[..3], &with(Alpha::Black).pixels[..3]),
        (&[255; 3][..], &[0; 3][..])
    );
    assert!(with(Alpha::White).pixels.ends_with(&opaque.pixels[opaque.pixels.len() - 3..]));
}

#[test]
fn messages_say_what_the_file_is_and_what_to_do() {
    let message = |name: &str| failure(&read(&format!("broken/{name}")), &DecodeOptions::default());
    assert_eq!(message("empty.jpg"), (Decode, "empty file".to_owned()));
    assert_eq!(
        failure(b"\0\0\0\x0cjP  \r\n\x87\n", &DecodeOptions::default()),
        (Unsupported, "JPEG 2000 is not read; convert it to JPEG or PNG first".to_owned())
    );
    assert_eq!(message("half_grey.jpg"), (Decode, "truncated JPEG: it ends before its pixels do".to_owned()));
    assert_eq!(message("no_end_marker.jpg"), message("half_grey.jpg"));
}

#[test]
fn nothing_of_the_memory_that_is_reused_shows_in_an_image() {
    let whole = read("images/baseline_420.jpg");
    let options = DecodeOptions::default();
    let mut decoded = 0;
    for at in (200..whole.len() - 2).step_by(7) {
        let mut corrupt = whole.clone();
        // A piece of the data is missing, the end marker is not: decoders give what they have.
        corrupt.drain(at..(at + at % 90).min(whole.len() - 2));
        let fresh = decode(&corrupt, &options);
        let reused = decode_resized(&corrupt, &options, &|size| size, &mut vec![0xaa; 1 << 20]);
        let reused = reused.map(|decoded| decoded.image);
        assert_eq!(fresh.is_ok(), reused.is_ok(), "{at}");
        decoded += usize::from(fresh.is_ok());
        assert_eq!(fresh.ok(), reused.ok(), "{at}");
    }
    assert!(decoded > 10, "{decoded}");
}
