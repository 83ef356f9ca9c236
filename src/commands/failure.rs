//! How an error ends a run: one line that says what failed and where, and a hint if there is a way out.

use std::io;

use super::ExitStatus;
use crate::error::{Error, hint_of_system};
use crate::output::console::Console;

/// Says what failed, and the way out. A closed pipe is no failure: its reader has read enough.
pub fn report_error(error: &anyhow::Error, console: Console) -> ExitStatus {
    if error.chain().any(is_closed_pipe) {
        return ExitStatus::Success;
    }
    let reasons: Vec<String> = error.chain().map(ToString::to_string).collect();
    console.error(&joined(&reasons));
    let hint = match error.chain().find_map(|cause| cause.downcast_ref::<Error>()) {
        Some(error) => hint(error),
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

/// The way out of an error, with the flags that lead there. The library's own hints name none.
pub fn hint(error: &Error) -> Option<&str> {
    match error {
        Error::NoImages { .. } => {
            Some("--ext names other extensions; a file that is named itself is always tried")
        }
        Error::Memory(_) => Some("use a smaller --size or --batch-size, or fewer --threads"),
        Error::Device { .. } => Some("use --device cpu"),
        Error::Tensor(_) if error.is_out_of_memory() => Some(
            "the device has no room for the network and one image: free some of its memory, or use --device cpu",
        ),
        other => other.hint(),
    }
}

fn is_closed_pipe(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// The chain of reasons as one line, without reasons that an earlier one repeats.
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
