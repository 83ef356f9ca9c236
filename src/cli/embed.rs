//! Flags of `nasnet embed`.

use std::path::PathBuf;

use clap::Args;

use super::{Images, Inputs, Model, Run};

#[derive(Debug, Args)]
pub struct Embed {
    #[command(flatten)]
    pub inputs: Inputs,

    #[command(flatten)]
    pub model: Model,
    #[command(flatten)]
    pub run: Run,
    #[command(flatten)]
    pub images: Images,

    /// How the last feature map becomes features: mean or maximum over its pixels, or the map itself (H, W, C)
    #[arg(long, default_value = "avg", value_parser = ["avg", "max", "none"], help_heading = "Output")]
    pub pooling: String,

    /// Scale each image's features to length 1
    #[arg(long, help_heading = "Output")]
    pub normalize: bool,

    /// Form of the output [default: as --output is called, else jsonl]
    #[arg(long, value_name = "FORM", value_parser = ["npy", "npz", "safetensors", "jsonl", "csv"])]
    #[arg(help_heading = "Output")]
    pub format: Option<String>,

    /// Write to a file, which appears under its name only when it is whole; npy and safetensors get their paths
    /// beside them, in FILE.jsonl
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,

    /// Replace the file of --output
    #[arg(long, requires = "output", help_heading = "Output")]
    pub force: bool,

    /// Go on with the file of --output (jsonl, npy): keep its rows, add those that are missing
    ///
    /// What was torn is dropped, and in the end each path has one row, in the order of the inputs. Rows of another
    /// model, preprocessing or kind of features are redone in jsonl and an error in npy.
    #[arg(long, requires = "output", conflicts_with = "force", help_heading = "Output")]
    pub resume: bool,

    /// With --resume, try images again whose row is an error
    #[arg(long, requires = "resume", help_heading = "Output")]
    pub retry_errors: bool,

    /// Exit with 0 even when images failed
    #[arg(long, help_heading = "Output")]
    pub exit_zero: bool,
}
