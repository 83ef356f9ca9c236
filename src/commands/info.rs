//! `nasnet info`: what a model is, computed from its graph.

use std::io::Write;

use anyhow::Result;

use super::ExitStatus;
use crate::engine::plan::Plan;
use crate::error::Error;
use crate::kernels::Kernels;
use crate::nasnet;
use crate::nasnet::Config;
use crate::nasnet::keras_layers;
use crate::output;
use crate::output::model_info::{self, ModelDescription, WithLayers};
use crate::run::open;
use crate::settings::{Common, Info, ModelSettings};
use crate::store::registry::PublishedModel;
use crate::weights::LoadedModel;

/// Runs the command. A published model whose weights are not here is described by its configuration.
///
/// # Errors
/// When there is no such model.
pub fn run(settings: &Info, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let (description, graph) =
        match (open::weights(&settings.model, common.console), published(&settings.model)) {
            (Ok(loaded), _) => (described(&loaded, &settings.model), loaded.graph),
            (Err(error), Some((entry, config))) if is_missing(&error) => {
                let dialect = settings.model.overrides.dialect.unwrap_or(entry.dialect);
                let graph = nasnet::graph(&config, dialect)?;
                (ModelDescription::of_graph(entry.name, &config, dialect, &graph), graph)
            }
            (Err(error), _) => return Err(error),
        };
    let layers = settings.layers.then(|| keras_layers::of(&graph));
    if settings.json {
        output::pretty(&WithLayers { description, layers }, stdout)?;
    } else {
        description.print(stdout)?;
        if let Some(layers) = layers {
            model_info::print_layers(&layers, stdout)?;
        }
        if settings.plan {
            let kernels = Kernels::best();
            writeln!(stdout, "\nsteps of the CPU engine with {}", kernels.kind().as_str())?;
            write!(stdout, "{}", Plan::new(&graph.without_unusual_head(), kernels.lanes())?)?;
        }
    }
    Ok(ExitStatus::Success)
}

/// What is known of loaded weights.
fn described(loaded: &LoadedModel, model: &ModelSettings) -> ModelDescription {
    ModelDescription::of_weights(loaded, open::published(model, loaded).first().copied())
}

fn published(model: &ModelSettings) -> Option<(&'static PublishedModel, Config)> {
    let entry = model.source.published()?;
    let size = model.overrides.input_size.unwrap_or(entry.config.input_size);
    let skip_reduction = model.overrides.skip_reduction.unwrap_or(entry.config.skip_reduction);
    Some((entry, Config { skip_reduction, ..entry.config.with_input_size(size) }))
}

fn is_missing(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(Error::Missing { .. }))
}
