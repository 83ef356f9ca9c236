//! The `nasnet` binary: answer a shell that completes, else parse, lock and buffer stdout, run, hand on the exit code.

use std::io::BufWriter;
use std::process::ExitCode;

use clap::Parser;
use nasnet::cli::Cli;
use nasnet::commands;
use nasnet::settings::Environment;

fn main() -> ExitCode {
    let environment = Environment::of_process();
    if let Some(status) = commands::asked(&environment) {
        return status.into();
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return commands::usage_error(&error, &environment).into(),
    };
    let mut stdout = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    commands::run(&cli, &environment, &mut stdout).into()
}
