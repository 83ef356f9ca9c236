//! Published models with registry entries of their own: no file that is made for a test has a real one's checksum.

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::Path;

use super::registry::{Origin, PublishedModel};
use super::*;
use crate::error::Error;
use crate::image::preprocess::Preset;
use crate::nasnet::{Config, Dialect};
use crate::weights::{Overrides, load};

#[path = "../../tests/it/support/loopback.rs"]
mod loopback;
use loopback::{Fault, Hub};

fn fixture(name: &str) -> Vec<u8> {
    let bytes: &[u8] = include_bytes!("../../fixtures/weights.zip");
    let mut content = Vec::new();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    zip.by_name(name).unwrap().read_to_end(&mut content).unwrap();
    content
}

/// An entry as the table has them, for a toy network; it lives as long as the process, as the table does.
fn entry(bytes: &[u8]) -> &'static PublishedModel {
    use md5::{Digest, Md5};
    let md5 = checksum::hex(&Md5::digest(bytes)).leak();
    let config = Config::toy();
    let origin = Origin::Keras { file: "toy.h5", md5, second_url: None };
    let preset = (Preset::Timm, 0.875);
    Box::leak(Box::new(PublishedModel {
        name: "toy",
        aliases: &[],
        origin,
        config,
        dialect: Dialect::Keras,
        preset,
    }))
}

fn source(entry: &'static PublishedModel, hub: &Hub, folder: &Path) -> ModelSource {
    let url = format!("{}/keras", hub.url);
    let folder = folder.as_os_str().to_owned();
    let variable = |name: &str| -> Option<OsString> {
        match name {
            "HOME" => Some(folder.clone()),
            "NASNET_KERAS_URL" => Some(url.clone().into()),
            "NASNET_RETRY_WAIT" => Some("0.01".into()),
            _ => None,
        }
    };
    let caches = CacheFolders { converted: Some(folder.clone().into()), hub: None };
    let network = NetworkOptions::from_variables(variable).unwrap();
    ModelSource::published_as(entry).in_caches(caches).online(network)
}

#[test]
fn a_file_of_keras_is_fetched_once_checked_and_kept_converted() {
    let (original, folder) = (fixture("keras2_full.h5"), tempfile::tempdir().unwrap());
    let hub = Hub::of(&[("toy.h5", original.clone())]);
    hub.fault("GET", "keras", 1, Fault::Drop(5000));
    let source = source(entry(&original), &hub, folder.path());
    let Located::File { path, .. } = source.obtain(&Silent).unwrap() else { panic!("a file") };
    assert_eq!(path, folder.path().join("toy.safetensors"));
    assert_eq!(hub.gets()[1].header("range"), Some("bytes=5000-"));
    assert_eq!(fs::read_dir(folder.path().join("downloads")).unwrap().count(), 0);

    let loaded = load(&path, &Overrides::default()).unwrap();
    assert_eq!((loaded.kind, &loaded.name[..], loaded.dialect), ("canonical", "toy", Dialect::Keras));
    let url = format!("{}/toy.h5", registry::KERAS_URL);
    assert_eq!(loaded.source.as_ref(), Some(&url), "where it is published, whatever mirror it came from");
    let Origin::Keras { md5, .. } = entry(&original).origin else { panic!("of Keras") };
    assert_eq!(loaded.card_notes["md5"], md5);

    let connections = hub.connections();
    assert_eq!(source.obtain(&Silent).unwrap(), source.locate().unwrap());
    assert_eq!(source.verify().unwrap().unwrap().path, path);
    assert_eq!(hub.connections(), connections);
}

#[test]
fn a_converted_file_that_was_damaged_is_noticed_and_made_again() {
    let (original, folder) = (fixture("keras2_full.h5"), tempfile::tempdir().unwrap());
    let hub = Hub::of(&[("toy.h5", original.clone())]);
    let source = source(entry(&original), &hub, folder.path());
    let Located::File { path, .. } = source.obtain(&Silent).unwrap() else { panic!("a file") };
    let right = fs::read(&path).unwrap();
    let mut damaged = right.clone();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    fs::write(&path, &damaged).unwrap();
    let error = source.locate().unwrap_err().to_string();
    assert!(error.contains("hash mismatch: expected"), "{error}");
    source.obtain(&Silent).unwrap();
    assert_eq!(fs::read(&path).unwrap(), right);
    assert_eq!(hub.gets().len(), 2);
    source.remove().unwrap();
    assert!(matches!(source.locate(), Err(Error::Missing { .. })));
}

#[test]
fn a_file_of_another_network_is_not_taken_for_the_published_one() {
    let (original, folder) = (fixture("keras2_full.h5"), tempfile::tempdir().unwrap());
    let hub = Hub::of(&[("toy.h5", original.clone())]);
    let other = entry(&original);
    let other = Box::leak(Box::new(PublishedModel { config: Config::mobile(), ..*other }));
    let error = source(other, &hub, folder.path()).obtain(&Silent).unwrap_err().to_string();
    assert!(error.contains("expected") && error.contains("got"), "{error}");
    assert!(!folder.path().join("toy.safetensors").exists());
}

#[test]
fn a_bundle_carries_what_was_converted() {
    let (original, folder) = (fixture("keras2_full.h5"), tempfile::tempdir().unwrap());
    let hub = Hub::of(&[("toy.h5", original.clone())]);
    let source = source(entry(&original), &hub, folder.path());
    let missing = bundle::pack(std::slice::from_ref(&source), &folder.path().join("b.tar")).unwrap_err();
    assert!(matches!(missing, Error::Missing { .. }));
    source.obtain(&Silent).unwrap();
    bundle::pack(&[source], &folder.path().join("b.tar")).unwrap();
    // The table of this version does not know it.
    let caches = CacheFolders { converted: Some(folder.path().join("other")), hub: None };
    let error = bundle::unpack(&folder.path().join("b.tar"), &caches).unwrap_err().to_string();
    assert!(error.contains("toy: a model that this version does not know"), "{error}");
}

#[test]
fn a_missing_model_comes_with_the_way_out() {
    let error = ModelSource::parse("mobile").unwrap().locate().unwrap_err();
    assert_eq!(error.to_string(), "the weights of `mobile` are not on this machine");
    let hint = error.hint().unwrap();
    assert!(hint.contains("nasnet weights fetch mobile") && hint.contains("--model tiny"), "{hint}");
}

#[test]
fn a_repository_is_an_owner_and_a_name() {
    for bad in ["name", "a/b/c", "../x", "a/", "/a", "a/..", "a\\b/c"] {
        assert!(ModelSource::hub(bad, "main", Some("f")).is_err(), "{bad}");
    }
    assert!(ModelSource::hub("a/b", "..", None).is_err());
    assert!(ModelSource::hub("a/b", "main", Some("../f")).is_err());
}

/// An entry for the toy network at a commit of the Hub, with a pinned checksum.
fn pinned_entry(sha256: String) -> &'static PublishedModel {
    let origin = Origin::Hub {
        repo: loopback::REPO,
        commit: loopback::COMMIT,
        file: "model.safetensors",
        sha256: sha256.leak(),
    };
    Box::leak(Box::new(PublishedModel { name: "toy", origin, ..*entry(b"") }))
}

/// As [`source`], with the loopback for the Hub and with a cache for its files.
fn hub_source(entry: &'static PublishedModel, hub: &Hub, folder: &Path) -> ModelSource {
    let url = hub.url.clone();
    let home = folder.as_os_str().to_owned();
    let variable = move |name: &str| -> Option<OsString> {
        match name {
            "HOME" => Some(home.clone()),
            "HF_ENDPOINT" => Some(url.clone().into()),
            "NASNET_RETRY_WAIT" => Some("0.01".into()),
            _ => None,
        }
    };
    let caches = CacheFolders { converted: Some(folder.join("own")), hub: Some(folder.join("hub")) };
    ModelSource::published_as(entry)
        .in_caches(caches)
        .online(NetworkOptions::from_variables(variable).unwrap())
}

#[test]
fn a_second_source_of_a_file_of_keras_is_tried_when_the_first_cannot_be_reached() {
    let original = fixture("keras2_full.h5");
    let second = Hub::of(&[("toy.h5", original.clone())]);
    let url = format!("{}/keras/toy.h5", second.url).leak();
    let Origin::Keras { file, md5, .. } = entry(&original).origin else { panic!("of Keras") };
    let origin = Origin::Keras { file, md5, second_url: Some(url) };
    let entry: &'static PublishedModel = Box::leak(Box::new(PublishedModel { origin, ..*entry(&original) }));

    // A server that answers with an error for ever, one that has no such file, and no server at all.
    let failing = Hub::of(&[]);
    failing.fault("GET", "", 99, Fault::Status(503, ""));
    for mut first in [failing, Hub::of(&[]), Hub::of(&[])] {
        let folder = tempfile::tempdir().unwrap();
        if first.gets().is_empty() && second.gets().len() == 2 {
            first.url = "http://127.0.0.1:1".to_owned();
        }
        let source = source(entry, &first, folder.path());
        let Located::File { path, .. } = source.obtain(&Silent).unwrap() else { panic!("a file") };
        let loaded = load(&path, &Overrides::default()).unwrap();
        let published = format!("{}/toy.h5", registry::KERAS_URL);
        assert_eq!(loaded.source, Some(published), "where it is published, whatever source it came from");
    }
    assert_eq!(second.gets().len(), 3);

    // The other source's file has to be the same.
    let (wrong, folder) = (Hub::of(&[("toy.h5", b"other".to_vec())]), tempfile::tempdir().unwrap());
    let url = format!("{}/keras/toy.h5", wrong.url).leak();
    let origin = Origin::Keras { file, md5, second_url: Some(url) };
    let entry: &'static PublishedModel = Box::leak(Box::new(PublishedModel { origin, ..*entry }));
    let error = source(entry, &Hub::of(&[]), folder.path()).obtain(&Silent).unwrap_err().to_string();
    assert!(error.contains("there is no such file") && error.contains("hash mismatch"), "{error}");
    // A wrong file from the first source is an error, and the second one is not asked.
    let error = self::source(entry, &wrong, folder.path()).obtain(&Silent).unwrap_err().to_string();
    assert!(error.contains("hash mismatch") && wrong.gets().len() == 2, "{error}");
}

#[test]
fn a_pinned_file_is_fetched_from_a_mirror_that_gives_no_checksum() {
    let file = fixture("timm.safetensors");
    let entry = pinned_entry(loopback::sha256(&file));
    let length = file.len();
    for head in [
        format!("200 OK\r\nETag: \"{}\"\r\n", "ab".repeat(32)),
        format!("200 OK\r\nETag: \"{}\"\r\nX-Linked-Size: {length}\r\n", "ab".repeat(20)),
        "200 OK\r\n".to_owned(),
    ] {
        let (hub, folder) = (Hub::of(&[("model.safetensors", file.clone())]), tempfile::tempdir().unwrap());
        hub.fault("HEAD", "", 9, Fault::Answer(head.clone(), ""));
        let source = hub_source(entry, &hub, folder.path());
        let Located::File { path, source: origin, name } = source.obtain(&Silent).unwrap() else { panic!() };
        assert_eq!(fs::read(path).unwrap(), file, "{head}");
        assert_eq!(origin, Some(format!("{}@{}", loopback::REPO, loopback::COMMIT)));
        assert_eq!(name.as_deref(), Some("toy"));
        assert_eq!(hub.seen().len(), 2, "the listing is not needed: {:?}", hub.seen());
    }
}

#[test]
fn a_mirror_with_another_file_is_refused_though_its_headers_match_that_file() {
    let (right, wrong) = (fixture("timm.safetensors"), fixture("cadene.safetensors"));
    let entry = pinned_entry(loopback::sha256(&right));
    let (hub, folder) = (Hub::of(&[("model.safetensors", wrong.clone())]), tempfile::tempdir().unwrap());
    let source = hub_source(entry, &hub, folder.path());
    let error = source.obtain(&Silent).unwrap_err();
    let text = error.to_string();
    let expected = format!("expected sha256 {}", loopback::sha256(&right));
    assert!(text.contains(&expected) && text.contains(&loopback::sha256(&wrong)), "{text}");
    assert!(matches!(error, Error::Fetch { reason: crate::error::FetchReason::Mismatch, .. }));
    assert_eq!(hub.gets().len(), 0, "it is refused before it is downloaded");
    // Without headers the file itself shows it.
    hub.fault("HEAD", "", 9, Fault::Answer("200 OK\r\n".to_owned(), ""));
    let text = source.obtain(&Silent).unwrap_err().to_string();
    assert!(text.contains(&expected) && text.contains("the download was deleted"), "{text}");
    assert!(matches!(source.locate(), Err(Error::Missing { .. })));
}

#[cfg(unix)]
#[test]
fn a_cached_file_of_another_checksum_is_not_used_for_a_pinned_model() {
    let (right, wrong) = (fixture("timm.safetensors"), fixture("cadene.safetensors"));
    let entry = pinned_entry(loopback::sha256(&right));
    let (hub, folder) = (Hub::of(&[("model.safetensors", right.clone())]), tempfile::tempdir().unwrap());
    // As another tool leaves it that took a bad mirror's word: the content is what its name says.
    let repo = folder.path().join("hub/models--owner--toy");
    let snapshot = repo.join("snapshots").join(loopback::COMMIT);
    fs::create_dir_all(repo.join("blobs")).unwrap();
    fs::create_dir_all(&snapshot).unwrap();
    let blob = repo.join("blobs").join(loopback::sha256(&wrong));
    fs::write(&blob, &wrong).unwrap();
    std::os::unix::fs::symlink(&blob, snapshot.join("model.safetensors")).unwrap();
    let source = hub_source(entry, &hub, folder.path());
    assert!(source.locate().unwrap_err().to_string().contains("hash mismatch: expected sha256"));
    let Located::File { path, .. } = source.obtain(&Silent).unwrap() else { panic!("a file") };
    assert_eq!(fs::read(path).unwrap(), right);
    let connections = hub.connections();
    assert_eq!(source.obtain(&Silent).unwrap(), source.locate().unwrap());
    assert_eq!(hub.connections(), connections);
}

#[test]
fn damage_that_only_reading_shows_is_mended() {
    let (original, folder) = (fixture("keras2_full.h5"), tempfile::tempdir().unwrap());
    let hub = Hub::of(&[("toy.h5", original.clone())]);
    let source = source(entry(&original), &hub, folder.path());
    let Located::File { path, .. } = source.obtain(&Silent).unwrap() else { panic!("a file") };
    let right = fs::read(&path).unwrap();
    let time = path.metadata().unwrap().modified().unwrap();
    let mut damaged = right.clone();
    damaged[right.len() / 2] ^= 8;
    fs::write(&path, &damaged).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    // Size and time are those of the verified file: only its own hash tells.
    assert_eq!(
        source.obtain(&Silent).unwrap(),
        Located::File { path: path.clone(), source: None, name: None }
    );
    assert!(matches!(load(&path, &Overrides::default()), Err(Error::Damaged { .. })));
    source.obtain_again(&Silent).unwrap();
    assert_eq!(fs::read(&path).unwrap(), right);
    assert!(load(&path, &Overrides::default()).is_ok());
}
