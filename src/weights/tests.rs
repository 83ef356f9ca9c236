//! One network in every kind of file, written by the writers that people use (see fixtures/make_weight_fixtures.py),
//! and the same files damaged.

use std::io::Read;

use super::load::load_bytes;
use super::{LoadedModel, Overrides, canonical, load};
use crate::answers::labels::Labels;
use crate::error::{Error, Result};
use crate::image::preprocess::{Filter, Preprocessing, Resize};
use crate::nasnet::{Config, Dialect};
use crate::tensor::Dtype;
use crate::tensor::shared_bytes::SharedBytes;

/// A file of the fixture.
fn fixture(name: &str) -> Vec<u8> {
    file_of(include_bytes!("../../fixtures/weights.zip"), name)
}

fn file_of(bytes: &[u8], name: &str) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut file = zip.by_name(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut content = Vec::new();
    file.read_to_end(&mut content).unwrap();
    content
}

fn loaded(name: &str) -> LoadedModel {
    from_bytes(fixture(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn from_bytes(bytes: Vec<u8>) -> Result<LoadedModel> {
    load_bytes("file", &SharedBytes::from_vec(bytes), &Overrides::default())
}

fn said(bytes: Vec<u8>) -> String {
    from_bytes(bytes).expect_err("an error").to_string()
}

/// Every occurrence of `from` replaced by `to`, of the same length.
fn replaced(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let places: Vec<_> = (0..bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

#[test]
fn every_kind_of_file_gives_the_same_numbers() {
    let reference = loaded("keras3.h5");
    assert_eq!(reference.config, Config::toy());
    for (name, kind, dialect) in [
        ("keras2.h5", "keras", Dialect::Keras),
        ("keras2_full.h5", "keras", Dialect::Keras),
        ("keras2.keras", "keras", Dialect::Keras),
        ("keras3_full.h5", "keras", Dialect::Keras),
        ("keras3.weights.h5", "keras", Dialect::Keras),
        ("keras3.keras", "keras", Dialect::Keras),
        ("keras2.weights.h5", "keras", Dialect::Keras),
        ("early_port.h5", "keras", Dialect::Keras),
        ("timm.safetensors", "safetensors", Dialect::Timm),
        ("cadene.safetensors", "safetensors", Dialect::Slim),
        ("zip.pth", "pytorch", Dialect::Timm),
        ("nested.pth", "pytorch", Dialect::Timm),
        ("nested_legacy.pth", "pytorch", Dialect::Slim),
        ("shared.pth", "pytorch", Dialect::Timm),
        ("shared_legacy.pth", "pytorch", Dialect::Slim),
        ("timm_f64.pth", "pytorch", Dialect::Timm),
    ] {
        let other = loaded(name);
        assert_eq!((other.kind, other.dialect), (kind, dialect), "{name}");
        assert_eq!(other.fingerprint(), reference.fingerprint(), "{name}");
        let from_keras_model =
            name.starts_with("keras") && (name.contains("full") || name.ends_with(".keras"));
        let input_size = if from_keras_model { (64, 48) } else { (224, 224) };
        assert_eq!(other.config, Config::toy().with_input_size(input_size), "{name}");
        assert_eq!(other.notes.is_empty(), from_keras_model, "{name}: {:?}", other.notes);
    }
}

#[test]
fn checkpoints_of_training_give_the_network_that_is_meant_and_say_so() {
    let reference = loaded("keras3.h5");
    for (name, said) in [
        ("ema.pth.tar", "averaged weights (state_dict_ema)"),
        (
            "lightning.ckpt",
            "1 of the file's tensors are not the network's and are left out, as criterion.weight",
        ),
    ] {
        let file = from_bytes(file_of(include_bytes!("../../fixtures/heads.zip"), name)).unwrap();
        assert_eq!((file.fingerprint(), file.dialect), (reference.fingerprint(), Dialect::Timm), "{name}");
        assert!(file.notes.iter().any(|note| note.contains(said)), "{name}: {:?}", file.notes);
    }
}

#[test]
fn a_sharded_network_is_that_of_its_parts_and_a_part_names_its_index() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let whole = fixture("timm.safetensors");
    let tensors = ::safetensors::SafeTensors::deserialize(&whole).unwrap();
    let mut map = serde_json::Map::new();
    for part in 0..3 {
        let name = format!("model-{:05}-of-00003.safetensors", part + 1);
        let own: Vec<_> =
            tensors.tensors().into_iter().enumerate().filter(|(at, _)| at % 3 == part).collect();
        own.iter().for_each(|(_, (key, _))| _ = map.insert(key.clone(), name.clone().into()));
        let own = own.iter().map(|(_, (key, view))| (key.as_str(), view));
        write(&name, &::safetensors::serialize(own, None).unwrap());
    }
    let index = serde_json::json!({"metadata": {}, "weight_map": map}).to_string();
    let path = write("model.safetensors.index.json", index.as_bytes());
    let file = load(&path, &Overrides::default()).unwrap();
    assert_eq!(file.fingerprint(), loaded("timm.safetensors").fingerprint());
    let part = folder.path().join("model-00002-of-00003.safetensors");
    let said = load(&part, &Overrides::default()).unwrap_err().to_string();
    assert!(said.contains("load their index, model.safetensors.index.json"), "{said}");
    let said = load(folder.path(), &Overrides::default()).unwrap_err().to_string();
    assert!(said.contains("got a folder; model.safetensors.index.json in it is one"), "{said}");
    write("saved_model.pb", b"");
    let said = load(folder.path(), &Overrides::default()).unwrap_err().to_string();
    assert!(said.contains("SavedModel"), "{said}");
}

#[test]
fn a_part_of_weights_that_keras_split_is_called_one() {
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("m_00001.weights.h5");
    std::fs::write(&part, b"\x89HDF\r\n\x1a\n").unwrap();
    let said = || load(&part, &Overrides::default()).unwrap_err().to_string();
    assert!(!said().contains("one part"), "{}", said());
    std::fs::write(folder.path().join("m.weights.json"), b"{}").unwrap();
    assert!(said().contains("one part of weights that Keras split into several files"), "{}", said());
}

#[test]
fn halves_stay_halves_and_hold_the_same_numbers() {
    let reference = loaded("keras3.h5");
    for (name, dtype) in [("timm_f16.safetensors", Dtype::F16), ("timm_bf16.safetensors", Dtype::Bf16)] {
        let half = loaded(name);
        for (tensor, full) in half.weights.tensors().iter().zip(reference.weights.tensors()) {
            assert_eq!((tensor.dtype(), tensor.to_f32()), (dtype, full.to_f32()), "{name}");
        }
    }
}

#[test]
fn the_numbers_are_those_of_keras_in_keras_order() {
    // The depthwise kernel's numbers come in the order of Keras' file: rows, columns, channels.
    let file = loaded("keras3.h5");
    let sum = |name: &str| -> f32 {
        let place = file.graph.weights.iter().position(|spec| spec.name() == name).unwrap();
        let values = file.weights.tensors()[place].to_f32();
        values.iter().enumerate().map(|(at, value)| at as f32 * value).sum()
    };
    for (name, expected) in [
        ("stem_conv1/kernel", CHECKED.0),
        ("separable_conv_1_normal_left1_0/depthwise_kernel", CHECKED.1),
        ("predictions/kernel", CHECKED.2),
    ] {
        assert_eq!(sum(name), expected, "{name}");
    }
}

/// `sum(i * v[i])` of those three weights by numpy, from `numbers()` of the generator.
const CHECKED: (f32, f32, f32) = (445.6875, 127.625, 844.53125);

#[test]
fn a_background_class_is_left_out() {
    let file = loaded("background.safetensors");
    assert_eq!((file.config.classes, file.dialect), (Some(1000), Dialect::Slim));
    assert!(file.notes[0].contains("background"), "{:?}", file.notes);
    let (head, whole) = (loaded("keras3.h5"), file.weights.tensors());
    let bias = whole.last().unwrap().to_f32().into_owned();
    assert_eq!(bias[1000 - 7..], head.weights.tensors().last().unwrap().to_f32()[..]);
}

#[test]
fn a_network_of_one_block_shows_what_its_reductions_skip() {
    assert!(loaded("keras3_skip.h5").config.skip_reduction);
}

#[test]
fn a_file_without_its_top_gives_features_and_refuses_classes() {
    let file = loaded("keras3_no_top.h5");
    assert_eq!(file.config.classes, None);
    assert!(file.graph.logits.is_none());
    assert!(matches!(file.classes(), Err(Error::NoTop { .. })));
    assert_eq!(loaded("keras3.h5").classes().unwrap(), 7);
}

#[test]
fn the_callers_word_counts_more_than_the_files() {
    let overrides = Overrides {
        input_size: Some((96, 128)),
        dialect: Some(Dialect::Slim),
        activation: None,
        skip_reduction: None,
        name: Some("mine".into()),
        source: Some("here".into()),
    };
    let file = load_bytes("file", &SharedBytes::from_vec(fixture("keras3_full.h5")), &overrides).unwrap();
    assert_eq!((file.config.input_size, file.dialect), ((96, 128), Dialect::Slim));
    assert_eq!((file.name.as_str(), file.source.as_deref()), ("mine", Some("here")));
    let wrong = Overrides { skip_reduction: Some(true), ..overrides };
    let error = load_bytes("file", &SharedBytes::from_vec(fixture("keras3_full.h5")), &wrong)
        .unwrap_err()
        .to_string();
    assert!(error.contains("4 misshapen: adjust_conv_1_2/"), "{error}");
}

#[test]
fn a_renamed_tensor_is_missing_by_its_name_and_left_over_by_the_other() {
    let torch =
        replaced(fixture("timm.safetensors"), b"\"cell_1.conv_1x1.bn.bias", b"\"cell_1.conv_1x1.bn.bios");
    let error = said(torch);
    assert!(error.contains("1 missing: cell_1.conv_1x1.bn.bias (normal_bn_1_2/beta)"), "{error}");
    assert!(error.contains("1 left over: cell_1.conv_1x1.bn.bios"), "{error}");
    let keras = replaced(fixture("early_port.h5"), b"normal_conv_1_2\0", b"normal_corn_1_2\0");
    let error = said(keras);
    assert!(error.contains("1 missing: normal_conv_1_2/kernel"), "{error}");
    assert!(error.contains("1 left over: normal_corn_1_2/nasnet/"), "{error}");
}

#[test]
fn a_renamed_layer_is_not_found_by_what_its_path_says_within() {
    // The name stands in several places; one of them is the layer's group. The groups within it, and its list of weights,
    // keep the old name.
    let bytes = fixture("keras3.h5");
    let name = b"\0normal_conv_1_2\0";
    let places: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(name)).collect();
    let errors = places.iter().filter_map(|at| {
        let mut renamed = bytes.clone();
        renamed[at + 1..at + 16].copy_from_slice(b"normal_conv_1_x");
        from_bytes(renamed).err().map(|error| error.to_string())
    });
    let errors: Vec<_> = errors.collect();
    let expected = "NASNet-A (1 @ 96); 1 missing: normal_conv_1_2/kernel; 1 left over: normal_conv_1_x/";
    assert!(errors.iter().any(|error| error.contains(expected)), "{errors:?}");
}

#[test]
fn a_misshapen_tensor_is_named_with_both_shapes() {
    let text = b"\"cell_1.conv_1x1.bn.bias\":{\"dtype\":\"F32\",\"shape\":[8]";
    let other = b"\"cell_1.conv_1x1.bn.bias\":{\"dtype\":\"F16\",\"shape\":[16]";
    let mut bytes = fixture("timm.safetensors");
    // The header is one byte longer then, and padded with blanks.
    let at = (0..bytes.len()).find(|at| bytes[*at..].starts_with(text)).unwrap();
    bytes.splice(at..at + text.len(), other.iter().copied());
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) + 1;
    bytes[..8].copy_from_slice(&header.to_le_bytes());
    let error = said(bytes);
    assert!(error.contains("1 misshapen: cell_1.conv_1x1.bn.bias expected [8], got [16]"), "{error}");
}

#[test]
fn what_is_no_nasnet_says_what_it_holds() {
    let error = said(fixture("resnet.h5"));
    assert!(error.contains("not a NASNet-A") && error.contains("conv1_conv/conv1_conv/kernel:0"), "{error}");
    let error = said(fixture("module.pth"));
    assert!(error.contains("a whole torch.nn.modules.linear.Linear"), "{error}");
}

#[test]
fn a_file_cut_short_says_so() {
    for name in ["keras3.h5", "keras3.keras", "zip.pth", "nested_legacy.pth", "timm.safetensors"] {
        let mut bytes = fixture(name);
        bytes.truncate(bytes.len() * 2 / 3);
        let error = said(bytes);
        assert!(error.contains("truncated"), "{name}: {error}");
    }
}

#[test]
fn a_canonical_file_comes_back_whole_and_is_used_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toy.safetensors");
    let reference = loaded("timm.safetensors");
    let mut card = reference.card();
    card.name = "toy".into();
    card.source = Some("fixture".into());
    card.preprocessing = Some(Preprocessing { resize: Resize::Pad, filter: Filter::Box, crop_pct: 0.5 });
    card.labels = Some(Labels::new((0..7).map(|class| (None, format!("label {class}")).into()).collect()));
    card.notes = serde_json::json!({"top1": 0.5});
    let written = canonical::write(&path, &reference.graph, &reference.weights, &card, Dtype::F32).unwrap();
    assert_eq!(written, card);
    let back = load(&path, &Overrides::default()).unwrap();
    assert_eq!((back.kind, back.card()), ("canonical", card.clone()));
    assert!(back.notes.is_empty());
    for (a, b) in back.weights.tensors().iter().zip(reference.weights.tensors()) {
        assert!(matches!(a.to_f32(), std::borrow::Cow::Borrowed(_)));
        assert_eq!(a.bytes(), b.bytes());
    }
    assert_eq!(back.fingerprint(), reference.fingerprint());

    let bytes = std::fs::read(&path).unwrap();
    assert_eq!((8 + u64::from_le_bytes(bytes[..8].try_into().unwrap())) % 64, 0);
    canonical::write(&path, &reference.graph, &reference.weights, &card, Dtype::F32).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

    let inside = super::load_static(bytes.leak(), &Overrides::default()).unwrap();
    assert_eq!(inside.fingerprint(), reference.fingerprint());
}

#[test]
fn halves_survive_a_way_through_floats_and_small_tensors_stay_floats() {
    let folder = tempfile::tempdir().unwrap();
    let own = super::builtin(&Overrides::default()).unwrap();
    assert_eq!(own.weights.dtype(), Dtype::F16);
    let mut model = own.clone();
    for (dtype, same) in [(Dtype::F32, false), (Dtype::F16, true), (Dtype::Bf16, false)] {
        let path = folder.path().join(dtype.as_str());
        let card = canonical::write(&path, &model.graph, &model.weights, &model.card(), dtype).unwrap();
        model = load(&path, &Overrides::default()).unwrap();
        assert_eq!(model.weights.dtype(), dtype);
        assert_eq!(card.fingerprint == own.fingerprint(), same, "{dtype:?}");
        let small = model.weights.tensors().iter().filter(|tensor| tensor.elements() <= 4096);
        assert!(small.clone().count() > 0 && small.clone().all(|tensor| tensor.dtype() == Dtype::F32));
    }
}

/// The next number of a sequence that is the same in every run.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    (*state >> 33) as usize
}

/// Kinds of files whose parsers differ.
const KINDS: [&str; 8] = [
    "keras3.h5",
    "keras2_full.h5",
    "keras3.weights.h5",
    "keras3.keras",
    "zip.pth",
    "nested_legacy.pth",
    "shared.pth",
    "timm.safetensors",
];

#[test]
fn files_cut_anywhere_are_errors() {
    let mut state = 1;
    for name in KINDS {
        let bytes = fixture(name);
        for _ in 0..12 {
            let length = next(&mut state) % (bytes.len() - 1) + 1;
            let result = from_bytes(bytes[..length].to_vec());
            assert!(result.is_err(), "{name} cut at {length} of {}", bytes.len());
        }
    }
}

#[test]
fn files_with_flipped_bits_are_errors_or_other_numbers() {
    let mut state = 2;
    for name in KINDS {
        let bytes = fixture(name);
        for round in 0..40 {
            let mut flipped = bytes.clone();
            // Every second flip goes to the directory at the front or the back, where the parsers work.
            let reach = if round % 2 == 0 { bytes.len() } else { bytes.len().min(20_000) };
            let place = next(&mut state) % reach;
            let place = if round % 4 == 3 { bytes.len() - 1 - place } else { place };
            flipped[place] ^= 1 << (next(&mut state) % 8);
            if let Ok(file) = from_bytes(flipped) {
                assert_eq!(file.weights.tensors().len(), file.graph.weights.len(), "{name}, byte {place}");
            }
        }
    }
}
