//! Which network a file's tensors are: N, P, the stem and the classes from names and shapes, the rest by precedence.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::graph::{Activation, Role, WeightSpec};
use crate::nasnet::graph;
use crate::nasnet::names::{self, Key, Scheme};
use crate::nasnet::{Config, Dialect, Head};
use crate::weights::assemble::file_shape;
use crate::weights::keras::config::HeadFacts;
use crate::weights::source::{FileTensor, Source, Writer};

/// Above any width, number of classes or size of input that makes sense; products of three stay countable.
const MAX_NUMBER: usize = 1 << 20;

/// What the caller wants, whatever a file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overrides {
    /// Height and width of the input.
    pub input_size: Option<(usize, usize)>,
    /// See [`Config::skip_reduction`].
    pub skip_reduction: Option<bool>,
    /// Treatment of borders.
    pub dialect: Option<Dialect>,
    /// What the head applies in the end.
    pub activation: Option<Activation>,
    /// The model's name.
    pub name: Option<String>,
    /// Where the file comes from, if not just from its path.
    pub source: Option<String>,
}

/// The tensors of a file by the keys of their names.
pub(crate) struct Index {
    /// Key to the place in the file's list.
    pub places: HashMap<String, usize>,
    /// Tensors without a key, or whose key another one has.
    pub unknown: Vec<usize>,
    /// How keys are spelled.
    pub scheme: Scheme,
    /// N.
    pub blocks: usize,
}

impl Index {
    /// Reads the names.
    ///
    /// # Errors
    /// [`Error::Weights`] when there is no normal cell of a NASNet-A among them.
    pub fn new(origin: &str, source: &Source) -> Result<Index> {
        let tensors = &source.tensors;
        let recorded = source.card.as_ref().and_then(|card| card.head.as_ref());
        let head: Vec<&str> =
            source.head.head().or(recorded).map_or_else(Vec::new, |head| head.weighted().collect());
        let keys = |key: &dyn Fn(&str) -> Option<Key>| -> Vec<Option<Key>> {
            tensors.iter().map(|tensor| key(&tensor.path)).collect()
        };
        let (keras, torch) = (keys(&|path| names::keras_key(path, &head)), keys(&names::torch_key));
        let count = |keys: &[Option<Key>]| keys.iter().flatten().count();
        let is_keras = count(&keras) >= count(&torch);
        let keys = if is_keras { keras } else { torch };
        let depth = names::usual_depth(&keys);
        let Some((blocks, scheme)) =
            names::blocks(keys.iter().flatten().map(|key| key.name.as_str()), is_keras)
        else {
            return Err(Error::weights(
                origin,
                format!("not a NASNet-A: no name of its cells is there; {}", census(tensors)),
            ));
        };
        // Every cell has dozens of tensors, so a number beyond this is a name gone wrong, not a network.
        if blocks > tensors.len() {
            let detail =
                format!("not a NASNet-A: a cell's number asks for N = {blocks}; {}", census(tensors));
            return Err(Error::weights(origin, detail));
        }
        let (mut places, mut unknown) = (HashMap::new(), Vec::new());
        for (place, key) in keys.into_iter().enumerate() {
            match key {
                Some(key) if key.depth <= depth && !places.contains_key(&key.name) => {
                    places.insert(key.name, place);
                }
                _ => unknown.push(place),
            }
        }
        Ok(Index { places, unknown, scheme, blocks })
    }

    /// The shape in the file of a weight whose name does not depend on the cell's paths.
    fn shape<'a>(&self, tensors: &'a [FileTensor], layer: &str, role: Role) -> Option<&'a [usize]> {
        let spec = WeightSpec { layer: layer.to_owned(), role, shape: vec![] };
        let key = names::expected(&spec, self.scheme, self.blocks, |_| false);
        self.places.get(&key).map(|place| tensors[*place].shape.as_slice())
    }

    fn gamma(&self, tensors: &[FileTensor], layer: &str) -> Option<usize> {
        self.shape(tensors, layer, Role::Gamma)?.first().copied()
    }
}

/// What stands in a file, for people who wonder what it is.
fn census(tensors: &[FileTensor]) -> String {
    if tensors.is_empty() {
        return "it holds no tensors".to_owned();
    }
    let first: Vec<_> = tensors.iter().take(4).map(|tensor| tensor.name.as_str()).collect();
    let more = if tensors.len() > first.len() { ", ..." } else { "" };
    format!("it holds {} tensors, as {}{more}", tensors.len(), first.join(", "))
}

/// A network's numbers, and how they were come by.
pub(crate) struct Settled {
    pub config: Config,
    pub dialect: Dialect,
    /// What follows the features; `None` where nothing does.
    pub head: Option<Head>,
    /// The file's top has a background class in front, which is dropped.
    pub background: bool,
    pub notes: Vec<String>,
}

/// Settles every number of the network: the caller's word first, then what tensors prove, then what the file records,
/// then what is known of published networks, then 224 and false, with a note.
///
/// # Errors
/// [`Error::Weights`] when the shapes make no NASNet-A.
pub(crate) fn settle(origin: &str, source: &Source, index: &Index, wanted: &Overrides) -> Result<Settled> {
    let mut settled = match &source.card {
        Some(card) => {
            check_card(origin, &card.config, index.blocks)?;
            let head = card.head.clone().or_else(|| card.config.classes.map(Head::usual));
            Settled { config: card.config, dialect: card.dialect, head, background: false, notes: Vec::new() }
        }
        None => from_tensors(origin, source, index, wanted)?,
    };
    let config = &mut settled.config;
    config.input_size = wanted.input_size.unwrap_or(config.input_size);
    config.skip_reduction = wanted.skip_reduction.unwrap_or(config.skip_reduction);
    settled.dialect = wanted.dialect.unwrap_or(settled.dialect);
    config.validate().map_err(|error| Error::weights(origin, error))?;
    if let (Some(wanted), Some(head)) = (wanted.activation, &mut settled.head) {
        head.end_with(wanted);
    }
    config.classes = settled.head.as_ref().and_then(Head::classes);
    Ok(settled)
}

/// A record that does not belong to its tensors must not size anything: its graph would be built before they are compared.
fn check_card(origin: &str, config: &Config, blocks: usize) -> Result<()> {
    let Config { num_blocks, penultimate_filters, stem_filters, classes, input_size, .. } = *config;
    let fail = |detail: String| Err(Error::weights(origin, format!("metadata: {detail}")));
    if num_blocks != blocks {
        return fail(format!("{num_blocks} blocks, but its tensors are those of {blocks}"));
    }
    let widest = [penultimate_filters, stem_filters, classes.unwrap_or(1), input_size.0, input_size.1];
    match widest.into_iter().max() {
        Some(number) if number >= MAX_NUMBER => fail(format!("{number} is beyond any network")),
        _ => Ok(()),
    }
}

fn from_tensors(origin: &str, source: &Source, index: &Index, wanted: &Overrides) -> Result<Settled> {
    let tensors = &source.tensors;
    let mut notes = Vec::new();
    let (head, background) = head(source, index, wanted, &mut notes);
    let classes = head.as_ref().and_then(Head::classes);
    if background {
        notes.push("1001 classes: the first, TF-slim's background, is left out".to_owned());
    }
    let penultimate_filters = penultimate_filters(tensors, index).filter(|p| *p < MAX_NUMBER);
    let stem_filters = index
        .gamma(tensors, "stem_bn1")
        .or_else(|| {
            index.shape(tensors, "stem_conv1", Role::ConvKernel).and_then(|s| s.iter().max().copied())
        })
        .filter(|stem| *stem < MAX_NUMBER);
    let (Some(penultimate_filters), Some(stem_filters)) = (penultimate_filters, stem_filters) else {
        let detail = format!(
            "not a whole NASNet-A: no stem or no normal cell of usual size; {} tensors",
            tensors.len()
        );
        return Err(Error::weights(origin, detail));
    };
    let mut config = Config {
        num_blocks: index.blocks,
        penultimate_filters,
        stem_filters,
        skip_reduction: false,
        filter_multiplier: 2,
        classes,
        input_size: (224, 224),
    };
    config.validate().map_err(|error| Error::weights(origin, format!("not a NASNet-A: {error}")))?;
    let known = Config::known(config.num_blocks, config.penultimate_filters);
    let model = source.model.clone().unwrap_or_default();
    let skip = proven_skip(tensors, index, &config).or(model.skip_reduction).or(known.map(|(_, skip)| skip));
    let size = model.input_size.or(known.map(|(size, _)| size));
    let mut assumed = Vec::new();
    if size.is_none() && wanted.input_size.is_none() {
        assumed.push("input size 224x224");
    }
    if skip.is_none() && wanted.skip_reduction.is_none() {
        assumed.push("skip_reduction false");
    }
    if !assumed.is_empty() {
        notes
            .push(format!("{config}: the file does not tell everything; assuming {}", assumed.join(" and ")));
    }
    config.skip_reduction = skip.unwrap_or(false);
    config.input_size = size.unwrap_or(config.input_size);
    let dialect = match (index.scheme, source.writer) {
        (Scheme::Keras, _) => Dialect::Keras,
        (Scheme::Torch { gaps }, writer) if gaps || background || writer == Writer::Torch => Dialect::Slim,
        (Scheme::Torch { .. }, _) => Dialect::Timm,
    };
    Ok(Settled { config, dialect, head, background, notes })
}

/// The head, and whether its first class is a background that is left out.
fn head(source: &Source, index: &Index, wanted: &Overrides, notes: &mut Vec<String>) -> (Option<Head>, bool) {
    let (head, background) = match &source.head {
        HeadFacts::Absent => return (None, false),
        HeadFacts::Known(head, true) => return (Some(head.clone()), false),
        HeadFacts::Known(head, false) => (head.clone(), false),
        HeadFacts::Unknown => match classes(&source.tensors, index) {
            (Some(1), _) => {
                let one = Head { binary: true, activation: Activation::Sigmoid, ..Head::usual(2) };
                (one, false)
            }
            (Some(classes), background) => (Head::usual(classes), background),
            (None, _) => return (None, false),
        },
    };
    // The published networks end in softmax, and so does what timm trains.
    let usual = head.has_usual_layers() && (head.classes() == Some(1000) || index.scheme != Scheme::Keras);
    if wanted.activation.is_none() && (!usual || head.binary) {
        notes.push(format!(
            "the file does not say what its head ({head}) applies in the end: {} is assumed, see --activation",
            head.activation
        ));
    }
    (Some(head), background)
}

/// Classes without the background one, and whether there is one.
fn classes(tensors: &[FileTensor], index: &Index) -> (Option<usize>, bool) {
    let kernel = || {
        let shape = index.shape(tensors, "predictions", Role::DenseKernel)?;
        if index.scheme == Scheme::Keras { shape.last() } else { shape.first() }.copied()
    };
    let bias = index.shape(tensors, "predictions", Role::DenseBias).and_then(|shape| shape.first().copied());
    match bias.or_else(kernel) {
        Some(1001) => (Some(1000), true),
        classes => (classes.map(|classes| classes.min(MAX_NUMBER - 1)), false),
    }
}

/// P by the majority of three cells' widths, so that one misshapen tensor is reported as that.
fn penultimate_filters(tensors: &[FileTensor], index: &Index) -> Option<usize> {
    let blocks = index.blocks;
    let votes: Vec<usize> = [(0, 24), (2 * blocks, 12), (3 * blocks, 6)]
        .into_iter()
        .filter_map(|(cell, times)| index.gamma(tensors, &format!("normal_bn_1_{cell}"))?.checked_mul(times))
        .collect();
    votes.iter().copied().max_by_key(|vote| votes.iter().filter(|other| *other == vote).count())
}

/// With one block a stage the shapes tell: the older input then has other channels.
fn proven_skip(tensors: &[FileTensor], index: &Index, config: &Config) -> Option<bool> {
    if config.num_blocks != 1 {
        return None;
    }
    let spec = |skip_reduction| {
        let graph = graph(&Config { skip_reduction, ..*config }, Dialect::Keras).ok()?;
        graph.weights.into_iter().find(|spec| spec.layer == "adjust_conv_1_2")
    };
    let shape = index.shape(tensors, "adjust_conv_1_2", Role::PointwiseKernel)?;
    let fits = |skip| Some(file_shape(&spec(skip)?, index.scheme, shape.len()).0 == shape);
    match (fits(false)?, fits(true)?) {
        (true, false) => Some(false),
        (false, true) => Some(true),
        _ => None,
    }
}
