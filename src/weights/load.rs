//! From a path to a model's weights: open, look what it is, read, settle the configuration, check, convert.

use std::fmt;
use std::path::Path;
use std::sync::OnceLock;

use crate::answers::labels::Labels;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::graph::Weights;
use crate::image::preprocess::{Preprocessing, Preset};
use crate::nasnet;
use crate::nasnet::{Config, Dialect, Head};
use crate::tensor::shared_bytes::SharedBytes;
use crate::weights::assemble::assemble;
use crate::weights::card::{Card, FORMAT_VERSION, fingerprint};
use crate::weights::format::{Format, detect};
use crate::weights::infer::{Index, Overrides, settle};
use crate::weights::source::Source;
use crate::weights::{keras, pixels, pytorch, safetensors};

/// A model's weights and all that its file, or the caller, says about it.
#[derive(Clone)]
pub struct Loaded {
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
    /// A short name.
    pub name: String,
    /// Where the weights come from.
    pub source: Option<String>,
    /// The kind of file: `canonical`, `keras`, `pytorch` or `safetensors`.
    pub kind: &'static str,
    /// What people should be told about how the file was taken.
    pub notes: Vec<String>,
    /// What a canonical file notes about its model.
    pub card_notes: serde_json::Value,
    fingerprint: OnceLock<String>,
}

impl fmt::Debug for Loaded {
    /// What it is; its thousands of nodes and tensors help nobody.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Loaded { name, kind, config, dialect, source, notes, .. } = self;
        write!(f, "Loaded {{ {name:?}, {kind}, {config:?}, {dialect}, {source:?}, {notes:?} }}")
    }
}

impl Loaded {
    /// The fingerprint of the tensors, see [`fingerprint`]: recorded in a canonical file, else computed at
    /// the first call (a quarter of a second for Large).
    pub fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| fingerprint(&self.graph, self.weights.tensors()))
    }

    /// Gives up the tensors once an engine has its own form of them, unless they are still needed for their
    /// fingerprint.
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
        Card {
            format: FORMAT_VERSION,
            name: self.name.clone(),
            config: self.config,
            dialect: self.dialect,
            head: self
                .head
                .clone()
                .filter(|head| self.config.classes.map(Head::usual).as_ref() != Some(head)),
            preprocessing: self.preprocessing,
            labels: self.labels.clone(),
            source: self.source.clone(),
            fingerprint: self.fingerprint().to_owned(),
            notes: self.card_notes.clone(),
        }
    }
}

/// Loads a weights file of any kind. Its kind is told by its content; the file is mapped, and nothing but its directory
/// is read before names and shapes have been checked.
///
/// # Errors
/// [`Error::Io`] when it cannot be opened, [`Error::Weights`] when it is damaged, no NASNet-A, or its tensors
/// are not those of the network.
pub fn load(path: &Path, overrides: &Overrides) -> Result<Loaded> {
    let blob = SharedBytes::map(path)?;
    let mut loaded = from_blob(&path.display().to_string(), &blob, overrides)?;
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
pub fn load_static(bytes: &'static [u8], overrides: &Overrides) -> Result<Loaded> {
    from_blob("the built-in model", &SharedBytes::from_static(bytes), overrides)
}

pub(super) fn from_blob(origin: &str, blob: &SharedBytes, overrides: &Overrides) -> Result<Loaded> {
    let (kind, source) = match detect(origin, blob)? {
        Format::Hdf5 => ("keras", keras::read(origin, blob, overrides.skip_reduction)?),
        Format::KerasArchive(mut archive) => ("keras", keras::read_archive(origin, &mut archive)?),
        Format::TorchArchive(mut archive) => ("pytorch", pytorch::read_archive(origin, &mut archive)?),
        Format::TorchLegacy => ("pytorch", pytorch::read_legacy(origin, blob)?),
        Format::Safetensors => ("safetensors", safetensors::read(origin, blob)?),
    };
    let kind = if source.card.is_some() { "canonical" } else { kind };
    from_source(origin, kind, source, overrides)
}

fn from_source(origin: &str, kind: &'static str, source: Source, overrides: &Overrides) -> Result<Loaded> {
    let index = Index::new(origin, &source)?;
    let mut settled = settle(origin, &source, &index, overrides)?;
    let (config, dialect) = (settled.config, settled.dialect);
    let head = settled.head;
    let graph = nasnet::graph_with_head(&config, dialect, head.as_ref())
        .map_err(|error| Error::weights(origin, error))?;
    let top = (head.as_ref(), settled.background);
    let mut tensors = assemble(origin, &source, &index, &graph, &config, top)?;
    if let Some(model) = source.model {
        settled.notes.extend(model.notes);
        if let Some(note) = model.pixels.and_then(|pixels| pixels::fold(&graph, &mut tensors, pixels)) {
            settled.notes.push(note);
        }
    }
    let weights = Weights::new(&graph, tensors);
    let card = source.card;
    let recorded = |field: fn(&Card) -> Option<String>| card.as_ref().and_then(field);
    let name =
        overrides.name.clone().or_else(|| recorded(|card| Some(card.name.clone()))).unwrap_or_default();
    let source_text = overrides.source.clone().or_else(|| recorded(|card| card.source.clone()));
    let fingerprint = recorded(|card| Some(card.fingerprint.clone())).map(OnceLock::from).unwrap_or_default();
    let (preprocessing, labels, card_notes) = match card {
        Some(card) => (card.preprocessing, card.labels, card.notes),
        None => (usual_preprocessing(&config, dialect), None, serde_json::Value::Null),
    };
    Ok(Loaded {
        config,
        dialect,
        head,
        graph,
        weights,
        preprocessing,
        labels,
        name,
        source: source_text,
        kind,
        notes: settled.notes,
        card_notes,
        fingerprint,
    })
}

/// timm's Large is evaluated on the middle 91.1 % of a bicubically resized image (its `crop_pct` and `interpolation`).
fn usual_preprocessing(config: &Config, dialect: Dialect) -> Option<Preprocessing> {
    let large = (config.num_blocks, config.penultimate_filters) == (6, 4032);
    (large && dialect == Dialect::Timm).then(|| Preprocessing { crop_pct: 0.911, ..Preset::Timm.into() })
}

/// NAME of `OWNER/NAME@COMMIT`: files of the Hub are mostly called `model`, whatever they are.
fn repository(source: &Option<String>) -> Option<String> {
    let (repository, _) = source.as_ref()?.split_once('@')?;
    let (_, name) = repository.split_once('/').filter(|(_, name)| !name.contains('/'))?;
    Some(name.to_owned())
}

/// A file's name without what tells its kind.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let known = [".weights.h5", ".safetensors", ".keras", ".h5", ".hdf5", ".pth", ".pt", ".bin"];
    let cut = known.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    cut.to_owned()
}
