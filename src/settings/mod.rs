//! Turns flags, environment and terminal into plain settings. Every default and every check of flags against each
//! other is here, and nothing after this sees the command line. No file is opened and no device touched.
//!
//! One file holds the settings of one command, or of one group of flags that commands share.

mod answers;
mod classify;
mod device;
mod doctor;
mod embed;
mod environment;
mod eval;
mod explain;
mod finetune;
mod images;
mod inputs;
mod inspect;
mod model;
mod output;
mod pipeline;
mod selection;
mod sort;
mod tag;
mod values;
mod weights;

use crate::cli;
use crate::cli::values::When;
use crate::error::{Error, Result};
use crate::output::TableStyle;
use crate::output::console::Console;
pub use answers::Answers;
pub use classify::{Classify, classify};
pub use doctor::{Doctor, doctor};
pub use embed::{Embed, embed};
pub use environment::Environment;
pub use eval::{Eval, eval};
pub use explain::{Explain, explain};
pub use finetune::{Finetune, finetune};
pub use images::PreprocessingOverrides;
pub use inspect::{Bench, Info, Labels, Merge, bench, info, labels, merge};
pub use model::ModelSettings;
pub use output::Resume;
pub use pipeline::Pipeline;
pub use sort::{Sort, Way, sort};
pub use tag::{SidecarName, Tag, tag};
pub use weights::{
    Chosen, Export, ExportFormat, Fetch, Import, List, Pack, Unpack, Verify, Weights, weights,
};

/// Settings that every command has.
#[derive(Debug, Clone, Copy)]
pub struct Common {
    /// How stderr is used.
    pub console: Console,
    /// How tables look on stdout.
    pub table: TableStyle,
}

/// Settings of [`cli::Cli`]'s global flags.
pub fn common(cli: &cli::Cli, environment: &Environment) -> Common {
    let colour = |is_terminal: bool| match cli.color {
        When::Always => true,
        When::Never => false,
        When::Auto => is_terminal && !environment.no_color,
    };
    Common {
        console: Console {
            colour: colour(environment.stderr_is_terminal),
            quiet: cli.quiet,
            scrolls: false,
            terminal: environment.stderr_is_terminal,
        },
        table: TableStyle {
            is_terminal: environment.stdout_is_terminal,
            colour: colour(environment.stdout_is_terminal),
        },
    }
}

/// The console of a command line that could not be read.
pub fn default_console(environment: &Environment) -> Console {
    let terminal = environment.stderr_is_terminal;
    Console { colour: terminal && !environment.no_color, terminal, ..Console::default() }
}

/// A flag's text as the type that it names.
fn word<T: std::str::FromStr>(flag: &str, text: &str) -> Result<T>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| Error::Config(format!("{flag}: {error}")))
}
