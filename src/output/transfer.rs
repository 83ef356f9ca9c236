//! Shows transfers: on a terminal a bar with speed and remaining time, elsewhere an occasional line.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::console::Console;
use crate::store::Progress;

/// Without a bar, a line of progress this often.
const LINE_EVERY: Duration = Duration::from_secs(30);

/// The transfers of a run, one after the other.
#[derive(Debug)]
pub struct Transfers {
    console: Console,
    now: RefCell<Option<Transfer>>,
}

#[derive(Debug)]
struct Transfer {
    what: String,
    bytes: Option<u64>,
    /// Where it began: what was here before was not transferred.
    first: Option<u64>,
    position: u64,
    began: Instant,
    said: Instant,
    bar: ProgressBar,
}

impl Transfers {
    /// Told on `console`.
    pub fn on(console: Console) -> Self {
        Transfers { console, now: RefCell::new(None) }
    }
}

impl Progress for Transfers {
    fn note(&self, text: &str) {
        match &*self.now.borrow() {
            Some(transfer) => transfer.bar.suspend(|| self.console.note(text)),
            None => self.console.note(text),
        }
    }

    fn begin(&self, what: &str, bytes: Option<u64>) {
        let size = bytes.map_or(String::new(), |bytes| format!(" ({})", HumanBytes(bytes)));
        let bar = if self.console.terminal && !self.console.quiet {
            let bar = ProgressBar::with_draw_target(bytes, ProgressDrawTarget::stderr());
            let template = match bytes {
                Some(_) => "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
                None => "{msg} {spinner} {bytes} {bytes_per_sec} {elapsed}",
            };
            bar.set_style(
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            bar.set_message(what.to_owned());
            bar
        } else {
            self.console.note(&format!("fetching {what}{size}"));
            ProgressBar::hidden()
        };
        let now = Instant::now();
        let what = what.to_owned();
        let transfer = Transfer { what, bytes, first: None, position: 0, began: now, said: now, bar };
        *self.now.borrow_mut() = Some(transfer);
    }

    fn position(&self, bytes: u64) {
        let mut now = self.now.borrow_mut();
        let Some(transfer) = &mut *now else { return };
        if transfer.first.is_none() {
            transfer.first = Some(bytes);
            // Bytes that were here before do not count towards the speed.
            transfer.bar.set_position(bytes);
            transfer.bar.reset_eta();
        }
        transfer.position = bytes;
        transfer.bar.set_position(bytes);
        if transfer.bar.is_hidden() && transfer.said.elapsed() > LINE_EVERY {
            transfer.said = Instant::now();
            let of = transfer.bytes.map_or(String::new(), |total| format!(" of {}", HumanBytes(total)));
            self.console.note(&format!("{}: {}{of}", transfer.what, HumanBytes(bytes)));
        }
    }

    fn end(&self, whole: bool) {
        let Some(transfer) = self.now.borrow_mut().take() else { return };
        transfer.bar.finish_and_clear();
        let came = transfer.position.saturating_sub(transfer.first.unwrap_or(0));
        if whole && came > 0 {
            let seconds = transfer.began.elapsed().as_secs_f64().max(1e-3);
            let speed = HumanBytes((came as f64 / seconds) as u64);
            self.console.note(&format!(
                "{}: {} in {seconds:.1} s ({speed}/s)",
                transfer.what,
                HumanBytes(came)
            ));
        }
    }
}
