//! Flags of every command that takes images through a model.

use clap::Args;

use super::{Images, Model, Run};

/// Which model, what computes it, and how images become its input.
#[derive(Debug, Args)]
pub struct Pipeline {
    #[command(flatten)]
    pub model: Model,
    #[command(flatten)]
    pub run: Run,
    #[command(flatten)]
    pub images: Images,
}
