//! Flags of `nasnet classify`.

use std::path::PathBuf;

use clap::Args;

use super::values::{Format, Scores};
use super::{Answers, Failures, Inputs, Pipeline};

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("files").multiple(true))]
pub struct Classify {
    #[command(flatten)]
    pub inputs: Inputs,

    #[command(flatten)]
    pub pipeline: Pipeline,
    #[command(flatten)]
    pub selection: Selection,
    #[command(flatten)]
    pub answers: Answers,

    /// Photos of one folder, each taken at most SECONDS after the one before, have one answer: the mean of their scores
    ///
    /// For camera traps. Times are those of EXIF; a photo without one is answered alone. The photos have to come in the
    /// order in which they were taken, as a folder's numbered files do. Each record says of how many photos its answer is
    /// ("burst": N). With --shard, a folder's photos stay in one shard.
    #[arg(long, value_name = "SECONDS", hide_short_help = true, help_heading = "Answers")]
    #[arg(conflicts_with_all = ["resume", "unsorted"])]
    pub burst: Option<f64>,

    #[command(flatten)]
    pub output: Output,
}

/// Which classes of an image are printed, and how they are scored.
#[derive(Debug, Args)]
#[command(next_help_heading = "Answers")]
pub struct Selection {
    /// Classes per image (0: all)
    #[arg(long, short = 'k', value_name = "N", default_value_t = 5, value_parser = super::values::whole_number)]
    pub top_k: usize,

    /// Only classes with at least this score
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub threshold: Option<f32>,

    /// What the score of a class is
    #[arg(long, value_enum, default_value_t = Scores::Probability, hide_short_help = true)]
    pub scores: Scores,
}

/// Where records go, and in which format.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// The format [default: by the extension of --output, else table]
    #[arg(long, value_enum)]
    pub format: Option<Format>,

    /// Short for --format json
    #[arg(long, conflicts_with = "format", hide_short_help = true)]
    pub json: bool,

    /// Write to FILE instead of stdout
    ///
    /// FILE appears only once it is complete; - is stdout.
    #[arg(long, short, value_name = "FILE", group = "files")]
    pub output: Option<PathBuf>,

    /// Replace existing files of --output and --report
    #[arg(long, requires = "files")]
    pub force: bool,

    /// Continue an interrupted run's --output file (jsonl)
    ///
    /// Its rows are kept, and the missing ones added.
    /// Rows of another model, preprocessing, kind or number of scores, or of other flags under Answers are redone, and
    /// a torn last line is dropped. In the end each path has one row, in the order of the inputs.
    #[arg(long, requires = "output", conflicts_with = "force")]
    pub resume: bool,

    /// Write an HTML page of thumbnails and answers
    #[arg(long, value_name = "FILE", group = "files")]
    pub report: Option<PathBuf>,

    /// With --resume, retry images whose row is an error
    #[arg(long, requires = "resume", hide_short_help = true)]
    pub retry_errors: bool,

    /// Add capture times and GPS positions of photos to their records
    #[arg(long, hide_short_help = true)]
    pub exif: bool,

    #[command(flatten)]
    pub failures: Failures,
}
