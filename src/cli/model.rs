//! Flags that say which model, and what its weights file does not say.

use std::path::PathBuf;

use clap::Args;

use super::values::{Activation, Dialect};

#[derive(Debug, Args)]
#[command(next_help_heading = "Model")]
pub struct Model {
    /// mobile, large, tiny, a weights file or hf:OWNER/NAME
    ///
    /// A name of `nasnet weights list`, a weights file (safetensors, h5, keras or pth), or
    /// hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub. What is not on this machine is downloaded once.
    #[arg(long, short, value_name = "MODEL", default_value = "mobile")]
    pub model: String,

    #[command(flatten)]
    pub network: UseOfNetwork,

    #[command(flatten)]
    pub identity: Identity,

    /// The names of the classes: one a line, or a class-index JSON
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub labels: Option<PathBuf>,
}

/// Whether weights may be downloaded.
#[derive(Debug, Args)]
pub struct UseOfNetwork {
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

    /// The function behind the last layer, for files that don't record it
    #[arg(long, value_enum, value_name = "FUNCTION", hide_short_help = true)]
    pub activation: Option<Activation>,
}
