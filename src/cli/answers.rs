//! Flags that decide what answers are made of a model's scores.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Answers")]
pub struct Answers {
    /// Only these classes compete: a list with commas, or a file of one a line
    ///
    /// A class is given by its index, WordNet id or label; a WordNet group such as `dog` stands for all its classes.
    /// Probabilities are those among the named classes and sum to 1. `nasnet labels` lists all names.
    #[arg(long, value_name = "LIST|FILE", hide_short_help = true)]
    pub classes: Option<String>,

    /// Add the most specific class or WordNet group whose probability is at least P
    ///
    /// A group's probability is the sum of its classes'. A group of more than half of the classes says nothing: the
    /// answer is then unknown.
    #[arg(long, value_name = "P", hide_short_help = true)]
    pub rollup: Option<f64>,

    /// Thresholds and keywords by class or group: a CSV file with the header label,threshold,keyword
    ///
    /// The most specific rule of a class holds. Its threshold is a least probability that replaces --threshold; its
    /// keyword replaces the label, and an empty one hides the class.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub rules: Option<PathBuf>,

    /// Divide logits by T before softmax [default: what `nasnet eval --calibrate` stored in the weights file, else 1]
    #[arg(long, value_name = "T", hide_short_help = true)]
    pub temperature: Option<f64>,
}
