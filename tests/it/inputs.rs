//! Everything that people name as input, and everything that can be wrong with it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use crate::support::{Document, Line, Place, fixture};

fn jsonl<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    ["classify", "--model", "tiny", "--format", "jsonl", "-k1"].iter().chain(rest).copied().collect()
}

fn paths(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|line| line.path.as_str()).collect()
}

#[test]
fn files_folders_globs_and_lists_mix_in_the_order_given() {
    let place = Place::new();
    for name in ["z.jpg", "dir/b.JPG", "dir/a.jpeg", "dir/sub/c.jpg", "dir/notes.txt", "dir/.hidden.jpg"] {
        place.put("photos/cat.jpg", name);
    }
    place.put("photos/cat.jpg", "odd name without extension");
    place.write("list.txt", b"z.jpg\r\n\nodd name without extension\n");
    let run = place.run(&jsonl(&["z.jpg", "dir", "dir/*.j*", "--files-from", "list.txt"])).exits(0);
    let want = [
        "z.jpg",
        "dir/a.jpeg",
        "dir/b.JPG",
        "dir/sub/c.jpg",
        "dir/a.jpeg",
        "z.jpg",
        "odd name without extension",
    ];
    assert_eq!(paths(&run.lines()), want);
    assert!(run.lines().iter().enumerate().all(|(place, line)| line.seq == place as u64));
    run.says("1 other file was passed over");
    let run = place.run(&jsonl(&["dir", "--max-depth", "1", "--hidden", "--ext", "jpg"])).exits(0);
    assert_eq!(paths(&run.lines()), ["dir/.hidden.jpg", "dir/b.JPG"]);
}

#[test]
fn stdin_is_an_image_or_a_list_but_not_both() {
    let place = Place::new();
    place.put("photos/cat.jpg", "new\nline.jpg");
    let photo = fs::read(fixture("photos/espresso.jpg")).unwrap();
    let run = place.run_with_stdin(&jsonl(&["-"]), &photo).exits(0);
    assert_eq!((paths(&run.lines()), run.lines()[0].width), (vec!["-"], Some(480)));
    let run = place.run_with_stdin(&jsonl(&["--files-from", "-", "-0"]), b"new\nline.jpg\0").exits(0);
    assert_eq!(paths(&run.lines()), ["new\nline.jpg"]);
    place.run(&jsonl(&["-", "--files-from", "-"])).exits(2).says("stdin (-) can be read only once");
}

#[test]
fn nothing_to_classify_is_an_error_with_nothing_on_stdout() {
    let place = Place::new();
    place.write("folder/readme.txt", b"text");
    for arguments in [&["folder"][..], &[], &["--files-from", "folder/empty"]] {
        place.write("folder/empty", b"");
        let run = place.run(&jsonl(arguments)).exits(2).says("no inputs");
        assert_eq!(run.stdout, "");
    }
    let run = place.run(&jsonl(&["--files-from", "nowhere.txt"])).exits(2).says("nowhere.txt");
    assert_eq!(run.stdout, "");
}

#[test]
fn each_broken_image_is_its_own_record_of_the_right_kind() {
    let place = Place::new();
    place.put("photos/cat.jpg", "good.jpg");
    place.write("text.jpg", b"these are only words");
    place.write("empty.jpg", b"");
    let photo = fs::read(fixture("photos/cat.jpg")).unwrap();
    place.write("cut.jpg", &photo[..photo.len() / 2]);
    place.put("broken/bomb_60000.png", "bomb.png");
    place.write("scan.jp2", b"\0\0\0\x0cjP  \r\n\x87\n");
    let names =
        ["good.jpg", "text.jpg", "missing.jpg", "empty.jpg", "cut.jpg", "bomb.png", "scan.jp2", "good.jpg"];
    let run = place.run(&jsonl(&names)).exits(1).says("6 of 8 images failed");
    let lines = run.lines();
    assert_eq!(paths(&lines), names);
    let kinds: Vec<_> =
        lines.iter().map(|line| line.error.as_ref().map_or("", |error| &error.kind)).collect();
    assert_eq!(kinds, ["", "unsupported", "io", "decode", "decode", "too_large", "unsupported", ""]);
    let message = |index: usize| &lines[index].error.as_ref().unwrap().message;
    assert!(message(5).contains("60000x60000"), "{}", message(5));
    run.says("--max-pixels 3600000000");
    assert!(message(6).contains("JPEG 2000") && message(6).contains("convert"), "{}", message(6));
    place.run(&[&jsonl(&names)[..], &["--exit-zero"]].concat()).exits(0);
    let json = place.run(&["classify", "--model", "tiny", "--json", "text.jpg"]).exits(1).document();
    assert!(json.results[0].predictions.is_none() && json.results[0].error.is_some());
}

#[test]
fn what_is_no_image_is_named_with_the_way_out() {
    let place = Place::new();
    let files: [(&str, &[u8], &str, &str); 6] = [
        ("photos.zip", b"PK\x03\x04\x14\0\0\0\x08\0", "ZIP archive", "unpack"),
        ("photos.tgz", &gzipped_tar(), "compressed tar archive", "gunzip"),
        ("clip.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video", "frames"),
        ("drawing.svg", b"<?xml version=\"1.0\"?><svg width=\"31\" height=\"46\"/>", "SVG", "PNG"),
        ("paper.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF", "pages"),
        ("saved.html", b"<!doctype html><title>A photo</title>", "HTML page", "save the image"),
    ];
    files.iter().for_each(|(name, bytes, ..)| place.write(name, bytes));
    let urls = ["https://example.org/cat.jpg", "http://example.org/cat?size=46"];
    let names: Vec<&str> = files.iter().map(|file| file.0).chain(urls).collect();
    let lines = place.run(&jsonl(&names)).exits(1).lines();
    assert_eq!(paths(&lines), names);
    let ways = files.iter().map(|file| (file.2, file.3)).chain(urls.map(|_| ("a URL", "download")));
    for (line, (what, way_out)) in lines.iter().zip(ways) {
        let error = line.error.as_ref().unwrap();
        assert_eq!(error.kind, "unsupported", "{}: {}", line.path, error.message);
        assert!(error.message.contains(what) && error.message.contains(way_out), "{}", error.message);
    }
}

/// The start of a compressed tar archive.
fn gzipped_tar() -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_size(0);
    header.set_cksum();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(header.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[cfg(unix)]
#[test]
fn hostile_file_names_do_no_harm_in_any_form() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    let names: [&[u8]; 4] = [b"esc\x1b[31m.jpg", b"new\nline.jpg", b"quo\"te',.jpg", b"not\xff\xfeutf8.jpg"];
    for name in names {
        place.put("photos/cat.jpg", std::ffi::OsStr::from_bytes(name));
    }
    let table = place.run(&["classify", "--model", "tiny", "-k1", "."]).exits(0).stdout;
    assert!(table.chars().all(|character| character == '\n' || !character.is_control()), "{table:?}");
    assert_eq!(table.lines().count(), 4 * 2 + 3, "a block of two lines a file, and a line between: {table}");
    assert!(table.contains(r"./esc\u{1b}[31m.jpg") && table.contains(r"./new\nline.jpg"));

    let run = place.run(&jsonl(&["."])).exits(0);
    assert_eq!(run.stdout.lines().count(), 4);
    assert!(!run.stdout.contains('\u{1b}'));
    let lines = run.lines();
    let bytes = lines.iter().filter_map(|line| line.path_bytes.as_deref()).collect::<Vec<_>>();
    assert_eq!(bytes, ["Li9ub3T//nV0ZjguanBn"], "./not\\xff\\xfeutf8.jpg in base64");
    assert!(paths(&lines).contains(&"./esc\u{1b}[31m.jpg") && paths(&lines).contains(&"./quo\"te',.jpg"));

    let csv = place.run(&["classify", "--model", "tiny", "--format", "csv", "-k1", "."]).exits(0).stdout;
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let paths: Vec<String> = rows.records().map(|row| row.unwrap()[0].to_owned()).collect();
    assert_eq!(paths.len(), 4);
    assert!(paths.contains(&"./new\nline.jpg".to_owned()) && paths.contains(&"./quo\"te',.jpg".to_owned()));
}

/// A run whose list of paths is still to be written.
fn on_open_list(place: &Place) -> (Child, ChildStdin, BufReader<ChildStdout>) {
    let mut command = place.command(&jsonl(&["--files-from", "-"]));
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let list = child.stdin.take().unwrap();
    let answers = BufReader::new(child.stdout.take().unwrap());
    (child, list, answers)
}

#[test]
fn a_record_appears_while_the_list_is_still_open() {
    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    let (mut child, mut list, mut answers) = on_open_list(&place);
    for _ in 0..3 {
        list.write_all(b"a.jpg\n").unwrap();
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert!(serde_json::from_str::<Line>(&line).is_ok(), "{line:?}");
    }
    drop(list);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_has_had_enough_is_no_error() {
    let place = Place::new();
    for index in 0..40 {
        place.put("photos/cat.jpg", format!("{index:02}.jpg"));
    }
    let mut command = place.command(&jsonl(&["."]));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("00.jpg"));
    let rest = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&rest.stderr).into_owned();
    assert!(rest.status.success() && !stderr.contains("error"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_run_with_what_was_answered_written() {
    use std::io::Read;

    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let page = format!("{signal}.html");
        let arguments =
            ["classify", "--model", "tiny", "--json", "-k1", "--files-from", "-", "--report", &page];
        let mut command = place.command(&arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut list = child.stdin.take().unwrap();
        list.write_all(b"a.jpg\n").unwrap();
        let mut answers = child.stdout.take().unwrap();
        let mut bytes = vec![0; 4096];
        let mut text = String::new();
        while !text.contains("predictions") {
            let count = answers.read(&mut bytes).unwrap();
            assert_ne!(count, 0, "{text}");
            text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        }
        let kill =
            std::process::Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        answers.read_to_string(&mut text).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
        let document: Document = serde_json::from_str(&text).unwrap();
        assert_eq!(document.results.len(), 1, "the document is whole");
        let report = fs::read_to_string(place.path().join(format!("{page}.partial"))).unwrap();
        assert!(report.contains("a.jpg") && report.ends_with("</html>\n"), "the report is whole too");
        assert!(!place.path().join(page).exists(), "and has the name of one that is not finished");
        drop(list);
    }
}

#[test]
fn images_in_archives_are_named_below_them_and_a_broken_archive_is_a_record() {
    let place = Place::new();
    let photo = fs::read(fixture("photos/cat.jpg")).unwrap();
    let long = format!("{}/{}.jpg", "folder".repeat(12), "name".repeat(20));
    let mut archive = Vec::new();
    let mut member = |name: &str, kind: u8, bytes: &[u8]| {
        let mut header = [0u8; 512];
        header[..name.len().min(100)].copy_from_slice(&name.as_bytes()[..name.len().min(100)]);
        header[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156] = kind;
        header[257..263].copy_from_slice(b"ustar\0");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        archive.extend_from_slice(&header);
        archive.extend_from_slice(bytes);
        archive.resize(archive.len().next_multiple_of(512), 0);
    };
    member("0.jpg", b'0', &photo);
    member("0.cls", b'0', b"281");
    member("././@LongLink", b'L', &[long.as_bytes(), b"\0"].concat());
    member("cut off", b'0', &photo);
    member("./empty.jpg", b'0', b"");
    member("last.png", b'0', &photo);
    place.write("in/shard.tar", &[&archive[..], &[0; 1024]].concat());
    let want = [
        "in/shard.tar/0.jpg",
        &format!("in/shard.tar/{long}"),
        "in/shard.tar/empty.jpg",
        "in/shard.tar/last.png",
    ];
    for input in ["in", "in/shard.tar"] {
        let run = place.run(&jsonl(&[input])).exits(1).says("1 other file was passed over");
        let lines = run.lines();
        assert_eq!(paths(&lines), want);
        assert_eq!(lines[2].error.as_ref().unwrap().message, "empty file");
        assert_eq!(lines.iter().filter(|line| line.predictions.is_some()).count(), 3);
    }
    assert_eq!(
        paths(&place.run(&jsonl(&[want[3]])).exits(0).lines()),
        [want[3]],
        "a member's path is an input"
    );

    place.write("in/shard.tar", &archive[..archive.len() - 2000]);
    let cut = place.run(&jsonl(&["in"])).exits(1).lines();
    assert_eq!(paths(&cut), want);
    assert!(cut[3].error.as_ref().unwrap().message.starts_with("truncated archive"));
    let header = archive.len() - 512 - photo.len().next_multiple_of(512);
    archive[header] ^= 1;
    place.write("in/shard.tar", &archive);
    let broken = place.run(&jsonl(&["in"])).exits(1).lines();
    assert_eq!(paths(&broken), [want[0], want[1], want[2], "in/shard.tar"]);
    let error = broken[3].error.as_ref().unwrap();
    assert!(error.kind == "decode" && error.message.contains("wrong checksum"), "{}", error.message);
    place.write("words.tar", b"these are only words");
    assert_eq!(
        place.run(&jsonl(&["words.tar"])).exits(1).lines()[0].error.as_ref().unwrap().kind,
        "unsupported"
    );
}

#[test]
fn links_in_archives_are_answered_and_nothing_is_lost_without_a_word() {
    let place = Place::new();
    let photo = fs::read(fixture("photos/cat.jpg")).unwrap();
    let mut archive = tar::Builder::new(Vec::new());
    let mut add = |kind: tar::EntryType, name: &str, link: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(bytes.len() as u64);
        match link {
            "" => archive.append_data(&mut header, name, bytes),
            _ => archive.append_link(&mut header, name, link),
        }
        .unwrap();
    };
    let long = format!("{}/{}.jpg", "folder".repeat(12), "name".repeat(20));
    add(tar::EntryType::Regular, &long, "", &photo);
    add(tar::EntryType::Link, "a.jpg", &long, b"");
    add(tar::EntryType::Link, "b.jpg", "a.jpg", b"");
    add(tar::EntryType::Link, "c.jpg", "gone.jpg", b"");
    add(tar::EntryType::Symlink, "d.jpg", "a.jpg", b"");
    add(tar::EntryType::GNUSparse, "e.jpg", "", b"its map is not read");
    add(tar::EntryType::Regular, "f.jpg", "", &photo);
    let archive = archive.into_inner().unwrap();
    place.write("a.tar", &archive);
    let lines = place.run(&jsonl(&["a.tar"])).exits(1).says("1 other file was passed over").lines();
    let answers: Vec<_> = lines.iter().map(|line| (&line.path[6..], line.predictions.is_some())).collect();
    let want = [
        (&*long, true),
        ("a.jpg", true),
        ("b.jpg", true),
        ("c.jpg", false),
        ("e.jpg", false),
        ("f.jpg", true),
    ];
    assert_eq!(answers, want);
    assert!(lines[3].error.as_ref().unwrap().message.contains("a hard link to gone.jpg"));
    assert_eq!(lines[4].error.as_ref().unwrap().kind, "unsupported");

    let end = archive.len() - 1024; // of the padding of the last member
    assert_ne!(photo.len() % 512, 0);
    place.write("a.tar", &archive[..end]);
    assert_eq!(
        place.run(&jsonl(&["a.tar"])).exits(1).lines().len(),
        6,
        "the zeros at the end may be missing"
    );
    place.write("a.tar", &archive[..end - 1]);
    let lines = place.run(&jsonl(&["a.tar"])).exits(1).lines();
    assert!(
        lines[5].predictions.is_some() && lines[6].error.as_ref().unwrap().message.contains("it ends before")
    );
}

#[test]
fn a_run_survives_files_that_vanish_and_inputs_named_twice() {
    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    let (mut child, mut list, mut answers) = on_open_list(&place);
    let mut kinds = Vec::new();
    for vanishes in [false, false, true] {
        if vanishes {
            fs::remove_file(place.path().join("a.jpg")).unwrap();
        }
        list.write_all(b"a.jpg\n").unwrap();
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        kinds.push(serde_json::from_str::<Line>(&line).unwrap().error.map(|error| error.kind));
    }
    assert_eq!(kinds, [None, None, Some("io".to_owned())]);
    drop(list);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn what_is_excluded_and_folders_of_programs_are_left_out() {
    let place = Place::new();
    for name in [
        "a/1.jpg",
        "a/2.jpg",
        "a/raw/3.jpg",
        "b/@eaDir/4.jpg",
        "b/.thumbnails/5.jpg",
        "b/5.jpg",
        ".git/6.jpg",
    ] {
        place.put("photos/cat.jpg", name);
    }
    let found = |arguments: &[&str]| {
        let lines = place.run(&jsonl(arguments)).exits(0).lines();
        lines.into_iter().map(|line| line.path).collect::<Vec<_>>()
    };
    assert_eq!(found(&["a", "b", "--hidden"]), ["a/1.jpg", "a/2.jpg", "a/raw/3.jpg", "b/5.jpg"]);
    assert_eq!(found(&["a", "--exclude", "raw", "--exclude", "2.*"]), ["a/1.jpg"]);
    assert_eq!(found(&["a", "b", "--exclude", "a/raw/"]), ["a/1.jpg", "a/2.jpg", "b/5.jpg"]);
    assert_eq!(found(&["**/*.jpg", "--exclude", "[1-3].jpg"]), ["b/5.jpg"]);
    assert_eq!(
        found(&["a/2.jpg", "b/@eaDir", "--exclude", "2.jpg"]),
        ["a/2.jpg", "b/@eaDir/4.jpg"],
        "named outright"
    );
    place.run(&jsonl(&["a", "--exclude", "["])).exits(2).says("--exclude");
}
