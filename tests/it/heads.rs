//! Models that people trained with Keras: heads of their own, networks within models, layers in front of the network.
//! The answers are those of `model.predict` (see fixtures/make_head_fixtures.py).

use std::io::Read;

use serde_json::Value;

use crate::support::{Document, Finished, Place, fixture};

/// What rounding may take of a probability.
const EQUAL: f64 = 1e-5;

const PHOTOS: [&str; 5] = ["astronaut_exif.jpg", "camera.jpg", "cat.jpg", "espresso.jpg", "rocket.jpg"];

fn content(name: &str) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(fixture("heads.zip")).unwrap()).unwrap();
    let (mut file, mut content) = (zip.by_name(name).unwrap(), Vec::new());
    file.read_to_end(&mut content).unwrap();
    content
}

/// A place with a model and the photos.
fn place(model: &str) -> Place {
    let place = Place::new();
    place.write(model, &content(model));
    for photo in PHOTOS {
        place.put(&format!("photos/{photo}"), photo);
    }
    place
}

fn classify(place: &Place, model: &str, flags: &[&str]) -> Finished {
    let fixed = ["classify", "--model", model, "--preset", "keras", "--no-exif", "--top-k", "0"];
    place.run(&[&fixed[..], flags, &PHOTOS].concat())
}

#[test]
fn a_models_own_head_and_layers_answer_as_in_keras() {
    let answers: Value = serde_json::from_slice(&content("answers.json")).unwrap();
    for (file, flags, activation) in [
        ("own_sigmoid.keras", &[][..], Some("sigmoid")),
        ("gmp_dense.keras", &[], None),
        ("flatten.keras", &[], None),
        ("norm_two_dense.keras", &[], None),
        ("functional_ops.keras", &[], None),
        ("augmented_inner.keras", &[], None),
        ("rescaling_255.keras", &[], None),
        ("tanh_after.h5", &[], Some("tanh")),
        ("many_sigmoid.h5", &[], Some("sigmoid")),
        ("tf_functional_ops.h5", &[], None),
        ("one_sigmoid.weights.h5", &["--size", "64x48"], Some("sigmoid")),
    ] {
        let place = place(file);
        let run = classify(&place, file, &[&["--json"], flags].concat()).exits(0);
        let document: Document = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(document.model.activation.as_deref(), activation, "{file}");
        let expected = answers[file.split('.').next().unwrap()].as_array().unwrap();
        assert_eq!(document.results.len(), expected.len());
        for (record, expected) in document.results.iter().zip(expected) {
            let mut expected: Vec<f64> =
                expected.as_array().unwrap().iter().map(|score| score.as_f64().unwrap()).collect();
            if let [yes] = expected[..] {
                expected = vec![1.0 - yes, yes];
            }
            let predictions = record.predictions.as_ref().unwrap();
            assert_eq!(predictions.len(), expected.len(), "{file}");
            for prediction in predictions {
                let gap = (f64::from(prediction.score) - expected[prediction.index]).abs();
                assert!(gap <= EQUAL, "{file}, {}: off by {gap}", record.path);
            }
        }
    }
}

#[test]
fn a_layer_of_python_code_is_refused_by_its_name() {
    let place = place("lambda.keras");
    let run = classify(&place, "lambda.keras", &[]).exits(2);
    run.says("(Lambda) is Python code, which cannot be represented").says("hint: ");
}

#[test]
fn scores_that_do_not_sum_to_one_have_neither_temperature_nor_subsets() {
    let place = place("many_sigmoid.h5");
    for flags in [["--temperature", "2"], ["--classes", "0,1"], ["--rollup", "0.5"]] {
        classify(&place, "many_sigmoid.h5", &flags).exits(2).says(flags[0]).says("ends in sigmoid");
    }
}

#[test]
fn a_head_survives_its_conversion_and_is_part_of_the_fingerprint() {
    let place = place("norm_two_dense.keras");
    place.run(&["weights", "import", "norm_two_dense.keras", "--output", "own.safetensors"]).exits(0);
    let answer = |model: &str, flags: &[&str]| -> Document {
        let run = classify(&place, model, &[&["--json"], flags].concat()).exits(0);
        serde_json::from_str(&run.stdout).unwrap()
    };
    let scores = |document: &Document| -> Vec<(usize, f32)> {
        let records = document.results.iter().flat_map(|record| record.predictions.as_ref().unwrap());
        records.map(|prediction| (prediction.index, prediction.score)).collect()
    };
    let (before, after) = (answer("norm_two_dense.keras", &[]), answer("own.safetensors", &[]));
    assert_eq!(scores(&before), scores(&after));
    assert_eq!(before.model.fingerprint, after.model.fingerprint);
    let linear = answer("own.safetensors", &["--activation", "linear"]);
    assert_eq!(linear.model.activation.as_deref(), Some("linear"));
    assert_ne!(linear.model.fingerprint, after.model.fingerprint);
    let info = place.run(&["info", "own.safetensors"]).exits(0);
    assert!(
        info.stdout.contains("global average, batch norm, dense 24, relu, dense 5, softmax"),
        "{}",
        info.stdout
    );
}

#[test]
fn a_head_that_goes_back_to_keras_answers_as_keras_did() {
    let answers: Value = serde_json::from_slice(&content("answers.json")).unwrap();
    for (file, flags) in [("own_sigmoid.keras", &[][..]), ("one_sigmoid.weights.h5", &["--size", "64x48"])] {
        let place = place(file);
        let fixed = ["weights", "export", file, "--to", "keras", "--output", "back.h5"];
        place.run(&[&fixed[..], flags].concat()).exits(0);
        place.run(&[&fixed[..], flags].concat()).exits(2).says("--force");
        let told = ["--json", "--size", "64x48", "--activation", "sigmoid"];
        let run = classify(&place, "back.h5", &told).exits(0);
        let document: Document = serde_json::from_str(&run.stdout).unwrap();
        let expected = answers[file.split('.').next().unwrap()].as_array().unwrap();
        assert_eq!(document.results.len(), expected.len());
        for (record, expected) in document.results.iter().zip(expected) {
            let yes = |index: usize| {
                let scores = expected.as_array().unwrap();
                let place = if scores.len() == 1 { index.checked_sub(1)? } else { index };
                scores[place].as_f64()
            };
            for prediction in record.predictions.as_ref().unwrap() {
                let Some(expected) = yes(prediction.index) else { continue };
                let gap = (f64::from(prediction.score) - expected).abs();
                assert!(gap <= EQUAL, "{file}, {}: off by {gap}", record.path);
            }
        }
    }
}
