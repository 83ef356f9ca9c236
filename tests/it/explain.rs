//! Class activation maps: exact, on their place, and as files that are nobody else's.

use std::collections::HashSet;
use std::fs;

use crate::support::builtin::best;
use crate::support::{Finished, Line, Place, fixture, picture};
use nasnet::{
    Classifier, ClassifierOptions, DecodeOptions, Pooling, Preset, Selection, decode, explain, weights,
};
use serde_json::Value;

/// Of the greatest number, what rounding may take.
const EQUAL: f64 = 1e-5;

fn floats(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[test]
fn maps_are_those_that_keras_makes() {
    let text = fs::read_to_string(fixture("activation_maps.json")).unwrap();
    let golden: Value = serde_json::from_str(&text).unwrap();
    let cases = golden["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 2);
    for case in cases {
        let sides = floats(&case["size"]);
        let size = (sides[0] as usize, sides[1] as usize);
        let overrides = weights::Overrides { input_size: Some(size), ..Default::default() };
        let loaded = weights::builtin(&overrides).unwrap();
        assert_eq!(golden["fingerprint"], loaded.fingerprint(), "run fixtures/make_activation_maps.py");
        // Squashed to the size that it has, an image stays as it is.
        let options =
            ClassifierOptions { preprocessing: Some(Preset::Keras.into()), ..ClassifierOptions::default() };
        let classifier = Classifier::new(loaded, options).unwrap();
        let image = picture(size, case["seed"].as_u64().unwrap() as usize);
        let features = classifier.features(std::slice::from_ref(&image), Pooling::None).unwrap().remove(0);
        let classes = case["classes"].as_array().unwrap();
        assert_eq!(classes.len(), 5);
        for class in classes {
            let index = class["index"].as_u64().unwrap() as usize;
            let map = classifier.activation_map(&features, index).unwrap();
            assert_eq!(floats(&case["shape"]), [map.height as f64, map.width as f64]);
            let want = floats(&class["map"]);
            let greatest = want.iter().copied().map(f64::abs).fold(0.0, f64::max);
            let apart = |got: f64, want: f64| (got - want).abs() / greatest;
            let gaps = map.values.iter().zip(&want).map(|(got, want)| apart(f64::from(*got), *want));
            let gap = gaps.fold(0.0, f64::max);
            println!("{size:?}, class {index}: {gap:.1e}");
            assert!(gap < EQUAL && map.values.len() == want.len(), "{size:?}, class {index}: {gap:e}");
            assert!(apart(map.logit(), class["logit"].as_f64().unwrap()) < EQUAL);
        }
        let best = classifier.explain(&image, Selection { top_k: 3, threshold: None }).unwrap();
        let order: Vec<usize> = best.iter().map(|explanation| explanation.map.class).collect();
        let want: Vec<usize> =
            classes.iter().take(3).map(|c| c["index"].as_u64().unwrap() as usize).collect();
        assert_eq!(order, want);
    }
}

#[test]
fn the_mean_of_a_map_and_the_bias_are_the_logit_of_every_class() {
    let classifier = Classifier::builtin().unwrap();
    for photo in ["cat", "rocket", "espresso"] {
        let bytes = fs::read(fixture(&format!("photos/{photo}.jpg"))).unwrap();
        let image = decode(&bytes, &DecodeOptions::default()).unwrap();
        let logits = classifier.logits(&[&classifier.preprocess(&image)]).unwrap().remove(0);
        let all = classifier.explain(&image, Selection { top_k: 0, threshold: None }).unwrap();
        assert_eq!(all.len(), 200);
        let greatest = logits.iter().copied().map(f32::abs).fold(0.0, f32::max);
        for map in all.iter().map(|explanation| &explanation.map) {
            let gap = (map.logit() - f64::from(logits[map.class])).abs() / f64::from(greatest);
            assert!(gap < 1e-5, "{photo}, class {}: {gap:e}", map.class);
        }
    }
}

#[test]
fn what_makes_no_map_is_an_error_that_says_so() {
    let classifier = Classifier::builtin().unwrap();
    let error = |features: &[f32], class| classifier.activation_map(features, class).unwrap_err().to_string();
    assert_eq!(error(&[0.0; 4 * 768], 200), "class 200 of a model of 200 classes");
    assert_eq!(error(&[0.0; 768], 0), "expected 3072 numbers of a feature map, got 768");
    let loaded = weights::builtin(&Default::default()).unwrap();
    let bare = Classifier::new(loaded, ClassifierOptions { keep_top: false, ..ClassifierOptions::default() })
        .unwrap();
    assert!(bare.activation_map(&[0.0; 4 * 768], 0).unwrap_err().to_string().contains("keep_top"));
}

fn explain_images(place: &Place, rest: &[&str]) -> Finished {
    place.run(&[&["explain", "--model", "tiny", "--format", "jsonl"][..], rest].concat())
}

fn files(place: &Place, dir: &str) -> Vec<String> {
    let entries = fs::read_dir(place.path().join(dir)).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn explained(line: &Line) -> Vec<(usize, &str)> {
    line.explained.as_ref().unwrap().iter().map(|file| (file.rank, file.file.as_str())).collect()
}

#[test]
fn every_answered_image_has_its_files_and_its_record_names_them() {
    let place = Place::new();
    place.put("photos/espresso.jpg", "in/a.jpg");
    place.put("photos/astronaut_exif.jpg", "in/b.jpg");
    place.write("in/c.jpg", b"no image");
    let plain = place.run(&["classify", "--model", "tiny", "--format", "jsonl", "in"]).exits(1);
    assert!(plain.lines()[0].explained.is_none());
    let lines = explain_images(&place, &["in", "-o", "out/maps", "--top-k", "2"]).exits(1).lines();
    let first = explained(&lines[0]);
    let cup = best("espresso");
    assert_eq!(first[0], (1, &format!("out/maps/a-8c7f3104df2d-1-{}.png", cup.label)[..]));
    assert!(first[1].1.starts_with("out/maps/a-8c7f3104df2d-2-") && first.len() == 2, "{first:?}");
    assert_eq!(
        lines[0].explained.as_ref().unwrap()[0].index,
        lines[0].predictions.as_ref().unwrap()[0].index
    );
    assert!(lines[2].explained.is_none() && lines[2].error.is_some());
    let named: HashSet<String> =
        lines[..2].iter().flat_map(explained).map(|(_, file)| file.to_owned()).collect();
    let there: HashSet<String> =
        files(&place, "out/maps").into_iter().map(|name| format!("out/maps/{name}")).collect();
    assert_eq!((there.len(), &there), (4, &named));
    for line in &lines[..2] {
        for (_, file) in explained(line) {
            let bytes = fs::read(place.path().join(file)).unwrap();
            let image = decode(&bytes, &DecodeOptions::default()).unwrap();
            // Upright: this photo lies on its side in its file.
            assert_eq!((Some(image.width), Some(image.height)), (line.width, line.height), "{file}");
            let reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
            let texts = &reader.info().uncompressed_latin1_text;
            let said = texts.iter().find(|text| text.keyword == "Description").unwrap();
            assert!(said.text.contains(&line.model), "{}", said.text);
        }
    }
    let other = best("rocket").label;
    let one = explain_images(&place, &["in/a.jpg", "-o", "other", "--only", &other]).exits(0);
    assert_eq!((one.stdout.as_str(), files(&place, "other").len()), ("", 0), "left out, so not drawn");
    let none = explain_images(&place, &["in/a.jpg", "-o", "other", "--threshold", &cup.above()]).exits(0);
    assert!(explained(&none.lines()[0]).is_empty());
    let stdin = fs::read(fixture("photos/espresso.jpg")).unwrap();
    place.run_with_stdin(&["explain", "--model", "tiny", "-o", "stdin", "-"], &stdin).exits(0);
    assert!(files(&place, "stdin")[0].starts_with("stdin-"), "{:?}", files(&place, "stdin"));
}

#[test]
fn an_overlay_is_the_librarys_over_a_photo_of_a_sane_size() {
    let place = Place::new();
    let (width, height) = (2000u32, 700u32);
    let wide: Vec<u8> = (0..width * height * 3).map(|at| (at / 3 % width / 8) as u8).collect();
    place.write("wide.ppm", &[format!("P6 {width} {height} 255\n").as_bytes(), &wide].concat());
    let line =
        explain_images(&place, &["wide.ppm", "-o", "out", "--crop-pct", "0.875"]).exits(0).lines().remove(0);
    let bytes = fs::read(place.path().join(explained(&line)[0].1)).unwrap();
    let big = decode(&bytes, &DecodeOptions::default()).unwrap();
    assert_eq!((big.width, big.height), (1024, 358));
    // 2000 x 700 to 64 of 73: resized to 208 x 73, of which columns from 72 and rows from 4 on are kept.
    let pixel = |x: u32, y: u32| big.pixels.as_chunks::<3>().0[(y * big.width + x) as usize];
    let left = 72.0 / 208.0 * 1024.0;
    assert!((pixel(left as u32 - 2, 100)[0]) < pixel(left as u32 + 2, 100)[0], "dark before the crop");
    let grey = |x: u32, y: u32| pixel(x, y)[0] == pixel(x, y)[2];
    assert!((0..left as u32 - 1).all(|x| grey(x, 180)) && (0..18).all(|y| grey(500, y)));

    let bytes = fs::read(place.put("photos/cat.jpg", "cat.jpg")).unwrap();
    let line = explain_images(&place, &["cat.jpg", "-o", "out"]).exits(0).lines().remove(0);
    let found = fs::read(place.path().join(explained(&line)[0].1)).unwrap();
    let (classifier, options) = (Classifier::builtin().unwrap(), DecodeOptions::default());
    let cat = decode(&bytes, &options).unwrap();
    let best = classifier.explain(&cat, Selection::default()).unwrap().remove(0);
    assert_eq!(decode(&found, &options).unwrap(), explain::overlay(&cat, &best.map, classifier.region(&cat)));
}

#[test]
fn hostile_names_stay_within_the_folder_and_apart() {
    let place = Place::new();
    let names = [
        "in/x/cat.jpg",
        "in/y/cat.jpg",
        "in/cat.jpeg",
        "in/..jpg",
        "in/-rf \u{202e}\n$(x).jpg",
        "in/CAT.jpg",
    ];
    for name in names {
        place.put("photos/cat.jpg", name);
    }
    let mut inputs = vec!["in", "in/x/../x/cat.jpg", "-o", "out"];
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        place.put("photos/cat.jpg", std::ffi::OsStr::from_bytes(b"in/not\xffutf8.jpg"));
    }
    inputs.push("-q");
    let lines = explain_images(&place, &inputs).exits(0).lines();
    let files = files(&place, "out");
    assert_eq!(files.len(), lines.len());
    for file in &files {
        assert!(file.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)), "{file:?}");
        assert!(!file.starts_with(['-', '.']), "{file:?}");
    }
    // The same path twice is the same file.
    let twice = explain_images(&place, &["in/cat.jpeg", "in/cat.jpeg", "-o", "twice", "--batch-size", "2"]);
    let lines = twice.exits(0).lines();
    assert_eq!(explained(&lines[0]), explained(&lines[1]));
}

#[test]
fn other_files_are_replaced_only_where_that_was_asked_for() {
    let place = Place::new();
    place.put("photos/espresso.jpg", "in/a.jpg");
    place.put("photos/rocket.jpg", "in/b.jpg");
    let flags = ["in", "-o", "out"];
    let lines = explain_images(&place, &flags).exits(0).lines();
    let name = explained(&lines[0])[0].1;
    let drawn = fs::read(place.path().join(name)).unwrap();
    // Again: nothing differs, so nothing is in the way.
    explain_images(&place, &flags).exits(0);
    place.write(name, b"mine");
    let run =
        explain_images(&place, &flags).exits(1).says("another file is there already; --force replaces it");
    assert!(explained(&run.lines()[0]).is_empty() && explained(&run.lines()[1]).len() == 1);
    run.says("1 file was not written");
    assert_eq!(fs::read(place.path().join(name)).unwrap(), b"mine");
    explain_images(&place, &[&flags[..], &["--exit-zero"]].concat()).exits(0);
    explain_images(&place, &[&flags[..], &["--force"]].concat()).exits(0);
    assert_eq!(fs::read(place.path().join(name)).unwrap(), drawn);
    assert_eq!(files(&place, "out").len(), 2);
}

#[test]
fn a_run_that_is_done_again_draws_what_is_missing() {
    let place = Place::new();
    for (photo, name) in [("espresso", "in/a.jpg"), ("rocket", "in/b.jpg"), ("cat", "in/c.jpg")] {
        place.put(&format!("photos/{photo}.jpg"), name);
    }
    let flags = ["in", "-o", "out"];
    let whole = explain_images(&place, &flags).exits(0);
    let all = whole.lines();
    let drawn: Vec<Vec<u8>> =
        all.iter().map(|line| fs::read(place.path().join(explained(line)[0].1)).unwrap()).collect();
    place.write(explained(&all[1])[0].1, b"other");
    fs::remove_file(place.path().join(explained(&all[2])[0].1)).unwrap();
    let again = explain_images(&place, &[&flags[..], &["--force"]].concat()).exits(0);
    assert_eq!(again.stdout, whole.stdout);
    for (line, drawn) in all.iter().zip(&drawn) {
        assert!(fs::read(place.path().join(explained(line)[0].1)).unwrap() == *drawn);
    }
    assert_eq!(files(&place, "out").len(), 3);
}

#[test]
fn a_folder_that_cannot_be_is_an_error_before_any_work() {
    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    place.write("file", b"mine");
    for dir in ["file", "file/below"] {
        // The model would be the next thing that is missed.
        let run = place.run(&["explain", "--model", "nowhere.h5", "a.jpg", "-o", dir]);
        let run = run.exits(2).says(&format!("--output {dir}: "));
        assert_eq!(dir == "file", run.stderr.contains("expected a folder, got a file"), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
    place.run(&["explain", "--model", "tiny", "a.jpg", "--top-k", "2"]).exits(2).says("--output <DIR>");
    let zero = ["explain", "--model", "tiny", "a.jpg", "-o", "out", "--top-k", "0"];
    place.run(&zero).exits(2).says("--top-k");
    assert!(!place.path().join("out").exists());
}

#[cfg(unix)]
#[test]
fn a_full_disk_ends_the_run_and_leaves_no_torn_picture() {
    let place = Place::new();
    place.put("photos/cat.jpg", "in/a.jpg");
    let binary = assert_cmd::cargo::cargo_bin!("nasnet");
    // A limit on the size of files, in blocks of 512 or 1024 bytes, stands in for a disk that is full.
    let line = format!("ulimit -f 9; exec {} explain --model tiny in -o out", binary.display());
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &line]).current_dir(place.path()).env_clear().stdin(std::process::Stdio::null());
    Finished::of(shell.output().unwrap()).exits(2).says("--output out/a-8c7f3104df2d-1-").says("too large");
    assert!(files(&place, "out").is_empty());
}

#[test]
fn overlays_are_not_among_the_inputs_of_the_run_that_draws_them_or_of_the_next() {
    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    place.put("photos/espresso.jpg", "z.jpg");
    for inputs in [".", ".", "**/*", "**/*.{jpg,png}"] {
        let flags = ["explain", "--model", "tiny", "--format", "jsonl", "-o", "maps", inputs];
        let lines = place.run(&flags).exits(0).lines();
        assert_eq!(lines.len(), 2, "{inputs}");
    }
}
