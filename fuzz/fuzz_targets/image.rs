//! Image files of every format, exact, fast and cut: pixels of the size that was announced, or an error.
//!
//! A decoder that panics is no finding: `nasnet` turns that into an error of the one image. A panic of our own code
//! is one, and so is a panic that gets past the boundary, an abort, a hang, or memory without end.
#![no_main]

use std::panic::{set_hook, take_hook};

use libfuzzer_sys::fuzz_target;
use nasnet::image::{Cut, DecodeOptions, Detail, decode_resized};

const MAX_PIXELS: u64 = 1 << 19;

/// Sources of dependencies and of the standard library, as panics name them.
const FOREIGN: [&str; 3] = ["/registry/src/", "/rustc/", "/library/"];

/// The hook of libFuzzer ends the process at every panic, also at those that are caught.
fn let_decoders_panic() {
    let abort = take_hook();
    set_hook(Box::new(move |panic| {
        let foreign = |file: &str| FOREIGN.iter().any(|part| file.contains(part));
        if !panic.location().is_some_and(|place| foreign(place.file())) {
            abort(panic);
        }
    }));
}

fuzz_target!(init: let_decoders_panic(), |bytes: &[u8]| {
    let mut spare = Vec::new();
    for (detail, cut) in [(Detail::Exact, Cut::Error), (Detail::Fast, Cut::Accept)] {
        let options = DecodeOptions { max_pixels: MAX_PIXELS, detail, cut, ..DecodeOptions::default() };
        if let Ok(decoded) = decode_resized(bytes, &options, &|_| (64, 64), &mut spare) {
            let image = decoded.image;
            let pixels = u64::from(image.width) * u64::from(image.height);
            assert!(pixels > 0 && pixels <= MAX_PIXELS, "{image:?}");
            assert_eq!(image.pixels.len() as u64, 3 * pixels, "{image:?}");
            spare = image.pixels;
        }
    }
});
