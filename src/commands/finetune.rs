//! `nasnet finetune`: class folders in, a weights file with a new head out.

use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail};
use serde_json::json;

use super::ExitStatus;
use crate::answers::labels::{Label, Labels};
use crate::engine::NetworkOutput;
use crate::error::Error;
use crate::evaluation::Accuracy;
use crate::graph::Weights;
use crate::inputs::{self, InputOptions, Source};
use crate::nasnet;
use crate::nasnet::Config;
use crate::output::console::{self, Console};
use crate::output::text::{self, count};
use crate::run::interrupt::Interrupt;
use crate::run::open;
use crate::run::pipeline::Pipeline;
use crate::run::sink::refuse_to_replace;
use crate::settings::{Common, Finetune};
use crate::tensor::Tensor;
use crate::training::{self, TrainedHead};
use crate::weights::card::{Card, FORMAT_VERSION};
use crate::weights::{LoadedModel, canonical};

/// Runs the command.
///
/// # Errors
/// When images or model are unavailable, classes are too small, or the file cannot be written.
pub fn run(settings: &Finetune, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    refuse_to_replace("--output", &settings.output, settings.force)?;
    let (folders, images) = class_folders(&settings.dir)?;
    let pipeline = Pipeline::open(&settings.pipeline, common.console)?;
    let interrupt = Interrupt::listen()?;
    let examples = examples(&pipeline, images, &interrupt, common.console)?;
    if let Some(signal) = interrupt.signal() {
        return Ok(ExitStatus::Interrupted(signal));
    }
    for (class, folder) in folders.iter().enumerate() {
        let count = examples.classes.iter().filter(|other| **other as usize == class).count();
        if count < 2 {
            let place = settings.dir.join(folder);
            let images = text::count(count as u64, "usable image");
            bail!("{}: {images}, expected at least 2", place.display());
        }
    }
    let head = training::linear_head(&examples.features, &examples.classes, folders.len(), &settings.recipe)?;

    if let Some(signal) = interrupt.signal() {
        return Ok(ExitStatus::Interrupted(signal));
    }

    let base = open::weights(&settings.pipeline.model, Console { quiet: true, ..common.console })?;
    let labels = labels(&folders, pipeline.classifier.labels());
    write(settings, &base, &pipeline, labels, &head)?;
    report(&head, folders.len(), stdout)?;
    common.console.note(&format!("classify with it: nasnet classify --model {}", settings.output.display()));
    Ok(if examples.failed == 0 { ExitStatus::Success } else { ExitStatus::SomeFailed })
}

/// Images, each with the place of its class.
type Labelled = Vec<(Source, u32)>;

/// The names of the folders in the order of their bytes, and all images with the place of their folder.
fn class_folders(dir: &Path) -> Result<(Vec<String>, Labelled)> {
    let entries = std::fs::read_dir(dir).map_err(|error| Error::io(dir, error))?;
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| Error::io(dir, error))?;
        let name = entry.file_name();
        if entry.path().is_dir() && !name.as_encoded_bytes().starts_with(b".") {
            folders.push(name);
        }
    }
    folders.sort();
    if folders.len() < 2 {
        bail!("{}: expected at least 2 class folders, got {}", dir.display(), folders.len());
    }
    let mut images = Vec::new();
    for (class, folder) in folders.iter().enumerate() {
        let options = InputOptions { paths: vec![dir.join(folder)], ..InputOptions::default() };
        images.extend(inputs::sources(&options)?.0.map(|source| (source, class as u32)));
    }
    let names = folders.iter().map(|folder| folder.to_string_lossy().into_owned());
    Ok((names.collect(), images))
}

/// Features of all images that could be read: each goes through the network once.
struct Examples {
    /// N, C.
    features: Vec<f32>,
    classes: Vec<u32>,
    failed: usize,
}

fn examples(
    pipeline: &Pipeline,
    images: Labelled,
    interrupt: &Interrupt,
    console: Console,
) -> Result<Examples> {
    let (sources, all): (Vec<Source>, Vec<u32>) = images.into_iter().unzip();
    let mut examples = Examples { features: Vec::new(), classes: Vec::new(), failed: 0 };
    let counter = console.counter();
    console::expect(&counter, sources.len() as u64);
    let mut images = pipeline.images((0..).zip(sources), NetworkOutput::Pooled)?;
    loop {
        let batch = images.next_batch(interrupt)?;
        if batch.is_empty() {
            break;
        }
        for image in batch {
            match image.result {
                Ok(numbers) => {
                    examples.features.extend(numbers.row);
                    examples.classes.push(all[image.seq as usize]);
                }
                Err(error) => {
                    examples.failed += 1;
                    console.note(&format!("{}: {}: {error}", image.path.display(), error.kind.as_str()));
                }
            }
        }
        counter.set_position((examples.classes.len() + examples.failed) as u64);
    }
    counter.finish_and_clear();
    Ok(examples)
}

/// Labels of the folders; one that is called by a wnid of the model keeps that label.
fn labels(folders: &[String], known: Option<&Labels>) -> Labels {
    let label = |folder: &String| {
        let by_wnid = |label: &&Label| label.wnid.as_deref() == Some(folder);
        let own = known.and_then(|labels| labels.iter().find(by_wnid)).cloned();
        own.unwrap_or(Label { wnid: None, name: folder.clone() })
    };
    Labels::new(folders.iter().map(label).collect())
}

/// Writes the network with its new head.
fn write(
    settings: &Finetune,
    base: &LoadedModel,
    pipeline: &Pipeline,
    labels: Labels,
    head: &TrainedHead,
) -> Result<()> {
    let config = Config { classes: Some(labels.len()), ..base.config };
    let graph = nasnet::graph(&config, base.dialect)?;
    let (channels, classes) = (config.penultimate_filters, labels.len());
    let dense = [
        Tensor::from_f32(vec![channels, classes], &head.kernel),
        Tensor::from_f32(vec![classes], &head.bias),
    ];
    // A graph's last two weights are its dense layer's; a base without a top has none.
    let kept = graph.weights.len() - dense.len();
    let tensors: Vec<Tensor> = base.weights.tensors().iter().take(kept).cloned().chain(dense).collect();
    let recipe = settings.recipe;
    let card = Card {
        format: FORMAT_VERSION,
        head: None,
        name: format!("{}-finetuned", base.name),
        config,
        dialect: base.dialect,
        preprocessing: Some(*pipeline.classifier.preprocessing()),
        labels: Some(labels),
        temperature: None, // another head wants another one
        source: base.source.clone(),
        fingerprint: String::new(),
        notes: json!({
            "head": {
                "features_of": base.fingerprint(),
                "seed": recipe.seed,
                "holdout": recipe.holdout,
                "step": head.step,
                "trained": {"right": head.trained.0, "images": head.trained.1},
                "held_out": {"right": head.held_out.0, "images": head.held_out.1},
            }
        }),
    };
    canonical::write(&settings.output, &graph, &Weights::new(&graph, tensors), &card, base.weights.dtype())?;
    Ok(())
}

fn report(head: &TrainedHead, classes: usize, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{:<12}{classes}", "classes")?;
    for (name, (right, images)) in [("trained", head.trained), ("held out", head.held_out)] {
        let Accuracy { percent, interval: [low, high], .. } = Accuracy::new(right, images);
        let images = count(images as u64, "image");
        writeln!(out, "{name:<12}{percent:.2} % of {images}  (95 %: {low:.2} to {high:.2})")?;
    }
    writeln!(out, "{:<12}{}", "steps", head.step)
}
