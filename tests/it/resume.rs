//! Outputs that a run goes on with: whatever ended the run before, each image has one row in the end.

use std::fs;

use crate::support::{Finished, Line, Place};

const RUN: [&str; 8] =
    ["classify", "--model", "tiny", "--format", "jsonl", "-k1", "--output", "answers.jsonl"];

fn run(place: &Place, rest: &[&str]) -> Finished {
    place.run(&[&RUN[..], rest].concat())
}

fn text(place: &Place, name: &str) -> String {
    fs::read_to_string(place.path().join(name)).unwrap()
}

fn rows(place: &Place) -> Vec<Line> {
    text(place, "answers.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A folder of small images that all differ, one of them broken, and one with a name that is not UTF-8
/// where that can be.
fn folder(place: &Place, count: usize) {
    place.small_images(count);
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        place.put("photos/cat.jpg", std::ffi::OsStr::from_bytes(b"in/not\xffutf8.jpg"));
    }
}

/// What an uninterrupted run writes.
fn whole(place: &Place) -> String {
    run(place, &["in", "--resume"]).exits(1);
    let whole = text(place, "answers.jsonl");
    fs::remove_file(place.path().join("answers.jsonl")).unwrap();
    whole
}

#[test]
fn a_file_cut_at_any_byte_is_completed_to_what_an_uninterrupted_run_writes() {
    let place = Place::new();
    folder(&place, 6);
    let whole = whole(&place);
    let lengths = (0..whole.len()).step_by(97).chain([1, 9, 10, whole.len() - 1, whole.len()]);
    for length in lengths {
        place.write("answers.jsonl", &whole.as_bytes()[..length]);
        run(&place, &["in", "--resume"]).exits(1);
        assert_eq!(text(&place, "answers.jsonl"), whole, "cut at {length}");
    }
    let zeros = [&whole.as_bytes()[..whole.len() - 30], &[0; 500]].concat();
    place.write("answers.jsonl", &zeros);
    run(&place, &["in", "--resume"]).exits(1).says("torn last line");
    assert_eq!(text(&place, "answers.jsonl"), whole, "an end of zeros, as after a loss of power");
}

#[cfg(unix)]
#[test]
fn runs_killed_at_any_moment_lose_nothing_and_repeat_nothing() {
    let place = Place::new();
    folder(&place, 120);
    let whole = whole(&place);
    for moment in 0..20 {
        let arguments = [&RUN[..], &["in", "--resume"]].concat();
        let mut child = place.command(&arguments).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(moment * 53 % 300));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    run(&place, &["in", "--resume"]).exits(1);
    assert_eq!(text(&place, "answers.jsonl"), whole);
    let done = run(&place, &["in", "--resume"]).exits(1).says("121 images were answered already");
    assert!(done.stderr.contains("1 of 121 images failed"), "{}", done.stderr);
    assert_eq!(text(&place, "answers.jsonl"), whole);
}

#[test]
fn rows_of_another_model_are_redone_in_their_places() {
    let place = Place::new();
    folder(&place, 5);
    let whole = whole(&place);
    run(&place, &["in", "--resume", "--preset", "keras"]).exits(1);
    let other = text(&place, "answers.jsonl");
    assert_ne!(other, whole);
    let lines: Vec<&str> = whole.lines().collect();
    let mixed: Vec<&str> = other.lines().take(2).chain(lines[2..4].iter().copied()).collect();
    place.write("answers.jsonl", (mixed.join("\n") + "\n").as_bytes());
    run(&place, &["in", "--resume"]).exits(1).says("2 images were answered already");
    assert_eq!(text(&place, "answers.jsonl"), whole);
}

#[test]
fn errors_count_as_answered_unless_they_are_to_be_tried_again() {
    let place = Place::new();
    folder(&place, 4);
    place.write("in/0001.ppm", &[b"P6 5 3 0\n\n\n".as_slice(), &[9; 45]].concat());
    let before = whole(&place);
    place.write("answers.jsonl", before.as_bytes());
    // As a file on a share that came back: it can be read now, and has not been changed.
    place.replace_unseen("in/0001.ppm", &fs::read(place.path().join("in/0002.ppm")).unwrap());
    run(&place, &["in", "--resume"]).exits(1);
    assert_eq!(text(&place, "answers.jsonl"), before);
    run(&place, &["in", "--resume", "--retry-errors"]).exits(0);
    let rows = rows(&place);
    assert!(rows.iter().all(|row| row.error.is_none()));
    let order: Vec<u64> = rows.iter().map(|row| row.seq).collect();
    assert_eq!(order, (0..rows.len() as u64).collect::<Vec<_>>());
}

#[test]
fn an_input_that_grew_or_names_a_path_twice_has_one_row_a_path_in_order() {
    let place = Place::new();
    folder(&place, 3);
    run(&place, &["in/0002.ppm", "in/0000.ppm", "in/0002.ppm", "--resume"])
        .exits(0)
        .says("1 inputs were named twice");
    let paths = |place: &Place| -> Vec<(String, u64)> {
        rows(place).into_iter().map(|row| (row.path, row.seq)).collect()
    };
    assert_eq!(paths(&place), [("in/0002.ppm".to_owned(), 0), ("in/0000.ppm".to_owned(), 1)]);
    run(&place, &["in/0000.ppm", "in/0001.ppm", "in/0002.ppm", "--resume"]).exits(1);
    let want = ["in/0000.ppm", "in/0001.ppm", "in/0002.ppm"].map(str::to_owned);
    assert_eq!(paths(&place), want.into_iter().zip(0..).collect::<Vec<_>>());
    run(&place, &["in/0001.ppm", "--resume"]).exits(1).says("2 rows of paths that are not among the inputs");
    assert_eq!(rows(&place).len(), 3);
}

#[test]
fn a_run_without_resume_that_was_ended_can_be_gone_on_with() {
    let place = Place::new();
    folder(&place, 4);
    let whole = whole(&place);
    place.write("answers.jsonl.partial", &whole.as_bytes()[..whole.len() / 2]);
    run(&place, &["in", "--resume"]).exits(1);
    assert_eq!(text(&place, "answers.jsonl"), whole);
    assert!(!place.path().join("answers.jsonl.partial").exists());
}

#[test]
fn what_is_no_output_is_not_touched() {
    let place = Place::new();
    folder(&place, 3);
    let whole = whole(&place);
    let first = whole.lines().next().unwrap();
    for (bytes, says) in [
        ("dear diary,\n".to_owned(), "line 1 is no row"),
        ("dear diary".to_owned(), "line 1 is no row"),
        (format!("{first}\nnonsense\n{first}\n"), "line 2 is no row"),
    ] {
        place.write("answers.jsonl", bytes.as_bytes());
        run(&place, &["in", "--resume"]).exits(2).says(says);
        assert_eq!(text(&place, "answers.jsonl"), bytes);
    }
    let csv = ["classify", "--model", "tiny", "--format", "csv", "-o", "a.csv", "--resume", "in"];
    place.run(&csv).exits(2).says("--format jsonl");
    place.run(&["classify", "--format", "jsonl", "--resume", "in"]).exits(2).says("--output");
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_that_a_later_run_mends() {
    let place = Place::new();
    folder(&place, 40);
    let whole = whole(&place);
    let binary = assert_cmd::cargo::cargo_bin!("nasnet");
    for resume in ["--resume", "--quiet"] {
        // A limit on the size of files, in blocks of 512 or 1024 bytes, stands in for a disk that is full.
        let line = format!("ulimit -f 3; exec {} {} in {resume}", binary.display(), RUN.join(" "));
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &line]).current_dir(place.path()).env_clear().stdin(std::process::Stdio::null());
        Finished::of(shell.output().unwrap()).exits(2).says("--output").says("too large");
        run(&place, &["in", "--resume"]).exits(1);
        assert_eq!(text(&place, "answers.jsonl"), whole);
        fs::remove_file(place.path().join("answers.jsonl")).unwrap();
    }
}

#[test]
fn three_shards_merged_equal_the_run_of_all() {
    let place = Place::new();
    folder(&place, 30);
    let whole = whole(&place);
    let mut names = Vec::new();
    for index in 1..=3 {
        let (name, shard) = (format!("part{index}.jsonl"), format!("{index}/3"));
        let flags = ["classify", "--model", "tiny", "--format", "jsonl", "-k1", "--exit-zero"];
        place.run(&[&flags[..], &["-o", &name, "--shard", &shard, "in"]].concat()).exits(0);
        assert!(text(&place, &name).lines().count() > 3, "{shard}");
        names.push(name);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let merged = place.run(&[&["merge"], &names[..]].concat()).exits(0);
    assert_eq!(merged.stdout, whole);
    place.run(&[&["merge", "-o", "all.jsonl"], &names[..]].concat()).exits(0);
    assert_eq!(text(&place, "all.jsonl"), whole);

    let gap = place.run(&["merge", "part1.jsonl", "part3.jsonl", "-o", "gap.jsonl"]).exits(1).says("missing");
    assert!(!place.path().join("gap.jsonl").exists() && gap.stdout.is_empty());
    let two =
        place.run(&["merge", "part1.jsonl", "part3.jsonl", "--incomplete"]).exits(0).says("rows are missing");
    // A path that is gone keeps its row, whose place another one may have now.
    let stranger = text(&place, "part1.jsonl").lines().last().unwrap().replace(".ppm", ".gone");
    place.write("part4.jsonl", format!("{stranger}\n").as_bytes());
    let with_stranger = ["merge", "part1.jsonl", "part3.jsonl", "part4.jsonl", "--incomplete"];
    assert_eq!(place.run(&with_stranger).exits(0).lines().len(), two.lines().len() + 1);
    let doubled = ["merge", "part1.jsonl", "part1.jsonl", "--incomplete"];
    place.run(&doubled).exits(1).says("more than one row");
    let of_others = |line: &&str| !text(&place, "part2.jsonl").contains(*line);
    assert_eq!(two.stdout.lines().collect::<Vec<_>>(), whole.lines().filter(of_others).collect::<Vec<_>>());
    place.run(&[&["merge", "part2.jsonl"], &names[..]].concat()).exits(1).says("more than one row");
    let other = text(&place, "part2.jsonl").replacen("tiny@", "tiny@0", 1);
    place.write("other.jsonl", other.as_bytes());
    place.run(&["merge", "part1.jsonl", "other.jsonl", "part3.jsonl"]).exits(1).says("tiny@0");
    let torn = text(&place, "part2.jsonl");
    place.write("torn.jsonl", &torn.as_bytes()[..torn.len() - 9]);
    place.run(&["merge", "part1.jsonl", "torn.jsonl", "part3.jsonl"]).exits(1).says("torn.jsonl, line");
    place.run(&["merge", "nowhere.jsonl"]).exits(2).says("nowhere.jsonl");
    place.run(&["classify", "--model", "tiny", "--shard", "4/3", "in"]).exits(2).says("--shard");
}

#[test]
fn images_that_were_edited_are_answered_again_and_no_others() {
    let place = Place::new();
    folder(&place, 5);
    run(&place, &["in", "--resume"]).exits(1);
    let before = rows(&place);
    assert!(before.iter().all(|row| row.bytes.is_some() && row.modified.is_some()));
    run(&place, &["in", "--resume"]).exits(1).says("6 images were answered already");

    // Another size; the same size at another time; a broken one that is whole now.
    place.write("in/0002.ppm", &[b"P6 5 3 255\n".as_slice(), &[7; 50]].concat());
    place.write("in/0003.ppm", &[b"P6 5 3 255\n".as_slice(), &[200; 45]].concat());
    place.write("in/0001.ppm", &[b"P6 5 3 255\n".as_slice(), &[3; 45]].concat());
    run(&place, &["in", "--resume"]).exits(0).says("3 images have changed since they were answered");
    let after = rows(&place);
    assert_eq!(after.len(), before.len());
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((&before.path, before.seq), (&after.path, after.seq));
        let edited = ["in/0001.ppm", "in/0002.ppm", "in/0003.ppm"].contains(&after.path.as_str());
        assert_eq!(before.modified != after.modified, edited, "{}", after.path);
        assert!(after.error.is_none(), "{}", after.path);
    }
    run(&place, &["in", "--resume"]).exits(0).says("6 images were answered already");
}
