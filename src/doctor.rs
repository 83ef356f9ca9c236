//! The self-test: runs a built-in image through the model and compares the answer with Keras', and checks the
//! weights against their fingerprint. It prints nothing.

use std::sync::LazyLock;

use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::classifier::Classifier;
use crate::engine::NetworkOutput;
use crate::engine::portable::Portable;
use crate::error::{Error, Result};
use crate::image::decode::{DecodeOptions, decode};
use crate::kernels::Precision;
use crate::nasnet::Dialect;
use crate::weights::{LoadedModel, fingerprint};

/// The test image.
static IMAGE: &[u8] = include_bytes!("../fixtures/images/rgb.png");

/// Of the largest number, what rounding may take; in fewer bits it takes more, layer by layer.
fn tolerance(precision: Precision) -> f32 {
    match precision {
        Precision::F32 => 1e-4,
        Precision::Tf32 | Precision::F16 => 2e-2,
        Precision::Bf16 => 1e-1,
    }
}

/// The reference's answer to that image (fixtures/make_doctor_answers.py).
#[derive(Deserialize)]
struct StoredAnswers {
    answers: Vec<StoredAnswer>,
}

#[derive(Deserialize)]
struct StoredAnswer {
    fingerprint: String,
    logits: Vec<f32>,
}

static ANSWERS: LazyLock<Option<StoredAnswers>> =
    LazyLock::new(|| serde_json::from_str(include_str!("doctor/answers.json")).ok());

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// Whether it passed.
    pub ok: bool,
    /// What was found, as a sentence.
    pub detail: String,
}

impl Check {
    fn new(name: &'static str, ok: bool, detail: impl Into<String>) -> Self {
        Check { name, ok, detail: detail.into() }
    }
}

/// A model that cannot be used at all, and why.
pub fn unusable(why: String) -> Check {
    Check::new("usable", false, why)
}

/// Holds the tensors against the fingerprint that their file records.
pub fn check_weights(loaded: &LoadedModel) -> Check {
    if loaded.kind != "canonical" {
        let detail = format!("a {} file records no fingerprint of its tensors", loaded.kind);
        return Check::new("weights", true, detail);
    }
    let (recorded, found) = (loaded.fingerprint(), fingerprint(&loaded.graph, loaded.weights.tensors()));
    if recorded == found {
        return Check::new(
            "weights",
            true,
            format!("the tensors are those of fingerprint {}", short(&found)),
        );
    }
    let (recorded, found) = (short(recorded), short(&found));
    let detail =
        format!("the tensors were changed: their fingerprint is {found}, the file records {recorded}");
    Check::new("weights", false, detail)
}

/// Holds the dialect that is used against the one that the weights are for.
pub fn check_dialect(used: Dialect, own: Dialect) -> Check {
    let detail = if used == own {
        format!("{own}, as the weights say")
    } else {
        format!("{used} is used, but the weights are for {own}: scores are off by several per cent")
    };
    Check::new("dialect", used == own, detail)
}

/// The built-in image through decoder, preprocessing and engine.
///
/// # Errors
/// When it cannot be decoded or the device fails.
pub fn answer(classifier: &Classifier) -> Result<Vec<f32>> {
    let pixels = pixels(classifier)?;
    // An unusual head runs behind every engine alike: the features are what can differ.
    let usual = classifier.weights().graph.has_usual_head();
    let output = if usual { NetworkOutput::Logits } else { NetworkOutput::Pooled };
    let mut rows = classifier.engine().run(&[&pixels], output)?;
    rows.pop().ok_or_else(|| Error::Config("no row of numbers came back".to_owned()))
}

fn pixels(classifier: &Classifier) -> Result<Vec<f32>> {
    let image = decode(IMAGE, &DecodeOptions::default())
        .map_err(|error| Error::Config(format!("the built-in image cannot be decoded: {error}")))?;
    Ok(classifier.preprocess(&image))
}

/// What the reference answers with these weights, if that is known: it holds for the model's own input size,
/// preprocessing and dialect.
pub fn reference(fingerprint: &str) -> Option<&'static [f32]> {
    let answers = &ANSWERS.as_ref()?.answers;
    Some(&answers.iter().find(|answer| answer.fingerprint == fingerprint)?.logits)
}

/// The slow engine's answer to the same pixels: nothing folded, nothing fused.
///
/// # Errors
/// When memory is short.
pub fn portable_answer(classifier: &Classifier, loaded: &LoadedModel) -> Result<Vec<f32>> {
    let pixels = pixels(classifier)?;
    let input = loaded.graph.input_shape();
    let shape = (1, input.height, input.width, input.channels);
    let portable = Portable::new(loaded.graph.clone(), &loaded.weights, &Device::Cpu)?;
    let outputs = portable.forward(&Tensor::from_vec(pixels, shape, &Device::Cpu)?)?;
    Ok(outputs.logits.unwrap_or(outputs.pooled).flatten_all()?.to_vec1()?)
}

/// Holds an answer in some precision against one in f32.
pub fn check_answer(
    name: &'static str,
    got: &[f32],
    want: &[f32],
    whose: &str,
    precision: Precision,
) -> Check {
    if let Some(place) = got.iter().position(|value| !value.is_finite()) {
        return Check::new(name, false, format!("number {place} of the answer is not finite"));
    }
    if got.len() != want.len() {
        let detail = format!("{} numbers came back, {whose} has {}", got.len(), want.len());
        return Check::new(name, false, detail);
    }
    let greatest = want.iter().fold(f32::MIN_POSITIVE, |greatest, value| greatest.max(value.abs()));
    let off = got.iter().zip(want).fold(0f32, |off, (got, want)| off.max((got - want).abs())) / greatest;
    let detail = format!("it differs from {whose} by {off:.1e} of the largest number");
    Check::new(name, off <= tolerance(precision), detail)
}

fn short(fingerprint: &str) -> &str {
    fingerprint.get(..12).unwrap_or(fingerprint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::ClassifierOptions;
    use crate::graph::Weights;
    use crate::graph::{Graph, Role};
    use crate::weights::{self, Overrides};

    fn tiny() -> LoadedModel {
        weights::builtin(&Overrides::default()).unwrap()
    }

    fn against_keras(got: &[f32]) -> Check {
        check_answer("answer", got, reference(tiny().fingerprint()).unwrap(), "Keras", Precision::F32)
    }

    /// The built-in model with its tensors changed.
    fn changed(change: impl Fn(Role, &mut Vec<f32>)) -> LoadedModel {
        let mut loaded = tiny();
        let tensors = loaded.weights.tensors().iter().zip(&loaded.graph.weights).map(|(tensor, spec)| {
            let mut values = tensor.to_f32().into_owned();
            change(spec.role, &mut values);
            crate::tensor::Tensor::from_f32(tensor.shape().to_vec(), &values)
        });
        loaded.weights = Weights::new(&loaded.graph, tensors.collect());
        loaded
    }

    #[test]
    fn the_built_in_model_answers_as_keras_does() {
        let loaded = tiny();
        assert!(check_weights(&loaded).ok);
        let classifier = Classifier::new(loaded, ClassifierOptions::default()).unwrap();
        let got = answer(&classifier).unwrap();
        let check = against_keras(&got);
        assert!(check.ok, "{check:?}");
        let portable = portable_answer(&classifier, &tiny()).unwrap();
        assert!(check_answer("engines", &got, &portable, "the portable engine", Precision::F32).ok);
    }

    #[test]
    fn another_dialect_is_caught() {
        for dialect in [Dialect::Slim, Dialect::Timm] {
            let loaded =
                weights::builtin(&Overrides { dialect: Some(dialect), ..Overrides::default() }).unwrap();
            assert!(!check_dialect(loaded.dialect, tiny().dialect).ok);
            let got = answer(&Classifier::new(loaded, ClassifierOptions::default()).unwrap()).unwrap();
            assert!(!against_keras(&got).ok, "{dialect}");
        }
    }

    #[test]
    fn blue_in_the_place_of_red_is_caught() {
        let classifier = Classifier::builtin().unwrap();
        let mut pixels = pixels(&classifier).unwrap();
        pixels.as_chunks_mut::<3>().0.iter_mut().for_each(|pixel| pixel.reverse());
        let got = classifier.logits(&[&pixels]).unwrap().remove(0);
        assert!(!against_keras(&got).ok);
    }

    #[test]
    fn a_batch_norm_that_is_not_folded_in_is_caught() {
        // As if every norm were left out, and as if only its shift were.
        for (shift_only, name) in [(false, "whole"), (true, "shift")] {
            let loaded = changed(|role, values| match role {
                Role::Gamma | Role::Variance if !shift_only => values.fill(1.0),
                Role::Beta | Role::Mean => values.fill(0.0),
                _ => {}
            });
            let got = answer(&Classifier::new(loaded, ClassifierOptions::default()).unwrap()).unwrap();
            assert!(!against_keras(&got).ok, "{name}");
        }
    }

    #[test]
    fn one_flipped_bit_is_caught() {
        let mut loaded = tiny();
        let graph: &Graph = &loaded.graph;
        let mut tensors = loaded.weights.tensors().to_vec();
        let middle = tensors.len() / 2;
        let mut bytes = tensors[middle].bytes().to_vec();
        bytes[0] ^= 1; // the least bit of one number
        tensors[middle] = crate::tensor::Tensor::from_bytes(
            tensors[middle].shape().to_vec(),
            tensors[middle].dtype(),
            bytes,
        );
        loaded.weights = Weights::new(graph, tensors);
        let check = check_weights(&loaded);
        assert!(!check.ok && check.detail.starts_with("the tensors were changed"), "{check:?}");
    }

    #[test]
    fn numbers_that_are_not_finite_are_caught() {
        assert!(!check_answer("answer", &[0.0, f32::NAN], &[0.0, 1.0], "Keras", Precision::F32).ok);
        assert!(!check_answer("answer", &[0.0], &[0.0, 1.0], "Keras", Precision::F32).ok);
    }
}
