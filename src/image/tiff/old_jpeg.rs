//! JPEG compression from before 1995 (TIFF 6.0, section 22), for files that hold one whole JPEG. Files with separate
//! tables and scans are refused.

use super::directory::Directory;
use super::layout::tag;
use super::unsupported;
use crate::error::ImageError;

const START: &[u8] = b"\xff\xd8";
const END: &[u8] = b"\xff\xd9";

/// The JPEG of `directory`, ended where the file leaves that out.
///
/// # Errors
/// `unsupported` where there is none in one piece.
pub(super) fn stream(directory: &Directory<'_>) -> Result<Vec<u8>, ImageError> {
    let apart = || unsupported("JPEG compression of before 1995 with its tables apart");
    let strips = directory.numbers(tag::STRIP_OFFSETS);
    if strips.len() > 1 {
        return Err(unsupported("JPEG compression of before 1995 in several strips"));
    }
    let strip = strips.first().copied();
    let start = directory.number(tag::JPEG_OFFSET).or(strip).ok_or_else(apart)?;
    let in_file = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(directory.bytes.len());
    let rest = &directory.bytes[in_file(start)..];
    if !rest.starts_with(START) {
        return Err(apart());
    }
    // The length may be that of the tables alone, so the end of the strip counts where it lies behind.
    let length = directory.number(tag::JPEG_LENGTH);
    let end_of_strip = strip.zip(directory.number(tag::STRIP_LENGTHS));
    let end_of_strip = end_of_strip.map(|(strip, length)| strip.saturating_add(length));
    let end = length.map(|length| start.saturating_add(length)).max(end_of_strip);
    let end = end.map_or(directory.bytes.len(), in_file);
    let mut stream = directory.bytes[in_file(start)..end.max(in_file(start))].to_vec();
    if !stream.ends_with(END) {
        stream.extend_from_slice(END);
    }
    Ok(stream)
}
