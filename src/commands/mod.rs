//! One file a subcommand. Here: which one runs, what its end means for the exit code, and what is said of
//! an error.

mod bench;
mod classify;
mod doctor;
mod embed;
mod eval;
mod finetune;
mod info;
mod merge;
mod weights;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::{Cli, Command};
use crate::error::{Error, hint_of_system};
use crate::output::console::Console;
use crate::run;
use crate::run::ordered::WORKER_NAME;
use crate::settings::{self, Environment};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// Everything was answered.
    Success,
    /// Some or all images failed; each has its record.
    SomeFailed,
    /// Nothing could be done: usage, inputs, weights, device.
    Refused,
    /// A signal ended the run early; what was answered is written.
    Interrupted(u8),
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

/// Runs the command that was asked for, writing its data to `stdout`.
pub fn run(cli: &Cli, environment: &Environment, stdout: &mut dyn Write) -> ExitStatus {
    run::allocator::keep_freed_memory();
    keep_workers_quiet();
    run::interrupt::outlive_file_limits();
    let common = settings::common(cli, environment);
    let done = dispatch(cli, environment, common, stdout).and_then(|status| {
        stdout.flush()?;
        Ok(status)
    });
    done.unwrap_or_else(|error| explain(&error, common.console))
}

fn dispatch(
    cli: &Cli,
    environment: &Environment,
    common: settings::Common,
    stdout: &mut dyn Write,
) -> anyhow::Result<ExitStatus> {
    match &cli.command {
        Command::Classify(flags) => classify::run(&settings::classify(flags, environment)?, common, stdout),
        Command::Embed(flags) => embed::run(&settings::embed(flags, environment)?, common, stdout),
        Command::Eval(flags) => eval::run(&settings::eval(flags, environment)?, common, stdout),
        Command::Doctor(flags) => doctor::run(&settings::doctor(flags, environment)?, common, stdout),
        Command::Finetune(flags) => finetune::run(&settings::finetune(flags, environment)?, common, stdout),
        Command::Bench(flags) => bench::run(&settings::bench(flags, environment)?, common, stdout),
        Command::Merge(flags) => merge::run(&settings::merge(flags)?, common, stdout),
        Command::Info(flags) => info::run(&settings::info(flags, environment)?, common, stdout),
        Command::Weights(flags) => weights::run(flags, environment, common, stdout),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "nasnet", &mut script);
            stdout.write_all(&script)?;
            Ok(ExitStatus::Success)
        }
    }
}

/// Says what went wrong, and the way out. A reader that closed the pipe has had enough: nothing went wrong.
fn explain(error: &anyhow::Error, console: Console) -> ExitStatus {
    if error.chain().any(is_closed_pipe) {
        return ExitStatus::Success;
    }
    let reasons: Vec<String> = error.chain().map(ToString::to_string).collect();
    console.error(&joined(&reasons));
    let hint = match error.chain().find_map(|cause| cause.downcast_ref::<Error>()) {
        Some(error) => error.hint(),
        None => {
            let of_system = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>());
            of_system.map(|error| hint_of_system(error.kind()))
        }
    };
    if let Some(hint) = hint {
        console.hint(hint);
    }
    ExitStatus::Refused
}

fn is_closed_pipe(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// The chain of reasons as one line; a reason that the one before it already holds is not said twice.
fn joined(reasons: &[String]) -> String {
    let mut line = String::new();
    for reason in reasons {
        if line.contains(reason.as_str()) {
            continue;
        }
        if !line.is_empty() {
            line.push_str(": ");
        }
        line.push_str(reason);
    }
    line
}

/// A decoder that panics in a worker has its image's record; its words would only disturb.
fn keep_workers_quiet() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let in_worker = std::thread::current().name().is_some_and(|name| name.starts_with(WORKER_NAME));
        if !in_worker {
            usual(panic);
        }
    }));
}
