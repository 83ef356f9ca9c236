//! What `nasnet classify` does with its answers: reports, sorting, selection by label.

use std::fs;

use crate::support::builtin::{best, bound};
use crate::support::{Finished, Place, fixture};

fn photos() -> Place {
    let place = Place::new();
    place.put("photos/espresso.jpg", "in/a.jpg");
    place.put("photos/rocket.jpg", "in/b.jpg");
    place
}

fn classify(place: &Place, rest: &[&str]) -> Finished {
    place.run(&[&["classify", "--model", "tiny", "-k1", "--format", "jsonl", "in"][..], rest].concat())
}

fn sort(place: &Place, rest: &[&str]) -> Finished {
    place.run(&[&["sort", "--model", "tiny", "in"][..], rest].concat())
}

#[test]
fn sorting_copies_links_or_moves_and_never_overwrites() {
    let place = photos();
    let (cup, rocket) = (best("espresso").folder(), best("rocket").folder());
    let there = |name: &str| fs::read(place.path().join(name)).ok();
    let dry = sort(&place, &["--into", "out", "--dry-run"]).exits(0).says("2 images would go to 2 folders");
    assert!(dry.stdout.contains(&format!("in/a.jpg -> out/{cup}/a.jpg\n")), "{}", dry.stdout);
    assert!(!place.path().join("out").exists());
    place.write(format!("out/{cup}/a.jpg"), b"mine");
    let run = sort(&place, &["--into", "out"]).exits(0).says("2 images copied to 2 folders");
    let mut folders = [format!("1  out/{cup}\n"), format!("1  out/{rocket}\n")];
    folders.sort();
    assert_eq!(run.stdout, folders.concat());
    assert_eq!(there(&format!("out/{cup}/a.jpg")).as_deref(), Some(&b"mine"[..]));
    assert_eq!(there(&format!("out/{cup}/a-2.jpg")), there("in/a.jpg"));
    assert_eq!(there(&format!("out/{rocket}/b.jpg")), there("in/b.jpg"));
    for _ in 0..2 {
        let again = sort(&place, &["--into", "out", "--link"]).exits(0).says("2 there already");
        assert_eq!(again.stdout, "");
    }
    sort(&place, &["-q", "--into", "moved", "--link"]).exits(0);
    sort(&place, &["--into", "moved", "--move"]).exits(0).says("2 there already");
    assert!(there("in/a.jpg").is_some(), "what is there already is not moved");
    sort(&place, &["-q", "--into", "gone", "--move"]).exits(0);
    assert!(there("in/a.jpg").is_none() && there(&format!("gone/{cup}/a.jpg")).is_some());
    sort(&place, &["--into", "x", "--move", "--link"]).exits(2);
    place.write("file", b"");
    sort(&place, &["--into", "file"]).exits(2).says("--into file: expected a folder, got a file");
}

#[test]
fn images_of_the_same_name_are_told_apart_and_unsure_ones_stay() {
    let place = Place::new();
    place.put("photos/espresso.jpg", "in/one/a.jpg");
    let mut other = fs::read(fixture("photos/espresso.jpg")).unwrap();
    other.push(0); // the same picture in other bytes
    place.write("in/two/a.jpg", &other);
    place.write("in/three.jpg", b"no image");
    let cup = best("espresso");
    let folder = place.path().join("out").join(cup.folder());
    let dry = sort(&place, &["--into", "out", "--dry-run"]).exits(1).says("in/three.jpg: not sorted (");
    let second = format!("in/two/a.jpg -> out/{}/a-2.jpg", cup.folder());
    assert!(dry.stdout.contains(&second), "{}", dry.stdout);
    sort(&place, &["--into", "out", "--min-score", &cup.above()]).exits(1).says("2 left where they are");
    assert!(!folder.exists());
    sort(&place, &["--into", "out", "--min-score", &bound(&["espresso"]), "--exit-zero"]).exits(0);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    assert_eq!(fs::read(folder.join("a-2.jpg")).unwrap(), other);
    // What is sorted already is no input of the next run.
    place.run(&["sort", "--model", "tiny", ".", "--into", "out"]).exits(1).says("2 there already");
}

#[test]
fn only_some_labels_are_sorted_where_that_is_asked_for() {
    let place = photos();
    let (cup, rocket) = (best("espresso"), best("rocket"));
    let both = format!("{},{}", cup.label, rocket.label);
    let run = sort(&place, &["-q", "--into", "x", "--only", &both]).exits(0);
    assert_eq!(run.stdout.lines().count(), 2);
    let run = sort(&place, &["-q", "--into", "y", "--only", &cup.wnid]).exits(0);
    assert_eq!(run.stdout, format!("1  y/{}\n", cup.folder()));
    let run = sort(&place, &["-q", "--into", "group", "--only", "artifact", "--dry-run"]).exits(0);
    assert!(run.stdout.contains(&rocket.folder()) && !run.stdout.contains(&cup.folder()), "{}", run.stdout);
    sort(&place, &["--into", "z", "--only", "nonsense"]).exits(2).says("--only: \"nonsense\" is not one");
}

#[test]
fn the_extension_of_the_output_decides_its_format() {
    let place = photos();
    let run = |output: &str| place.run(&["classify", "-q", "--model", "tiny", "in/a.jpg", "-o", output]);
    run("a.csv").exits(0);
    assert!(fs::read_to_string(place.path().join("a.csv")).unwrap().starts_with("path,rank,"));
    run("a.json").exits(0);
    run("a.ndjson").exits(0);
    assert_eq!(fs::read_to_string(place.path().join("a.ndjson")).unwrap().lines().count(), 1);
    assert!(run("-").exits(0).stdout.contains(&best("espresso").label));
    let refused = run("a.xyz").exits(2).says("--output a.xyz: expected an extension that names the format");
    assert_eq!(refused.stdout, "");
    place.run(&["finetune", "in", "-o", "mine.pth"]).exits(2).says("NAME.safetensors");
}

#[test]
fn a_forgotten_command_is_suggested() {
    let place = photos();
    let run = place.run(&["in/a.jpg"]).exits(2).says("did you mean `nasnet classify in/a.jpg`?");
    assert_eq!(run.stdout, "");
    place.run(&["-q", "in"]).exits(2).says("did you mean `nasnet classify -q in`?");
    place.run(&["clasify"]).exits(2).says("classify");
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
