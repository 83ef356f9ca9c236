//! `nasnet eval`: how good a model is on labelled images, beside what is published of it.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::ExitStatus;
use crate::answers::temperature::probabilities;
use crate::classifier::Classifier;
use crate::engine::NetworkOutput;
use crate::error::Error;
use crate::evaluation::truth::{self, LabelsFile, Named, Names};
use crate::evaluation::{Evaluation, GradedAnswer};
use crate::files;
use crate::graph::Activation;
use crate::image::decode::decode;
use crate::inputs::{self, InputOptions, Source};
use crate::output::console;
use crate::output::evaluation::AccuracyReport;
use crate::output::report::{self as page, Mistake};
use crate::output::text::count;
use crate::run::calibrated_model;
use crate::run::interrupt::Interrupt;
use crate::run::open;
use crate::run::pipeline::Pipeline;
use crate::run::sink::{Unfinished, refuse_inputs, refuse_to_lose, refuse_to_replace};
use crate::settings::{Common, Eval};

/// Mistakes on the page of --report.
const MISTAKES: usize = 48;

/// Runs the command.
///
/// # Errors
/// When images, their classes, model or device are unavailable.
pub fn run(settings: &Eval, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    if !settings.dir.is_dir() {
        let found = if settings.dir.exists() { "expected a folder, got a file" } else { "no such folder" };
        bail!("{}: {found}", settings.dir.display());
    }
    if let Some(name) = &settings.report {
        let inputs = settings.labels_file.iter().chain(&settings.synsets);
        refuse_inputs("--report", Some(name), inputs)?;
        refuse_to_replace("--report", name, settings.force)?;
        refuse_to_lose("--report", name, settings.force)?;
    }
    if let Some(name) = &settings.calibrated {
        calibrated_model::prepare(name, settings)?;
    }
    let pipeline = Pipeline::open(&settings.pipeline, common.console)?;
    let ends_in = pipeline.classifier.activation();
    if ends_in != Activation::Softmax {
        bail!(
            "{} ends in {ends_in}, so its scores are no probabilities of classes that exclude each other; expected softmax",
            pipeline.classifier.name()
        );
    }
    let temperature = settings.temperature.unwrap_or(pipeline.classifier.temperature());
    let interrupt = Interrupt::listen()?;
    let images = labelled(settings, &pipeline.classifier)?;
    let (sources, truths): (Vec<Source>, Vec<usize>) = images.into_iter().unzip();
    let page = settings.report.as_deref().map(|name| Unfinished::create("--report", name, settings.force));
    let page = page.transpose()?;

    let counter = common.console.counter();
    console::expect(&counter, sources.len() as u64);
    let (mut graded, mut failures) = (Vec::with_capacity(sources.len()), Vec::new());
    let start = Instant::now();
    let mut images = pipeline.images((0..).zip(sources.clone()), NetworkOutput::Logits)?;
    loop {
        let batch = images.next_batch(&interrupt)?;
        if batch.is_empty() {
            break;
        }
        for image in batch {
            let place = image.seq as usize;
            match image.result {
                Ok(numbers) => graded.push(GradedAnswer::new(image.seq, truths[place], numbers.row)),
                Err(error) => failures.push((image.path, error)),
            }
        }
        counter.set_position((graded.len() + failures.len()) as u64);
    }
    let seconds = start.elapsed().as_secs_f64();
    counter.finish_and_clear();
    for (path, error) in failures.iter().take(10) {
        common.console.note(&format!("{}: {}: {error}", path.display(), error.kind.as_str()));
    }

    let evaluation = Evaluation::new(&graded, pipeline.classifier.labels(), temperature);
    let report = AccuracyReport {
        model: pipeline.header("logit"),
        temperature,
        fitted: pipeline.classifier.weights().temperature.as_ref().filter(|_| settings.temperature.is_none()),
        failed: failures.len(),
        complete: interrupt.signal().is_none(),
        images_per_second: (graded.len() + failures.len()) as f64 / seconds.max(1e-9),
        published: open::published(&settings.pipeline.model, pipeline.classifier.weights()),
        recorded: pipeline.classifier.weights().card_notes.get("accuracy").cloned(),
        labels: pipeline.classifier.labels(),
        evaluation: &evaluation,
    };
    if settings.json {
        report.json(stdout)?
    } else {
        report.table(stdout)?
    }
    if let Some((mut out, unfinished)) = page {
        let mistakes = mistakes(&graded, temperature, &sources, &report, settings);
        let mut document = Vec::new();
        report.json(&mut document)?;
        page::evaluation(&mut out, &report.model, serde_json::from_slice(&document)?, &mistakes)
            .with_context(|| unfinished.describe())?;
        unfinished.finish()?;
    }
    if let Some(signal) = interrupt.signal() {
        return Ok(ExitStatus::Interrupted(signal));
    }
    if let Some(name) = &settings.calibrated {
        calibrated_model::write(name, settings, &pipeline.classifier, &graded, common.console)?;
    }
    Ok(if failures.is_empty() { ExitStatus::Success } else { ExitStatus::SomeFailed })
}

/// The wrong answers that the model was surest of.
fn mistakes(
    graded: &[GradedAnswer],
    temperature: f64,
    sources: &[Source],
    report: &AccuracyReport,
    settings: &Eval,
) -> Vec<Mistake> {
    let (options, file) = (settings.pipeline.decode, settings.report.as_deref());
    let sure = |outcome: &GradedAnswer| probabilities(&outcome.logits, temperature, None)[outcome.answer];
    let wrong = graded.iter().filter(|outcome| outcome.answer != outcome.truth);
    let mut wrong: Vec<(f32, &GradedAnswer)> = wrong.map(|outcome| (sure(outcome), outcome)).collect();
    wrong.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.seq.cmp(&b.1.seq)));
    let shown = wrong.into_iter().take(MISTAKES).map(|(probability, outcome)| {
        let source = &sources[outcome.seq as usize];
        let image = source.read().and_then(|bytes| decode(&bytes, &options));
        Mistake {
            path: source.path.to_string_lossy().into_owned(),
            truth: report.name(outcome.truth),
            answer: report.name(outcome.answer),
            probability,
            thumbnail: image.ok().and_then(|image| page::thumbnail(&image)),
            link: file.and_then(|file| page::link(file, &source.path)),
        }
    });
    shown.collect()
}

/// The images and their classes; every class is known before the first image is read.
fn labelled(settings: &Eval, classifier: &Classifier) -> Result<Vec<(Source, usize)>> {
    let names = Names::new(classifier.labels(), classifier.classes()?);
    let dir = &settings.dir;
    let found = || -> Result<Vec<Source>> {
        let options = InputOptions { paths: vec![dir.clone()], ..InputOptions::default() };
        let (sources, passed_over) = inputs::sources(&options)?;
        let sources: Vec<Source> = sources.collect();
        if sources.is_empty() { Err(inputs::none(&options, &passed_over).into()) } else { Ok(sources) }
    };
    let Some(file) = &settings.labels_file else {
        let with_class = |source: Source| Ok((truth::by_folder(dir, &source.path, &names)?, source));
        let pairs: Result<Vec<_>> = found()?.into_iter().map(with_class).collect();
        return Ok(pairs?.into_iter().map(|(class, source)| (source, class)).collect());
    };
    let synsets = settings.synsets.as_deref().map(synsets).transpose()?;
    let class = |line: usize, label: &str| -> Result<usize> {
        let by_number = synsets.as_ref().zip(label.parse::<usize>().ok());
        let found = match by_number {
            Some((wnids, number)) => match number.checked_sub(1).and_then(|index| wnids.get(index)) {
                Some(wnid) => names.class(wnid, false),
                None => Err(format!("{number} is not one of the {} synsets", wnids.len())),
            },
            None => names.class(label, true),
        };
        found.map_err(|detail| {
            let origin = file.display().to_string();
            Error::Truth { origin, detail: format!("line {line}: {detail}") }.into()
        })
    };
    let text = files::read_text(file).with_context(|| file.display().to_string())?;
    match truth::parse(&text, &file.display().to_string())? {
        LabelsFile::ByPath(named) => {
            let labelled =
                |Named { line, path, label }| Ok((Source::named(dir.join(path)), class(line, &label)?));
            named.into_iter().map(labelled).collect()
        }
        LabelsFile::InOrder(labels) => {
            let mut sources = found()?;
            sources.sort_by_key(|source| source.path.file_name().map(ToOwned::to_owned));
            if sources.len() != labels.len() {
                let (labels, images) = (labels.len() as u64, sources.len() as u64);
                let (labels, images) = (count(labels, "label"), count(images, "image"));
                let detail = format!("{labels} for {images} of {}", dir.display());
                return Err(Error::Truth { origin: file.display().to_string(), detail }.into());
            }
            let pairs = sources.into_iter().zip(labels).enumerate();
            pairs.map(|(line, (source, label))| Ok((source, class(line + 1, &label)?))).collect()
        }
    }
}

/// The first word of each line: wnids in the order that numbers count in.
fn synsets(file: &Path) -> Result<Vec<String>> {
    let text = files::read_text(file).with_context(|| file.display().to_string())?;
    Ok(text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}
