//! `nasnet finetune`: a head of one's own, from class folders to classify.

use std::fs;

use crate::support::{Place, fixture};

/// Crops of two photos: classes that any features tell apart.
fn folders() -> Place {
    let place = Place::new();
    for (photo, class) in [("espresso", "cup"), ("rocket", "space ship")] {
        let image = image::open(fixture(&format!("photos/{photo}.jpg"))).unwrap();
        for index in 0..6u32 {
            let part = image.crop_imm(index * 12, index * 9, 300, 220);
            let folder = place.path().join("in").join(class);
            fs::create_dir_all(&folder).unwrap();
            part.to_rgb8().save(folder.join(format!("{index}.png"))).unwrap();
        }
    }
    place
}

#[test]
fn a_head_is_the_same_file_twice_and_classify_answers_with_its_labels() {
    let place = folders();
    for file in ["a.safetensors", "b.safetensors"] {
        let run = place.run(&["finetune", "--model", "tiny", "in", "-o", file]).exits(0);
        assert!(run.stdout.contains("held out    100.00 % of 2 images"), "{}", run.stdout);
    }
    let read = |name: &str| fs::read(place.path().join(name)).unwrap();
    assert_eq!(read("a.safetensors"), read("b.safetensors"));
    place
        .run(&["finetune", "--model", "tiny", "in", "-o", "a.safetensors"])
        .exits(2)
        .says("it is there already");
    place.put("photos/rocket.jpg", "new.jpg");
    let document =
        place.run(&["classify", "-q", "--model", "a.safetensors", "new.jpg", "--json"]).exits(0).document();
    let best = &document.results[0].predictions.as_ref().unwrap()[0];
    assert_eq!((best.label.as_deref(), best.index), (Some("space ship"), 1));
    assert_eq!((document.model.name.as_str(), document.model.preprocessing.height), ("tiny-finetuned", 64));
    place.run(&["doctor", "--model", "a.safetensors"]).exits(0);
}

#[test]
fn folders_that_teach_nothing_are_refused() {
    let place = folders();
    place
        .run(&["finetune", "--model", "tiny", "in/cup", "-o", "x"])
        .exits(2)
        .says("expected at least 2 class folders, got 0");
    place.put("photos/cat.jpg", "in/cat/only.jpg");
    place
        .run(&["finetune", "--model", "tiny", "in", "-o", "x"])
        .exits(2)
        .says("1 usable image, expected at least 2");
    place.run(&["finetune", "--model", "tiny", "in", "-o", "x", "--holdout", "1"]).exits(2).says("--holdout");
}

#[cfg(target_os = "linux")]
#[test]
fn class_folders_need_not_be_utf_8() {
    use std::os::unix::ffi::OsStrExt;
    let place = folders();
    let name = std::ffi::OsStr::from_bytes(b"in/caf\xe9");
    std::fs::rename(place.path().join("in/cup"), place.path().join(name)).unwrap();
    place.run(&["finetune", "--model", "tiny", "in", "-o", "x.safetensors"]).exits(0);
    assert!(place.run(&["labels", "x.safetensors"]).exits(0).stdout.contains("caf\u{fffd}"));
}
