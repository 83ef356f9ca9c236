//! `nasnet info`: what a model is, computed from its graph.

use std::io::Write;

use anyhow::Result;
use serde::Serialize;

use super::ExitStatus;
use super::layers::{self, Layer};
use super::open;
use crate::error::Error;
use crate::evaluation::published::{self, Published};
use crate::kernels::Kernels;
use crate::model::config::{Config, Dialect};
use crate::model::graph::Graph;
use crate::model::nasnet;
use crate::model::plan::Plan;
use crate::output;
use crate::output::text::printable;
use crate::settings::{Common, Info, ModelSettings};
use crate::weights::Loaded;
use crate::weights::store::registry::Entry;

/// Runs the command. A published model whose weights are not here is described by its configuration.
///
/// # Errors
/// When there is no such model.
pub fn run(settings: &Info, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let (description, graph) =
        match (open::weights(&settings.model, common.console), published(&settings.model)) {
            (Ok(loaded), _) => (Description::of_weights(&loaded), loaded.graph),
            (Err(error), Some((entry, config))) if is_missing(&error) => {
                let dialect = settings.model.overrides.dialect.unwrap_or(entry.dialect);
                let graph = nasnet::graph(&config, dialect)?;
                (Description::of_graph(entry.name, &config, dialect, &graph), graph)
            }
            (Err(error), _) => return Err(error),
        };
    let layers = settings.layers.then(|| layers::of(&graph));
    if settings.json {
        output::pretty(&WithLayers { description, layers }, stdout)?;
    } else {
        description.print(stdout)?;
        if let Some(layers) = layers {
            layers::print(&layers, stdout)?;
        }
        if settings.plan {
            let kernels = Kernels::best();
            writeln!(stdout, "\nsteps of the CPU engine with {}", kernels.kind().as_str())?;
            write!(stdout, "{}", Plan::new(&graph, kernels.lanes())?)?;
        }
    }
    Ok(ExitStatus::Success)
}

fn published(model: &ModelSettings) -> Option<(&'static Entry, Config)> {
    let entry = model.source.published()?;
    let size = model.overrides.input_size.unwrap_or(entry.config.input_size);
    let skip_reduction = model.overrides.skip_reduction.unwrap_or(entry.config.skip_reduction);
    Some((entry, Config { skip_reduction, ..entry.config.with_input_size(size) }))
}

fn is_missing(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(Error::Missing { .. }))
}

/// The wire form of a description.
#[derive(Debug, Serialize)]
struct Description {
    name: String,
    architecture: String,
    /// `mobile`, `large` or `tiny`, where the cells and filters are theirs.
    preset: Option<&'static str>,
    config: Config,
    dialect: Dialect,
    parameters: u64,
    trainable_parameters: u64,
    multiply_adds: u64,
    weighted_layers: usize,
    published_accuracy: Option<Published>,
    weights: Option<WeightsDescription>,
}

#[derive(Debug, Serialize)]
struct WeightsDescription {
    source: Option<String>,
    format: &'static str,
    dtype: &'static str,
    sha256: String,
    preprocessing: Option<crate::image::preprocess::Preprocessing>,
    labels: Option<usize>,
    notes: serde_json::Value,
}

#[derive(Debug, Serialize)]
struct WithLayers {
    #[serde(flatten)]
    description: Description,
    #[serde(skip_serializing_if = "Option::is_none")]
    layers: Option<Vec<Layer>>,
}

impl Description {
    fn of_weights(loaded: &Loaded) -> Self {
        Description {
            weights: Some(WeightsDescription {
                source: loaded.source.clone(),
                format: loaded.kind,
                dtype: loaded.weights.dtype().as_str(),
                sha256: loaded.fingerprint().to_owned(),
                preprocessing: loaded.preprocessing,
                labels: loaded.labels.as_ref().map(|labels| labels.len()),
                notes: loaded.card_notes.clone(),
            }),
            ..Description::of_graph(&loaded.name, &loaded.config, loaded.dialect, &loaded.graph)
        }
    }

    fn of_graph(name: &str, config: &Config, dialect: Dialect, graph: &Graph) -> Self {
        let (parameters, trainable_parameters) = graph.parameters();
        Description {
            name: name.to_owned(),
            architecture: config.to_string(),
            preset: preset(config),
            config: *config,
            dialect,
            parameters,
            trainable_parameters,
            multiply_adds: graph.total_multiply_adds(),
            weighted_layers: graph.weighted_layers(),
            published_accuracy: published::figures(config).first().copied(),
            weights: None,
        }
    }

    fn print(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let (height, width) = self.config.input_size;
        let mut line = |name: &str, value: String| writeln!(out, "{name:<20}{}", printable(&value));
        line("model", self.name.clone())?;
        line("architecture", self.architecture.clone())?;
        line("preset", self.preset.unwrap_or("none").to_owned())?;
        line("input", format!("{height} x {width}"))?;
        line(
            "classes",
            self.config.classes.map_or("none: features only".to_owned(), |count| count.to_string()),
        )?;
        line(
            "parameters",
            format!("{} ({} trainable)", grouped(self.parameters), grouped(self.trainable_parameters)),
        )?;
        line("multiply-adds", grouped(self.multiply_adds))?;
        line("weighted layers", self.weighted_layers.to_string())?;
        line("dialect", self.dialect.to_string())?;
        if let Some(accuracy) = &self.published_accuracy {
            let Published { top1, top5, source } = accuracy;
            line("published accuracy", format!("{top1} % top-1, {top5} % top-5 ({source})"))?;
        }
        match &self.weights {
            None => line("weights", "not on this machine".to_owned()),
            Some(weights) => {
                line("weights", format!("{}, {}", weights.format, weights.dtype))?;
                line("source", weights.source.clone().unwrap_or_else(|| "unknown".to_owned()))?;
                line("sha256", weights.sha256.clone())?;
                if let Some(own) = weights.preprocessing {
                    line(
                        "preprocessing",
                        format!("{} {}, crop_pct {}", own.resize.as_str(), own.filter.as_str(), own.crop_pct),
                    )?;
                }
                line("labels", weights.labels.map_or("none recorded".to_owned(), |count| count.to_string()))
            }
        }
    }
}

/// The preset whose network this is, whatever its input size and classes.
fn preset(config: &Config) -> Option<&'static str> {
    let presets = [("mobile", Config::mobile()), ("large", Config::large()), ("tiny", Config::tiny())];
    let is = |preset: &Config| {
        Config { classes: config.classes, input_size: config.input_size, ..*preset } == *config
    };
    presets.into_iter().find(|(_, preset)| is(preset)).map(|(name, _)| name)
}

/// Digits in groups of three.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_threes() {
        assert_eq!([0, 999, 1000, 5326716].map(grouped), ["0", "999", "1,000", "5,326,716"]);
    }
}
