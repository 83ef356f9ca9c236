//! Flags that say what computes, and how.

use clap::Args;

use super::values::Dtype;

#[derive(Debug, Args)]
#[command(next_help_heading = "Device")]
pub struct Run {
    /// auto, cpu, cuda, cuda:N or metal
    ///
    /// If the device is unavailable, that is an error.
    #[arg(long, default_value = "auto")]
    pub device: String,

    /// Threads to use [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    #[arg(hide_short_help = true)]
    pub threads: Option<u32>,

    /// Number type of the arithmetic
    ///
    /// bf16 needs a CPU with AVX512-BF16 or Arm's FEAT_BF16, or --device cuda; f16 and tf32 need --device cuda.
    #[arg(long, value_enum, default_value_t = Dtype::F32, hide_short_help = true)]
    pub dtype: Dtype,

    /// Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=65536))]
    #[arg(hide_short_help = true)]
    pub batch_size: Option<u32>,
}
