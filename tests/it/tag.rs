//! `nasnet tag`: keywords in XMP sidecars, with sidecars that ExifTool and Exiv2 wrote.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;

use crate::support::builtin::{best, bound};
use crate::support::{Finished, Place, fixture};

fn photos() -> Place {
    let place = Place::new();
    place.put("photos/espresso.jpg", "in/a.jpg");
    place.put("photos/hubble.jpg", "in/b.jpg");
    place
}

/// Tags the best class of each photo, if `rest` does not say otherwise.
fn tag(place: &Place, rest: &[&str]) -> Finished {
    let says = |flag: &&str| ["--threshold", "--rules", "--rollup"].contains(flag);
    let bound = bound(&["espresso", "hubble"]);
    let threshold = if rest.iter().any(says) { &[][..] } else { &["--threshold", &bound] };
    place.run(&[&["tag", "--model", "tiny", "in"][..], threshold, rest].concat())
}

/// A keyword in a sidecar, and the end of the same one behind its groups.
fn keyword(words: &str) -> [String; 2] {
    [format!("<rdf:li>{words}</rdf:li>"), format!("|{words}</rdf:li>")]
}

fn read(place: &Place, name: &str) -> String {
    fs::read_to_string(place.path().join(name)).unwrap()
}

/// Every file's bytes and time of the last change.
fn state(place: &Place) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
    let entries = fs::read_dir(place.path().join("in")).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let stamp = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
    entries.map(|path| (name(&path), (fs::read(&path).unwrap(), stamp(&path)))).collect()
}

#[test]
fn sidecars_come_stay_and_go_and_images_are_never_touched() {
    let place = photos();
    let before = state(&place);
    let dry = tag(&place, &["--dry-run"]).exits(0).says("2 sidecars would be written");
    let (cup, web) = (best("espresso").words(), best("hubble").words());
    assert!(dry.stdout.contains(&format!("in/a.jpg.xmp: + {cup}\n")), "{}", dry.stdout);
    assert_eq!(state(&place), before);
    let run = tag(&place, &[]).exits(0).says("2 sidecars written");
    let mut lines = [format!("1  {cup}\n"), format!("1  {web}\n")];
    lines.sort();
    assert_eq!(run.stdout, lines.concat());
    let written = state(&place);
    assert_eq!(written.len(), 4);
    let sidecar = read(&place, "in/a.jpg.xmp");
    assert!(keyword(&cup).iter().all(|words| sidecar.contains(words)), "{sidecar}");
    tag(&place, &[]).exits(0).says("0 sidecars written, 2 as before");
    assert_eq!(state(&place), written, "no byte and no time is another one");
    let run = tag(&place, &["--threshold", "1"]).exits(0).says("2 deleted");
    assert_eq!((run.stdout.as_str(), state(&place)), ("", before.clone()));
    tag(&place, &["--threshold", "1"]).exits(0).says("2 images without keywords");
    tag(&place, &["--sidecar-name", "stem"]).exits(0);
    assert!(place.path().join("in/a.xmp").is_file() && !place.path().join("in/a.jpg.xmp").exists());
    // Without a model: this one is none.
    let remove = ["tag", "--model", "no.h5", "in", "--remove", "--sidecar-name", "stem"];
    place.run(&remove).exits(0).says("keywords taken out of 2 sidecars, 2 of them deleted");
    assert_eq!(state(&place), before);
    place.run(&remove).exits(0).says("keywords taken out of 0 sidecars, 2 images had none of ours");
}

#[test]
fn what_others_wrote_stays_byte_for_byte() {
    for name in ["exiftool", "exiftool_no_keywords", "exiftool_compact", "darktable"] {
        let place = photos();
        let sidecar = place.put(&format!("sidecars/{name}.xmp"), "in/a.jpg.xmp");
        let theirs = fs::read(&sidecar).unwrap();
        tag(&place, &[]).exits(0);
        let tagged = fs::read_to_string(&sidecar).unwrap();
        assert!(tagged.contains(&keyword(&best("espresso").words())[1]), "{tagged}");
        let before = state(&place);
        tag(&place, &[]).exits(0).says("0 sidecars written");
        assert_eq!(state(&place), before);
        // A higher threshold takes out what is ours, and so does --remove.
        tag(&place, &["--threshold", "1"]).exits(0);
        assert_eq!(fs::read(&sidecar).unwrap(), theirs, "{name}");
        tag(&place, &[]).exits(0);
        place.run(&["tag", "in", "--remove"]).exits(0);
        assert_eq!(fs::read(&sidecar).unwrap(), theirs, "{name}");
    }
}

#[test]
fn a_sidecar_that_cannot_be_edited_is_an_error_and_stays_as_it_is() {
    let place = photos();
    let whole = fs::read(fixture("sidecars/exiftool.xmp")).unwrap();
    let sidecar = place.write("in/a.jpg.xmp", &whole[..whole.len() - 60]);
    place.write("in/c.jpg", b"no image");
    let before = state(&place);
    let run = tag(&place, &[]).exits(1).says("in/a.jpg.xmp: not tagged: the sidecar is broken: ");
    let run = run.says("in/c.jpg: not tagged (unsupported)").says("1 sidecar written, 1 could not be tagged");
    assert_eq!(run.stdout, format!("1  {}\n", best("hubble").words()), "only what was written counts");
    assert_eq!(state(&place)["a.jpg.xmp"], before["a.jpg.xmp"]);
    tag(&place, &["--exit-zero"]).exits(0);
    let removed = place.run(&["tag", "in", "--remove"]).exits(1);
    removed
        .says("the sidecar is broken")
        .says("1 of them deleted, 1 image had none of ours, 1 could not be edited");
    // An empty one holds nobody's words.
    fs::write(&sidecar, b"").unwrap();
    place.run(&["tag", "in", "--remove"]).exits(0).says("3 images had none of ours");
    tag(&place, &["--exit-zero"]).exits(0).says("2 sidecars written");
    let wide: Vec<u8> = "\u{feff}<x/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(&sidecar, &wide).unwrap();
    tag(&place, &["--exit-zero"]).exits(0).says("it is UTF-16");
    assert_eq!(fs::read(&sidecar).unwrap(), wide);
}

/// The WordNet id of the group of this class that lies furthest below all others.
fn group_of(place: &Place, class: usize) -> String {
    fn depth(groups: &[Value], wnid: &Value) -> usize {
        let group = groups.iter().find(|group| group["wnid"] == *wnid).unwrap();
        let parents = group["parents"].as_array().unwrap().iter();
        parents.map(|parent| 1 + depth(groups, parent)).max().unwrap_or(0)
    }
    let listing = place.run(&["labels", "tiny", "--json"]).exits(0).stdout;
    let listing: Value = serde_json::from_str(&listing).unwrap();
    let groups = listing["groups"].as_array().unwrap();
    let with_it = groups.iter().filter(|group| group["classes"].as_array().unwrap().contains(&class.into()));
    let wnids = with_it.map(|group| &group["wnid"]);
    wnids.max_by_key(|wnid| depth(groups, wnid)).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn rules_and_groups_give_the_words() {
    let place = photos();
    let (cup, web) = (best("espresso"), best("hubble"));
    // A group counts with all its classes: it reaches what its best one does.
    let rules = format!(
        "label,threshold,keyword\n{},{},Getränk & 飲み物\n{},,\n",
        group_of(&place, cup.index),
        bound(&["espresso"]),
        web.label
    );
    place.write("words.csv", rules.as_bytes());
    let run = tag(&place, &["--rules", "words.csv"]).exits(0).says("1 sidecar written, 1 image without");
    assert_eq!(run.stdout, "1  Getränk & 飲み物\n");
    let sidecar = read(&place, "in/a.jpg.xmp");
    assert!(sidecar.contains("<rdf:li>Getränk &amp; 飲み物</rdf:li>"), "{sidecar}");
    assert!(
        sidecar.contains("|Getränk &amp; 飲み物</rdf:li>") && !sidecar.contains(&cup.words()),
        "{sidecar}"
    );
    // Other words take the place of ours.
    tag(&place, &["--rollup", "1"]).exits(0);
    assert!(!place.path().join("in/a.jpg.xmp").exists(), "no class and no group is that sure");
    tag(&place, &["--threshold", "2"]).exits(2).says("--threshold: expected a probability");
}

#[test]
fn images_of_one_stem_share_the_first_ones_sidecar() {
    let place = photos();
    place.put("photos/cat.jpg", "in/a.png");
    let flags = ["--sidecar-name", "stem"];
    let run = tag(&place, &flags).exits(0).says("2 sidecars written, 1 image with another one's sidecar");
    run.says("note: in/a.png: not tagged: in/a.xmp is the sidecar of in/a.jpg too, and holds its keywords\n")
        .says("hint: --sidecar-name full");
    assert!(read(&place, "in/a.xmp").contains(&keyword(&best("espresso").words())[0]));
    tag(&place, &flags).exits(0).says("0 sidecars written, 2 as before, 1 image with");
}

#[test]
fn a_later_run_leaves_a_shared_sidecar_to_the_image_whose_keywords_it_holds() {
    let place = photos();
    place.put("photos/hubble.jpg", "in/a.png");
    let bound = bound(&["espresso", "hubble"]);
    let one = |image: &str| {
        place
            .run(&["tag", "--model", "tiny", "--threshold", &bound, "--sidecar-name", "stem", image])
            .exits(0)
    };
    let [cup, web] = ["espresso", "hubble"].map(|photo| keyword(&best(photo).words())[0].clone());
    one("in/a.png").says("1 sidecar written");
    let of_png = read(&place, "in/a.xmp");
    assert!(of_png.contains(&web) && of_png.contains("<rdf:li>a.png</rdf:li>"));
    one("in/a.jpg").says("note: in/a.jpg: not tagged: in/a.xmp is the sidecar of in/a.png too");
    assert_eq!(read(&place, "in/a.xmp"), of_png);
    tag(&place, &["--sidecar-name", "stem"]).exits(0).says("in/a.jpg: not tagged");
    assert_eq!(read(&place, "in/a.xmp"), of_png, "the first one of a folder is not its owner");
    fs::remove_file(place.path().join("in/a.png")).unwrap();
    one("in/a.jpg").says("1 sidecar written");
    let of_jpg = read(&place, "in/a.xmp");
    assert!(of_jpg.contains(&cup) && !of_jpg.contains(&web), "{of_jpg}");
    place.run(&["tag", "--sidecar-name", "stem", "--remove", "in/a.jpg"]).exits(0).says("1 of them deleted");
}

#[test]
fn shards_do_not_overwrite_each_others_sidecars() {
    let place = photos();
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for name in names {
        place.put("photos/espresso.jpg", format!("in/{name}.jpg"));
        place.put("photos/hubble.jpg", format!("in/{name}.png"));
    }
    for shard in ["1/3", "2/3", "3/3"] {
        tag(&place, &["--sidecar-name", "stem", "--shard", shard]).exits(0);
    }
    let [cup, _] = keyword(&best("espresso").words());
    for name in names {
        assert!(read(&place, &format!("in/{name}.xmp")).contains(&cup), "{name}");
    }
}

#[test]
fn an_image_that_is_named_twice_is_tagged_once() {
    let place = photos();
    let bound = bound(&["espresso"]);
    let run = place.run(&["tag", "--model", "tiny", "--threshold", &bound, "in/a.jpg", "in/a.jpg"]).exits(0);
    let run = run.says("1 sidecar written\n");
    assert_eq!(run.stdout, format!("1  {}\n", best("espresso").words()));
}

#[test]
fn an_image_without_a_file_of_its_own_has_no_sidecar() {
    let place = Place::new();
    let photo = fs::read(fixture("photos/espresso.jpg")).unwrap();
    let run = place.run_with_stdin(&["tag", "--model", "tiny", "-"], &photo).exits(1);
    run.says("not tagged: the image is no file of its own");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    place.run(&["tag", "--remove", "missing.jpg"]).exits(1).says("missing.jpg.xmp: not tagged");
    let run = place.run(&["tag", "--model", "mobile", "missing.jpg"]).exits(2);
    run.says("no inputs: missing.jpg: no such file or folder");
}
