//! Flags of `nasnet bench`.

use clap::Args;

use super::values::SummaryFormat;
use super::{Model, Run};

#[derive(Debug, Args)]
pub struct Bench {
    #[command(flatten)]
    pub model: Model,
    #[command(flatten)]
    pub run: Run,

    /// Timed forward passes
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    #[arg(help_heading = "Measurement")]
    pub iterations: u32,

    /// Forward passes before the timed ones
    #[arg(long, value_name = "N", default_value_t = 3, help_heading = "Measurement")]
    pub warmup: u32,

    /// Time each step of the network
    #[arg(long, help_heading = "Measurement")]
    pub profile: bool,

    /// The format of the output
    #[arg(long, value_enum, default_value_t = SummaryFormat::Table, help_heading = "Output")]
    pub format: SummaryFormat,
}
