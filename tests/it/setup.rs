//! What stands before a run: models, devices, flags, and the texts that say what is wrong with them.

use std::fs;
use std::path::Path;

use crate::support::{Place, fixture};

#[test]
fn models_that_cannot_be_had_say_what_and_how_to_go_on() {
    let place = Place::new();
    let photo = place.put("photos/cat.jpg", "a.jpg");
    let photo = photo.to_str().unwrap();
    place.write("page.h5", b"<!doctype html><title>404</title>");
    place.write("half.h5", &[]);
    for (model, said) in
        [("page.h5", "a web page"), ("nowhere.h5", "nowhere.h5: No such file"), ("half.h5", "half.h5")]
    {
        let run = place.run(&["classify", "--model", model, photo]).exits(2).says(said).says("hint: ");
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_device_that_is_not_there_is_an_error_and_never_a_silent_fallback() {
    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    if !cfg!(feature = "cuda") {
        let run = place.run(&["classify", "--model", "tiny", "--device", "cuda:1", "a.jpg"]).exits(2);
        run.says("device cuda:1: this binary was built without it").says("hint: use --device cpu");
    }
    place
        .run(&["classify", "--model", "tiny", "--device", "toaster", "a.jpg"])
        .exits(2)
        .says("got \"toaster\"");
    place.run(&["classify", "--model", "tiny", "--dtype", "f16", "a.jpg"]).exits(2).says("--dtype f16");
}

#[test]
fn bf16_answers_nearly_as_f32_on_a_cpu_that_has_it_and_is_an_error_elsewhere() {
    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    let classify = |dtype| {
        place.run(&["classify", "--model", "tiny", "--device", "cpu", "--dtype", dtype, "--json", "a.jpg"])
    };
    if nasnet::kernels::Kernels::bf16().is_empty() {
        classify("bf16").exits(2).says("--dtype bf16: computing in bf16 needs");
        return;
    }
    let [exact, rounded] = ["f32", "bf16"].map(|dtype| {
        let record = classify(dtype).exits(0).document().results.remove(0);
        let best = record.predictions.unwrap().remove(0);
        (best.label, best.score)
    });
    assert_eq!(exact.0, rounded.0);
    assert!((exact.1 - rounded.1).abs() < 0.02 && exact.1 != rounded.1, "{exact:?} and {rounded:?}");
}

#[test]
fn flags_that_make_no_sense_are_refused_with_both_sides() {
    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    for (flags, said) in [
        (&["--crop-pct", "1.5"][..], "1.5"),
        (&["--threads", "0"], "--threads"),
        (&["--format", "xml"], "possible values: table, json, jsonl, csv"),
        (&["--json", "--format", "csv"], "cannot be used with"),
        (&["--force"], "--output"),
        (&["--threshold", "nan"], "got NaN"),
        (&["--model", "hf:nobody"], "hf:nobody: expected hf:OWNER/NAME[/FILE][@REVISION]"),
    ] {
        let arguments: Vec<&str> = ["classify", "a.jpg"].iter().chain(flags).copied().collect();
        let run = place.run(&arguments).exits(2).says(said);
        assert_eq!(run.stdout, "", "{flags:?}");
    }
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_form_that_this_binary_lacks_is_an_error_that_says_how_to_get_it() {
    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    for command in [&["classify", "--model", "tiny", "a.jpg"][..], &["merge", "a.jsonl"]] {
        let run = place.run(&[command, &["--format", "parquet", "--output", "a.parquet"]].concat()).exits(2);
        let run = run.says("--format parquet: this binary was built without it").says("--features parquet");
        assert_eq!((run.stdout.as_str(), fs::read_dir(place.path()).unwrap().count()), ("", 1));
    }
}

#[test]
fn colour_is_for_terminals_and_for_those_who_insist() {
    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    let arguments = ["classify", "--model", "tiny", "a.jpg"];
    assert!(!place.run(&arguments).exits(0).stdout.contains('\u{1b}'));
    let insisting = [&arguments[..], &["--color", "always"]].concat();
    assert!(place.run(&insisting).exits(0).stdout.contains("\u{1b}[1m"));
    let quiet = place.run(&[&arguments[..], &["--quiet"]].concat()).exits(0);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn info_gives_the_published_totals() {
    let place = Place::new();
    let json = |model: &str| -> serde_json::Value {
        serde_json::from_str(&place.run(&["info", model, "--json"]).exits(0).stdout).unwrap()
    };
    // The last is `len(model.layers)` in Keras 3.15.
    for (model, parameters, trainable, multiply_adds, weighted, layers) in [
        ("mobile", 5_326_716u64, 5_289_978u64, 563_638_816u64, 389, 771),
        ("large", 88_949_818, 88_753_150, 23_783_414_658, 533, 1041),
    ] {
        let info = json(model);
        let listed: serde_json::Value =
            serde_json::from_str(&place.run(&["info", model, "--layers", "--json"]).exits(0).stdout).unwrap();
        assert_eq!(listed["layers"].as_array().unwrap().len(), layers, "{model}");
        assert_eq!(info["parameters"], parameters);
        assert_eq!(info["trainable_parameters"], trainable);
        assert_eq!(info["multiply_adds"], multiply_adds);
        assert_eq!(info["weighted_layers"], weighted);
    }
    assert_eq!(json("tiny")["weights"]["labels"], 200);
    let layers = place.run(&["info", "mobile", "--layers"]).exits(0).stdout;
    assert!(layers.contains("separable_conv_1_normal_left1_0"), "{layers}");
}

#[test]
fn completions_are_up_to_date() {
    let place = Place::new();
    for (shell, file) in [
        ("bash", "nasnet.bash"),
        ("zsh", "_nasnet"),
        ("fish", "nasnet.fish"),
        ("powershell", "_nasnet.ps1"),
        ("elvish", "nasnet.elv"),
    ] {
        let script = place.run(&["completions", shell]).exits(0).stdout;
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(file);
        let kept = fs::read_to_string(kept).unwrap_or_default();
        assert!(kept == script, "completions/{file} is stale: run `completions/make`");
    }
}

#[test]
fn every_photo_of_the_fixtures_names_its_licence() {
    let licences = fs::read_to_string(fixture("photos/LICENSES.md")).unwrap();
    for entry in fs::read_dir(fixture("photos")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "LICENSES.md" || licences.contains(&name), "{name}");
    }
}
