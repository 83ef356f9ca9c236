//! Image files of every format, exact, fast and cut: pixels of the size that was announced, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nasnet::image::{Cut, DecodeOptions, Detail, decode_resized};

const MAX_PIXELS: u64 = 1 << 20;

fuzz_target!(|bytes: &[u8]| {
    let mut spare = Vec::new();
    for detail in [Detail::Exact, Detail::Fast] {
        for cut in [Cut::Error, Cut::Accept] {
            let options = DecodeOptions { max_pixels: MAX_PIXELS, detail, cut, ..DecodeOptions::default() };
            if let Ok(decoded) = decode_resized(bytes, &options, &|_| (64, 64), &mut spare) {
                let image = decoded.image;
                let pixels = u64::from(image.width) * u64::from(image.height);
                assert!(pixels > 0 && pixels <= MAX_PIXELS, "{image:?}");
                assert_eq!(image.pixels.len() as u64, 3 * pixels, "{image:?}");
                spare = image.pixels;
            }
        }
    }
});
