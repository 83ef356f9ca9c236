//! The command line: names, help texts, and the values that flags can have. What flags mean together is decided in
//! `settings`.
//!
//! One file holds one command or one group of flags that commands share. `-h` shows what most people need on one
//! screen; rare flags have `hide_short_help` and are in `--help`.

mod answers;
mod bench;
mod classify;
mod device;
mod doctor;
mod embed;
mod eval;
mod explain;
mod failures;
mod finetune;
mod images;
mod info;
mod inputs;
mod labels;
mod merge;
mod model;
mod only;
mod pipeline;
mod sort;
mod tag;
pub mod values;
mod weights;

use clap::{Parser, Subcommand};

pub use answers::Answers;
pub use bench::Bench;
pub use classify::{Classify, Output, Selection};
pub use device::Run;
pub use doctor::Doctor;
pub use embed::{Embed, Features, VectorOutput};
pub use eval::Eval;
pub use explain::Explain;
pub use failures::Failures;
pub use finetune::{Finetune, Training};
pub use images::{Images, Preprocessing};
pub use info::Info;
pub use inputs::Inputs;
pub use labels::Labels;
pub use merge::Merge;
pub use model::{Identity, Model, UseOfNetwork};
pub use only::Only;
pub use pipeline::Pipeline;
pub use sort::Sort;
pub use tag::Tag;
pub use weights::{Export, Import, Weights, Which};

/// NASNet-A image classification: Mobile, Large and any (N @ P).
#[derive(Debug, Parser)]
#[command(name = "nasnet", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "\
Examples:
  nasnet classify photo.jpg
  nasnet classify --model tiny photo.jpg    # built in: needs no download
  nasnet help classify                      # every flag of a command")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,

    /// Colour in tables and messages
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = values::When::Auto)]
    #[arg(hide_short_help = true)]
    pub color: values::When,

    /// No notes and no progress on stderr, only errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the best classes of images
    ///
    /// Exit code: 0 if all images were answered, 1 if some failed (each has its record), 2 for bad usage, no images, or
    /// an unavailable model.
    #[command(after_help = "\
Examples:
  nasnet classify photo.jpg
  nasnet classify photos/ --format jsonl -o answers.jsonl")]
    Classify(Box<Classify>),
    /// Sort images into folders named after their answers
    ///
    /// A name that is taken gets -2, -3 and so on; an image whose bytes are there already is skipped. Nothing is ever
    /// overwritten. Exit codes are those of classify.
    #[command(after_help = "\
Examples:
  nasnet sort photos/ --into sorted/ --dry-run
  nasnet sort photos/ --into sorted/ --move --min-score 0.5")]
    Sort(Box<Sort>),
    /// Write keywords to XMP sidecars, where photo managers find them
    ///
    /// Keywords are the classes that reach the threshold, or the group of --rollup where none does; --rules gives words
    /// of your own. They stand in dc:subject, and with their WordNet groups in lr:hierarchicalSubject. Images are never
    /// touched. Of a sidecar that is there already only keywords that nasnet wrote itself are ever taken out. Exit codes
    /// are those of classify; a sidecar that cannot be edited counts as a failed image.
    #[command(after_help = "\
Examples:
  nasnet tag photos/ --dry-run
  nasnet tag photos/ --rollup 0.8 --rules words.csv
  nasnet tag photos/ --remove")]
    Tag(Box<Tag>),
    /// Draw where in images the model sees their classes
    ///
    /// Writes a PNG for each image and class: the class activation map over the photo, upright and at most 1024 pixels a
    /// side; what the model was not shown is grey. A file of the same name with other content is replaced only with
    /// --force, and counts as a failure otherwise. Exit codes are those of classify.
    #[command(after_help = "\
Examples:
  nasnet explain photo.jpg -o maps/
  nasnet explain photos/ -o maps/ --top-k 3")]
    Explain(Box<Explain>),
    /// Write the features of images: the network without its top
    ///
    /// Exit codes are those of classify.
    #[command(after_help = "\
Examples:
  nasnet embed photos/ -o features.npy
  nasnet embed --pooling max photo.jpg")]
    Embed(Box<Embed>),
    /// Measure the accuracy of a model on labelled images
    #[command(after_help = "\
Examples:
  nasnet eval val/
  nasnet eval photos/ --labels-file labels.csv --report accuracy.html")]
    Eval(Box<Eval>),
    /// Train a new last layer for a model on class folders
    #[command(after_help = "\
Examples:
  nasnet finetune flowers/ -o flowers.safetensors
  nasnet classify --model flowers.safetensors photo.jpg")]
    Finetune(Box<Finetune>),
    /// Measure latency and throughput of a model on this machine
    #[command(after_help = "\
Examples:
  nasnet bench
  nasnet bench --model large --batch-size 8 --profile")]
    Bench(Box<Bench>),
    /// Join the jsonl outputs of shards in the order of the inputs
    ///
    /// Exit code: 0 if they are complete; 1 if rows are missing, doubled, torn, or of different models, and then nothing
    /// is written.
    #[command(after_help = "\
Examples:
  nasnet merge part1.jsonl part2.jsonl > all.jsonl
  nasnet merge part*.jsonl --format parquet -o all.parquet")]
    Merge(Merge),
    /// Describe a model: architecture, parameters, multiply-adds, origin
    #[command(after_help = "\
Examples:
  nasnet info large
  nasnet info mine.h5 --layers")]
    Info(Info),
    /// List the classes of a model and the WordNet groups above them
    ///
    /// Exit code: 0 if something is listed, 1 if nothing has the words.
    #[command(after_help = "\
Examples:
  nasnet labels large dog
  nasnet labels --groups")]
    Labels(Labels),
    /// Check this installation: models against Keras' stored answers, device, cache, environment
    ///
    /// Exit code: 0 if everything is right, 1 if not.
    #[command(after_help = "\
Examples:
  nasnet doctor
  nasnet doctor --device cuda")]
    Doctor(Box<Doctor>),
    /// Work with weight files
    #[command(subcommand)]
    Weights(Weights),
    /// Print a completion script for a shell
    ///
    /// The script asks this binary for words, so that commands, flags, formats, devices, groups and the models of this
    /// machine complete.
    #[command(after_help = "\
Examples:
  nasnet completions bash > ~/.local/share/bash-completion/completions/nasnet
  nasnet completions zsh > ~/.zfunc/_nasnet      # a folder of $fpath
  nasnet completions fish > ~/.config/fish/completions/nasnet.fish")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}
