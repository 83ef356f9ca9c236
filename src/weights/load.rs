//! From a path to a model's weights: open the file, detect its type, list its tensors, work out the configuration,
//! check names and shapes, convert.

use std::fmt;
use std::path::Path;
use std::sync::OnceLock;

use crate::answers::labels::Labels;
use crate::answers::temperature::Fitted;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::graph::Weights;
use crate::image::preprocess::{Preprocessing, Preset};
use crate::nasnet;
use crate::nasnet::{Config, Dialect, Head};
use crate::tensor::shared_bytes::SharedBytes;
use crate::weights::assemble::assemble;
use crate::weights::card::{self, Card, FIRST_WITH_HASH, fingerprint};
use crate::weights::file_contents::FileContents;
use crate::weights::file_type::{FileType, SPLIT_BY_KERAS, detect};
use crate::weights::index::IndexedFile;
use crate::weights::resolve::{Overrides, resolve};
use crate::weights::{keras, pixels, pytorch, safetensors, sharded};

/// What a TensorFlow SavedModel is called in messages.
pub(super) const SAVED_MODEL: &str = "a TensorFlow SavedModel, which is not read";

/// The way out of a file that Keras can read and this cannot.
pub(super) const SAVE_AGAIN: &str = "load it in Keras, and save it with model.save(\"model.keras\")";

/// What tools of the Hub call weights in a folder of their own.
const USUAL_FILES: [&str; 3] = ["model.safetensors.index.json", "model.safetensors", "pytorch_model.bin"];

/// A model's weights and all that its file, or the caller, says about it.
#[derive(Clone)]
pub struct LoadedModel {
    /// Which network.
    pub config: Config,
    /// How its strided pools treat borders.
    pub dialect: Dialect,
    /// What follows its features; `None` where nothing does.
    pub head: Option<Head>,
    /// Its graph for that configuration, dialect and head.
    pub graph: Graph,
    /// Its tensors, in the graph's order.
    pub weights: Weights,
    /// How its images are to be resized and cropped, if that is known.
    pub preprocessing: Option<Preprocessing>,
    /// What the classes are called, if the file says so.
    pub labels: Option<Labels>,
    /// What its logits are to be divided by before softmax, if that was fitted.
    pub temperature: Option<Fitted>,
    /// A short name.
    pub name: String,
    /// Where the weights come from.
    pub source: Option<String>,
    /// The kind of file: `canonical`, `keras`, `pytorch` or `safetensors`.
    pub kind: &'static str,
    /// Notes for the user on how the file was read.
    pub notes: Vec<String>,
    /// What a canonical file notes about its model.
    pub card_notes: serde_json::Value,
    fingerprint: OnceLock<String>,
}

impl fmt::Debug for LoadedModel {
    /// Leaves out its thousands of nodes and tensors.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LoadedModel { name, kind, config, dialect, source, notes, .. } = self;
        write!(f, "LoadedModel {{ {name:?}, {kind}, {config:?}, {dialect}, {source:?}, {notes:?} }}")
    }
}

impl LoadedModel {
    /// The fingerprint of the tensors, see [`fingerprint`]: recorded in a canonical file, else computed at
    /// the first call (a quarter of a second for Large).
    pub fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| fingerprint(&self.graph, self.weights.tensors()))
    }

    /// Frees the tensors once an engine has its own form of them. Keeps them while their fingerprint is not known
    /// yet.
    pub fn release_weights(&mut self) {
        if self.fingerprint.get().is_some() {
            self.weights = Weights::released();
        }
    }

    /// How many classes it tells apart.
    ///
    /// # Errors
    /// [`Error::NoTop`] when it gives features only.
    pub fn classes(&self) -> Result<usize> {
        self.config.classes.ok_or_else(|| Error::NoTop { model: self.name.clone() })
    }

    /// What a canonical file of it records.
    pub fn card(&self) -> Card {
        let head = self.head.clone().filter(|head| !head.is_usual());
        Card {
            format: card::needed_format(head.as_ref()),
            name: self.name.clone(),
            config: self.config,
            dialect: self.dialect,
            head,
            preprocessing: self.preprocessing,
            labels: self.labels.clone(),
            temperature: self.temperature.clone(),
            source: self.source.clone(),
            fingerprint: self.fingerprint().to_owned(),
            notes: self.card_notes.clone(),
        }
    }
}

/// Loads a weights file. Its type is detected from its contents. The file is mapped. A canonical file is compared with
/// the hash that it carries; of other files only the directory is read before names and shapes have been checked.
///
/// # Errors
/// [`Error::Io`] when it cannot be opened, [`Error::Weights`] when it is no NASNet-A or its tensors are not those of
/// the network, [`Error::Damaged`] when a checksum within the file does not match.
pub fn load(path: &Path, overrides: &Overrides) -> Result<LoadedModel> {
    let origin = path.display().to_string();
    if path.join("saved_model.pb").is_file() {
        return Err(Error::Refused { what: format!("{origin}: {SAVED_MODEL}"), hint: SAVE_AGAIN });
    }
    if let Some(name) = USUAL_FILES.iter().find(|name| path.join(name).is_file()) {
        return Err(Error::weights(
            &origin,
            format!("expected a weights file, got a folder; {name} in it is one"),
        ));
    }
    let file = SharedBytes::map(path)?;
    let mut loaded = if sharded::is_index(path, &file) {
        from_contents(&origin, "safetensors", sharded::read(path, &file)?, overrides)?
    } else {
        load_bytes(&origin, &file, overrides).map_err(|error| match sharded::index_of_part(path) {
            Some(index) if matches!(error, Error::Weights { .. }) => {
                Error::weights(&origin, format!("one part of several; load their index, {index}"))
            }
            _ if matches!(error, Error::Weights { .. }) && sharded::is_part_of_keras(path) => {
                Error::weights(&origin, format!("one part of {SPLIT_BY_KERAS}"))
            }
            _ => error,
        })?
    };
    if loaded.name.is_empty() {
        loaded.name = repository(&overrides.source).unwrap_or_else(|| stem(path));
    }
    loaded.source.get_or_insert_with(|| path.display().to_string());
    Ok(loaded)
}

/// Loads a canonical file that is part of the binary; its tensors stay where they are.
///
/// # Errors
/// [`Error::Weights`] when the bytes are no weights file.
pub fn load_static(bytes: &'static [u8], overrides: &Overrides) -> Result<LoadedModel> {
    load_bytes("the built-in model", &SharedBytes::from_static(bytes), overrides)
}

pub(super) fn load_bytes(origin: &str, file: &SharedBytes, overrides: &Overrides) -> Result<LoadedModel> {
    let (kind, contents) = match detect(origin, file)? {
        FileType::Hdf5 => ("keras", keras::read(origin, file, overrides.skip_reduction)?),
        FileType::KerasArchive(mut archive) => ("keras", keras::read_archive(origin, &mut archive)?),
        FileType::TorchArchive(mut archive) => ("pytorch", pytorch::read_archive(origin, &mut archive)?),
        FileType::TorchLegacy => ("pytorch", pytorch::read_legacy(origin, file)?),
        FileType::Safetensors => ("safetensors", safetensors::read(origin, file)?),
    };
    let kind = if contents.card.is_some() { "canonical" } else { kind };
    // Canonical files of the first format carry no hash, but a fingerprint of their tensors. The binary's own is trusted.
    let unhashed = contents.card.as_ref().is_some_and(|card| card.format < FIRST_WITH_HASH);
    let loaded = from_contents(origin, kind, contents, overrides)?;
    if unhashed && !file.is_static() {
        let got = fingerprint(&loaded.graph, loaded.weights.tensors());
        if got != loaded.fingerprint() {
            let expected = loaded.fingerprint();
            return Err(Error::damaged(
                origin,
                format!("tensors with sha256 {expected} expected, got {got}"),
            ));
        }
    }
    Ok(loaded)
}

fn from_contents(
    origin: &str,
    kind: &'static str,
    contents: FileContents,
    overrides: &Overrides,
) -> Result<LoadedModel> {
    let file = IndexedFile::new(origin, &contents)?;
    let mut resolved = resolve(&file, overrides)?;
    let (config, dialect) = (resolved.config, resolved.dialect);
    let graph = nasnet::graph_with_head(&config, dialect, resolved.head.as_ref())
        .map_err(|error| Error::weights(origin, error))?;
    let mut tensors = assemble(&file, &resolved, &graph)?;
    resolved.notes.extend(file.note());
    resolved.notes.extend(contents.notes);
    if let Some(model) = contents.model {
        resolved.notes.extend(model.notes);
        if let Some(note) = model.pixels.and_then(|pixels| pixels::fold(&graph, &mut tensors, pixels)) {
            resolved.notes.push(note);
        }
    }
    let weights = Weights::new(&graph, tensors);
    let card = contents.card;
    let recorded = |field: fn(&Card) -> Option<String>| card.as_ref().and_then(field);
    let name =
        overrides.name.clone().or_else(|| recorded(|card| Some(card.name.clone()))).unwrap_or_default();
    let source = overrides.source.clone().or_else(|| recorded(|card| card.source.clone()));
    let fingerprint = recorded(|card| Some(card.fingerprint.clone())).map(OnceLock::from).unwrap_or_default();
    let (preprocessing, labels, temperature, card_notes) = match card {
        Some(card) => (card.preprocessing, card.labels, card.temperature, card.notes),
        None => (usual_preprocessing(&config, dialect), None, None, serde_json::Value::Null),
    };
    Ok(LoadedModel {
        config,
        dialect,
        head: resolved.head,
        graph,
        weights,
        preprocessing,
        labels,
        temperature,
        name,
        source,
        kind,
        notes: resolved.notes,
        card_notes,
        fingerprint,
    })
}

/// timm's Large is evaluated on the middle 91.1 % of a bicubically resized image (its `crop_pct` and `interpolation`).
fn usual_preprocessing(config: &Config, dialect: Dialect) -> Option<Preprocessing> {
    let large = (config.num_blocks, config.penultimate_filters) == (6, 4032);
    (large && dialect == Dialect::Timm).then(|| Preprocessing { crop_pct: 0.911, ..Preset::Timm.into() })
}

/// NAME of `OWNER/NAME@COMMIT`. It says more than the file's name, which on the Hub is mostly `model`.
fn repository(source: &Option<String>) -> Option<String> {
    let (repository, _) = source.as_ref()?.split_once('@')?;
    let (_, name) = repository.split_once('/').filter(|(_, name)| !name.contains('/'))?;
    Some(name.to_owned())
}

/// A file's name without what tells its kind.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let known = [
        ".weights.h5",
        ".safetensors.index.json",
        ".safetensors",
        ".keras",
        ".h5",
        ".hdf5",
        ".pth.tar",
        ".pth",
        ".pt",
        ".ckpt",
        ".bin",
    ];
    let cut = known.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    cut.to_owned()
}
