//! Flags of `nasnet eval`.

use std::path::PathBuf;

use clap::Args;

use super::Pipeline;
use super::values::SummaryFormat;

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("files").multiple(true))]
pub struct Eval {
    /// A folder for each class, named by its wnid or label; or any folder of images with --labels-file
    pub dir: PathBuf,

    /// The class of each image, as lines `path,label` or one label a line
    ///
    /// A label is a wnid, a name or an index. One label a line is for the images of DIR in the order of their names.
    #[arg(long, value_name = "FILE")]
    pub labels_file: Option<PathBuf>,

    /// The wnids that numbers in --labels-file count through, from 1 (for ILSVRC2012_validation_ground_truth.txt)
    #[arg(long, value_name = "FILE", requires = "labels_file", hide_short_help = true)]
    pub synsets: Option<PathBuf>,

    #[command(flatten)]
    pub pipeline: Pipeline,

    /// Divide logits by T before softmax [default: what the weights file records, else 1]
    #[arg(long, value_name = "T", help_heading = "Calibration", hide_short_help = true)]
    pub temperature: Option<f64>,

    /// Fit a temperature to these images
    ///
    /// --output names the weights file that records it. The temperature is the one with the least negative
    /// log-likelihood. classify and the other commands divide the logits by it; the order of the classes stays. Measure what it gives on other images than these.
    #[arg(long, requires = "output", help_heading = "Calibration")]
    pub calibrate: bool,

    /// The weights file that --calibrate writes: a .safetensors
    #[arg(long, short, value_name = "FILE", requires = "calibrate", group = "files")]
    #[arg(help_heading = "Calibration")]
    pub output: Option<PathBuf>,

    /// The format of the output
    #[arg(long, value_enum, default_value_t = SummaryFormat::Table, help_heading = "Output")]
    pub format: SummaryFormat,

    /// Short for --format json
    #[arg(long, conflicts_with = "format", help_heading = "Output", hide_short_help = true)]
    pub json: bool,

    /// Write an HTML page with plots and the worst mistakes
    #[arg(long, value_name = "FILE", group = "files", help_heading = "Output")]
    pub report: Option<PathBuf>,

    /// Replace existing files of --report and --output
    #[arg(long, requires = "files", help_heading = "Output")]
    pub force: bool,
}
