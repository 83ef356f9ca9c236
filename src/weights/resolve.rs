//! Decides which network a file holds: N, P, the stem and the classes from its tensors, the rest by precedence.

use crate::error::{Error, Result};
use crate::graph::Activation;
use crate::nasnet::identify::MAX_NUMBER;
use crate::nasnet::names::Scheme;
use crate::nasnet::{Config, Dialect, Head};
use crate::weights::file_contents::Writer;
use crate::weights::index::IndexedFile;
use crate::weights::keras::config::HeadFacts;

/// What the caller wants, whatever a file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overrides {
    /// Height and width of the input.
    pub input_size: Option<(usize, usize)>,
    /// See [`Config::skip_reduction`].
    pub skip_reduction: Option<bool>,
    /// Treatment of borders.
    pub dialect: Option<Dialect>,
    /// The head's last function.
    pub activation: Option<Activation>,
    /// The model's name.
    pub name: Option<String>,
    /// Where the file comes from, if not just from its path.
    pub source: Option<String>,
}

/// A network's numbers.
pub(crate) struct Resolved {
    pub config: Config,
    pub dialect: Dialect,
    /// What follows the features; `None` where nothing does.
    pub head: Option<Head>,
    /// The file's top has a background class in front, which is dropped.
    pub background: bool,
    pub notes: Vec<String>,
}

/// Decides every number of the network. The first source that gives it wins: the caller, the tensors, the file's own
/// records, the published networks. Otherwise it is 224 or false, with a note.
///
/// # Errors
/// [`Error::Weights`] when the shapes make no NASNet-A.
pub(crate) fn resolve(file: &IndexedFile, wanted: &Overrides) -> Result<Resolved> {
    let &IndexedFile { origin, contents, ref index } = file;
    let mut resolved = match &contents.card {
        Some(card) => {
            check_card(origin, &card.config, index.blocks)?;
            let head = card.head.clone().or_else(|| card.config.classes.map(Head::usual));
            Resolved {
                config: card.config,
                dialect: card.dialect,
                head,
                background: false,
                notes: Vec::new(),
            }
        }
        None => from_tensors(file, wanted)?,
    };
    let config = &mut resolved.config;
    if let Some(size) = wanted.input_size.filter(|&size| is_far(size, config.input_size)) {
        let [(height, width), (usual_height, usual_width)] = [size, config.input_size];
        resolved.notes.push(format!(
            "input size {height}x{width} is far from the {usual_height}x{usual_width} of this network: expect worse \
             answers"
        ));
    }
    config.input_size = wanted.input_size.unwrap_or(config.input_size);
    config.skip_reduction = wanted.skip_reduction.unwrap_or(config.skip_reduction);
    resolved.dialect = wanted.dialect.unwrap_or(resolved.dialect);
    if let (Some(wanted), Some(head)) = (wanted.activation, &mut resolved.head) {
        head.end_with(wanted);
    }
    config.classes = resolved.head.as_ref().and_then(Head::classes);
    config.validate().map_err(|error| Error::weights(origin, error))?;
    Ok(resolved)
}

/// Whether a side differs from the usual one by more than a factor of 1.5, either way.
fn is_far(size: (usize, usize), usual: (usize, usize)) -> bool {
    let is_far = |side: usize, usual: usize| 2 * side.max(usual) > 3 * side.min(usual);
    is_far(size.0, usual.0) || is_far(size.1, usual.1)
}

/// Refuses a record that contradicts its tensors. The graph is built before names and shapes are compared, so a wrong
/// record could make it any size.
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

fn from_tensors(file: &IndexedFile, wanted: &Overrides) -> Result<Resolved> {
    let &IndexedFile { origin, contents, ref index } = file;
    let mut notes = Vec::new();
    let shapes = file.shapes();
    let (head, background) = head(file, wanted, &mut notes);
    let classes = head.as_ref().and_then(Head::classes);
    if background {
        notes.push("1001 classes: the first, TF-slim's background, is left out".to_owned());
    }
    let (Some(penultimate_filters), Some(stem_filters)) =
        (shapes.penultimate_filters(), shapes.stem_filters())
    else {
        let detail = format!(
            "not a whole NASNet-A: no stem or no normal cell of usual size; {} tensors",
            contents.tensors.len()
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
    let model = contents.model.clone().unwrap_or_default();
    let skip = shapes.skip_reduction(&config).or(model.skip_reduction).or(known.map(|(_, skip)| skip));
    // timm's only NASNet is Large, whatever its widths.
    let of_timm = matches!(index.scheme, Scheme::Torch { gaps: false }) && index.blocks == 6;
    let skip = skip.or(of_timm.then_some(true));
    let size = model.input_size.or(known.map(|(size, _)| size));
    let mut assumed = Vec::new();
    if size.is_none() && wanted.input_size.is_none() {
        assumed.push("input size 224x224");
    }
    if skip.is_none() && wanted.skip_reduction.is_none() {
        assumed.push("skip_reduction false");
    }
    if !assumed.is_empty() {
        notes.push(format!(
            "{config}: the file does not record everything; assuming {}",
            assumed.join(" and ")
        ));
    }
    config.skip_reduction = skip.unwrap_or(false);
    config.input_size = size.unwrap_or(config.input_size);
    let dialect = dialect(file, background);
    let told = background || matches!(index.scheme, Scheme::Torch { gaps: true } | Scheme::Keras);
    if contents.writer == Writer::LegacyTorch && !told && wanted.dialect.is_none() {
        notes.push(
            "a checkpoint in PyTorch's old format: dialect slim is assumed, that of pretrained-models.pytorch; \
             for a model of timm, use --dialect timm"
                .to_owned(),
        );
    }
    Ok(Resolved { config, dialect, head, background, notes })
}

/// The dialect of the network that was trained. The checkpoints of pretrained-models.pytorch (slim) number cells with gaps,
/// have a background class, or are in the format that PyTorch wrote before 1.6.
fn dialect(file: &IndexedFile, background: bool) -> Dialect {
    match file.index.scheme {
        Scheme::Torch { gaps } if gaps || background || file.contents.writer == Writer::LegacyTorch => {
            Dialect::Slim
        }
        Scheme::Torch { .. } => Dialect::Timm,
        _ => Dialect::Keras,
    }
}

/// The head, and whether its first class is a background that is left out.
fn head(file: &IndexedFile, wanted: &Overrides, notes: &mut Vec<String>) -> (Option<Head>, bool) {
    let (head, background) = match &file.contents.head {
        HeadFacts::Absent => return (None, false),
        HeadFacts::Known(head, true) => return (Some(head.clone()), false),
        HeadFacts::Known(head, false) => (head.clone(), false),
        HeadFacts::Unknown => match file.shapes().classes() {
            (Some(1), _) => {
                let one = Head { binary: true, activation: Activation::Sigmoid, ..Head::usual(2) };
                (one, false)
            }
            (Some(classes), background) => (Head::usual(classes), background),
            (None, _) => return (None, false),
        },
    };
    // The published networks end in softmax, and so does what timm trains.
    let usual =
        head.has_usual_layers() && (head.classes() == Some(1000) || file.index.scheme != Scheme::Keras);
    if wanted.activation.is_none() && (!usual || head.binary) {
        notes.push(format!(
            "the file does not record its head's layers; assuming {head}; another last function is set by --activation"
        ));
    }
    (Some(head), background)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_sizes_are_those_half_as_long_again_or_shorter_to_that_degree() {
        assert!(!is_far((224, 224), (224, 224)) && !is_far((336, 150), (224, 224)));
        assert!(
            is_far((337, 224), (224, 224)) && is_far((224, 149), (224, 224)) && is_far((97, 64), (64, 64))
        );
    }
}
