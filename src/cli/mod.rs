//! The command line as people type it: names, help texts, allowed words. What the flags mean together
//! is decided in `settings`.

mod actions;
mod doctor;
mod embed;
mod eval;
mod finetune;
mod weights;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use actions::Actions;
pub use doctor::Doctor;
pub use embed::Embed;
pub use eval::Eval;
pub use finetune::Finetune;
pub use weights::{Import, Weights, Which};

/// NASNet-A image classification: Mobile, Large and any (N @ P).
#[derive(Debug, Parser)]
#[command(name = "nasnet", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "Try it:  nasnet classify --model tiny photo.jpg")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,

    /// Colour in tables and messages
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    #[arg(value_parser = ["auto", "always", "never"])]
    pub color: String,

    /// No notes and no progress on stderr; errors are still said
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the best classes of images
    ///
    /// Exit code: 0 when all images were answered, 1 when some failed (each has its record), 2 for bad usage, no
    /// images, or a model that cannot be had.
    Classify(Box<Classify>),
    /// Write the features of images: the network without its top
    ///
    /// Exit codes are those of classify.
    Embed(Box<Embed>),
    /// Measure the accuracy of a model on labelled images
    Eval(Box<Eval>),
    /// Train a new head on class folders, and write a weights file with it
    Finetune(Box<Finetune>),
    /// Measure latency and throughput of a model on this machine
    Bench(Box<Bench>),
    /// Join the jsonl outputs of shards in the order of the inputs
    ///
    /// Exit code: 0 when they are a whole, 1 when rows are missing, doubled, torn, or of different models; nothing is
    /// written then.
    Merge(Merge),
    /// Describe a model: architecture, parameters, multiply-adds, origin
    Info(Info),
    /// Examine this installation: models against stored answers of Keras, device, cache, environment
    ///
    /// Exit code 1 when anything is off.
    Doctor(Box<Doctor>),
    /// Work with weight files
    #[command(subcommand)]
    Weights(Weights),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("files").multiple(true))]
pub struct Classify {
    #[command(flatten)]
    pub inputs: Inputs,

    #[command(flatten)]
    pub model: Model,
    #[command(flatten)]
    pub run: Run,
    #[command(flatten)]
    pub images: Images,
    #[command(flatten)]
    pub output: Output,
    #[command(flatten)]
    pub actions: Actions,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Inputs")]
pub struct Inputs {
    /// Image files, folders (searched recursively), globs, or - for one image on stdin
    #[arg(value_name = "INPUT")]
    pub paths: Vec<PathBuf>,

    /// Read paths from a file, one a line (- for stdin)
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,

    /// Paths of --files-from end in NUL instead of a newline
    #[arg(long, short = '0', requires = "files_from")]
    pub null: bool,

    /// Go down so many levels below a folder (1: only its own files)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_depth: Option<u32>,

    /// Follow symbolic links in folders
    #[arg(long)]
    pub follow: bool,

    /// Take hidden files and folders in folders too
    #[arg(long)]
    pub hidden: bool,

    /// File extensions to take in folders, in any case [default: every format that is read]
    #[arg(long, value_name = "EXT", value_delimiter = ',', value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub ext: Vec<String>,

    /// Take files of a folder in the order in which they are found, which starts at once
    #[arg(long)]
    pub unsorted: bool,

    /// Take only part I of N of the inputs, 1/N to N/N, by a hash of the path that never changes
    #[arg(long, value_name = "I/N")]
    pub shard: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Model")]
pub struct Model {
    /// mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5,
    /// .keras, .pth. What is not on this machine is fetched once
    #[arg(long, short, value_name = "MODEL", default_value = "mobile", conflicts_with = "repo")]
    pub model: String,

    #[command(flatten)]
    pub hub: Hub,

    #[command(flatten)]
    pub identity: Identity,

    /// Names of the classes: one a line, or a class-index JSON
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
}

/// Where weights come from that have no name here.
#[derive(Debug, Args)]
pub struct Hub {
    /// Weights from a Hugging Face Hub repository
    #[arg(long, value_name = "OWNER/NAME")]
    pub repo: Option<String>,

    /// Revision of --repo: a branch, a tag or a commit
    #[arg(long, value_name = "REV", requires = "repo", default_value = "main")]
    pub revision: String,

    /// File of --repo [default: the file of weights that the repository holds]
    #[arg(long, value_name = "NAME", requires = "repo")]
    pub file: Option<String>,

    /// Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)
    #[arg(long)]
    pub offline: bool,
}

/// What tensors cannot tell.
#[derive(Debug, Args)]
#[command(next_help_heading = "Model")]
pub struct Identity {
    /// Input size in pixels: a side, or height x width
    #[arg(long, value_name = "N|HxW")]
    pub size: Option<String>,

    /// Whether cells after a reduction skip its own input, as in Large
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub skip_reduction: Option<bool>,

    /// How strided pools treat the border
    #[arg(long, value_parser = ["keras", "slim", "timm"])]
    pub dialect: Option<String>,

    /// What the model applies to its class scores in the end, where its file does not say
    #[arg(long, value_parser = ["softmax", "sigmoid", "linear", "tanh"])]
    pub activation: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Device")]
pub struct Run {
    /// auto, cpu, cuda, cuda:N or metal
    #[arg(long, default_value = "auto")]
    pub device: String,

    /// Threads to use [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub threads: Option<u32>,

    /// Number type of the arithmetic; others than f32 need --device cuda
    #[arg(long, default_value = "f32", value_parser = ["f32", "tf32", "f16", "bf16"])]
    pub dtype: String,

    /// Images in one forward pass, at most; a CPU takes those of a folder one by one, on every thread
    /// [default: by device]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=65536))]
    pub batch_size: Option<u32>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Preprocessing")]
pub struct Images {
    /// How a reference resizes and crops [default: what the model records, else timm]
    #[arg(long, value_parser = ["timm", "keras", "slim"])]
    pub preset: Option<String>,

    /// What becomes of an aspect ratio that is not the input's
    #[arg(long, value_parser = ["crop", "squash", "pad"])]
    pub resize: Option<String>,

    /// How pixels are resampled
    #[arg(long, value_parser = ["nearest", "box", "bilinear", "bicubic", "lanczos"])]
    pub filter: Option<String>,

    /// Share of the short side that a crop keeps, up to 1
    #[arg(long, value_name = "F")]
    pub crop_pct: Option<f64>,

    /// What becomes of transparency: the background to put behind it, or drop it
    #[arg(long, default_value = "white", value_parser = ["white", "black", "drop"])]
    pub alpha: String,

    /// Ignore the EXIF orientation
    #[arg(long)]
    pub no_exif: bool,

    /// Refuse images of more pixels than this
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_pixels: Option<u64>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// Form of the output; parquet needs --output, and a build with that feature
    #[arg(long, value_name = "FORM", default_value = "table")]
    #[arg(value_parser = ["table", "json", "jsonl", "csv", "parquet"])]
    pub format: String,

    /// Short for --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,

    /// Classes an image (0: all)
    #[arg(long, short = 'k', value_name = "N", default_value_t = 5)]
    pub top_k: usize,

    /// Only classes with at least this score
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub threshold: Option<f32>,

    /// What the score of a class is
    #[arg(long, default_value = "probability", value_parser = ["probability", "logit"])]
    pub scores: String,

    /// Write to a file, which appears under its name only when it is whole
    #[arg(long, short, value_name = "FILE", group = "files")]
    pub output: Option<PathBuf>,

    /// Replace the files of --output, --report and --explain
    #[arg(long, requires = "files")]
    pub force: bool,

    /// Go on with the file of --output (jsonl): keep its rows, add those that are missing
    ///
    /// Rows of another model, preprocessing or kind of scores are redone, a torn last line is dropped, and in the end
    /// each path has one row, in the order of the inputs. Rows that were made with another --top-k, --threshold or
    /// --only stay as they are.
    #[arg(long, requires = "output", conflicts_with = "force")]
    pub resume: bool,

    /// With --resume, try images again whose row is an error
    #[arg(long, requires = "resume")]
    pub retry_errors: bool,

    /// Exit with 0 even when images failed
    #[arg(long)]
    pub exit_zero: bool,
}

#[derive(Debug, Args)]
pub struct Bench {
    #[command(flatten)]
    pub model: Model,
    #[command(flatten)]
    pub run: Run,

    /// Timed forward passes
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub iterations: u32,

    /// Forward passes before the timed ones
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub warmup: u32,

    /// Say where the time goes, step by step
    #[arg(long)]
    pub profile: bool,

    /// Form of the output
    #[arg(long, value_name = "FORM", default_value = "table", value_parser = ["table", "json"])]
    pub format: String,
}

#[derive(Debug, Args)]
pub struct Merge {
    /// Outputs of `nasnet classify` or `nasnet embed` with `--format jsonl --shard I/N`
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Join what there is, of inputs that were not all answered, changed between runs, or were named twice
    ///
    /// Places without a row, and places with rows of several paths, are then counted and no error.
    #[arg(long)]
    pub incomplete: bool,

    /// Form of the output; parquet needs --output, and a build with that feature
    #[arg(long, value_name = "FORM", default_value = "jsonl", value_parser = ["jsonl", "parquet"])]
    pub format: String,

    /// Write to a file, which appears under its name only when it is whole
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Replace the file of --output
    #[arg(long, requires = "output")]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct Info {
    /// mobile, large, tiny, or a weights file
    #[arg(default_value = "mobile")]
    pub model: String,

    #[command(flatten)]
    pub identity: Identity,

    /// List every layer
    #[arg(long)]
    pub layers: bool,

    /// List the fused steps that the CPU engine makes of it
    #[arg(long, conflicts_with = "json")]
    pub plan: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
