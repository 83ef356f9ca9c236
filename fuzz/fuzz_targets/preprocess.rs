//! Images of any size through any preprocessing: finite numbers between -1 and 1, as many as the input takes.
#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use nasnet::image::Rgb8;
use nasnet::image::preprocess::{Filter, Preprocessing, Resize, preprocess};

#[derive(Debug, Arbitrary)]
struct Case {
    width: u16,
    height: u16,
    input: (u8, u8),
    resize: u8,
    filter: u8,
    crop_pct: f64,
    bytes: Vec<u8>,
}

const RESIZES: [Resize; 4] = [Resize::Crop, Resize::Squash, Resize::Pad, Resize::Central];
const FILTERS: [Filter; 6] =
    [Filter::Nearest, Filter::Box, Filter::Bilinear, Filter::Bicubic, Filter::Lanczos, Filter::TfBilinear];

fuzz_target!(|case: Case| {
    let (width, height) = (u32::from(case.width) % 2048 + 1, u32::from(case.height) % 2048 + 1);
    if width * height > 1 << 20 {
        return;
    }
    let preprocessing = Preprocessing {
        resize: RESIZES[usize::from(case.resize) % RESIZES.len()],
        filter: FILTERS[usize::from(case.filter) % FILTERS.len()],
        crop_pct: case.crop_pct,
    };
    if preprocessing.validate().is_err() {
        return;
    }
    let noise = if case.bytes.is_empty() { &[0x5a][..] } else { &case.bytes };
    let pixels = noise.iter().copied().cycle().take(3 * (width * height) as usize).collect();
    let input = (u32::from(case.input.0) + 1, u32::from(case.input.1) + 1);
    let numbers = preprocess(&Rgb8 { width, height, pixels }, input, &preprocessing);
    assert_eq!(numbers.len(), 3 * (input.0 * input.1) as usize);
    assert!(numbers.iter().all(|number| (-1.0..=1.0).contains(number)));
});
