//! Flags of `nasnet sort`.

use std::path::PathBuf;

use clap::Args;

use super::{Answers, Failures, Inputs, Only, Pipeline};

#[derive(Debug, Args)]
pub struct Sort {
    #[command(flatten)]
    pub inputs: Inputs,

    /// The folder that gets a folder for each answer
    #[arg(long, value_name = "DIR", help_heading = "Sorting")]
    pub into: PathBuf,

    /// Make hard links instead of copies
    #[arg(long, conflicts_with = "move_files", help_heading = "Sorting")]
    pub link: bool,

    /// Move the images instead of copying them
    #[arg(long = "move", help_heading = "Sorting")]
    pub move_files: bool,

    /// Leave images where they are whose best class (with --rollup: group) has a smaller probability
    #[arg(long, value_name = "P", help_heading = "Sorting")]
    pub min_score: Option<f32>,

    #[command(flatten, next_help_heading = "Sorting")]
    pub only: Only,

    /// Change nothing: print what would go where
    #[arg(long, help_heading = "Sorting")]
    pub dry_run: bool,

    #[command(flatten, next_help_heading = "Sorting")]
    pub failures: Failures,

    #[command(flatten)]
    pub pipeline: Pipeline,
    #[command(flatten)]
    pub answers: Answers,
}
