//! Every way the library can fail, typed. Texts say what failed, where, and what was expected
//! against what was found; ways out are kept apart, as hints.

use std::io::ErrorKind;
use std::path::PathBuf;

/// Result of the library's fallible functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure that ends a run: weights, configuration, device, labels.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A configuration that no NASNet-A has, or settings that exclude each other.
    #[error("{0}")]
    Config(String),
    /// A weights file that is not what it should be.
    #[error("{origin}: {detail}")]
    Weights {
        /// The file, or the name of the model.
        origin: String,
        /// What is wrong: expected against got.
        detail: String,
    },
    /// Inputs without a single image.
    #[error("no inputs: {what}")]
    NoImages {
        /// What is there instead.
        what: String,
    },
    /// A weights file whose content does not match a checksum within it.
    #[error("{origin}: the file is damaged: {detail}")]
    Damaged {
        /// The file.
        origin: String,
        /// Which checksum: expected against got.
        detail: String,
    },
    /// Weights that are not on this machine.
    #[error("{what}")]
    Missing {
        /// What is not here.
        what: String,
        /// The way out.
        hint: String,
    },
    /// Weights that could not be brought to this machine.
    #[error("{what}")]
    Fetch {
        /// Which of the known reasons.
        reason: FetchReason,
        /// What was asked for, what was expected, what came.
        what: String,
        /// The way out.
        hint: String,
    },
    /// A label file that is not what it should be.
    #[error("labels {origin}: {detail}")]
    Labels {
        /// The file.
        origin: String,
        /// What is wrong.
        detail: String,
    },
    /// A file that says what images show, and is not what it should be.
    #[error("{origin}: {detail}")]
    Truth {
        /// The file.
        origin: String,
        /// What is wrong, and in which line.
        detail: String,
    },
    /// Memory that this machine does not have.
    #[error("{0}")]
    Memory(String),
    /// What cannot be done in the way that was asked for.
    #[error("{what}")]
    Refused {
        /// What, and why not.
        what: String,
        /// The way out.
        hint: &'static str,
    },
    /// A device that is unavailable.
    #[error("device {device}: {detail}")]
    Device {
        /// The device as it was asked for.
        device: String,
        /// Why it is unavailable.
        detail: String,
    },
    /// The model has no classification top, so it gives features but no classes.
    #[error("{model} has no classification top: it gives features, not classes")]
    NoTop {
        /// The model.
        model: String,
    },
    /// The tensor library failed (out of memory, lost device). It says all there is to say: the error within is
    /// not its source.
    #[error("{}", first_line(.0))]
    Tensor(candle_core::Error),
    /// What should never happen.
    #[error("internal error: {0}")]
    Defect(String),
}

impl From<candle_core::Error> for Error {
    fn from(error: candle_core::Error) -> Self {
        Error::Tensor(error)
    }
}

impl Error {
    /// An [`Error::Weights`] about `origin`.
    pub fn weights(origin: impl ToString, detail: impl ToString) -> Self {
        Error::Weights { origin: origin.to_string(), detail: detail.to_string() }
    }

    /// An [`Error::Damaged`] about `origin`.
    pub fn damaged(origin: impl ToString, detail: impl ToString) -> Self {
        Error::Damaged { origin: origin.to_string(), detail: detail.to_string() }
    }

    /// An [`Error::Io`] about `path`.
    pub fn io(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Error::Io { path: path.into(), source }
    }

    /// An [`Error::Fetch`].
    pub fn fetch(reason: FetchReason, what: impl ToString, hint: impl ToString) -> Self {
        Error::Fetch { reason, what: what.to_string(), hint: hint.to_string() }
    }

    /// Whether a device had not enough memory: cudarc, cuBLAS and Metal say it in their own words.
    pub fn is_out_of_memory(&self) -> bool {
        let Error::Tensor(error) = self else { return false };
        let text = error.to_string();
        ["OUT_OF_MEMORY", "out of memory", "STATUS_ALLOC_FAILED", "Failed to create metal resource: Buffer"]
            .iter()
            .any(|words| text.contains(words))
    }

    /// What to try next, if there is something to try.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Error::Missing { hint, .. } | Error::Fetch { hint, .. } => Some(hint),
            Error::Io { source, .. } => Some(hint_of_system(source.kind())),
            Error::Weights { .. } => {
                Some("a NASNet-A in a Keras .h5 or .keras, PyTorch .pth or safetensors file is needed")
            }
            Error::Damaged { .. } => Some(
                "restore the file from a copy or make it again; `nasnet weights fetch MODEL` mends models of `nasnet weights list`",
            ),
            Error::Truth { .. } => Some(
                "write `path,label` for each image, or a label a line in the order of names; a label is a wnid, a name or an index",
            ),
            Error::Memory(_) => Some("use a smaller input, smaller batches, or fewer threads"),
            Error::Refused { hint, .. } => Some(hint),
            Error::NoImages { .. } => Some("name a file itself to try it whatever its name"),
            Error::Labels { .. } => Some("give one name a line, as many as the model has classes"),
            Error::Device { .. } => Some("use the CPU"),
            Error::NoTop { .. } => {
                Some("use a weights file with its `predictions` layer, or ask for features instead")
            }
            Error::Tensor(_) if self.is_out_of_memory() => Some(
                "the device has no room for the network and one image: free some of its memory, or use the CPU",
            ),
            Error::Config(_) | Error::Tensor(_) => None,
            Error::Defect(_) => {
                Some("this is a defect of nasnet: please report it, with the image if there is one")
            }
        }
    }
}

/// What to try after the system refused something.
pub(crate) fn hint_of_system(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "free some space, or name another place"
        }
        ErrorKind::ResourceBusy => "wait for it, or name another file",
        ErrorKind::InvalidData => "a text in UTF-8 is expected, such as a list of names",
        _ => "check the path and its permissions",
    }
}

/// Why weights could not be brought here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchReason {
    /// The server wants to know who asks, or does not let them have it (401, 403).
    Denied,
    /// There is no such repository.
    NoRepository,
    /// There is no such branch, tag or commit.
    NoRevision,
    /// There is no such file, or none that could be weights.
    NoFile,
    /// What came is not what was published.
    Mismatch,
    /// The server failed, or answered with something else than the file.
    Server,
    /// The server was not reached, or fell silent.
    Network,
    /// There was no room for it.
    Storage,
}

/// candle appends a backtrace to its messages when RUST_BACKTRACE is set; people get the first line.
fn first_line(error: &candle_core::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// The kind of an image's failure, as it stands in an error record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageErrorKind {
    /// Missing or unreadable.
    Io,
    /// Empty, corrupt, or ending early.
    Decode,
    /// No known image signature, or a kind of image that is not read.
    Unsupported,
    /// Over the limits on pixels or memory.
    TooLarge,
    /// Decoding it did not come to an end in time.
    Timeout,
}

impl ImageErrorKind {
    /// The name used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            ImageErrorKind::Io => "io",
            ImageErrorKind::Decode => "decode",
            ImageErrorKind::Unsupported => "unsupported",
            ImageErrorKind::TooLarge => "too_large",
            ImageErrorKind::Timeout => "timeout",
        }
    }
}

/// A limit that would allow an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed {
    /// On width times height.
    Pixels(u64),
    /// On the bytes of memory that decoding takes.
    Memory(u64),
}

/// Why one image could not be answered. It never ends a run: it becomes that image's record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ImageError {
    /// Which of the known kinds.
    pub kind: ImageErrorKind,
    /// What is wrong, without the path.
    pub message: String,
    /// Where a limit is in the way: the limit that would allow this image.
    pub needed: Option<Needed>,
}

impl ImageError {
    /// An error of `kind` that says `message`.
    pub fn new(kind: ImageErrorKind, message: impl ToString) -> Self {
        ImageError { kind, message: message.to_string(), needed: None }
    }

    /// This error, of an image that this limit would allow.
    pub(crate) fn allowed_by(self, needed: Needed) -> Self {
        ImageError { needed: Some(needed), ..self }
    }
}
