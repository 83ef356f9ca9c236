//! What people are told: typos with the nearest names, hints only where there is a way out, and nothing that is lost or
//! shown without a word.

use std::fs;

use crate::support::Place;

fn with_photo() -> Place {
    let place = Place::new();
    place.put("photos/espresso.jpg", "a.jpg");
    place
}

#[test]
fn typos_get_the_nearest_names() {
    let place = with_photo();
    place.put("photos/cat.jpg", "val/tabbi/a.jpg");
    for (line, said) in [
        ("classify -m mobil a.jpg", "did you mean `mobile`? (also near: `mobile-no-top`)"),
        ("classify -m tiny --format jsn a.jpg", "'json'"),
        ("classify -m tiny --classes tabbi a.jpg", "the nearest: tabby, tabby cat, table"),
        (
            "eval -m tiny val",
            "class folder val/tabbi: \"tabbi\" is not one of the model's 200 classes; the nearest: tabby",
        ),
        ("sort -m tiny --into out --only tabbi a.jpg", "the nearest: tabby"),
        ("weights fetch larg", "did you mean `large`?"),
        ("completions bsh", "'bash'"),
        ("clasify a.jpg", "did you mean `nasnet classify a.jpg`?"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let run = place.run(&words).exits(2).says(said);
        assert_eq!(run.stdout, "", "{line}");
    }
}

#[test]
fn an_error_without_a_way_out_has_no_hint() {
    let place = with_photo();
    for line in [
        "classify",
        "classify -m hf:timm a.jpg",
        "classify -m tiny -o out.jsn a.jpg",
        "classify -m tiny --report - a.jpg",
        "classify -m tiny --threshold 2 a.jpg",
        "classify -m tiny --size 20 a.jpg",
        "embed -m tiny --format npy a.jpg",
        "classify -m tiny -k many a.jpg",
        "eval -m tiny nowhere",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let run = place.run(&words).exits(2).says("error: ");
        assert!(!run.stderr.contains("hint: "), "{line}: {}", run.stderr);
    }
    place.run(&["classify", "-k", "many", "a.jpg"]).exits(2).says("expected a whole number");
}

#[test]
fn inputs_that_are_not_there_are_named_before_a_model_is_wanted() {
    let place = with_photo();
    for command in [&["classify"][..], &["embed"], &["sort", "--into", "out"], &["explain", "-o", "maps"]] {
        let run = place.run(&[command, &["missing.jpg"]].concat()).exits(2);
        let run = run.says("no inputs: missing.jpg: no such file or folder");
        assert!(!run.stderr.contains("weights"), "{}", run.stderr);
    }
    // A model that is here gives each its record.
    place.run(&["classify", "-m", "tiny", "missing.jpg"]).exits(1);
}

#[test]
fn what_an_earlier_run_left_is_not_lost_without_a_word() {
    let place = with_photo();
    for (flags, partial) in [
        (&["classify", "-o", "a.csv"][..], "a.csv.partial"),
        (&["classify", "--report", "a.html"], "a.html.partial"),
        (&["embed", "-o", "a.npy"], "a.npy.partial"),
    ] {
        place.write(partial, b"hours of work");
        let run = [flags, &["-m", "tiny", "a.jpg"]].concat();
        place.run(&run).exits(2).says(&format!("left {partial}")).says("hint: --resume continues it");
        assert_eq!(fs::read(place.path().join(partial)).unwrap(), b"hours of work");
        place.run(&[&run[..], &["--force"]].concat()).exits(0);
        assert!(!place.path().join(partial).exists());
    }
}

#[test]
fn a_size_far_from_the_training_size_is_said() {
    let place = with_photo();
    let run = place.run(&["classify", "-m", "tiny", "--size", "128", "a.jpg"]).exits(0);
    run.says("note: input size 128x128 is far from the 64x64 of this network");
    let run = place.run(&["classify", "-m", "tiny", "--size", "72x64", "a.jpg"]).exits(0);
    assert!(!run.stderr.contains("far from"), "{}", run.stderr);
}

#[test]
fn accuracy_is_published_of_weights_and_not_of_shapes() {
    let place = with_photo();
    // Not here, so it is what is published under the name.
    let info = place.run(&["info", "mobile"]).exits(0).stdout;
    assert!(info.contains("published accuracy") && info.contains("not on this machine"), "{info}");
    let info = place.run(&["info", "tiny"]).exits(0).stdout;
    assert!(!info.contains("published accuracy"), "{info}");
}

#[test]
fn tables_fit_a_terminal_of_80_columns() {
    let place = Place::new();
    for command in [&["weights", "list"][..], &["doctor"]] {
        let run = place.run(command).exits(0);
        for line in run.stdout.lines() {
            let is_path = line.contains(place.path().to_str().unwrap());
            assert!(is_path || line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn a_profile_sums_up_by_kind_and_lists_the_ten_slowest_steps() {
    let place = Place::new();
    let bench = ["bench", "-m", "tiny", "--iterations", "1", "--warmup", "0", "--threads", "1", "--profile"];
    let table = place.run(&bench).exits(0).stdout;
    let (kinds, steps) = table.split_once("the 10 slowest of ").unwrap();
    assert!(kinds.contains("separable convolution") && kinds.contains("average pooling"), "{table}");
    assert_eq!(steps.lines().count(), 11, "{table}");
    let json = place.run(&[&bench[..], &["--format", "json"]].concat()).exits(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let of_steps = json["profile"].as_array().unwrap().len() - 1; // the last is waiting
    let of_kinds = json["profile_by_kind"].as_array().unwrap().iter();
    assert_eq!(of_kinds.map(|kind| kind["steps"].as_u64().unwrap()).sum::<u64>(), of_steps as u64);
}

#[test]
fn thumbnails_of_a_report_link_to_their_photos() {
    let place = Place::new();
    place.put("photos/espresso.jpg", "photos/my cat #1.jpg");
    fs::create_dir(place.path().join("pages")).unwrap();
    place.run(&["classify", "-m", "tiny", "photos", "--report", "pages/a.html"]).exits(0);
    let page = fs::read_to_string(place.path().join("pages/a.html")).unwrap();
    assert!(page.contains("\"link\":\"./../photos/my%20cat%20%231.jpg\""), "{page}");
}
