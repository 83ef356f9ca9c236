//! Photos as phones and cameras write them, through the real binary.

use crate::support::{Line, Place};

fn lines(place: &Place, rest: &[&str], code: i32) -> Vec<Line> {
    let flags = ["classify", "--model", "tiny", "--format", "jsonl", "-k1"];
    place.run(&[&flags[..], rest].concat()).exits(code).lines()
}

#[test]
fn a_folder_of_a_phone_and_a_camera_is_answered_and_previews_are_said_to_be_so() {
    let place = Place::new();
    for name in ["420.heic", "grid_rotated.heic", "nikon.nef", "canon.cr3", "adobe.dng", "fujifilm.raf"] {
        place.put(&format!("camera/{name}"), format!("in/{}", name.to_uppercase()));
    }
    let lines = lines(&place, &["in"], 0);
    let got: Vec<_> = lines
        .iter()
        .map(|line| (line.path.as_str(), line.width.unwrap(), line.height.unwrap(), line.preview))
        .collect();
    let preview = Some(true);
    let want = [
        ("in/420.HEIC", 91, 67, None),
        ("in/ADOBE.DNG", 96, 71, preview),
        ("in/CANON.CR3", 71, 96, preview),
        ("in/FUJIFILM.RAF", 96, 71, preview),
        ("in/GRID_ROTATED.HEIC", 133, 150, None),
        ("in/NIKON.NEF", 71, 96, preview),
    ];
    assert_eq!(got, want);
}

#[test]
fn a_thumbnail_below_the_networks_input_is_no_photo() {
    let place = Place::new();
    place.put("camera/small_preview.nef", "small.nef");
    let lines = lines(&place, &["small.nef"], 1);
    let error = lines[0].error.as_ref().unwrap();
    assert_eq!(error.kind, "unsupported");
    assert!(error.message.contains("preview in this NEF is 24x18"), "{}", error.message);
}

#[test]
fn times_and_places_are_in_the_records_that_ask_for_them() {
    let place = Place::new();
    place.put("camera/420.heic", "phone.heic");
    place.put("photos/cat.jpg", "without.jpg");
    let plain = lines(&place, &["phone.heic"], 0);
    assert!(plain[0].taken.is_none() && plain[0].gps.is_none());
    let told = lines(&place, &["--exif", "phone.heic", "without.jpg"], 0);
    assert_eq!(told[0].taken.as_deref(), Some("2024-07-14T12:34:56+02:00"));
    assert_eq!(told[0].gps, Some([48.8582917, 2.2945]));
    assert!(told[1].taken.is_none() && told[1].gps.is_none());
    let table = place.run(&["classify", "--model", "tiny", "-k1", "--exif", "phone.heic"]).exits(0).stdout;
    assert!(table.contains("taken 2024-07-14T12:34:56+02:00, at 48.8582917, 2.2945"), "{table}");
    let csv = ["classify", "--model", "tiny", "--format", "csv", "--exif", "phone.heic"];
    place.run(&csv).exits(2).says("--exif: csv and parquet have no columns for it");
}
