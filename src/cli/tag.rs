//! Flags of `nasnet tag`.

use clap::Args;

use super::values::SidecarName;
use super::{Answers, Failures, Inputs, Pipeline};

#[derive(Debug, Args)]
pub struct Tag {
    #[command(flatten)]
    pub inputs: Inputs,

    /// Keywords per image, at most (0: no limit)
    #[arg(long, short = 'k', value_name = "N", default_value_t = 5, help_heading = "Tagging")]
    pub top_k: usize,

    /// Only classes with at least this probability [default: that of --rollup, else 0.5]
    #[arg(long, value_name = "P", help_heading = "Tagging")]
    pub threshold: Option<f32>,

    /// What the sidecar of photo.jpg is called
    ///
    /// With `stem`, images that differ only in their extension share a sidecar: it gets the keywords of the first one,
    /// also in later runs, and each other one is named on stderr.
    #[arg(long, value_enum, value_name = "NAME", default_value_t = SidecarName::Full, help_heading = "Tagging")]
    pub sidecar_name: SidecarName,

    /// Take out all keywords that nasnet wrote
    ///
    /// No model is needed.
    #[arg(long, help_heading = "Tagging")]
    pub remove: bool,

    /// Change nothing: print what would come and go
    #[arg(long, help_heading = "Tagging")]
    pub dry_run: bool,

    #[command(flatten, next_help_heading = "Tagging")]
    pub failures: Failures,

    #[command(flatten)]
    pub pipeline: Pipeline,
    #[command(flatten)]
    pub answers: Answers,
}
