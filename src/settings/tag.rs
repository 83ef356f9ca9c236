//! Settings of `nasnet tag`.

use super::answers;
use super::inputs::inputs;
use super::pipeline::{self, Pipeline};
use super::{Answers, Environment, selection};
use crate::answers::predictions::{Scores, Selection};
use crate::cli;
use crate::cli::values;
use crate::error::Result;
use crate::inputs::{InputOptions, Together};

/// The least probability of a keyword, unless a flag or a rule sets another.
const THRESHOLD: f32 = 0.5;

/// What sidecars are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SidecarName {
    /// `photo.jpg.xmp`.
    Full,
    /// `photo.xmp`.
    Stem,
}

/// Settings of `nasnet tag`.
#[derive(Debug, Clone)]
pub struct Tag {
    /// Which images.
    pub inputs: InputOptions,
    /// Which model, and how it runs.
    pub pipeline: Pipeline,
    /// How answers are made of the scores.
    pub answers: Answers,
    /// What sidecars are called.
    pub sidecar_name: SidecarName,
    /// Take keywords out instead.
    pub remove: bool,
    /// Change nothing and say what would be done.
    pub dry_run: bool,
    /// Failed images do not change the exit code.
    pub exit_zero: bool,
}

/// Settings of `nasnet tag`.
///
/// # Errors
/// Names the flag at fault.
pub fn tag(flags: &cli::Tag, environment: &Environment) -> Result<Tag> {
    let scores = Scores::Probability;
    let given = selection::checked(flags.threshold, scores)?;
    // Less sure than the group that --rollup asks for is no class either.
    let usual = flags.answers.rollup.map_or(THRESHOLD, |least| least as f32);
    let selection = Selection { top_k: flags.top_k, threshold: Some(given.unwrap_or(usual)) };
    let (sidecar_name, together) = match flags.sidecar_name {
        values::SidecarName::Full => (SidecarName::Full, Together::Nothing),
        // Images of one sidecar, or two shards would write it in turn.
        values::SidecarName::Stem => (SidecarName::Stem, Together::Stem),
    };
    Ok(Tag {
        inputs: inputs(&flags.inputs, together)?,
        pipeline: pipeline::of_flags(&flags.pipeline, environment)?,
        answers: answers::of_flags(&flags.answers, scores, selection)?,
        sidecar_name,
        remove: flags.remove,
        dry_run: flags.dry_run,
        exit_zero: flags.failures.exit_zero,
    })
}
