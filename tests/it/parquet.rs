//! Parquet files hold what jsonl of the same run says, whatever the run met, and are whole or not there.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::support::{Failure, Finished, Line, Place, Prediction};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, List, Row};

const CLASSIFY: [&str; 3] = ["classify", "--model", "tiny"];

fn classify(place: &Place, rest: &[&str]) -> Finished {
    place.run(&[&CLASSIFY[..], rest].concat())
}

/// A folder with good and broken images, and names that disturb where that can be.
fn folder(place: &Place) {
    for name in ["espresso.jpg", "rocket.jpg"] {
        place.put(&format!("photos/{name}"), format!("in/{name}"));
    }
    place.put("broken/bomb_60000.png", "in/bomb.png");
    place.write("in/words.jpg", b"these are only words");
    place.write("in/empty.jpg", b"");
    place.put("photos/cat.jpg", "in/ünïcödé 猫.jpg");
    #[cfg(unix)]
    for name in [&b"esc\x1b[31m.jpg"[..], b"new\nline.jpg", b"quo\"te',.jpg", b"not\xff\xfeutf8.jpg"] {
        use std::os::unix::ffi::OsStrExt;
        place.put("photos/cat.jpg", Path::new("in").join(std::ffi::OsStr::from_bytes(name)));
    }
}

fn open(place: &Place, name: &str) -> SerializedFileReader<File> {
    SerializedFileReader::new(File::open(place.path().join(name)).unwrap()).unwrap()
}

/// The rows of a file as the lines of jsonl that they are to equal.
fn rows(place: &Place, name: &str) -> Vec<Line> {
    open(place, name).into_iter().map(|row| line(row.unwrap())).collect()
}

/// The lines without the size and time of their files, for which there are no columns.
fn lines(place: &Place, name: &str) -> Vec<Line> {
    let text = fs::read_to_string(place.path().join(name)).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.map(|line: Line| Line { bytes: None, modified: None, ..line }).collect()
}

/// Both in words that tell a float from any other and null from empty.
#[track_caller]
fn assert_same(rows: &[Line], lines: &[Line]) {
    assert_eq!(rows.len(), lines.len());
    for (row, line) in rows.iter().zip(lines) {
        assert_eq!(format!("{row:?}"), format!("{line:?}"));
    }
}

/// A row's fields, whose names and order are promised.
#[track_caller]
fn fields<const N: usize>(row: &Row, names: [&str; N]) -> [Field; N] {
    let (got, fields): (Vec<_>, Vec<_>) =
        row.get_column_iter().map(|(name, field)| (&name[..], field.clone())).unzip();
    assert_eq!(got, names);
    fields.try_into().unwrap()
}

fn text(field: Field) -> Option<String> {
    match field {
        Field::Null => None,
        Field::Str(text) => Some(text),
        other => panic!("expected text, got {other:?}"),
    }
}

fn int(field: Field) -> Option<i32> {
    match field {
        Field::Null => None,
        Field::Int(number) => Some(number),
        other => panic!("expected an int32, got {other:?}"),
    }
}

fn line(row: Row) -> Line {
    let head = ["seq", "path", "path_bytes", "width", "height", "truncated"];
    let tail = ["model", "error_kind", "error_message", "predictions"];
    let names: [&str; 10] = [&head[..], &tail[..]].concat().try_into().unwrap();
    let [seq, path, bytes, width, height, truncated, model, kind, message, predictions] = fields(&row, names);
    let Field::Long(seq) = seq else { panic!("seq: {seq:?}") };
    let [width, height] = [width, height].map(|side| int(side).map(|side| side as u32));
    Line {
        activation: None,
        burst: None,
        path: text(path).unwrap(),
        path_bytes: match bytes {
            Field::Null => None,
            Field::Bytes(bytes) => Some(STANDARD.encode(bytes.data())),
            other => panic!("path_bytes: {other:?}"),
        },
        width,
        height,
        predictions: match predictions {
            Field::Null => None,
            Field::ListInternal(list) => Some(classes(&list)),
            other => panic!("predictions: {other:?}"),
        },
        error: text(kind).zip(text(message)).map(|(kind, message)| Failure { kind, message }),
        seq: seq as u64,
        model: text(model).unwrap(),
        truncated: match truncated {
            Field::Null => false,
            Field::Bool(truncated) => truncated,
            other => panic!("truncated: {other:?}"),
        },
        group: None,
        explained: None,
        preview: None,
        taken: None,
        gps: None,
        bytes: None,
        modified: None,
    }
}

fn classes(list: &List) -> Vec<Prediction> {
    let class = |field: &Field| {
        let Field::Group(row) = field else { panic!("a class: {field:?}") };
        let [rank, index, wnid, label, score] = fields(row, ["rank", "index", "wnid", "label", "score"]);
        let Field::Float(score) = score else { panic!("score: {score:?}") };
        let [rank, index] = [rank, index].map(|number| int(number).unwrap() as usize);
        Prediction { rank, index, wnid: text(wnid), label: text(label), score }
    };
    list.elements().iter().map(class).collect()
}

/// A file's own words about itself.
fn metadata(place: &Place, name: &str) -> Vec<(String, serde_json::Value)> {
    let reader = open(place, name);
    let entries = reader.metadata().file_metadata().key_value_metadata().unwrap();
    let value = |text: &Option<String>| serde_json::from_str(text.as_deref().unwrap()).unwrap();
    entries.iter().map(|entry| (entry.key.clone(), value(&entry.value))).collect()
}

#[test]
fn each_value_is_that_of_jsonl_of_the_same_run() {
    let place = Place::new();
    folder(&place);
    let inputs = ["in", "in/missing.jpg"];
    for flags in [&["-k3"][..], &["-k0", "--scores", "logit"], &["--threshold", "0.6"]] {
        for format in ["parquet", "jsonl"] {
            let output = ["--format", format, "--force", "-o", &format!("a.{format}")].map(str::to_owned);
            let output: Vec<&str> = output.iter().map(String::as_str).collect();
            classify(&place, &[&inputs, flags, &output[..]].concat()).exits(1).says("images failed");
        }
        assert_same(&rows(&place, "a.parquet"), &lines(&place, "a.jsonl"));
    }
    let rows = rows(&place, "a.parquet");
    let empty = |row: &Line| row.predictions.as_ref().is_some_and(Vec::is_empty);
    assert!(rows.iter().any(empty) && !rows.iter().all(empty), "some are above the threshold: {rows:?}");
    assert!(!place.path().join("a.parquet.partial").exists());

    let document = classify(&place, &["--json", "--threshold", "0.6", inputs[1]]).exits(1).stdout;
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let want = [("nasnet.schema", 1.into()), ("nasnet.model", document["model"].clone())];
    assert_eq!(metadata(&place, "a.parquet"), want.map(|(key, value)| (key.to_owned(), value)));
}

#[test]
fn merge_makes_it_of_jsonl_in_groups_of_bounded_size() {
    let place = Place::new();
    let mut shards = [String::new(), String::new()];
    for seq in 0..45_000 {
        let outcome = match seq % 3 {
            0 => r#""error": {"kind": "io", "message": "gone \u007f"}"#.to_owned(),
            1 => r#""width": 5, "height": 3, "predictions": []"#.to_owned(),
            _ => format!(
                r#""width": 5, "height": 3, "predictions": [{{"rank": 1, "index": {}, "wnid": null, "label": "é\"", "score": {}}}, {{"rank": 2, "index": 0, "wnid": "n01", "label": null, "score": 1e-7}}]"#,
                seq % 1000,
                (seq as f32).recip(),
            ),
        };
        shards[seq % 7 % 2] +=
            &format!(r#"{{"path": "{seq}.jpg", {outcome}, "seq": {seq}, "model": "a@b@0123456789ab"}}"#);
        shards[seq % 7 % 2].push('\n');
    }
    for (name, text) in ["1.jsonl", "2.jsonl"].iter().zip(&shards) {
        place.write(name, text.as_bytes());
    }
    let merge = ["merge", "1.jsonl", "2.jsonl", "-o"];
    place.run(&[&merge[..], &["all.jsonl"]].concat()).exits(0);
    place.run(&[&merge[..], &["all.parquet", "--format", "parquet"]].concat()).exits(0).says("45,000 rows");
    assert_same(&rows(&place, "all.parquet"), &lines(&place, "all.jsonl"));
    let groups = open(&place, "all.parquet").metadata().num_row_groups();
    assert_eq!(groups, 3, "of 20,000 rows at most");
    let model = serde_json::json!({"name": "a@b", "fingerprint": "0123456789ab"});
    assert_eq!(metadata(&place, "all.parquet")[1], ("nasnet.model".to_owned(), model));

    let odd = r#"{"path": "a", "predictions": [{"rank": "first"}], "seq": 0, "model": "a@0"}"#;
    place.write("odd.jsonl", format!("{odd}\n").as_bytes());
    let odd = ["merge", "odd.jsonl", "--format", "parquet", "-o", "odd.parquet"];
    place.run(&odd).exits(2).says("odd.jsonl, line 1").says("expected i32");
    assert!(!place.path().join("odd.parquet").exists());
}

#[test]
fn a_run_that_is_resumed_lands_in_it_by_merge() {
    let place = Place::new();
    folder(&place);
    let resumed = ["in", "--format", "jsonl", "-o", "a.jsonl", "--resume", "--exit-zero"];
    classify(&place, &resumed).exits(0);
    classify(&place, &resumed).exits(0).says("answered already");
    place.run(&["merge", "a.jsonl", "--format", "parquet", "-o", "a.parquet"]).exits(0);
    classify(&place, &["in", "--format", "parquet", "-o", "b.parquet", "--exit-zero"]).exits(0);
    assert_same(&rows(&place, "a.parquet"), &rows(&place, "b.parquet"));
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_written() {
    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    let parquet = ["a.jpg", "--format", "parquet"];
    classify(&place, &parquet).exits(2).says("--format parquet: it needs a file: name one with --output");
    let resume = classify(&place, &[&parquet[..], &["-o", "a.parquet", "--resume"]].concat()).exits(2);
    resume.says("resume with --format jsonl, then `nasnet merge --format parquet` converts the file");
    place.run(&["merge", "a.jsonl", "--format", "parquet"]).exits(2).says("it needs a file");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "nothing was written");
    place.write("a.parquet", b"mine");
    classify(&place, &[&parquet[..], &["-o", "a.parquet"]].concat()).exits(2).says("--force");
    assert_eq!(fs::read(place.path().join("a.parquet")).unwrap(), b"mine");
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_a_whole_file_under_the_name_of_an_unfinished_one() {
    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    let flags = ["--files-from", "-", "--format", "parquet", "-o", "a.parquet"];
    let mut command = place.command(&[&CLASSIFY[..], &flags].concat());
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut list = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut list, b"a.jpg\na.jpg\n").unwrap();
    let partial = place.path().join("a.parquet.partial");
    // The file is there as soon as there is something to answer.
    while !partial.exists() {
        std::thread::sleep(Duration::from_millis(5));
        assert!(child.try_wait().unwrap().is_none(), "it ended early");
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    Finished::of(child.wait_with_output().unwrap())
        .exits(130)
        .says("the answers so far are in a.parquet.partial");
    drop(list);
    let rows = rows(&place, "a.parquet.partial");
    assert!(!rows.is_empty() && rows.iter().all(|row| row.path == "a.jpg" && row.error.is_none()));
    assert!(!place.path().join("a.parquet").exists());
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_that_names_the_file_and_what_becomes_of_it() {
    let place = Place::new();
    for index in 0..9 {
        place.put("photos/cat.jpg", format!("in/{index}.jpg"));
    }
    let binary = assert_cmd::cargo::cargo_bin!("nasnet");
    // A limit on the size of files, in blocks of 512 or 1024 bytes, stands in for a disk that is full.
    let flags = "classify --model tiny -k0 --format parquet -o a.parquet in";
    let line = format!("ulimit -f 3; exec {} {flags}", binary.display());
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &line]).current_dir(place.path()).env_clear().stdin(Stdio::null());
    let run =
        Finished::of(shell.output().unwrap()).exits(2).says("--output a.parquet.partial").says("too large");
    run.says("a.parquet.partial cannot be read without its end");
    assert!(!place.path().join("a.parquet").exists());
}
