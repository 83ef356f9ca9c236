//! Features that a run goes on with: whatever ended the run before, each image has one row in the end, and the files
//! are those of a run that nothing ended.

use std::fs;

use crate::support::{Finished, Place};

/// Both forms that can be gone on with, each with the files that it has.
const FORMS: [(&str, &[&str]); 2] =
    [("out.jsonl", &["out.jsonl"]), ("out.npy", &["out.npy", "out.npy.jsonl"])];

fn embed(place: &Place, output: &str, rest: &[&str]) -> Finished {
    place.run(&[&["embed", "-q", "--model", "tiny", "--output", output][..], rest].concat())
}

fn resume(place: &Place, output: &str, rest: &[&str]) -> Finished {
    place.run(&[&["embed", "--model", "tiny", "--resume", "--output", output][..], rest].concat())
}

fn read(place: &Place, files: &[&str]) -> Vec<Vec<u8>> {
    files.iter().map(|name| fs::read(place.path().join(name)).unwrap()).collect()
}

fn remove(place: &Place, files: &[&str]) {
    files.iter().for_each(|name| fs::remove_file(place.path().join(name)).unwrap());
}

/// What a run writes that nothing ends.
fn whole(place: &Place, output: &str, files: &[&str]) -> Vec<Vec<u8>> {
    embed(place, output, &["in"]).exits(1);
    let whole = read(place, files);
    remove(place, files);
    whole
}

#[track_caller]
fn same(place: &Place, files: &[&str], whole: &[Vec<u8>], when: &str) {
    for ((name, found), whole) in files.iter().zip(read(place, files)).zip(whole) {
        assert!(found == *whole, "{name}, {when}: {} bytes, expected {}", found.len(), whole.len());
    }
    let others = fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let others: Vec<_> =
        others.filter(|name| name != "in" && !files.iter().any(|file| name == file)).collect();
    assert!(others.is_empty(), "{when}: {others:?}");
}

#[test]
fn files_cut_anywhere_are_completed_to_what_an_uninterrupted_run_writes() {
    let place = Place::new();
    place.small_images(5);
    for (output, files) in FORMS {
        let whole = whole(&place, output, files);
        let numbers = whole[0].len();
        let cuts = [0, 1, 100, 192, 193, 3264, 3265, numbers / 2, numbers - 1, numbers];
        for (which, cut) in cuts.into_iter().enumerate() {
            place.write(files[0], &whole[0][..cut]);
            if let (Some(name), Some(lines)) = (files.get(1), whole.get(1)) {
                // Now the numbers are behind their lines, now before them.
                place.write(name, &lines[..lines.len() * (which * 7 % 11) / 10]);
            }
            resume(&place, output, &["in"]).exits(1);
            same(&place, files, &whole, &format!("cut at {cut}"));
        }
        let done = resume(&place, output, &["in"]).exits(1).says("5 images were answered already");
        done.says("1 of 5 images failed");
        same(&place, files, &whole, "done again");
        remove(&place, files);
    }
}

#[cfg(unix)]
#[test]
fn runs_killed_at_any_moment_lose_nothing_and_repeat_nothing() {
    let place = Place::new();
    place.small_images(120);
    for (output, files) in FORMS {
        let whole = whole(&place, output, files);
        let mut kept = 0;
        for moment in 0..14 {
            let flags = ["embed", "--model", "tiny", "--batch-size", "2", "--resume", "-o", output, "in"];
            let mut child = place.command(&flags).stderr(std::process::Stdio::null()).spawn().unwrap();
            std::thread::sleep(std::time::Duration::from_millis(moment * 71 % 400));
            child.kill().unwrap();
            child.wait().unwrap();
            let lines = fs::read(place.path().join(files[files.len() - 1])).unwrap_or_default();
            kept = kept.max(lines.split(|byte| *byte == b'\n').count());
        }
        println!("{output}: {kept} rows before the last run");
        resume(&place, output, &["in"]).exits(1);
        same(&place, files, &whole, "killed");
        remove(&place, files);
    }
}

#[test]
fn a_run_without_resume_that_was_ended_can_be_gone_on_with() {
    let place = Place::new();
    place.small_images(4);
    for (output, files) in FORMS {
        let whole = whole(&place, output, files);
        let partial: Vec<String> = match files {
            [_] => vec!["out.jsonl.partial".to_owned()],
            _ => vec!["out.npy.partial".to_owned(), "out.npy.partial.jsonl".to_owned()],
        };
        for (name, bytes) in partial.iter().zip(&whole) {
            place.write(name, &bytes[..bytes.len() * 2 / 3]);
        }
        let run = resume(&place, output, &["in"]).exits(1).says("images were answered already");
        assert!(!run.stderr.contains("4 images were"), "{}", run.stderr);
        same(&place, files, &whole, "adopted");
        remove(&place, files);
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_that_a_later_run_mends() {
    let place = Place::new();
    place.small_images(40);
    let binary = assert_cmd::cargo::cargo_bin!("nasnet");
    for (output, files) in FORMS {
        let whole = whole(&place, output, files);
        // A limit on the size of files, in blocks of 512 or 1024 bytes, stands in for a disk that is full.
        let line =
            format!("ulimit -f 50; exec {} embed --model tiny --resume -o {output} in", binary.display());
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &line]).current_dir(place.path()).env_clear().stdin(std::process::Stdio::null());
        Finished::of(shell.output().unwrap()).exits(2).says(&format!("--output {output}")).says("too large");
        resume(&place, output, &["in"]).exits(1).says("images were answered already");
        same(&place, files, &whole, "after a full disk");
        remove(&place, files);
    }
}

#[test]
fn rows_that_moved_grew_or_are_tried_again_end_in_the_order_of_the_inputs() {
    let place = Place::new();
    place.small_images(6);
    for (output, files) in FORMS {
        place.write("in/0001.ppm", &[b"P6 5 3 0\n\n\n".as_slice(), &[9; 45]].concat());
        resume(&place, output, &["in/0004.ppm", "in/0001.ppm", "in/0002.ppm"]).exits(1);
        resume(&place, output, &["in/0002.ppm", "in/0002.ppm"]).exits(0).says("1 inputs were named twice");
        resume(&place, output, &["in"]).exits(1).says("3 images were answered already");
        let broken = whole_beside(&place, output, files);
        same(&place, files, &broken, "grown");
        // As a file on a share that came back: it can be read now, and has not been changed.
        place.replace_unseen("in/0001.ppm", &fs::read(place.path().join("in/0005.ppm")).unwrap());
        resume(&place, output, &["in"]).exits(1);
        same(&place, files, &broken, "errors count as answers");
        resume(&place, output, &["in", "--retry-errors"]).exits(0).says("5 images were answered already");
        same(&place, files, &whole_beside(&place, output, files), "tried again");
        remove(&place, files);
    }
}

/// What a run writes that nothing ends, made in a place of its own.
fn whole_beside(place: &Place, output: &str, files: &[&str]) -> Vec<Vec<u8>> {
    let other = Place::new();
    for entry in fs::read_dir(place.path().join("in")).unwrap() {
        let entry = entry.unwrap();
        let name = format!("in/{}", entry.file_name().to_str().unwrap());
        let copy = other.write(name, &fs::read(entry.path()).unwrap());
        let modified = entry.metadata().unwrap().modified().unwrap();
        fs::File::options().write(true).open(copy).unwrap().set_modified(modified).unwrap();
    }
    embed(&other, output, &["in"]);
    read(&other, files)
}

#[test]
fn a_run_ended_while_it_put_rows_in_order_is_made_up_for() {
    let place = Place::new();
    place.small_images(4);
    let (output, files) = FORMS[1];
    let whole = whole(&place, output, files);
    resume(&place, output, &["in/0003.ppm", "in/0000.ppm"]).exits(0);
    let before = read(&place, files);
    // Before the numbers were renamed: the new pair is thrown away.
    for lines in [None, Some(&whole[1][..50])] {
        files.iter().zip(&before).for_each(|(name, bytes)| drop(place.write(name, bytes)));
        place.write("out.npy.tidy", b"half of it");
        lines.map(|lines| place.write("out.npy.jsonl.tidy", lines));
        resume(&place, output, &["in"]).exits(1).says("2 images were answered already");
        same(&place, files, &whole, "before the renaming");
    }
    // Behind it: old lines beside new numbers.
    place.write("out.npy", &whole[0]);
    place.write("out.npy.jsonl", &before[1]);
    place.write("out.npy.jsonl.tidy", &whole[1]);
    resume(&place, output, &["in"]).exits(1).says("4 images were answered already");
    same(&place, files, &whole, "behind the renaming");
}

#[test]
fn rows_of_other_settings_are_redone_in_jsonl_and_refused_in_npy() {
    let place = Place::new();
    place.small_images(4);
    for (output, files) in FORMS {
        let whole = whole(&place, output, files);
        resume(&place, output, &["in", "--preset", "keras"]).exits(1);
        let other = read(&place, files);
        assert!(other != whole);
        if files.len() == 1 {
            resume(&place, output, &["in"]).exits(1);
            same(&place, files, &whole, "redone");
        } else {
            resume(&place, output, &["in"]).exits(2).says("its rows are of tiny@").says("--force");
            same(&place, files, &other, "refused");
        }
        remove(&place, files);
    }
}

#[test]
fn what_cannot_be_gone_on_with_is_refused_and_not_touched() {
    let place = Place::new();
    place.small_images(3);
    for name in ["out.npz", "out.safetensors", "out.csv"] {
        resume(&place, name, &["in"]).exits(2).says("jsonl and npy only").says("NAME.npy");
    }
    place.run(&["embed", "--model", "tiny", "--resume", "in"]).exits(2).says("--output");
    resume(&place, "out.npy", &["in", "--force"]).exits(2).says("cannot be used with");
    embed(&place, "a.npy", &["in"]).exits(1);
    let (numbers, lines) = (read(&place, &["a.npy"]).remove(0), read(&place, &["a.npy.jsonl"]).remove(0));
    let mut others = numbers.clone();
    others[7] = 9;
    let text = String::from_utf8(lines.clone()).unwrap();
    let gap = text.replacen("\"row\": 1", "\"row\": 7", 1).into_bytes();
    let classes = b"{\"path\": \"a\", \"predictions\": [], \"seq\": 0, \"model\": \"tiny@0\"}\n".to_vec();
    for (numbers, lines, says) in [
        (b"\x93NUMPY, but mine".to_vec(), Some(lines.clone()), "it is no .npy that `nasnet embed` wrote"),
        (others, Some(lines.clone()), "it is no .npy that `nasnet embed` wrote"),
        (numbers.clone(), None, "out.npy.jsonl, which names its rows, is missing"),
        (numbers.clone(), Some(b"dear diary\n".to_vec()), "line 1 is no row"),
        (numbers.clone(), Some(gap), "is of row 7, expected row 1"),
        (numbers.clone(), Some(classes.clone()), "another command's output"),
    ] {
        place.write("out.npy", &numbers);
        let beside = place.path().join("out.npy.jsonl");
        let _ = fs::remove_file(&beside);
        lines.as_ref().map(|lines| place.write("out.npy.jsonl", lines));
        resume(&place, "out.npy", &["in"]).exits(2).says(says);
        assert!(fs::read(place.path().join("out.npy")).unwrap() == numbers, "{says}");
        assert_eq!(fs::read(&beside).ok(), lines, "{says}");
    }
    // Nor do classify and embed go on with each other's rows.
    place.write("classes.jsonl", &classes);
    resume(&place, "classes.jsonl", &["in"]).exits(2).says("another command's output");
    embed(&place, "features.jsonl", &["in"]).exits(1);
    let classify =
        ["classify", "--model", "tiny", "--format", "jsonl", "--resume", "-o", "features.jsonl", "in"];
    place.run(&classify).exits(2).says("another command's output");
}

#[test]
fn shards_hold_each_image_once_and_their_jsonl_can_be_merged() {
    let place = Place::new();
    place.small_images(30);
    embed(&place, "all.jsonl", &["in"]).exits(1);
    let names = ["one.jsonl", "two.jsonl", "three.jsonl"];
    for (name, shard) in names.iter().zip(["1/3", "2/3", "3/3"]) {
        embed(&place, name, &["--exit-zero", "--shard", shard, "in"]).exits(0);
        assert!(read(&place, &[name])[0].split(|byte| *byte == b'\n').count() > 3, "{shard}");
        let resumed = format!("again-{name}");
        resume(&place, &resumed, &["--exit-zero", "--shard", shard, "in"]).exits(0);
        assert!(read(&place, &[&resumed]) == read(&place, &[name]), "{shard}");
    }
    place.run(&[&["merge", "-o", "merged.jsonl"], &names[..]].concat()).exits(0);
    assert!(read(&place, &["merged.jsonl"]) == read(&place, &["all.jsonl"]));
    embed(&place, "one.npy", &["--exit-zero", "--shard", "1/3", "in"]).exits(0);
    place.run(&["merge", "one.npy.jsonl"]).exits(1).says("its features are in another file");
    embed(&place, "four.npy", &["--shard", "4/3", "in"]).exits(2).says("--shard");
}
