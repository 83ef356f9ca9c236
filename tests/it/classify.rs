//! `nasnet classify` as people and scripts use it: answers, forms of output, selection, files.

use std::fs;

use crate::support::builtin::{best, bound};
use crate::support::{Document, Place, fixture};

const TINY: [&str; 3] = ["classify", "--model", "tiny"];

fn tiny<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    TINY.iter().chain(rest).copied().collect()
}

#[test]
fn a_photo_gets_a_line_for_each_of_its_five_best_classes() {
    let place = Place::new();
    place.put("photos/espresso.jpg", "cup.jpg");
    let run = place.run(&tiny(&["cup.jpg"])).exits(0);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 6, "{}", run.stdout);
    assert_eq!(lines[0], "cup.jpg");
    let words: Vec<&str> = lines[1].split_whitespace().collect();
    let cup = best("espresso");
    assert_eq!((words[0], &words[2..]), ("1", &["%", &cup.label, &cup.wnid][..]));
    assert!((words[1].parse::<f64>().unwrap() - 100.0 * cup.score).abs() < 0.01, "{}", lines[1]);
    assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains('█'), "a pipe gets no colour and no bars");
    run.says("tiny on cpu");
}

#[test]
fn json_is_one_document_with_all_that_scripts_rely_on() {
    let place = Place::new();
    place.put("photos/espresso.jpg", "cup.jpg");
    place.put("photos/astronaut_exif.jpg", "upright.jpg");
    let document = place.run(&tiny(&["--json", "-q", "cup.jpg", "upright.jpg"])).exits(0).document();
    assert_eq!(document.schema, 1);
    let model = &document.model;
    assert_eq!((model.name.as_str(), model.dialect.as_str(), model.dtype.as_str()), ("tiny", "keras", "f32"));
    assert_eq!((model.device.as_str(), model.scores.as_str()), ("cpu", "probability"));
    assert_eq!((model.sha256.len(), model.fingerprint.len()), (64, 64));
    let own = &model.preprocessing;
    assert_eq!((own.height, own.width, own.crop_pct), (64, 64, Some(0.875)));
    assert_eq!((own.resize.as_str(), own.filter.as_str(), own.alpha.as_str()), ("crop", "bicubic", "white"));
    assert!(own.exif);

    let [cup, upright] = &document.results[..] else { panic!("{:?}", document.results) };
    assert_eq!((cup.path.as_str(), cup.width, cup.height), ("cup.jpg", Some(480), Some(320)));
    let predictions = cup.predictions.as_ref().unwrap();
    let ranks: Vec<usize> = predictions.iter().map(|prediction| prediction.rank).collect();
    assert_eq!(ranks, [1, 2, 3, 4, 5]);
    let first = best("espresso");
    assert_eq!(predictions[0].wnid, Some(first.wnid));
    assert_eq!((&predictions[0].label, predictions[0].index), (&Some(first.label), first.index));
    assert!((f64::from(predictions[0].score) - first.score).abs() < 1e-4);
    assert!(predictions.windows(2).all(|pair| pair[0].score >= pair[1].score));
    assert_eq!((upright.width, upright.height), (Some(360), Some(512)), "width and height after orientation");
}

#[test]
fn exif_orientation_is_applied_unless_told_otherwise() {
    let place = Place::new();
    place.put("photos/astronaut_exif.jpg", "a.jpg");
    let lying = place.run(&tiny(&["--json", "--no-exif", "a.jpg"])).exits(0).document();
    assert_eq!((lying.results[0].width, lying.results[0].height), (Some(512), Some(360)));
    assert!(!lying.model.preprocessing.exif);
}

#[test]
fn jsonl_has_a_whole_record_a_line_and_csv_a_prediction_a_row() {
    let place = Place::new();
    place.put("photos/espresso.jpg", "a.jpg");
    place.write("b.jpg", b"no image");
    let run = place.run(&tiny(&["--format", "jsonl", "-k", "2", "a.jpg", "b.jpg"])).exits(1);
    let lines = run.lines();
    assert_eq!((lines.len(), lines[0].seq, lines[1].seq), (2, 0, 1));
    let (name, fingerprint) = lines[0].model.split_once('@').unwrap();
    assert_eq!((name, fingerprint.len()), ("tiny", 12));
    assert_eq!(lines[0].model, lines[1].model);
    assert_eq!(lines[1].error.as_ref().unwrap().kind, "unsupported");

    let run = place.run(&tiny(&["--format", "csv", "-k", "2", "a.jpg", "b.jpg"])).exits(1);
    let mut reader = csv::Reader::from_reader(run.stdout.as_bytes());
    assert_eq!(reader.headers().unwrap(), vec!["path", "rank", "index", "wnid", "label", "score", "error"]);
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!((&rows[0][0], &rows[0][1], &rows[0][4]), ("a.jpg", "1", &best("espresso").label[..]));
    assert_eq!(&rows[1][1], "2");
    assert!(rows[2][6].starts_with("unsupported: ") && rows[2][1].is_empty());
}

#[test]
fn top_k_threshold_and_logits_select_and_score() {
    let place = Place::new();
    place.put("photos/espresso.jpg", "a.jpg");
    let predictions = |flags: &[&str]| {
        let flags: Vec<&str> = ["--json", "a.jpg"].iter().chain(flags).copied().collect();
        place.run(&tiny(&flags)).exits(0).document().results.remove(0).predictions.unwrap()
    };
    let all = predictions(&["--top-k", "0"]);
    assert_eq!(all.len(), 200);
    let sum: f32 = all.iter().map(|prediction| prediction.score).sum();
    assert!((sum - 1.0).abs() < 1e-4, "{sum}");
    assert_eq!(predictions(&["--threshold", &bound(&["espresso"])]).len(), 1);
    assert_eq!(predictions(&["--threshold", &best("espresso").above()]).len(), 0);
    let logits = predictions(&["--top-k", "0", "--scores", "logit"]);
    let ratio = (logits[0].score - logits[1].score).exp();
    assert!((ratio - all[0].score / all[1].score).abs() < 0.01 * ratio, "softmax of the logits");
    assert_eq!(predictions(&["--threshold", "-100", "--scores", "logit", "-k0"]).len(), 200);
}

#[test]
fn scores_are_the_same_bits_whatever_the_batch_the_neighbours_and_the_threads() {
    let place = Place::new();
    for (index, photo) in ["cat", "espresso", "rocket", "hubble", "camera"].iter().enumerate() {
        place.put(&format!("photos/{photo}.jpg"), format!("{index}.jpg"));
    }
    let scores = |flags: &[&str]| {
        let flags: Vec<&str> = ["--json", "-k0"].iter().chain(flags).copied().collect();
        let mut results = place.run(&tiny(&flags)).exits(0).document().results;
        results.retain(|record| record.path.ends_with("2.jpg"));
        let mut predictions = results.remove(0).predictions.unwrap();
        predictions.sort_by_key(|prediction| prediction.index);
        predictions.iter().map(|prediction| prediction.score.to_bits()).collect::<Vec<_>>()
    };
    let alone = scores(&["2.jpg"]);
    for flags in [["--batch-size", "1"], ["--batch-size", "3"], ["--threads", "1"], ["--threads", "3"]] {
        assert_eq!(scores(&[flags[0], flags[1], "."]), alone, "{flags:?}");
    }
}

#[test]
fn presets_and_single_overrides_change_the_input() {
    let place = Place::new();
    place.put("photos/rocket.jpg", "a.jpg");
    let with = |flags: &[&str]| {
        let flags: Vec<&str> = ["--json", "a.jpg"].iter().chain(flags).copied().collect();
        let document = place.run(&tiny(&flags)).exits(0).document();
        let own = document.model.preprocessing;
        ((own.resize, own.filter, own.crop_pct), document.model.fingerprint)
    };
    let text = |resize: &str, filter: &str, pct| (resize.to_owned(), filter.to_owned(), pct);
    let (own, fingerprint) = with(&[]);
    assert_eq!(own, text("crop", "bicubic", Some(0.875)));
    let (keras, other) = with(&["--preset", "keras"]);
    assert_eq!(keras, text("squash", "nearest", None));
    assert_ne!(fingerprint, other, "another preprocessing is another model");
    assert_eq!(with(&["--preset", "timm"]).0, text("crop", "bicubic", Some(0.875)));
    assert_eq!(with(&["--preset", "slim"]).0, text("central", "tf-bilinear", Some(0.875)));
    assert_eq!(with(&["--filter", "lanczos", "--resize", "pad"]).0, text("pad", "lanczos", None));
}

#[test]
fn an_input_of_another_size_works_and_is_said() {
    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    let document = place.run(&tiny(&["--json", "--size", "97x65", "a.jpg"])).exits(0).document();
    let own = document.model.preprocessing;
    assert_eq!((own.height, own.width), (97, 65));
    place.run(&tiny(&["--size", "31", "a.jpg"])).exits(2).says("--size: expected N or HxW");
}

#[test]
fn an_output_file_gets_its_name_when_it_is_whole_and_is_not_overwritten() {
    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    let arguments = tiny(&["--json", "--output", "out.json", "a.jpg"]);
    assert_eq!(place.run(&arguments).exits(0).stdout, "");
    let written = fs::read_to_string(place.path().join("out.json")).unwrap();
    assert!(serde_json::from_str::<Document>(&written).is_ok());
    assert!(!place.path().join("out.json.partial").exists());
    place.run(&arguments).exits(2).says("out.json: it is there already\nhint: --force replaces it");
    let forced: Vec<&str> = arguments.iter().copied().chain(["--force"]).collect();
    place.run(&forced).exits(0);
    place.run(&tiny(&["--output", "no/such/folder/out.json", "a.jpg"])).exits(2).says("no/such/folder");
}

#[test]
fn own_labels_replace_those_of_the_model_and_must_be_as_many() {
    let place = Place::new();
    place.put("photos/espresso.jpg", "a.jpg");
    let names: String = (0..200).map(|index| format!("thing {index}\n")).collect();
    place.write("names.txt", names.as_bytes());
    let document = place.run(&tiny(&["--json", "--labels", "names.txt", "a.jpg"])).exits(0).document();
    let first = &document.results[0].predictions.as_ref().unwrap()[0];
    assert_eq!((&first.label, &first.wnid), (&Some(format!("thing {}", best("espresso").index)), &None));
    place.write("few.txt", b"one\ntwo\n");
    place.run(&tiny(&["--labels", "few.txt", "a.jpg"])).exits(2).says("2 labels, expected 200");
}

#[test]
fn imported_weights_give_the_scores_of_the_file_they_came_from() {
    let place = Place::new();
    let archive = fs::File::open(fixture("weights.zip")).unwrap();
    let mut archive = zip::ZipArchive::new(archive).unwrap();
    let mut file = archive.by_name("keras3.h5").unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
    place.write("toy.h5", &bytes);
    place.put("photos/cat.jpg", "a.jpg");
    place.run(&["weights", "import", "toy.h5", "-o", "toy.safetensors"]).exits(0).says("NASNet-A (1 @ 96)");
    let scores = |model: &str| {
        let run = place.run(&["classify", "--model", model, "--json", "--scores", "logit", "-k0", "a.jpg"]);
        let document = run.exits(0).document();
        let scores: Vec<_> =
            document.results[0].predictions.as_ref().unwrap().iter().map(|p| p.score).collect();
        (scores, document.model.fingerprint)
    };
    assert_eq!(scores("toy.h5"), scores("toy.safetensors"));
    place.run(&["weights", "import", "toy.h5", "-o", "toy.safetensors"]).exits(2).says("--force");
    assert!(
        place.run(&["info", "toy.safetensors"]).exits(0).stdout.contains("toy.h5"),
        "the origin is recorded"
    );
}
