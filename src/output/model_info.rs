//! The output of `nasnet info`, as text and JSON.

use std::io::Write;

use serde::Serialize;

use crate::answers::temperature::Fitted;
use crate::graph::Graph;
use crate::nasnet::keras_layers::Layer;
use crate::nasnet::published::{self, Published};
use crate::nasnet::{Config, Dialect, Head};
use crate::output::text::{count, grouped, printable};
use crate::weights::LoadedModel;

/// The wire form of a description.
#[derive(Debug, Serialize)]
pub struct ModelDescription {
    name: String,
    architecture: String,
    /// `mobile`, `large` or `tiny`, where the cells and filters are theirs.
    preset: Option<&'static str>,
    config: Config,
    dialect: Dialect,
    /// What follows the features, where it is not average, dense and softmax.
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<Head>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<Fitted>,
    notes: serde_json::Value,
}

/// A description and its layers.
#[derive(Debug, Serialize)]
pub struct WithLayers {
    #[serde(flatten)]
    /// The model.
    pub description: ModelDescription,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// Its layers, with --layers.
    pub layers: Option<Vec<Layer>>,
}

impl ModelDescription {
    /// The description of loaded weights; `published_accuracy` is that of just these weights.
    pub fn of_weights(loaded: &LoadedModel, published_accuracy: Option<Published>) -> Self {
        ModelDescription {
            published_accuracy,
            weights: Some(WeightsDescription {
                source: loaded.source.clone(),
                format: loaded.kind,
                dtype: loaded.weights.dtype().as_str(),
                sha256: loaded.fingerprint().to_owned(),
                preprocessing: loaded.preprocessing,
                labels: loaded.labels.as_ref().map(|labels| labels.len()),
                temperature: loaded.temperature.clone(),
                notes: loaded.card_notes.clone(),
            }),
            head: loaded.head.clone().filter(|head| !head.is_usual()),
            ..ModelDescription::of_graph(&loaded.name, &loaded.config, loaded.dialect, &loaded.graph)
        }
    }

    /// The description of a published network whose weights are not here.
    pub fn of_graph(name: &str, config: &Config, dialect: Dialect, graph: &Graph) -> Self {
        let (parameters, trainable_parameters) = graph.parameters();
        ModelDescription {
            name: name.to_owned(),
            architecture: config.to_string(),
            preset: preset(config),
            config: *config,
            dialect,
            head: None,
            parameters,
            trainable_parameters,
            multiply_adds: graph.total_multiply_adds(),
            weighted_layers: graph.weighted_layers(),
            published_accuracy: published::figures(config).first().copied(),
            weights: None,
        }
    }

    /// Prints it for people.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn print(&self, out: &mut dyn Write) -> std::io::Result<()> {
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
        if let Some(head) = &self.head {
            line("head", head.to_string())?;
        }
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
                line("labels", weights.labels.map_or("none recorded".to_owned(), |count| count.to_string()))?;
                weights.temperature.as_ref().map_or(Ok(()), |fitted| {
                    let Fitted { temperature, images, method, .. } = fitted;
                    line(
                        "temperature",
                        format!("{temperature:.4}, fitted on {} ({method})", count(*images as u64, "image")),
                    )
                })
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

/// Prints layers as a table.
///
/// # Errors
/// When the writer fails.
pub fn print_layers(layers: &[Layer], out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "\n{:<42}{:>16}{:>14}{:>16}", "layer", "shape", "parameters", "multiply-adds")?;
    for layer in layers {
        let shape = layer.shape.iter().map(usize::to_string).collect::<Vec<_>>().join("x");
        let numbers = [layer.parameters, layer.multiply_adds].map(grouped);
        writeln!(out, "{:<42}{shape:>16}{:>14}{:>16}", layer.name, numbers[0], numbers[1])?;
    }
    Ok(())
}
