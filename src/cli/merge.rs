//! Flags of `nasnet merge`.

use std::path::PathBuf;

use clap::Args;

use super::values::MergeFormat;

#[derive(Debug, Args)]
pub struct Merge {
    /// Outputs of `nasnet classify` or `nasnet embed` with `--format jsonl --shard I/N`
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Join what exists: inputs may be unanswered, changed between the runs, or named twice
    ///
    /// Places without a row, and places with rows of several paths, are then counted instead of being an error.
    #[arg(long)]
    pub incomplete: bool,

    /// The format of the output [default: by the extension of --output, else jsonl]
    #[arg(long, value_enum)]
    pub format: Option<MergeFormat>,

    /// Write to FILE, which appears only once it is complete
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Replace an existing file of --output
    #[arg(long, requires = "output")]
    pub force: bool,
}
