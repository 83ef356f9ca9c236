//! `nasnet embed`: features in every form, with their paths, as Keras has them.

use std::fs;

use crate::support::Place;
use serde_json::Value;

fn records(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect()
}

/// The header's text and the numbers of an .npy.
fn npy(bytes: &[u8]) -> (String, Vec<f32>) {
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = String::from_utf8(bytes[10..10 + length].to_vec()).unwrap();
    let (floats, rest) = bytes[10 + length..].as_chunks::<4>();
    assert!(rest.is_empty() && (10 + length).is_multiple_of(64) && header.ends_with('\n'));
    (header, floats.iter().map(|number| f32::from_le_bytes(*number)).collect())
}

#[test]
fn every_form_holds_the_same_features_and_says_whose_they_are() {
    let place = Place::new();
    place.put("photos/cat.jpg", "in/a.jpg");
    place.write("in/b.jpg", b"no image");
    place.put("images/rgb.png", "in/c, \"d\".png");
    let embed =
        |rest: &[&str]| place.run(&[&["embed", "-q", "--model", "tiny", "in"][..], rest].concat()).exits(1);
    let lines = records(&embed(&[]).stdout);
    assert_eq!((lines.len(), &lines[1]["error"]["kind"]), (3, &Value::from("unsupported")));
    assert_eq!(lines[2]["path"], "in/c, \"d\".png");
    assert_eq!((lines[0]["shape"].to_string(), lines[2]["seq"].as_u64()), ("[768]".to_owned(), Some(2)));
    let want: Vec<f32> = [0, 2].iter().flat_map(|&line: &usize| numbers(&lines[line]["features"])).collect();
    assert_eq!(want.len(), 2 * 768);

    for form in ["npy", "safetensors", "npz", "csv", "jsonl"] {
        assert_eq!(embed(&["-o", &format!("out.{form}")]).stdout, "");
    }
    let read = |name: &str| fs::read(place.path().join(name)).unwrap();
    let (header, values) = npy(&read("out.npy"));
    assert!(header.starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 768), }"), "{header}");
    assert_eq!(values, want);
    let beside = records(std::str::from_utf8(&read("out.npy.jsonl")).unwrap());
    let rows: Vec<Option<u64>> = beside.iter().map(|line| line["row"].as_u64()).collect();
    assert_eq!(rows, [Some(0), None, Some(1)]);
    assert_eq!(read("out.npy.jsonl"), read("out.safetensors.jsonl"));

    let bytes = read("out.safetensors");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let features = tensors.tensor("features").unwrap();
    assert_eq!(features.shape(), [2, 768]);
    assert_eq!(features.data(), bytemuck::cast_slice::<f32, u8>(&want));

    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(read("out.npz"))).unwrap();
    let mut entry = |name: &str| {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_name(name).unwrap(), &mut bytes).unwrap();
        bytes
    };
    assert_eq!(npy(&entry("features.npy")).1, want);
    let paths = entry("paths.npy");
    assert!(String::from_utf8_lossy(&paths).contains("<U13"), "as long as the longest path");
    assert!(
        paths.ends_with(
            &"in/c, \"d\".png".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect::<Vec<_>>()
        )
    );
    assert!(String::from_utf8_lossy(&entry("failed.npy")).contains("(1,)"));

    let bytes = read("out.csv");
    let mut table = csv::Reader::from_reader(&bytes[..]);
    assert_eq!(table.headers().unwrap().len(), 2 + 768);
    let rows: Vec<csv::StringRecord> = table.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(
        (rows.len(), &rows[2][0], rows[0][2].parse::<f32>().unwrap()),
        (3, "in/c, \"d\".png", want[0])
    );
    assert!(rows[1][1].starts_with("unsupported: "));
    let left: Vec<_> = fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 1 + 7, "no scratch files are left: {left:?}");
}

#[test]
fn pooling_is_that_of_the_map_and_normalised_features_have_length_one() {
    let place = Place::new();
    place.put("photos/rocket.jpg", "a.jpg");
    let features = |flags: &[&str]| {
        let arguments = [&["embed", "-q", "--model", "tiny", "--size", "97x65", "a.jpg"][..], flags].concat();
        let line = records(&place.run(&arguments).exits(0).stdout).remove(0);
        (numbers(&line["shape"]), numbers(&line["features"]))
    };
    let (shape, map) = features(&["--pooling", "none"]);
    assert_eq!(shape, [3.0, 2.0, 768.0]);
    for (pooling, pool) in [("avg", false), ("max", true)] {
        let (_, pooled) = features(&["--pooling", pooling]);
        for (channel, value) in pooled.iter().enumerate() {
            let pixels = map.iter().skip(channel).step_by(768);
            let want = if pool { pixels.copied().fold(0.0, f32::max) } else { pixels.sum::<f32>() / 6.0 };
            assert!(
                (value - want).abs() <= 1e-5 * want.abs().max(1.0),
                "{pooling} {channel}: {value} {want}"
            );
        }
    }
    let length: f32 = features(&["--normalize"]).1.iter().map(|value| value * value).sum();
    assert!((length - 1.0).abs() < 1e-5, "{length}");
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_runs() {
    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    let embed = |rest: &[&str]| place.run(&[&["embed", "--model", "tiny", "a.jpg"][..], rest].concat());
    embed(&["--format", "npy"]).exits(2).says("--format npy: it needs a file");
    place.write("out.npy.jsonl", b"mine");
    embed(&["-o", "out.npy"]).exits(2).says("out.npy.jsonl: it is there already\nhint: --force replaces it");
    embed(&["-o", "out.npy", "--force"]).exits(0);
    place.run(&["embed", "--model", "tiny", "nothing.jpg", "-q", "--exit-zero"]).exits(0);
    place.run(&["embed", "--model", "tiny"]).exits(2).says("no inputs");
}

#[test]
fn a_flag_that_embed_does_not_obey_is_not_taken() {
    let place = Place::new();
    place.put("photos/cat.jpg", "a.jpg");
    place.run(&["embed", "--model", "tiny", "--top-k", "3", "a.jpg"]).exits(2).says("--top-k");
}
