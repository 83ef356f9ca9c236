//! Flags of `nasnet explain`.

use std::path::PathBuf;

use clap::Args;

use super::values::RecordFormat;
use super::{Failures, Inputs, Only, Pipeline};

#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    pub inputs: Inputs,

    /// The folder of the PNG files
    #[arg(long, short, value_name = "DIR", help_heading = "Output")]
    pub output: PathBuf,

    /// Classes to draw per image, best first
    #[arg(long, short = 'k', value_name = "N", default_value_t = 1, help_heading = "Output")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub top_k: u32,

    /// Only classes with at least this probability
    #[arg(long, value_name = "P", allow_negative_numbers = true, help_heading = "Output")]
    pub threshold: Option<f32>,

    #[command(flatten, next_help_heading = "Output")]
    pub only: Only,

    /// The format of the records on stdout, which name the files
    #[arg(long, value_enum, default_value_t = RecordFormat::Table, help_heading = "Output")]
    pub format: RecordFormat,

    /// Replace existing files of other content
    #[arg(long, help_heading = "Output")]
    pub force: bool,

    #[command(flatten, next_help_heading = "Output")]
    pub failures: Failures,

    #[command(flatten)]
    pub pipeline: Pipeline,
}
