//! What `nasnet classify` does with its answers: reports, sorting, selection by label.

use std::fs;

use crate::support::{Finished, Place};

fn photos() -> Place {
    let place = Place::new();
    place.put("photos/espresso.jpg", "in/a.jpg");
    place.put("photos/rocket.jpg", "in/b.jpg");
    place
}

fn classify(place: &Place, rest: &[&str]) -> Finished {
    place.run(&[&["classify", "--model", "tiny", "-k1", "--format", "jsonl", "in"][..], rest].concat())
}

#[test]
fn sorting_copies_links_or_moves_and_never_overwrites() {
    let place = photos();
    let there = |name: &str| fs::read(place.path().join(name)).ok();
    let dry = classify(&place, &["--sort-into", "out", "--dry-run"]).exits(0);
    dry.says("in/a.jpg would go to out/espresso-n07920052/a.jpg");
    assert!(!place.path().join("out").exists());
    place.write("out/espresso-n07920052/a.jpg", b"mine");
    let refused = "in/a.jpg: not sorted: File exists";
    classify(&place, &["--sort-into", "out"]).exits(1).says(refused).says("1 images were not sorted");
    classify(&place, &["-q", "--sort-into", "out"]).exits(1).says(refused);
    assert_eq!(there("out/espresso-n07920052/a.jpg").as_deref(), Some(&b"mine"[..]));
    assert_eq!(there("out/obelisk-n03837869/b.jpg"), there("in/b.jpg"));
    fs::remove_file(place.path().join("out/espresso-n07920052/a.jpg")).unwrap();
    for _ in 0..2 {
        classify(&place, &["-q", "--sort-into", "out", "--link"]).exits(0); // the second time it is there
    }
    classify(&place, &["-q", "--sort-into", "moved", "--move"]).exits(0);
    assert!(there("in/a.jpg").is_none() && there("moved/espresso-n07920052/a.jpg").is_some());
    classify(&place, &["--sort-into", "x", "--move", "--link"]).exits(2);
}

#[test]
fn only_some_labels_are_answered_where_that_is_asked_for() {
    let place = photos();
    let lines = classify(&place, &["-q", "--only", "espresso,obelisk"]).exits(0);
    assert_eq!(lines.lines().len(), 2);
    assert_eq!(classify(&place, &["-q", "--only", "n07920052"]).exits(0).lines()[0].path, "in/a.jpg");
    classify(&place, &["--only", "nonsense"]).exits(2).says("--only: \"nonsense\" is none");
}

#[test]
fn a_report_holds_every_record_and_survives_hostile_names() {
    let place = photos();
    let name = "in/<img src=x onerror=alert(1)>\u{202e}.jpg";
    place.put("photos/cat.jpg", name);
    place.write("in/z.jpg", b"no image");
    assert_eq!(classify(&place, &["-q", "--report", "out.html"]).exits(1).lines().len(), 4);
    let page = fs::read_to_string(place.path().join("out.html")).unwrap();
    assert!(
        page.contains("default-src 'none'")
            && !page.contains("<img")
            && !page.contains("http:")
            && !page.contains("https:")
    );
    let data = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    let records: Vec<serde_json::Value> = serde_json::from_str(data).unwrap();
    assert_eq!((records.len(), records[0]["path"].as_str()), (4, Some(name)));
    assert!(records[0]["thumbnail"].as_str().unwrap().starts_with("/9j/"));
    assert_eq!(records[3]["error"]["kind"], "unsupported");
    classify(&place, &["--report", "out.html"]).exits(2).says("out.html: it is there already");
}
