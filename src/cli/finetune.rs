//! Flags of `nasnet finetune`.

use std::path::PathBuf;

use clap::Args;

use super::Pipeline;

#[derive(Debug, Args)]
pub struct Finetune {
    /// A folder of images for each class, named by the class
    pub dir: PathBuf,

    /// The weights file to write: the whole network with its new head and labels
    #[arg(long, short, value_name = "HEAD")]
    pub output: PathBuf,

    /// Replace an existing HEAD
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub training: Training,

    #[command(flatten)]
    pub pipeline: Pipeline,
}

/// How the head is trained.
#[derive(Debug, Args)]
#[command(next_help_heading = "Training")]
pub struct Training {
    /// The share of each class that is held out to stop in time and to measure accuracy
    #[arg(long, value_name = "F", default_value_t = 0.2)]
    pub holdout: f64,

    /// Training steps, at most
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pub steps: u32,

    /// The seed of the choice of images that are held out
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}
