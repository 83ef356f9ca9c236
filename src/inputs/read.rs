//! Reads the bytes of a source. A file that is no image is recognised by its first bytes, and the rest is not read.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, stdin};

use super::{Place, Source};
use crate::error::{ImageError, ImageErrorKind};
use crate::files::Stamp;
use crate::image::decode::recognise;

/// Bytes that are enough to recognise every format.
const HEAD_BYTES: u64 = 4096;

/// The largest file that is read as an image.
const MAX_FILE_BYTES: u64 = 1 << 30;

impl Source {
    /// The state that the image's file is in; `None` where there is no file.
    pub fn stamp(&self) -> Option<Stamp> {
        match &self.place {
            Place::File => Stamp::of(&self.path.metadata().ok()?),
            Place::Member { archive, length, .. } => {
                Some(Stamp::of(&archive.metadata().ok()?)?.with_bytes(*length))
            }
            Place::Stdin | Place::Nowhere(_) => None,
        }
    }

    /// All bytes of the image's file.
    ///
    /// # Errors
    /// `io` when it cannot be read, `decode` when it is empty, `unsupported` when it does not start like an image,
    /// `too_large` when it is longer than any image.
    pub fn read(&self) -> Result<Vec<u8>, ImageError> {
        match &self.place {
            Place::Nowhere(error) => Err(error.clone()),
            Place::Stdin => read(stdin().lock()),
            Place::Member { archive, offset, length } => {
                let mut file = File::open(archive).map_err(io_error)?;
                let end = file.metadata().map_err(io_error)?.len();
                if offset + length > end {
                    let message = "truncated archive: it ends before this image does";
                    return Err(ImageError::new(ImageErrorKind::Decode, message));
                }
                file.seek(SeekFrom::Start(*offset)).map_err(io_error)?;
                read(file.take(*length))
            }
            Place::File => read(File::open(&self.path).map_err(io_error)?),
        }
    }
}

fn read(mut file: impl Read) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut bytes).map_err(io_error)?;
    recognise(&bytes)?;
    let left = MAX_FILE_BYTES - bytes.len() as u64;
    let more = file.take(left + 1).read_to_end(&mut bytes).map_err(io_error)?;
    if more as u64 > left {
        let message = format!("the file has more than {MAX_FILE_BYTES} bytes");
        return Err(ImageError::new(ImageErrorKind::TooLarge, message));
    }
    Ok(bytes)
}

fn io_error(error: io::Error) -> ImageError {
    ImageError::new(ImageErrorKind::Io, error)
}
