//! Many images, some broken, as a pipeline meets them: every one answered, in order, in little memory.

use std::fs;

use crate::support::{Place, fixture};

/// A small image that no other index has.
fn small(index: usize) -> Vec<u8> {
    let pixels: Vec<u8> =
        (0..5 * 3).flat_map(|pixel| [index as u8, (index >> 8) as u8, pixel as u8 * 16]).collect();
    [b"P6 5 3 255\n", &pixels[..]].concat()
}

#[test]
fn broken_images_of_ten_kinds_among_many_have_their_records_in_their_places() {
    let place = Place::new();
    let jpeg = fs::read(fixture("photos/cat.jpg")).unwrap();
    let bomb = fs::read(fixture("broken/bomb_60000.png")).unwrap();
    let with_hole = {
        let mut bytes = jpeg.clone();
        bytes[160..400].fill(0);
        bytes
    };
    let broken: [(&str, Option<&[u8]>); 10] = [
        ("decode", Some(b"")),
        ("unsupported", Some(b"these are only words")),
        ("decode", Some(&jpeg[..jpeg.len() / 2])),
        ("decode", Some(&jpeg[..4])),
        ("decode", Some(&with_hole)),
        ("too_large", Some(&bomb)),
        ("unsupported", Some(b"\0\0\0\x0cjP  \r\n\x87\n")),
        ("decode", Some(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")),
        ("unsupported", Some(b"%PDF-1.7\n1 0 obj\n")),
        ("io", None),
    ];
    let (mut list, mut want) = (String::new(), Vec::new());
    for index in 0..270 {
        let name = format!("in/{index:05}.jpg");
        let kind = match (index % 13 == 5).then(|| broken[index / 13 % 10]) {
            Some((kind, bytes)) => {
                if let Some(bytes) = bytes {
                    place.write(&name, bytes);
                }
                Some(kind.to_owned())
            }
            None => {
                place.write(&name, &small(index));
                None
            }
        };
        list += &format!("{name}\n");
        want.push((name, index as u64, kind));
    }
    place.write("list.txt", list.as_bytes());
    let flags = ["classify", "--model", "tiny", "--format", "jsonl", "-k1", "--files-from", "list.txt"];
    let run = place.run(&flags).exits(1).says("21 of 270 images failed").says("images/s");
    let got: Vec<_> = run
        .lines()
        .into_iter()
        .map(|line| (line.path, line.seq, line.error.map(|error| error.kind)))
        .collect();
    assert_eq!(got, want);
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_number_of_images() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::Stdio;

    let place = Place::new();
    for index in 0..50 {
        place.write(format!("{index}.ppm"), &small(index));
    }
    let flags = ["classify", "--model", "tiny", "--format", "jsonl", "-k1", "--quiet", "--files-from", "-"];
    let mut child = place.command(&flags).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut list = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || {
        for index in 0..500 {
            writeln!(list, "{}.ppm", index % 50).unwrap();
        }
        list
    });
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut peak_after = |count: usize| {
        assert_eq!(answers.by_ref().take(count).count(), count);
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let (few, many) = (peak_after(100), peak_after(400));
    assert!(many * 10 <= few * 12, "{few} kB after 100 images, {many} kB after 500");
    drop(feeder.join().unwrap());
    assert!(child.wait().unwrap().success());
}
