//! One file for each subcommand. Here: which one runs, and the exit code.

mod bench;
mod classify;
mod completions;
mod doctor;
mod embed;
mod eval;
mod explain;
mod failure;
mod finetune;
mod info;
mod labels;
mod merge;
mod sort;
mod tag;
mod usage;
mod weights;

use std::io::Write;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};

use crate::cli::{Cli, Command};
use crate::run;
use crate::run::ordered::WORKER_NAME;
use crate::settings::{self, Environment};
pub use completions::asked;
use failure::report_error;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// Everything was answered.
    Success,
    /// Some or all images failed; each has its record.
    SomeFailed,
    /// The run could not start: usage, inputs, weights, device.
    Refused,
    /// A signal ended the run; the answers so far are written.
    Interrupted(u8),
}

impl ExitStatus {
    /// The status of a run in which this many images failed; `excused` failures do not change it.
    fn of_images(failed: u64, excused: bool) -> Self {
        if failed == 0 || excused { ExitStatus::Success } else { ExitStatus::SomeFailed }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        ExitCode::from(match status {
            ExitStatus::Success => 0,
            ExitStatus::SomeFailed => 1,
            ExitStatus::Refused => 2,
            ExitStatus::Interrupted(signal) => 128 + signal,
        })
    }
}

/// Runs a command, which writes its data to `stdout`.
pub fn run(cli: &Cli, environment: &Environment, stdout: &mut dyn Write) -> ExitStatus {
    run::allocator::keep_freed_memory();
    keep_workers_quiet();
    run::interrupt::outlive_file_limits();
    let common = settings::common(cli, environment);
    let done = dispatch(cli, environment, common, stdout).and_then(|status| {
        stdout.flush()?;
        Ok(status)
    });
    done.unwrap_or_else(|error| report_error(&error, common.console))
}

/// Says what is wrong with a command line; help and version, which are no mistakes, go to stdout.
pub fn usage_error(error: &clap::Error, environment: &Environment) -> ExitStatus {
    let arguments: Vec<std::ffi::OsString> = std::env::args_os().skip(1).collect();
    if let Some(meant) = usage::meant(error, &arguments) {
        let console = settings::default_console(environment);
        console.error(&match error.get(ContextKind::InvalidSubcommand) {
            Some(ContextValue::String(word)) => format!("{word:?} is not a command"),
            _ => "the command is missing".to_owned(),
        });
        console.hint(&format!("did you mean `{meant}`?"));
        return ExitStatus::Refused;
    }
    // A closed stream is not an error.
    let _ = error.print();
    if error.use_stderr() { ExitStatus::Refused } else { ExitStatus::Success }
}

fn dispatch(
    cli: &Cli,
    environment: &Environment,
    common: settings::Common,
    stdout: &mut dyn Write,
) -> anyhow::Result<ExitStatus> {
    match &cli.command {
        Command::Classify(flags) => classify::run(&settings::classify(flags, environment)?, common, stdout),
        Command::Sort(flags) => sort::run(&settings::sort(flags, environment)?, common, stdout),
        Command::Tag(flags) => tag::run(&settings::tag(flags, environment)?, common, stdout),
        Command::Explain(flags) => explain::run(&settings::explain(flags, environment)?, common, stdout),
        Command::Embed(flags) => embed::run(&settings::embed(flags, environment)?, common, stdout),
        Command::Eval(flags) => eval::run(&settings::eval(flags, environment)?, common, stdout),
        Command::Doctor(flags) => doctor::run(&settings::doctor(flags, environment)?, common, stdout),
        Command::Finetune(flags) => finetune::run(&settings::finetune(flags, environment)?, common, stdout),
        Command::Bench(flags) => bench::run(&settings::bench(flags, environment)?, common, stdout),
        Command::Merge(flags) => merge::run(&settings::merge(flags)?, common, stdout),
        Command::Info(flags) => info::run(&settings::info(flags, environment)?, common, stdout),
        Command::Labels(flags) => labels::run(&settings::labels(flags, environment)?, common, stdout),
        Command::Weights(flags) => weights::run(&settings::weights(flags, environment)?, common, stdout),
        Command::Completions { shell } => {
            stdout.write_all(&completions::script(*shell)?)?;
            Ok(ExitStatus::Success)
        }
    }
}

/// Silences panics in workers: the image whose decoder panicked gets an error record.
fn keep_workers_quiet() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let in_worker = std::thread::current().name().is_some_and(|name| name.starts_with(WORKER_NAME));
        if !in_worker {
            usual(panic);
        }
    }));
}
