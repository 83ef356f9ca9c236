//! Turns settings into a classifier that is ready to run.

use std::num::NonZeroUsize;

use anyhow::{Result, bail};
use sha2::{Digest, Sha256};

use crate::answers::labels::Labels;
use crate::answers::policy::Policy;
use crate::classifier::{Classifier, ClassifierOptions};
use crate::engine::device::{self, DeviceChoice};
use crate::error::Error;
use crate::graph::Activation;
use crate::image::decode::DecodeOptions;
use crate::image::preprocess::Resize;
use crate::inputs::{self, InputOptions};
use crate::kernels::Precision;
use crate::nasnet::Head;
use crate::nasnet::published::{self, Published};
use crate::output::console::Console;
use crate::output::text::count;
use crate::output::transfer::Transfers;
use crate::output::{ModelHeader, PreprocessingHeader};
use crate::settings::{ModelSettings, Pipeline};
use crate::store::Located;
use crate::weights::{self, LoadedModel, Overrides};

/// Fixes the number of threads of the process and returns it.
///
/// # Errors
/// When the threads cannot be started.
pub fn threads(wanted: Option<usize>) -> Result<usize> {
    let threads = wanted.map_or_else(|| std::thread::available_parallelism().map(usize::from), Ok)?;
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    Ok(threads)
}

/// Finds weights or fetches them, if that is allowed, loads them, and notes what had to be assumed.
///
/// # Errors
/// When they can't be found or fetched, or are not what they should be.
pub fn weights(settings: &ModelSettings, console: Console) -> Result<LoadedModel> {
    let progress = Transfers::on(console);
    let load = |located: Located| match located {
        Located::BuiltIn => weights::builtin(&settings.overrides),
        Located::File { path, source, name } => {
            let overrides = Overrides { source, name, ..settings.overrides.clone() };
            weights::load(&path, &overrides)
        }
    };
    let mut loaded = load(settings.source.obtain(&progress)?).or_else(|error| {
        // The file was damaged after it was verified.
        if matches!(error, Error::Damaged { .. }) && settings.source.is_remote() {
            console.note(&error.to_string());
            return load(settings.source.obtain_again(&progress)?);
        }
        Err(error)
    })?;
    for note in &loaded.notes {
        console.note(note);
    }
    if let Some(path) = &settings.labels {
        loaded.labels = Some(Labels::from_file(path)?);
    }
    Ok(loaded)
}

/// Ends a run whose inputs are all missing before it downloads a model. With weights that are on this machine it goes
/// on, and missing inputs get their error records.
///
/// # Errors
/// When none of the named inputs is there, and the weights are not here either.
pub fn refuse_missing_inputs(inputs: &InputOptions, model: &ModelSettings) -> Result<()> {
    match inputs::all_missing(inputs) {
        Some(first) if matches!(model.source.locate(), Err(Error::Missing { .. })) => {
            let others = match inputs.paths.len() {
                1 => String::new(),
                number => format!(" (nor are the others of {number} inputs there)"),
            };
            bail!("no inputs: {}: no such file or folder{others}", first.display())
        }
        _ => Ok(()),
    }
}

/// The published accuracy of a model: only for the weights, input size and dialect that were measured, since other
/// weights may have the same shapes.
pub fn published(model: &ModelSettings, loaded: &LoadedModel) -> &'static [Published] {
    match model.source.published() {
        Some(entry) if entry.dialect == loaded.dialect => published::figures(&loaded.config),
        _ => &[],
    }
}

/// Puts loaded weights on a device, for commands that need neither labels nor preprocessing.
///
/// # Errors
/// When weights or device are unavailable.
pub fn plain(
    model: &ModelSettings,
    device: DeviceChoice,
    precision: Precision,
    threads: usize,
    console: Console,
) -> Result<Classifier> {
    let loaded = weights(model, console)?;
    let (device, _) = device::open(device)?;
    let threads = NonZeroUsize::new(threads);
    let options = ClassifierOptions { preprocessing: None, device, threads, precision, keep_top: false };
    let classifier = Classifier::new(loaded, options)?;
    classifier.engine().tell(Box::new(move |text| console.note(text)));
    Ok(classifier)
}

/// The classifier of a run.
///
/// # Errors
/// When weights, labels or device are unavailable.
pub fn classifier(settings: &Pipeline, threads: usize, console: Console) -> Result<Classifier> {
    let loaded = weights(&settings.model, console)?;
    let (device, choice) = device::open(settings.device)?;
    let preprocessing = settings.preprocessing.apply(loaded.preprocessing)?;
    let classifier = Classifier::new(
        loaded,
        ClassifierOptions {
            preprocessing: Some(preprocessing),
            device,
            threads: NonZeroUsize::new(threads),
            precision: settings.precision,
            keep_top: settings.explains,
        },
    )?;
    classifier.engine().tell(Box::new(move |text| console.note(text)));
    let threads = count(threads as u64, "thread");
    if settings.device == DeviceChoice::Auto {
        console.note(&format!("{} on {choice}, {threads}", classifier.name()));
    }
    Ok(classifier)
}

/// The header that a run's output has about its model; `scores` says what its numbers are, `policy` how answers are
/// made of them.
pub fn describe(
    classifier: &Classifier,
    decode: &DecodeOptions,
    scores: &str,
    policy: Option<&Policy>,
) -> ModelHeader {
    let own = classifier.preprocessing();
    let (height, width) = classifier.config().input_size;
    let crops = matches!(own.resize, Resize::Crop | Resize::Central);
    let weights = classifier.weights();
    let last = classifier.head().map(|head| head.activation);
    let header = ModelHeader {
        name: classifier.name().to_owned(),
        dialect: classifier.dialect().to_string(),
        preprocessing: PreprocessingHeader {
            height,
            width,
            resize: own.resize.to_string(),
            filter: own.filter.to_string(),
            crop_pct: crops.then_some(own.crop_pct),
            alpha: decode.alpha.to_string(),
            exif: decode.apply_exif,
            decode: decode.detail.to_string(),
            truncated: decode.cut.to_string(),
        },
        dtype: classifier.engine().precision().to_string(),
        device: classifier.device(),
        scores: scores.to_owned(),
        activation: last.filter(|last| *last != Activation::Softmax).map(|last| last.to_string()),
        temperature: policy.map(Policy::temperature).filter(|temperature| *temperature != 1.0),
        sha256: weights.fingerprint().to_owned(),
        source: weights.source.clone().unwrap_or_else(|| "unknown".to_owned()),
        fingerprint: String::new(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    ModelHeader {
        fingerprint: fingerprint(&header, classifier.head(), classifier.labels(), policy),
        ..header
    }
}

/// SHA-256 over all that decides an answer: two runs of the same fingerprint say the same of an image.
fn fingerprint(
    header: &ModelHeader,
    head: Option<&Head>,
    labels: Option<&Labels>,
    policy: Option<&Policy>,
) -> String {
    let ModelHeader { sha256, dialect, preprocessing, dtype, scores, .. } = header;
    let mut identity = serde_json::json!([sha256, dialect, preprocessing, dtype, scores, labels]).to_string();
    if let Some(answers) = policy.map(Policy::identity).filter(|answers| !answers.is_null()) {
        identity += &answers.to_string();
    }
    if let Some(head) = head.filter(|head| !head.is_usual()) {
        identity += &serde_json::json!(head).to_string();
    }
    Sha256::digest(identity).iter().map(|byte| format!("{byte:02x}")).collect()
}
