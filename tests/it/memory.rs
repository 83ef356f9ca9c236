//! Large images within little memory: each is answered in its turn or has its record, and none ends the run.

use std::process::{Command, Stdio};

use crate::support::{Finished, Line, Place};

/// A BMP of run lengths (BI_RLE8) that ends at once: all of its `width` x `height` pixels are of the first colour.
fn blank_bmp(width: u32, height: u32) -> Vec<u8> {
    const PIXELS: u32 = 14 + 40 + 4;
    let mut bytes = b"BM".to_vec();
    for number in [PIXELS + 2, 0, PIXELS, 40, width, height] {
        bytes.extend(number.to_le_bytes());
    }
    // Planes and bits a pixel; then the kind of compression, four sizes that nobody needs, and two counts of colours.
    bytes.extend([1, 0, 8, 0]);
    for number in [1u32, 2, 0, 0, 1, 0] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([20, 120, 220, 0]);
    bytes.extend([0, 1]);
    bytes
}

/// Of each line, its error, if it has one.
fn errors(lines: &[Line]) -> Vec<Option<&str>> {
    lines.iter().map(|line| line.error.as_ref().map(|error| error.kind.as_str())).collect()
}

#[test]
fn images_that_do_not_fit_at_once_wait_for_each_other_and_one_that_never_fits_is_named() {
    let place = Place::new();
    // 8 MB of memory each, of which three threads may take 24 MB.
    for index in 0..6 {
        place.write(format!("in/{index}.bmp"), &blank_bmp(1600 + index, 1250));
    }
    place.write("in/large.bmp", &blank_bmp(4000, 3000));
    let flags = ["classify", "--model", "tiny", "--format", "jsonl", "--threads", "3", "in", "--memory"];
    let run = |memory: &str| place.run(&[&flags[..], &[memory]].concat());
    let tight = run("24M").exits(1).says("--memory 77M allows all images that need too much memory");
    let want = [None, None, None, None, None, None, Some("too_large")];
    assert_eq!(errors(&tight.lines()), want);
    let message = tight.lines().pop().unwrap().error.unwrap().message;
    assert!(
        message.starts_with("decoding it takes 48 MB of memory, large images may have 15 MB"),
        "{message}"
    );
    assert_eq!(place.run(&[&flags[..], &["24M", "--quiet"]].concat()).exits(1).stderr, "");
    let roomy = run("77M").exits(0);
    let scores = |run: &Finished| -> Vec<_> {
        run.lines().into_iter().map(|line| line.predictions.map(|list| list[0].score)).take(6).collect()
    };
    assert_eq!(scores(&tight), scores(&roomy));
}

#[test]
fn a_size_of_memory_has_a_number_and_a_unit() {
    let place = Place::new();
    for wrong in ["much", "1T", "-5", "18446744073709551615G"] {
        place
            .run(&["classify", "--model", "tiny", &format!("--memory={wrong}"), "x.png"])
            .exits(2)
            .says("expected a number of bytes, such as 800M or 2G");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_limit_on_address_space_is_a_limit_on_images() {
    let place = Place::new();
    for index in 0..12u32 {
        // 178 megapixels, as many as are allowed, beside small ones.
        let large = index.is_multiple_of(3);
        let side = if large { 13_377 } else { 40 + index };
        place.write(format!("in/{index:02}.bmp"), &blank_bmp(side, side));
    }
    let wanted = place.command(&["classify", "--model", "tiny", "--format", "jsonl", "--threads", "8", "in"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -v 400000 && exec \"$0\" \"$@\""]);
    limited.arg(wanted.get_program()).args(wanted.get_args()).current_dir(place.path()).env_clear();
    let run = Finished::of(limited.env("HOME", place.path()).stdin(Stdio::null()).output().unwrap()).exits(1);
    let want: Vec<_> = (0..12).map(|index| (index % 3 == 0).then_some("too_large")).collect();
    assert_eq!(errors(&run.lines()), want);
}
