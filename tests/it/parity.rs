//! The numbers of other people's NASNets: files that Keras, timm and Cadene's port wrote, and what those answered
//! (see fixtures/make_golden_logits.py).

use std::collections::HashMap;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::LazyLock;

use nasnet::weights::{self, Overrides};
use nasnet::{
    Classifier, ClassifierOptions, DecodeOptions, Dialect, Pooling, Preprocessing, Preset, Rgb8, Scores,
    Selection, decode, decode_predictions, softmax,
};
use serde_json::Value;

use crate::support::builtin::ANSWERS;
use crate::support::picture;

/// Of the largest number, what rounding may take.
const EQUAL: f64 = 1e-5;

/// Of the largest logit, what another network differs by at least.
const OTHER: f64 = 1e-3;

/// The files of the fixture by their names.
static FILES: LazyLock<HashMap<String, Vec<u8>>> = LazyLock::new(|| {
    let bytes: &[u8] = include_bytes!("../../fixtures/parity.zip");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let places = 0..zip.len();
    let read = |place| {
        let (mut file, mut content) = (zip.by_index(place).unwrap(), Vec::new());
        file.read_to_end(&mut content).unwrap();
        (file.name().unwrap().into_owned(), content)
    };
    places.map(read).collect()
});

fn array<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().unwrap_or_else(|| panic!("no array {field}"))
}

fn floats(value: &Value, field: &str) -> Vec<f64> {
    array(value, field).iter().map(|number| number.as_f64().unwrap()).collect()
}

fn integers(value: &Value, field: &str) -> (usize, usize) {
    let numbers = floats(value, field);
    (numbers[0] as usize, numbers[1] as usize)
}

/// A network of the fixture; `dialect` only where another one than the file's own is wanted.
fn classifier(network: &Value, size: (usize, usize), skip: bool, dialect: Option<Dialect>) -> Classifier {
    let file = network["file"].as_str().unwrap();
    // How deep the older input of a reduction lies is written in no file of weights.
    let overrides =
        Overrides { input_size: Some(size), skip_reduction: Some(skip), dialect, ..Overrides::default() };
    let mut copy = tempfile::NamedTempFile::new().unwrap();
    copy.write_all(&FILES[file]).unwrap();
    let loaded = weights::load(copy.path(), &overrides).unwrap();
    assert_eq!(loaded.config.num_blocks as u64, network["blocks"].as_u64().unwrap(), "{file}");
    assert_eq!((loaded.config.penultimate_filters, loaded.config.classes), (96, Some(13)), "{file}");
    // Squashed to the size that it has, an image stays as it is.
    Classifier::new(
        loaded,
        ClassifierOptions { preprocessing: Some(Preset::Keras.into()), ..ClassifierOptions::default() },
    )
    .unwrap()
}

/// The greatest difference.
fn apart(got: &[f32], want: &[f64]) -> f64 {
    assert_eq!(got.len(), want.len());
    assert!(got.iter().all(|number| number.is_finite()));
    got.iter().zip(want).map(|(got, want)| (f64::from(*got) - want).abs()).fold(0.0, f64::max)
}

/// The greatest difference in parts of the greatest number wanted.
fn difference(got: &[f32], want: &[f64]) -> f64 {
    apart(got, want) / want.iter().copied().map(f64::abs).fold(0.0, f64::max)
}

fn logits(classifier: &Classifier, image: &Rgb8) -> Vec<f32> {
    classifier.logits(&[&classifier.preprocess(image)]).unwrap().remove(0)
}

/// A network at all its sizes; every other dialect, and the other `skip`, must be told apart from it.
fn check_network(file: &str, skip: bool) {
    let same = |network: &&Value| network["file"] == file && network["skip_reduction"] == skip;
    let network = array(&ANSWERS, "networks").iter().find(same).expect("the network in the fixture");
    let own = match network["dialect"].as_str().unwrap() {
        "keras" => Dialect::Keras,
        "timm" => Dialect::Timm,
        _ => Dialect::Slim,
    };
    let mut feature_maps = 0;
    for case in array(network, "cases") {
        let size = integers(case, "size");
        let image = picture(size, case["seed"].as_u64().unwrap() as usize);
        let close = |what: &str, got: &[f32], want: &[f64]| {
            let apart = difference(got, want);
            println!("{file}, skip {skip}, {size:?}, {what}: {apart:.1e}");
            assert!(apart < EQUAL, "{file} at {size:?}: {what} off by {apart:e}");
        };

        let own_way = classifier(network, size, skip, None);
        assert_eq!(own_way.dialect(), own, "{file}");
        let want = floats(case, "logits");
        close("logits", &logits(&own_way, &image), &want);
        for (pooling, field) in
            [(Pooling::None, "features"), (Pooling::Average, "average"), (Pooling::Max, "max")]
        {
            if case.get(field).is_some() {
                let features = own_way.features(std::slice::from_ref(&image), pooling).unwrap();
                close(field, &features[0], &floats(case, field));
                feature_maps += usize::from(pooling == Pooling::None);
            }
        }

        let others = [Dialect::Keras, Dialect::Timm, Dialect::Slim].into_iter().filter(|other| *other != own);
        let others = others.map(|other| (skip, other)).chain([(!skip, own)]);
        for (skip, dialect) in others {
            let other = classifier(network, size, skip, Some(dialect));
            let apart = difference(&logits(&other, &image), &want);
            println!("{file} as {dialect} with skip {skip}, {size:?}: {apart:.1e}");
            assert!(apart > OTHER, "{file} at {size:?} as {dialect}, skip {skip}: off by {apart:e} only");
        }
    }
    assert_eq!(feature_maps, 1, "{file}");
}

#[test]
fn a_keras_network_answers_as_keras_does() {
    check_network("keras.h5", false);
}

#[test]
fn a_keras_network_whose_reductions_skip_answers_as_keras_does() {
    check_network("keras.h5", true);
}

#[test]
fn a_timm_network_answers_as_timm_does() {
    check_network("timm.safetensors", true);
}

#[test]
fn cadenes_mobile_answers_as_it_does_in_pytorch() {
    check_network("cadene_mobile.pth", false);
}

#[test]
fn cadenes_large_answers_as_it_does_in_pytorch() {
    check_network("cadene_large.pth", true);
}

#[test]
fn an_image_of_a_batch_gets_the_bits_that_it_gets_alone() {
    for network in array(&ANSWERS, "networks") {
        let classifier = classifier(network, (43, 64), network["skip_reduction"] == true, None);
        let images: Vec<Rgb8> = (0..3).map(|seed| picture((43, 64), seed)).collect();
        let together = classifier.classify(&images, Selection { top_k: 0, threshold: None }).unwrap();
        let features = classifier.features(&images, Pooling::None).unwrap();
        assert_eq!((together.len(), features.len()), (images.len(), images.len()));
        assert_ne!(together[0], together[1]);
        for (place, image) in images.iter().enumerate() {
            let one = std::slice::from_ref(image);
            let alone = classifier.classify(one, Selection { top_k: 0, threshold: None }).unwrap().remove(0);
            let bits = |row: &[nasnet::Prediction]| -> Vec<_> {
                row.iter().map(|prediction| (prediction.index, prediction.score.to_bits())).collect()
            };
            assert_eq!(bits(&together[place]), bits(&alone), "{}, image {place}", network["file"]);
            let alone = classifier.features(one, Pooling::None).unwrap().remove(0);
            assert!(alone.iter().zip(&features[place]).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }
}

fn fixture(value: &Value) -> Rgb8 {
    let bytes = std::fs::read(Path::new("fixtures").join(value.as_str().unwrap())).unwrap();
    decode(&bytes, &DecodeOptions::default()).unwrap()
}

#[test]
fn a_file_gets_the_names_and_probabilities_that_keras_gives_it() {
    let network = &array(&ANSWERS, "networks").iter().find(|n| n["file"] == "keras.h5").unwrap();
    let files = array(&ANSWERS, "files");
    assert_eq!(files.len(), 3);
    for file in files {
        let image = fixture(&file["image"]);
        let classifier = classifier(network, integers(file, "size"), false, None);
        let probabilities = softmax(&logits(&classifier, &image));
        let apart = difference(&probabilities, &floats(file, "probabilities"));
        println!("{}: probabilities {apart:.1e}", file["image"]);
        assert!(apart < EQUAL, "{}: {apart:e}", file["image"]);

        let mut padded = probabilities.clone();
        padded.resize(1000, 0.0);
        let decoded = decode_predictions(&padded, 5).unwrap().remove(0);
        let classified = classifier.classify(&[image], Selection::default()).unwrap().remove(0);
        for best in [decoded, classified] {
            assert_eq!(best.len(), 5);
            for (got, want) in best.iter().zip(array(file, "top")) {
                assert_eq!(got.index as u64, want[0].as_u64().unwrap(), "{}", file["image"]);
                assert!((f64::from(got.score) - want[1].as_f64().unwrap()).abs() < EQUAL);
            }
        }
    }
}

#[test]
fn the_built_in_model_answers_as_keras_with_its_weights() {
    let classifier = Classifier::builtin().unwrap();
    // The reference's pixels are cropped already.
    let own = Preprocessing { crop_pct: 1.0, ..*classifier.preprocessing() };
    let options = ClassifierOptions { preprocessing: Some(own), ..ClassifierOptions::default() };
    let without_crop = Classifier::new(weights::builtin(&Overrides::default()).unwrap(), options).unwrap();
    let same = ANSWERS["builtin_fingerprint"] == classifier.weights().fingerprint();
    assert!(same, "other weights than those of the fixture: run fixtures/make_golden_logits.py");
    let answers = array(&ANSWERS, "builtin");
    assert_eq!(answers.len(), 8);
    for answer in answers {
        let (path, want) = (answer["image"].as_str().unwrap(), floats(answer, "probabilities"));
        // Decoders of JPEG round differently, those of PNG have no choice; from the reference's pixels on
        // nothing may differ.
        let limit = if path.ends_with(".jpg") { 0.02 } else { EQUAL };
        let pixels = decode(&FILES[answer["pixels"].as_str().unwrap()], &DecodeOptions::default()).unwrap();
        for (what, image, limit, classifier) in [
            ("file", fixture(&answer["image"]), limit, &classifier),
            ("pixels", pixels, EQUAL, &without_crop),
        ] {
            let scores = logits(classifier, &image);
            let got = softmax(&scores);
            let apart = apart(&got, &want);
            println!("{path}, {what}: {apart:.1e}");
            assert!(apart < limit, "{path}, {what}: {apart}");
            let best = (0..want.len()).max_by(|a, b| want[*a].total_cmp(&want[*b])).unwrap();
            let predictions = classifier.predictions(&scores, Scores::Probability, Selection::default());
            assert_eq!(predictions[0].index, best, "{path}, {what}");
        }
    }
}
