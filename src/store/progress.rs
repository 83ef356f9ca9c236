//! How a transfer reports its progress.

/// Receives reports of transfers.
pub trait Progress {
    /// A message for people.
    fn note(&self, text: &str);
    /// A transfer begins; `bytes` is its size, if known.
    fn begin(&self, what: &str, bytes: Option<u64>);
    /// This many bytes are here.
    fn position(&self, bytes: u64);
    /// The transfer ended; `whole` if all of it came.
    fn end(&self, whole: bool);
}

/// Ignores all reports.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn note(&self, _: &str) {}
    fn begin(&self, _: &str, _: Option<u64>) {}
    fn position(&self, _: u64) {}
    fn end(&self, _: bool) {}
}
