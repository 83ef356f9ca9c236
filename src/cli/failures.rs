//! What failed images mean for the exit code.

use clap::Args;

/// Stands under the heading that the command gives.
#[derive(Debug, Args)]
pub struct Failures {
    /// Exit with 0 even if images failed
    #[arg(long, hide_short_help = true)]
    pub exit_zero: bool,
}
