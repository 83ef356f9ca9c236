//! `nasnet doctor`: what is as it should be, and faults that it has to find.

use std::fs;
use std::path::Path;

use crate::support::{Finished, Place, fixture};

#[test]
fn a_sound_installation_is_found_so() {
    let place = Place::new();
    let run = place.run(&["doctor"]).exits(0);
    for said in ["device ", "threads", "cache ", "free disk", "mobile", "everything is as it should be"] {
        assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
    }
    assert!(run.stdout.contains("differs from Keras' by"), "{}", run.stdout);
    let report: serde_json::Value =
        serde_json::from_str(&place.run(&["doctor", "--json"]).exits(0).stdout).unwrap();
    assert_eq!(
        (report["ok"].as_bool(), report["models"][0]["checks"].as_array().unwrap().len()),
        (Some(true), 3)
    );
}

#[test]
fn another_dialect_is_found() {
    let place = Place::new();
    for dialect in ["slim", "timm"] {
        let run = place.run(&["doctor", "--model", "tiny", "--dialect", dialect]).exits(1);
        assert!(run.stdout.contains("OFF dialect") && run.stdout.contains("OFF answer"), "{}", run.stdout);
    }
}

#[test]
fn one_flipped_bit_of_a_weights_file_is_found() {
    let place = Place::new();
    let builtin = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/weights/tiny/nasnet-a-4-768-tiny-imagenet.safetensors");
    let mut bytes = fs::read(builtin).unwrap();
    place.write("sound.safetensors", &bytes);
    place.run(&["doctor", "--model", "sound.safetensors"]).exits(0);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    place.write("changed.safetensors", &bytes);
    place
        .run(&["doctor", "--model", "changed.safetensors"])
        .exits(2)
        .says("the file is damaged: hash mismatch");
}

#[test]
fn a_model_that_no_reference_knows_is_held_against_the_portable_engine() {
    let place = Place::new();
    let mut archive = zip::ZipArchive::new(fs::File::open(fixture("weights.zip")).unwrap()).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut archive.by_name("keras3.h5").unwrap(), &mut bytes).unwrap();
    place.write("toy.h5", &bytes);
    let run = place.run(&["doctor", "--model", "toy.h5"]).exits(0);
    assert!(run.stdout.contains("the portable engine's"), "{}", run.stdout);
    place.run(&["doctor", "--model", "nowhere.h5"]).exits(2).says("nowhere.h5");
}

#[test]
fn a_cache_that_is_a_file_is_found() {
    let place = Place::new();
    place.write("file", b"mine");
    for cache in ["file", "file/below"] {
        let run = Finished::of(place.command(&["doctor"]).env("NASNET_CACHE", cache).output().unwrap());
        assert!(run.exits(1).stdout.contains("file is a file, expected a folder"));
    }
}
