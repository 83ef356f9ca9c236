//! Flags of `nasnet weights`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Identity, UseOfNetwork};

#[derive(Debug, Subcommand)]
pub enum Weights {
    /// List the models that are known by name, and what is on this machine
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Bring weights to this machine and print where they are
    ///
    /// A download is resumed where it broke off, retried after transient failures, and counts only when its
    /// checksum is right. Environment: HF_ENDPOINT (a mirror of the Hub), HF_TOKEN, HF_HUB_DISABLE_IMPLICIT_TOKEN, HF_HOME,
    /// HF_HUB_CACHE, HF_HUB_OFFLINE, HF_HUB_DOWNLOAD_TIMEOUT (seconds without a byte, 10), HTTPS_PROXY, NO_PROXY,
    /// SSL_CERT_FILE, NASNET_CACHE (converted weights), NASNET_KERAS_URL (a mirror of Keras' files), NASNET_RETRY_WAIT (seconds
    /// before the second attempt, 1), NASNET_RETRY_LIMIT (seconds of failures in all, 90).
    Fetch {
        #[command(flatten)]
        which: Which,

        /// Ask the Hub whether a branch or tag has moved
        #[arg(long)]
        refresh: bool,

        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Check weights on this machine from their first byte to their last [default: all]
    ///
    /// Exit code: 0 when all are right, 1 when some are damaged.
    Verify {
        #[command(flatten)]
        which: Which,

        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print where weights on this machine are
    Path {
        #[command(flatten)]
        which: Which,
    },
    /// Remove weights from this machine
    Remove {
        #[command(flatten)]
        which: Which,

        /// Everything that `nasnet weights list` shows as here
        #[arg(long, conflicts_with = "models")]
        all: bool,
    },
    /// Write weights to one file with their checksums, for machines without a network [default: all that is here]
    Pack {
        /// The tar file to write
        #[arg(value_name = "OUT.tar")]
        output: PathBuf,

        #[command(flatten)]
        which: Which,

        /// Replace OUT.tar
        #[arg(long)]
        force: bool,

        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Put the weights of a packed file where they are looked for
    Unpack {
        /// The tar file
        #[arg(value_name = "IN.tar")]
        bundle: PathBuf,

        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Convert a Keras or PyTorch file to canonical safetensors, which load at once and remember what the model is
    Import(Box<Import>),
}

/// Weights of the store.
#[derive(Debug, Args)]
pub struct Which {
    /// Models as `nasnet weights list` shows them: names, or hf:OWNER/NAME[/FILE][@REVISION]
    #[arg(value_name = "MODEL")]
    pub models: Vec<String>,

    #[command(flatten)]
    pub network: UseOfNetwork,
}

#[derive(Debug, Args)]
pub struct Import {
    /// Keras .h5, .weights.h5 or .keras, PyTorch .pth, or safetensors
    pub file: PathBuf,

    /// The safetensors file to write
    #[arg(long, short, value_name = "OUT")]
    pub output: PathBuf,

    /// Replace OUT
    #[arg(long)]
    pub force: bool,

    /// Number type to store [default: that of the file]
    #[arg(long, value_parser = ["f32", "f16", "bf16"])]
    pub dtype: Option<String>,

    /// The name to record [default: the file's own name]
    #[arg(long)]
    pub name: Option<String>,

    /// Anything else to record, such as training data and accuracy: a JSON file
    #[arg(long, value_name = "FILE")]
    pub notes: Option<PathBuf>,

    #[command(flatten)]
    pub identity: Identity,

    /// Names of the classes to record: one a line, or a class-index JSON
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,

    /// How a reference resizes and crops, to record
    #[arg(long, value_parser = ["timm", "keras", "slim"])]
    pub preset: Option<String>,

    /// What becomes of an aspect ratio that is not the input's, to record
    #[arg(long, value_parser = ["crop", "squash", "pad"])]
    pub resize: Option<String>,

    /// How pixels are resampled, to record
    #[arg(long, value_parser = ["nearest", "box", "bilinear", "bicubic", "lanczos"])]
    pub filter: Option<String>,

    /// Share of the short side that a crop keeps, to record
    #[arg(long, value_name = "F")]
    pub crop_pct: Option<f64>,
}
