//! Flags that say which model, and what its weights file does not say.

use std::path::PathBuf;

use clap::Args;

use super::values::Dialect;

#[derive(Debug, Args)]
#[command(next_help_heading = "Model")]
pub struct Model {
    /// A name of `nasnet weights list` (mobile, large, tiny, ...), or a weights file (.safetensors, .h5, .keras, .pth);
    /// named weights are downloaded once
    #[arg(long, short, value_name = "MODEL", default_value = "mobile", conflicts_with = "repo")]
    pub model: String,

    #[command(flatten)]
    pub hub: Hub,

    #[command(flatten)]
    pub identity: Identity,

    /// The names of the classes: one a line, or a class-index JSON
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub labels: Option<PathBuf>,
}

/// Where weights come from that have no name here.
#[derive(Debug, Args)]
pub struct Hub {
    /// Weights from a Hugging Face Hub repository
    #[arg(long, value_name = "OWNER/NAME", hide_short_help = true)]
    pub repo: Option<String>,

    /// Revision of --repo: a branch, a tag or a commit
    #[arg(long, value_name = "REV", requires = "repo", default_value = "main", hide_short_help = true)]
    pub revision: String,

    /// File of --repo [default: the repository's only weights file]
    #[arg(long, value_name = "NAME", requires = "repo", hide_short_help = true)]
    pub file: Option<String>,

    /// Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)
    #[arg(long, hide_short_help = true)]
    pub offline: bool,
}

/// What tensors cannot tell.
#[derive(Debug, Args)]
#[command(next_help_heading = "Model")]
pub struct Identity {
    /// Input size in pixels: a side, or height x width
    #[arg(long, value_name = "N|HxW", hide_short_help = true)]
    pub size: Option<String>,

    /// Whether the cells after a reduction skip its input, as in Large
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(hide_short_help = true)]
    pub skip_reduction: Option<bool>,

    /// How strided pools treat the border
    #[arg(long, value_enum, hide_short_help = true)]
    pub dialect: Option<Dialect>,
}
