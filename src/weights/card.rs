//! What a canonical file records about itself, in the metadata of its safetensors header.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::answers::labels::Labels;
use crate::answers::temperature::{self, Fitted};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::image::preprocess::Preprocessing;
use crate::nasnet::{Config, Dialect, Head};
use crate::tensor::Tensor;

/// The version of the record that is written, and the newest that is read. Version 2 brought the hash of the file,
/// version 3 heads.
pub const FORMAT_VERSION: u32 = 3;

/// The first version whose files carry a hash of themselves.
pub(crate) const FIRST_WITH_HASH: u32 = 2;

/// The metadata key that holds the record as JSON.
pub(crate) const KEY: &str = "nasnet";

/// Everything about a model that its tensors do not tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The version of the record: at most [`FORMAT_VERSION`].
    pub format: u32,
    /// A short name for people and records.
    pub name: String,
    /// Which network.
    pub config: Config,
    /// How its strided pools treat borders.
    pub dialect: Dialect,
    /// What follows its features, where that is not the usual head of the published networks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// How its images are to be resized and cropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preprocessing: Option<Preprocessing>,
    /// A (WordNet id, name) for each class, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Labels>,
    /// What logits are to be divided by before softmax, and how that was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<Fitted>,
    /// Where the weights come from: `repository@commit`, a URL or a file's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// See [`fingerprint`].
    pub fingerprint: String,
    /// Anything else worth knowing: accuracy, training, licence.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub notes: serde_json::Value,
}

impl Card {
    /// The header metadata: the record as JSON, and its main lines for people who list a header.
    ///
    /// # Errors
    /// [`Error::Config`] when the notes cannot be written as JSON.
    pub fn to_metadata(&self) -> Result<BTreeMap<String, String>> {
        let json =
            serde_json::to_string(self).map_err(|error| Error::Config(format!("model card: {error}")))?;
        let mut metadata = BTreeMap::from([
            (KEY.to_owned(), json),
            ("name".to_owned(), self.name.clone()),
            ("architecture".to_owned(), self.config.to_string()),
            ("dialect".to_owned(), self.dialect.to_string()),
            ("fingerprint".to_owned(), self.fingerprint.clone()),
        ]);
        if let Some(source) = &self.source {
            metadata.insert("source".to_owned(), source.clone());
        }
        Ok(metadata)
    }

    /// The record within header metadata; `None` when the file is not a canonical one.
    ///
    /// # Errors
    /// [`Error::Weights`] about `origin` when it is there but cannot be read, was written by a newer version, or
    /// its parts contradict each other.
    pub fn from_metadata(origin: &str, metadata: Option<&HashMap<String, String>>) -> Result<Option<Card>> {
        let Some(json) = metadata.and_then(|metadata| metadata.get(KEY)) else { return Ok(None) };
        let fail = |detail: String| Error::weights(origin, format!("metadata {KEY}: {detail}"));
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        // The version is read by itself, so that a newer record is called newer rather than malformed.
        let version: Version = serde_json::from_str(json).map_err(|error| fail(error.to_string()))?;
        if version.format > FORMAT_VERSION {
            let detail = format!(
                "format {}, expected at most {FORMAT_VERSION}: written by a newer version",
                version.format
            );
            return Err(fail(detail));
        }
        let card: Card = serde_json::from_str(json).map_err(|error| fail(error.to_string()))?;
        card.config.validate().map_err(|error| fail(error.to_string()))?;
        check_labels(card.labels.as_ref(), &card.config).map_err(fail)?;
        if let Some(head) = &card.head {
            head.validate().map_err(|error| fail(error.to_string()))?;
            if head.classes() != card.config.classes {
                return Err(fail(format!("a head ({head}) for {:?} classes", card.config.classes)));
            }
        }
        if let Some(fitted) = &card.temperature {
            temperature::check(fitted.temperature)
                .map_err(|detail| fail(format!("temperature: {detail}")))?;
        }
        Ok(Some(card))
    }
}

/// The lowest version that can record `head`: readers of version 2 know only the usual one.
pub(crate) fn needed_format(head: Option<&Head>) -> u32 {
    if head.is_some() { FORMAT_VERSION } else { FIRST_WITH_HASH }
}

/// Checks that there is one label for each class.
pub(crate) fn check_labels(labels: Option<&Labels>, config: &Config) -> Result<(), String> {
    match (labels, config.classes) {
        (Some(labels), Some(classes)) if labels.len() != classes => {
            let labels = labels.len();
            let what = if labels == 1 { "label" } else { "labels" };
            Err(format!("{labels} {what}, expected {classes}, one for each class"))
        }
        _ => Ok(()),
    }
}

/// The sha256, in hex, of a network's tensors: for each in the order of the graph its canonical name, its type, its
/// shape (each followed by a newline) and its little-endian bytes. It identifies the numbers, whatever file they came
/// from. The same numbers in another type have another fingerprint.
pub fn fingerprint(graph: &Graph, tensors: &[Tensor]) -> String {
    let mut hash = Sha256::new();
    for (spec, tensor) in graph.weights.iter().zip(tensors) {
        let shape: Vec<_> = tensor.shape().iter().map(usize::to_string).collect();
        hash.update(format!("{}\n{}\n{}\n", spec.name(), tensor.dtype().as_str(), shape.join("x")));
        hash.update(tensor.bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::preprocess::Preset;

    fn card() -> Card {
        Card {
            format: FIRST_WITH_HASH,
            name: "test".into(),
            config: Config { classes: Some(2), ..Config::mobile() },
            dialect: Dialect::Slim,
            head: None,
            preprocessing: Some(Preprocessing { crop_pct: 0.911, ..Preset::Timm.into() }),
            labels: Some(Labels::parse("n01440764 a\nb", "test").unwrap()),
            temperature: Some(Fitted {
                temperature: 1.25,
                method: "least negative log-likelihood".into(),
                images: 7,
                expected_error_before: 0.125,
                expected_error_after: 0.0625,
                preprocessing: None,
            }),
            source: None,
            fingerprint: "00".into(),
            notes: serde_json::json!({"top1": 0.74}),
        }
    }

    fn read(card: serde_json::Value) -> Result<Option<Card>> {
        Card::from_metadata("file", Some(&HashMap::from([(KEY.to_owned(), card.to_string())])))
    }

    #[test]
    fn comes_back_as_it_was_written() {
        let metadata = card().to_metadata().unwrap().into_iter().collect();
        assert_eq!(Card::from_metadata("file", Some(&metadata)).unwrap(), Some(card()));
        assert_eq!(Card::from_metadata("file", None).unwrap(), None);
    }

    #[test]
    fn says_what_is_wrong_with_a_record() {
        let mut newer = serde_json::to_value(card()).unwrap();
        newer["format"] = 99.into();
        assert!(read(newer).unwrap_err().to_string().contains("format 99, expected at most 3"));
        let mut fewer = serde_json::to_value(card()).unwrap();
        fewer["labels"] = serde_json::json!([[null, "a"]]);
        assert!(read(fewer).unwrap_err().to_string().contains("1 label, expected 2"));
        let mut cold = serde_json::to_value(card()).unwrap();
        cold["temperature"]["temperature"] = 0.into();
        assert!(
            read(cold).unwrap_err().to_string().contains("temperature: expected a number above 0, got 0")
        );
        let mut odd = serde_json::to_value(card()).unwrap();
        odd["config"]["penultimate_filters"] = 100.into();
        assert!(read(odd).unwrap_err().to_string().contains("multiple of"));
    }
}
