//! Ctrl-C and SIGTERM: the run stops after the current batch. A second one ends the process at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Whether, and by which signal, the run is to end.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    wanted: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// Starts to listen.
    ///
    /// # Errors
    /// When the system refuses the handlers.
    pub fn listen() -> io::Result<Self> {
        let interrupt = Interrupt::default();
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&interrupt.wanted))?;
            // Store which signal it was before the flag that one came.
            flag::register_usize(signal, Arc::clone(&interrupt.signal), signal as usize)?;
            flag::register(signal, Arc::clone(&interrupt.wanted))?;
        }
        Ok(interrupt)
    }

    /// For waits that end when the run is to end.
    pub fn flag(&self) -> &AtomicBool {
        &self.wanted
    }

    /// The signal that came, if one did.
    pub fn signal(&self) -> Option<u8> {
        let wanted = self.wanted.load(Ordering::Relaxed);
        wanted.then(|| self.signal.load(Ordering::Relaxed) as u8)
    }
}

/// Writing beyond the process's limit on file size becomes an error, as on a full disk. Otherwise the signal would
/// end the process.
pub fn outlive_file_limits() {
    #[cfg(unix)]
    let _ = flag::register(signal_hook::consts::SIGXFSZ, Arc::default()); // a system without it has no such limits
}
