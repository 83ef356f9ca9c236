//! What a transfer tells whoever waits for it.

/// A listener to transfers.
pub trait Progress {
    /// Something worth a line.
    fn note(&self, text: &str);
    /// A transfer begins, of so many bytes if that is known.
    fn begin(&self, what: &str, bytes: Option<u64>);
    /// So many bytes are here.
    fn position(&self, bytes: u64);
    /// The transfer is over; `whole` if all of it came.
    fn end(&self, whole: bool);
}

/// Nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn note(&self, _: &str) {}
    fn begin(&self, _: &str, _: Option<u64>) {}
    fn position(&self, _: u64) {}
    fn end(&self, _: bool) {}
}
