//! Notes, warnings, errors and progress, all on stderr. A closed stderr is not an error.

use std::io::{self, Write};
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::text::{count, printable};

/// How stderr is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Console {
    /// ANSI colours.
    pub colour: bool,
    /// Only errors.
    pub quiet: bool,
    /// stdout scrolls with records over the same terminal: no progress is drawn meanwhile.
    pub scrolls: bool,
    /// stderr is a terminal, so that progress can be drawn.
    pub terminal: bool,
}

impl Console {
    /// The same, beside records that scroll over the terminal or not.
    pub fn scrolling(self, scrolls: bool) -> Self {
        Console { scrolls, ..self }
    }

    /// Something worth knowing.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.say("36", "note", text);
        }
    }

    /// What ended the run.
    pub fn error(&self, text: &str) {
        self.say("1;31", "error", text);
    }

    /// The way out of an error.
    pub fn hint(&self, text: &str) {
        self.say("36", "hint", text);
    }

    /// The way out of what a note said.
    pub fn tip(&self, text: &str) {
        if !self.quiet {
            self.hint(text);
        }
    }

    fn say(&self, colour: &str, what: &str, text: &str) {
        let text = printable(text);
        // Clears a line of progress; it is drawn again below.
        let clear = if self.terminal { "\r\x1b[2K" } else { "" };
        let line = if self.colour {
            format!("{clear}\x1b[{colour}m{what}:\x1b[0m {text}\n")
        } else {
            format!("{clear}{what}: {text}\n")
        };
        // A closed stderr cannot be reported.
        let _ = io::stderr().write_all(line.as_bytes());
    }

    /// A progress count of answered images; hidden where progress is not drawn.
    pub fn counter(&self) -> ProgressBar {
        self.line_of("{spinner} {images}, {rate}, {elapsed}{msg}")
    }

    /// The current activity and its duration; hidden where progress is not drawn.
    pub fn spinner(&self) -> ProgressBar {
        self.line_of("{spinner} {msg}, {elapsed}")
    }

    /// A count of rows that are read or written; hidden where progress is not drawn.
    pub fn row_counter(&self) -> ProgressBar {
        self.line_of("{spinner} {msg}: {human_pos} rows, {rate}, {elapsed}")
    }

    fn line_of(&self, template: &str) -> ProgressBar {
        if !self.terminal || self.scrolls || self.quiet {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(style(template));
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    }
}

/// Tells a counter how many images there are, so that it can say when it will be done.
pub fn expect(counter: &ProgressBar, total: u64) {
    counter.set_length(total);
    counter.set_style(style("{spinner} {images}, {rate}, {elapsed}, {eta} left{msg}"));
}

/// A line of progress, with the rate in whole images where there are many a second.
fn style(template: &str) -> ProgressStyle {
    let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let rate = state.per_sec();
        // The line is drawn, or it is not.
        let _ = write!(out, "{rate:.*}/s", usize::from(rate < 100.0));
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    let images = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // The position is read once: other threads move it on.
        let done = state.pos();
        let _ = match state.len() {
            Some(all) => write!(out, "{}/{}", HumanCount(done), count(all, "image")),
            None => out.write_str(&count(done, "image")),
        };
    };
    style.with_key("rate", rate).with_key("images", images)
}
