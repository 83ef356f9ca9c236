//! `nasnet eval`: accuracy over class folders and label files, held against classify's own answers.

use std::fs;

use crate::support::Place;
use crate::support::builtin::{Best, best};
use serde_json::Value;

/// Folders of two classes, one by its label and its id: two photos where the built-in model would put them, and a cat.
fn folders() -> Place {
    let place = Place::new();
    for (photo, path, _) in photos() {
        place.put(&format!("photos/{photo}.jpg"), format!("val/{path}"));
    }
    place
}

/// The photos, their paths and the class of their folder, in the order of the paths.
fn photos() -> [(&'static str, String, Best); 3] {
    let cup = best("espresso");
    let mut photos = [
        ("espresso", format!("{}/a.jpg", cup.label), best("espresso")),
        ("cat", format!("{}/deeper/b.jpg", cup.wnid), cup),
        ("rocket", format!("{}/c.jpg", best("rocket").label), best("rocket")),
    ];
    photos.sort_by(|a, b| a.1.cmp(&b.1));
    photos
}

fn document(stdout: &str) -> Value {
    serde_json::from_str(stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"))
}

#[test]
fn accuracy_is_that_of_classify_over_the_same_images() {
    let place = folders();
    let found = document(&place.run(&["eval", "-q", "--model", "tiny", "val", "--json"]).exits(0).stdout);
    let lines =
        place.run(&["classify", "-q", "--model", "tiny", "val", "--format", "jsonl"]).exits(0).lines();
    let truths = photos().map(|(_, _, class)| class.index);
    let mut right = [0, 0];
    for (line, truth) in lines.iter().zip(truths) {
        let indices: Vec<usize> = line.predictions.as_ref().unwrap().iter().map(|p| p.index).collect();
        right[0] += usize::from(indices[0] == truth);
        right[1] += usize::from(indices.contains(&truth));
    }
    assert_eq!(
        (found["top1"]["right"].as_u64(), found["top5"]["right"].as_u64()),
        (Some(right[0] as u64), Some(right[1] as u64))
    );
    assert_eq!((found["images"].as_u64(), found["classes"].as_array().unwrap().len()), (Some(3), 2));
    assert_eq!(found["confusions"][0]["truth_label"], best("espresso").label.as_str());
    assert!(found["top1"]["interval"][0].as_f64() < found["top1"]["percent"].as_f64());
    assert_eq!(found["recorded"]["dataset"], "Tiny ImageNet, validation");
    let table = place.run(&["eval", "-q", "--model", "tiny", "val"]).exits(0).stdout;
    assert!(table.contains("top-1         66.67 %") && table.contains("taken for"), "{table}");
}

#[test]
fn label_files_give_the_classes_that_folders_do() {
    let place = folders();
    let right = |rest: &[&str]| {
        let arguments = [&["eval", "-q", "--model", "tiny", "val", "--json"][..], rest].concat();
        document(&place.run(&arguments).exits(0).stdout)["top1"]["right"].clone()
    };
    let (cup, rocket) = (best("espresso"), best("rocket"));
    let paths =
        format!("path,label\n{}/a.jpg,{}\n{}/c.jpg,{}\n", cup.label, cup.index, rocket.label, rocket.wnid);
    place.write("paths.csv", paths.as_bytes());
    assert_eq!(right(&["--labels-file", "paths.csv"]), 2);
    let order: String = photos().iter().map(|(_, _, class)| format!("{}\n", class.label)).collect();
    place.write("order.txt", order.as_bytes());
    assert_eq!(right(&["--labels-file", "order.txt"]), 2);
    let number = |class: &Best| 1 + usize::from(class.index == cup.index);
    let numbers: String = photos().iter().map(|(_, _, class)| format!("{}\n", number(class))).collect();
    place.write("numbers.txt", numbers.as_bytes());
    let synsets = format!("{} 1 {}\n{} 2 {}\n", rocket.wnid, rocket.label, cup.wnid, cup.label);
    place.write("synsets.txt", synsets.as_bytes());
    assert_eq!(right(&["--labels-file", "numbers.txt", "--synsets", "synsets.txt"]), 2);
}

#[test]
fn what_is_not_labelled_is_refused_before_anything_runs() {
    let place = folders();
    place.put("photos/cat.jpg", "val/nonsense/d.jpg");
    let run = place.run(&["eval", "--model", "tiny", "val"]).exits(2);
    assert_eq!(run.stdout, "");
    run.says("class folder val/nonsense: \"nonsense\" is not one of the model's 200 classes");
    place.write("few.txt", b"1\n");
    place
        .run(&["eval", "--model", "tiny", "val", "--labels-file", "few.txt"])
        .exits(2)
        .says("1 label for 4 images");
    place.run(&["eval", "--model", "tiny", "nowhere"]).exits(2).says("nowhere: no such folder");
    place.write("a.jpg", b"");
    place.run(&["eval", "--model", "tiny", "a.jpg"]).exits(2).says("a.jpg: expected a folder, got a file");
}

#[test]
fn a_report_is_whole_in_itself_and_is_not_overwritten() {
    let place = folders();
    let arguments = ["eval", "-q", "--model", "tiny", "val", "--report", "out.html"];
    place.run(&arguments).exits(0);
    let page = fs::read_to_string(place.path().join("out.html")).unwrap();
    assert!(page.contains("default-src 'none'") && !page.contains("http://") && !page.contains("https://"));
    assert!(page.contains("b.jpg") && page.contains("/9j/"), "the mistake is shown, as a JPEG");
    place.run(&arguments).exits(2).says("out.html: it is there already");
}
