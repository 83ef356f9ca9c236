//! Presets against the reference pipelines' results (`fixtures/preprocess.json`).

use super::super::test_support::{hex, json, noise, sides};
use super::*;
use serde_json::Value;

/// The cases of one preset, with their images and input sizes.
fn cases(preset: &str) -> Vec<(Rgb8, (u32, u32), Value)> {
    let goldens = json("preprocess.json");
    let cases = goldens["cases"].as_array().unwrap().iter().filter(|case| case["preset"] == preset);
    let cases = cases.map(|case| {
        let (height, width) = sides(case, "source");
        (noise(height, width, case["seed"].as_u64().unwrap()), sides(case, "size"), case.clone())
    });
    let cases: Vec<_> = cases.collect();
    assert!(cases.len() >= 4, "{preset}");
    cases
}

fn filter(case: &Value) -> Filter {
    case["filter"].as_str().unwrap().parse().unwrap()
}

#[test]
fn crop_gives_the_bytes_of_timms_evaluation_transform() {
    for (image, input, case) in cases("crop") {
        let crop_pct = case["crop_pct"].as_f64().unwrap();
        let preprocessing = Preprocessing { filter: filter(&case), crop_pct, ..Preset::Timm.into() };
        assert_eq!(hex(&resize(&image, input, &preprocessing).pixels), case["sha256"], "{case}");
    }
}

#[test]
fn pad_gives_the_bytes_of_timms_border_mode() {
    for (image, input, case) in cases("pad") {
        let preprocessing = Preprocessing { resize: Resize::Pad, filter: filter(&case), crop_pct: 1.0 };
        assert_eq!(hex(&resize(&image, input, &preprocessing).pixels), case["sha256"], "{case}");
    }
}

#[test]
fn keras_gives_the_bytes_of_load_img() {
    for (image, input, case) in cases("keras") {
        assert_eq!(hex(&resize(&image, input, &Preset::Keras.into()).pixels), case["sha256"], "{case}");
    }
}

#[test]
fn slim_gives_the_floats_of_tensorflow() {
    for (image, input, case) in cases("slim") {
        let found = preprocess(&image, input, &Preset::Slim.into());
        let expected = case["floats"].as_array().unwrap();
        assert_eq!(found.len(), expected.len());
        let gap = |(found, expected): (&f32, &Value)| (f64::from(*found) - expected.as_f64().unwrap()).abs();
        let worst = found.iter().zip(expected).map(gap).fold(0.0, f64::max);
        // TensorFlow may fuse multiply and add where we do not: a unit in the last place or two.
        assert!(worst <= 5e-7, "{worst} {} {}", case["source"], case["size"]);
    }
}

#[test]
fn bytes_are_scaled_to_the_floats_that_numpy_gives() {
    let image = Rgb8 { width: 3, height: 1, pixels: vec![0, 1, 127, 128, 200, 254, 255, 3, 77] };
    let floats = preprocess(&image, (1, 3), &Preset::Keras.into());
    // numpy: (np.float32(x) / np.float32(127.5)) - np.float32(1)
    let expected = [-1.0, -0.992_156_86, -0.003_921_569, 0.003_921_628, 0.568_627_5, 0.992_156_86, 1.0];
    for (found, expected) in floats.iter().zip(expected) {
        assert!((found - expected).abs() <= 6e-8, "{found} {expected}");
    }
    assert_eq!((floats[0], floats[6]), (-1.0, 1.0));
}

#[test]
fn writing_into_a_slice_gives_what_returning_gives_with_every_choice() {
    let image = noise(40, 67, 3);
    for resize in Resize::ALL.iter().copied() {
        for filter in Filter::ALL.iter().copied() {
            for input in [(21, 30), (90, 11)] {
                let preprocessing = Preprocessing { resize, filter, crop_pct: 0.9 };
                let mut out = vec![f32::NAN; input.0 as usize * input.1 as usize * 3];
                preprocess_into(&image, input, &preprocessing, &mut out);
                assert_eq!(out, preprocess(&image, input, &preprocessing), "{preprocessing:?}");
                assert!(out.iter().all(|value| (-1.0..=1.0).contains(value)), "{preprocessing:?}");
            }
        }
    }
}

#[test]
fn extreme_shapes_and_shares_stay_within_bounds() {
    for (height, width) in [(1, 1), (1, 3000), (3000, 1), (2, 65_535)] {
        let image = noise(height, width, 9);
        for preset in Preset::ALL.iter().copied() {
            for crop_pct in [1e-300, 0.02, 1.0, f64::NAN, f64::INFINITY] {
                let preprocessing = Preprocessing { crop_pct, ..preset.into() };
                assert_eq!(preprocess(&image, (13, 21), &preprocessing).len(), 13 * 21 * 3);
            }
        }
    }
}

#[test]
fn names_are_stable_and_read_back() {
    let names = |all: &[&str]| all.join(" ");
    assert_eq!(
        names(&Preset::ALL.iter().map(|preset| preset.as_str()).collect::<Vec<_>>()),
        "timm keras slim"
    );
    assert_eq!(
        names(&Filter::ALL.iter().map(|filter| filter.as_str()).collect::<Vec<_>>()),
        "nearest box bilinear bicubic lanczos tf-bilinear"
    );
    for resize in Resize::ALL.iter().copied() {
        assert_eq!(resize.as_str().parse(), Ok(resize));
    }
    let error = "Crop".parse::<Resize>().unwrap_err();
    assert_eq!(error, "unknown resize `Crop`, expected one of crop, squash, pad, central");
}

#[test]
fn a_share_that_is_no_share_is_refused() {
    let with = |crop_pct| Preprocessing { crop_pct, ..Default::default() }.validate();
    assert!(with(0.911).is_ok() && with(1.0).is_ok());
    assert_eq!(with(87.5).unwrap_err(), "crop_pct is a share from 0.01 to 1, got 87.5");
    assert!(with(0.0).is_err() && with(f64::NAN).is_err() && with(-0.5).is_err());
}

/// Columns and rows written as red and green, two levels a pixel.
fn ramps(height: u32, width: u32) -> Rgb8 {
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (y, x)));
    let pixels = places.flat_map(|(y, x)| [(2 * x) as u8, (2 * y) as u8, 0]).collect();
    Rgb8 { width, height, pixels }
}

#[test]
fn a_region_is_where_the_pixels_of_an_input_come_from() {
    let resizes = [Resize::Crop, Resize::Squash, Resize::Pad, Resize::Central];
    let filters = [Filter::Box, Filter::Bilinear, Filter::Bicubic, Filter::Lanczos, Filter::TfBilinear];
    for (image, input) in
        [((90, 120), (64, 64)), ((127, 71), (48, 48)), ((60, 110), (40, 72)), ((33, 47), (64, 64))]
    {
        for (resize, filter) in resizes.into_iter().flat_map(|r| filters.map(|f| (r, f))) {
            let preprocessing = Preprocessing { resize, filter, crop_pct: 0.8 };
            let seen = super::resize(&ramps(image.0, image.1), input, &preprocessing);
            let region = region(image, input, &preprocessing);
            let mut checked = 0;
            for (at, pixel) in seen.pixels.as_chunks::<3>().0.iter().enumerate() {
                let (y, x) = (at as u32 / input.1, at as u32 % input.1);
                let from = |start: f64, length: f64, at: u32, input: u32| {
                    start + (f64::from(at) + 0.5) / f64::from(input) * length - 0.5
                };
                let column = from(region.left, region.width, x, input.1);
                let row = from(region.top, region.height, y, input.0);
                // Near a border, or that of the part that is cut out first, filters see less than they would like to.
                let inside = |place: f64, side: u32, start: f64, length: f64| {
                    let cut = if resize == Resize::Central {
                        (start, start + length)
                    } else {
                        (0.0, f64::from(side))
                    };
                    place > cut.0.max(0.0) + 8.0 && place < cut.1.min(f64::from(side)) - 9.0
                };
                if !inside(column, image.1, region.left, region.width)
                    || !inside(row, image.0, region.top, region.height)
                {
                    continue;
                }
                checked += 1;
                for (byte, place) in [(pixel[0], column), (pixel[1], row)] {
                    let off = (f64::from(byte) / 2.0 - place).abs();
                    let limit = if filter == Filter::Box { 0.8 } else { 0.4 };
                    assert!(off < limit, "{preprocessing:?} {image:?} to {input:?} at {y},{x}: {off}");
                }
            }
            assert!(checked > 200, "{preprocessing:?} {image:?} to {input:?}: {checked}");
        }
    }
}

#[test]
fn the_region_of_a_crop_is_known_by_hand() {
    // 480 x 320 to 64 of 73: resized to 109 x 73, of which 64 from column 22 and row 4 on are kept.
    let part = region((320, 480), (64, 64), &Preset::Timm.into());
    let want = [22.0 * 480.0 / 109.0, 4.0 * 320.0 / 73.0, 64.0 * 480.0 / 109.0, 64.0 * 320.0 / 73.0];
    for (got, want) in [part.left, part.top, part.width, part.height].into_iter().zip(want) {
        assert!((got - want).abs() < 1e-9, "{part:?}");
    }
    let half = part.scaled((320, 480), (160, 240));
    assert!((half.left * 2.0 - part.left).abs() < 1e-9 && (half.height * 2.0 - part.height).abs() < 1e-9);
    let all = region((320, 480), (64, 64), &Preset::Keras.into());
    assert_eq!(all, Region { left: 0.0, top: 0.0, width: 480.0, height: 320.0 });
    // 480 x 320 in a square: 64 x 43, so 10 rows above it and 11 below.
    let pad = Preprocessing { resize: Resize::Pad, ..Preset::Timm.into() };
    let padded = region((320, 480), (64, 64), &pad);
    assert_eq!((padded.left, padded.width), (0.0, 480.0));
    assert!((padded.top + 10.0 * 320.0 / 43.0).abs() < 1e-9, "{padded:?}");
}
