//! Flags of `nasnet embed`.

use std::path::PathBuf;

use clap::Args;

use super::values::{Pooling, VectorFormat};
use super::{Failures, Inputs, Pipeline};

#[derive(Debug, Args)]
pub struct Embed {
    #[command(flatten)]
    pub inputs: Inputs,

    #[command(flatten)]
    pub pipeline: Pipeline,
    #[command(flatten)]
    pub features: Features,
    #[command(flatten)]
    pub output: VectorOutput,
}

/// Which numbers describe an image.
#[derive(Debug, Args)]
#[command(next_help_heading = "Features")]
pub struct Features {
    /// How the last feature map becomes features
    #[arg(long, value_enum, default_value_t = Pooling::Avg)]
    pub pooling: Pooling,

    /// Scale each image's features to length 1
    #[arg(long)]
    pub normalize: bool,
}

/// Where features go, and in which format.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct VectorOutput {
    /// The format [default: by the extension of --output, else jsonl]
    #[arg(long, value_enum)]
    pub format: Option<VectorFormat>,

    /// Write to FILE instead of stdout
    ///
    /// FILE appears only once it is complete; - is stdout. npy and safetensors write the paths to FILE.jsonl.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Replace an existing file of --output
    #[arg(long, requires = "output")]
    pub force: bool,

    /// Continue an interrupted run's --output file (jsonl, npy)
    ///
    /// Its rows are kept, and the missing ones added. Torn rows are dropped, and in the end each path has one row, in the
    /// order of the inputs. Rows of another model, preprocessing or kind of features are redone in jsonl and an error in npy.
    #[arg(long, requires = "output", conflicts_with = "force")]
    pub resume: bool,

    /// With --resume, retry images whose row is an error
    #[arg(long, requires = "resume", hide_short_help = true)]
    pub retry_errors: bool,

    #[command(flatten)]
    pub failures: Failures,
}
