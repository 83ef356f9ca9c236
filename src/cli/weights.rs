//! Flags of `nasnet weights`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::values::{ExportFormat, StoredDtype};
use super::{Identity, Preprocessing, UseOfNetwork};

#[derive(Debug, Subcommand)]
pub enum Weights {
    /// List the models that have names, and what is on this machine
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Download weights and print where they are
    ///
    /// An interrupted download continues where it stopped, transient failures are retried, and the file is used only if
    /// its checksum is right. Environment: HF_ENDPOINT (a mirror of the Hub), HF_TOKEN, HF_TOKEN_PATH,
    /// HF_HUB_DISABLE_IMPLICIT_TOKEN, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE, HF_HUB_DOWNLOAD_TIMEOUT (seconds without a
    /// byte, 10), HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE, NASNET_CACHE (converted weights), NASNET_KERAS_URL (a mirror of
    /// Keras' files), NASNET_RETRY_WAIT (seconds before the second attempt, 1), NASNET_RETRY_LIMIT (seconds of failures in
    /// all, 90).
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
    /// Check every byte of weights on this machine [default: all]
    ///
    /// Exit code: 0 if all are right, 1 if some are damaged.
    Verify {
        #[command(flatten)]
        which: Which,

        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the paths of weights on this machine
    Path {
        #[command(flatten)]
        which: Which,
    },
    /// Remove weights from this machine
    Remove {
        #[command(flatten)]
        which: Which,

        /// Everything that `nasnet weights list` shows as on this machine
        #[arg(long, conflicts_with = "models")]
        all: bool,
    },
    /// Write weights and their checksums to one file, for machines without a network [default: all on this machine]
    Pack {
        /// The tar file to write
        #[arg(value_name = "OUT.tar")]
        output: PathBuf,

        #[command(flatten)]
        which: Which,

        /// Replace an existing OUT.tar
        #[arg(long)]
        force: bool,

        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Install the weights of a packed file
    Unpack {
        /// The tar file
        #[arg(value_name = "IN.tar")]
        bundle: PathBuf,

        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Convert a Keras or PyTorch file to canonical safetensors, which load at once and record what the model is
    Import(Box<Import>),
    /// Write a model to a file that another tool loads
    Export(Box<Export>),
}

/// Weights that can be on this machine.
#[derive(Debug, Args)]
pub struct Which {
    /// Models as `nasnet weights list` shows them: names, or hf:OWNER/NAME[/FILE][@REVISION]
    #[arg(value_name = "MODEL")]
    pub models: Vec<String>,

    #[command(flatten)]
    pub network: UseOfNetwork,
}

#[derive(Debug, Args)]
pub struct Export {
    /// mobile, large, tiny, a weights file or hf:OWNER/NAME
    pub model: String,

    /// The tool that the file is for
    #[arg(long, value_enum, value_name = "TOOL")]
    pub to: ExportFormat,

    /// The file to write
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,

    /// Replace an existing FILE
    #[arg(long)]
    pub force: bool,

    /// The names of the classes: one a line, or a class-index JSON
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub labels: Option<PathBuf>,

    #[command(flatten)]
    pub network: UseOfNetwork,

    #[command(flatten)]
    pub identity: Identity,
}

#[derive(Debug, Args)]
pub struct Import {
    /// Keras .h5, .weights.h5 or .keras, PyTorch .pth, or safetensors
    pub file: PathBuf,

    /// The safetensors file to write
    #[arg(long, short, value_name = "OUT")]
    pub output: PathBuf,

    /// Replace an existing OUT
    #[arg(long)]
    pub force: bool,

    /// The number type to store [default: the file's own]
    #[arg(long, value_enum)]
    pub dtype: Option<StoredDtype>,

    /// The name to record [default: the file's name]
    #[arg(long)]
    pub name: Option<String>,

    /// A JSON file of notes to record, such as training data and accuracy
    #[arg(long, value_name = "FILE")]
    pub notes: Option<PathBuf>,

    #[command(flatten)]
    pub identity: Identity,

    /// The names of the classes to record: one a line, or a class-index JSON
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,

    #[command(flatten)]
    pub preprocessing: Preprocessing,
}
