//! Flags of `nasnet labels`.

use std::path::PathBuf;

use clap::Args;

use super::Identity;

#[derive(Debug, Args)]
pub struct Labels {
    /// mobile, large, tiny, another name of `nasnet weights list`, a weights file or hf:OWNER/NAME
    #[arg(default_value = "mobile")]
    pub model: String,

    /// Only classes and groups that have all these words in their id, their names or those of a group above them
    pub words: Vec<String>,

    /// List the WordNet groups above the classes, and how many classes each one has
    #[arg(long)]
    pub groups: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,

    /// Names of the classes: one a line, or a class-index JSON
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,

    #[command(flatten)]
    pub identity: Identity,
}
