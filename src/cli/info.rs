//! Flags of `nasnet info`.

use clap::Args;

use super::Identity;

#[derive(Debug, Args)]
pub struct Info {
    /// A name of `nasnet weights list` (mobile, large, tiny, ...), or a weights file
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
