//! Flags of `nasnet doctor`.

use clap::Args;

use super::{Identity, Run};

#[derive(Debug, Args)]
pub struct Doctor {
    /// mobile, large, tiny, hf:OWNER/NAME[/FILE][@REVISION], or a weights file [default: tiny, and the published models that are on this machine]
    #[arg(long, short, value_name = "MODEL")]
    pub model: Option<String>,

    #[command(flatten)]
    pub identity: Identity,
    #[command(flatten)]
    pub run: Run,

    /// Print JSON
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}
