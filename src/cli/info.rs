//! Flags of `nasnet info`.

use clap::Args;

use super::Identity;

#[derive(Debug, Args)]
pub struct Info {
    /// mobile, large, tiny, another name of `nasnet weights list`, a weights file or hf:OWNER/NAME
    #[arg(default_value = "mobile")]
    pub model: String,

    #[command(flatten)]
    pub identity: Identity,

    /// List every layer
    #[arg(long)]
    pub layers: bool,

    /// List the fused steps that the CPU engine runs
    #[arg(long, conflicts_with = "json")]
    pub plan: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
