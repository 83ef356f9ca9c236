//! The route of Keras' files, whose checksums no file made for a test can have: with an entry of its own.

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::Path;

use super::registry::{Entry, Origin};
use super::*;
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
fn entry(bytes: &[u8]) -> &'static Entry {
    use md5::{Digest, Md5};
    let md5 = checksum::hex(&Md5::digest(bytes)).leak();
    let config = Config {
        num_blocks: 1,
        penultimate_filters: 96,
        stem_filters: 8,
        skip_reduction: false,
        filter_multiplier: 2,
        classes: Some(7),
        input_size: (224, 224),
    };
    let origin = Origin::Keras { file: "toy.h5", md5 };
    let preset = (Preset::Timm, 0.875);
    Box::leak(Box::new(Entry { name: "toy", aliases: &[], origin, config, dialect: Dialect::Keras, preset }))
}

fn source(entry: &'static Entry, hub: &Hub, folder: &Path) -> ModelSource {
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
    let caches = Caches { converted: Some(folder.clone().into()), hub: None };
    let network = Network::from_variables(variable).unwrap();
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
    let other = Box::leak(Box::new(Entry { config: Config::mobile(), ..*other }));
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
    let caches = Caches { converted: Some(folder.path().join("other")), hub: None };
    let error = bundle::unpack(&folder.path().join("b.tar"), &caches).unwrap_err().to_string();
    assert!(error.contains("toy: a model that this version does not know"), "{error}");
}

#[test]
fn a_missing_model_comes_with_the_way_out() {
    let error = ModelSource::named("mobile").locate().unwrap_err();
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
