//! `nasnet classify --burst`: photos that were taken within seconds of each other have one answer.

use std::fs;

use crate::support::{Finished, Line, Place, fixture};

/// A photo with the time at which it was taken in its EXIF.
fn taken(place: &Place, photo: &str, name: &str, time: &str) {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let mut directory = |tag: u16, kind: u16, count: u32, value: u32| {
        tiff.extend(1u16.to_le_bytes());
        tiff.extend(tag.to_le_bytes());
        tiff.extend(kind.to_le_bytes());
        tiff.extend([count, value, 0].map(u32::to_le_bytes).concat());
    };
    directory(0x8769, 4, 1, 26); // where EXIF's directory is
    directory(0x9003, 2, 20, 44); // DateTimeOriginal
    tiff.extend(time.as_bytes());
    tiff.push(0);
    let jpeg = fs::read(fixture(&format!("photos/{photo}"))).unwrap();
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe1];
    bytes.extend((tiff.len() as u16 + 8).to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(tiff);
    bytes.extend(&jpeg[2..]);
    place.write(name, &bytes);
}

/// Two bursts, a torn photo within the first, and a photo without a time.
fn trap() -> Place {
    let place = Place::new();
    taken(&place, "espresso.jpg", "in/a/1.jpg", "2026:11:24 16:28:15");
    place.write("in/a/2.jpg", b"torn");
    taken(&place, "cat.jpg", "in/a/3.jpg", "2026:11:24 16:28:17");
    taken(&place, "hubble.jpg", "in/a/4.jpg", "2026:11:24 16:28:21");
    taken(&place, "rocket.jpg", "in/b/1.jpg", "2026:11:24 16:28:22");
    place.put("photos/camera.jpg", "in/b/2.jpg");
    place
}

fn classify(place: &Place, rest: &[&str]) -> Finished {
    let always = ["classify", "--model", "tiny", "--format", "jsonl", "--top-k", "0", "in"];
    place.run(&[&always[..], rest].concat())
}

fn scores(line: &Line) -> Vec<f32> {
    let mut scores = vec![0.0; 200];
    for prediction in line.predictions.as_ref().unwrap() {
        scores[prediction.index] = prediction.score;
    }
    scores
}

#[test]
fn photos_of_a_burst_have_the_mean_of_their_probabilities() {
    let place = trap();
    let alone = classify(&place, &[]).exits(1).lines();
    let lines = classify(&place, &["--burst", "2"]).exits(1).lines();
    let paths = |lines: &[Line]| lines.iter().map(|line| line.path.clone()).collect::<Vec<_>>();
    assert_eq!(paths(&lines), paths(&alone), "the order of the inputs");
    let of: Vec<_> = lines.iter().map(|line| line.burst).collect();
    assert_eq!(of, [Some(2), None, Some(2), Some(1), Some(1), Some(1)]);
    assert!(lines[1].error.is_some() && lines.iter().all(|line| line.taken.is_none()));
    let [first, third] = [0, 2].map(|index| scores(&alone[index]));
    for line in [&lines[0], &lines[2]] {
        for (class, score) in scores(line).into_iter().enumerate() {
            assert!(
                (score - f32::midpoint(first[class], third[class])).abs() < 1e-7,
                "{}: {class}",
                line.path
            );
        }
    }
    assert_eq!(scores(&lines[3]), scores(&alone[3]), "alone, to the bit");
    assert_ne!(lines[3].model, alone[3].model, "another fingerprint");
    let wide = classify(&place, &["--burst", "4", "--exif"]).exits(1).lines();
    assert_eq!(
        wide.iter().map(|line| line.burst).collect::<Vec<_>>()[..4],
        [Some(3), None, Some(3), Some(3)]
    );
    assert_eq!(wide[0].taken.as_deref(), Some("2026-11-24T16:28:15"));
    let table = place.run(&["classify", "--model", "tiny", "-k1", "--burst", "2", "in"]).exits(1).stdout;
    assert_eq!(table.matches("burst of 2 photos").count(), 2, "{table}");
}

#[test]
fn shards_have_whole_bursts() {
    let place = trap();
    let whole = classify(&place, &["--burst", "4"]).exits(1);
    let shards: Vec<String> = ["1/2", "2/2"]
        .iter()
        .map(|shard| {
            let name = format!("{}.jsonl", &shard[..1]);
            classify(&place, &["--burst", "4", "--shard", shard, "--exit-zero", "-o", &name]).exits(0);
            name
        })
        .collect();
    let merged = place.run(&["merge", &shards[0], &shards[1]]).exits(0);
    assert_eq!(merged.stdout, whole.stdout);
}

#[test]
fn what_bursts_cannot_do_is_refused() {
    let place = trap();
    let refused = |flags: &[&str], words: &str| {
        classify(&place, &[&["--burst", "2"], flags].concat()).exits(2).says(words);
    };
    refused(&["--resume", "-o", "a.jsonl"], "cannot be used with");
    refused(&["--unsorted"], "cannot be used with");
    refused(&["--scores", "logit"], "--burst: the answer of a burst is a mean of probabilities");
    classify(&place, &["--burst=-1"]).exits(2).says("--burst: expected seconds, 0 or more, got -1");
    let csv = ["classify", "--model", "tiny", "in", "--burst", "2", "--format", "csv"];
    place.run(&csv).exits(2).says("--burst: csv and parquet have no columns for it");
}
