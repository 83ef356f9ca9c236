//! What the built-in model takes the photos of the fixtures for, by Keras. Tests that need a sure answer ask here, so that
//! other weights change no test.

use std::fs::File;
use std::sync::LazyLock;

use nasnet::weights::{self, Overrides};
use serde_json::Value;

use super::fixture;

/// The best class of a photo.
pub struct Best {
    pub index: usize,
    pub label: String,
    pub wnid: String,
    pub score: f64,
    /// The score of the next class.
    second: f64,
}

/// All that fixtures/make_golden_logits.py writes down.
pub static ANSWERS: LazyLock<Value> = LazyLock::new(|| {
    let mut zip = zip::ZipArchive::new(File::open(fixture("parity.zip")).unwrap()).unwrap();
    serde_json::from_reader(zip.by_name("answers.json").unwrap()).unwrap()
});

/// The answer for `photos/{photo}.jpg` (fixtures/make_golden_logits.py).
pub fn best(photo: &str) -> Best {
    let model = weights::builtin(&Overrides::default()).unwrap();
    assert_eq!(ANSWERS["builtin_fingerprint"], model.fingerprint(), "run fixtures/make_golden_logits.py");
    let path = format!("photos/{photo}.jpg");
    let answers = ANSWERS["builtin"].as_array().unwrap();
    let answer = answers.iter().find(|answer| answer["image"] == path.as_str()).unwrap();
    let probabilities = answer["probabilities"].as_array().unwrap().iter();
    let mut scores: Vec<(usize, f64)> =
        probabilities.map(|score| score.as_f64().unwrap()).enumerate().collect();
    scores.sort_by(|a, b| b.1.total_cmp(&a.1));
    let [(index, score), (_, second), ..] = scores[..] else { panic!("{scores:?}") };
    let label = model.labels.unwrap().get(index).unwrap().clone();
    Best { index, label: label.name, wnid: label.wnid.unwrap(), score, second }
}

/// A bound that the best class of each photo reaches, and no other class does.
pub fn bound(photos: &[&str]) -> String {
    let answers: Vec<Best> = photos.iter().map(|photo| best(photo)).collect();
    let least = answers.iter().map(|best| best.score).fold(1.0, f64::min);
    let most = answers.iter().map(|best| best.second).fold(0.0, f64::max);
    assert!(least > most, "{photos:?}");
    format!("{:.6}", f64::midpoint(least, most))
}

impl Best {
    /// The label as people write it.
    pub fn words(&self) -> String {
        self.label.replace('_', " ")
    }

    /// The folder into which `sort` puts such photos.
    pub fn folder(&self) -> String {
        format!("{}-{}", self.label, self.wnid)
    }

    /// A bound that no class reaches.
    pub fn above(&self) -> String {
        format!("{:.6}", f64::midpoint(1.0, self.score))
    }
}
