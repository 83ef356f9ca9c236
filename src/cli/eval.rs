//! Flags of `nasnet eval`.

use std::path::PathBuf;

use clap::Args;

use super::{Images, Model, Run};

#[derive(Debug, Args)]
pub struct Eval {
    /// Images: a folder for each class, called by its wnid or label, or any folder with --labels-file
    pub dir: PathBuf,

    /// The class of each image: lines `path,label` (label: wnid, name or index), or one label a line for the
    /// images of DIR in the order of their names
    #[arg(long, value_name = "FILE")]
    pub labels_file: Option<PathBuf>,

    /// Numbers in --labels-file count, from 1, in this list of wnids (for ILSVRC2012_validation_ground_truth.txt)
    #[arg(long, value_name = "FILE", requires = "labels_file")]
    pub synsets: Option<PathBuf>,

    #[command(flatten)]
    pub model: Model,
    #[command(flatten)]
    pub run: Run,
    #[command(flatten)]
    pub images: Images,

    /// Form of the output
    #[arg(long, value_name = "FORM", default_value = "table", value_parser = ["table", "json"])]
    #[arg(help_heading = "Output")]
    pub format: String,

    /// Short for --format json
    #[arg(long, conflicts_with = "format", help_heading = "Output")]
    pub json: bool,

    /// Write an HTML page with plots and the worst mistakes, whole in itself
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub report: Option<PathBuf>,

    /// Replace the file of --report
    #[arg(long, requires = "report", help_heading = "Output")]
    pub force: bool,
}
