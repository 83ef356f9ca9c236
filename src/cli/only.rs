//! Which answered images a command acts on.

use clap::Args;

/// Stands under the heading that the command gives.
#[derive(Debug, Args)]
pub struct Only {
    /// Only images whose best class is one of these (indices, wnids, labels or groups)
    #[arg(long, value_name = "LABEL", value_delimiter = ',', hide_short_help = true)]
    pub only: Vec<String>,
}
