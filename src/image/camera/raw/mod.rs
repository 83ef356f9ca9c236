//! Camera RAW files. Their image is the largest JPEG that the camera stored beside the sensor's data.
//!
//! The kind of file is detected from its contents, since several makers' files begin like a TIFF whose first image is
//! a thumbnail. Sensor data is not developed.

mod canon;
mod directories;
mod jpeg_header;

use ::image::metadata::Orientation;

use crate::error::{ImageError, ImageErrorKind};
use directories::Directories;

/// Which maker's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::image) enum RawKind {
    Arw,
    Cr2,
    Cr3,
    Dng,
    Nef,
    Orf,
    Raf,
    Rw2,
    /// Sensor data in a TIFF of another maker.
    Other,
}

/// An embedded JPEG, and how the container says that it is turned.
pub(super) struct Preview<'a> {
    pub(super) jpeg: &'a [u8],
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) orientation: Orientation,
}

/// Places in a file that are tried for JPEGs that no directory names.
const MAX_STARTS: usize = 64;

/// Bytes at the start of an Olympus file that EXIF is looked for in.
const MAX_EXIF_BYTES: usize = 4 << 20;

/// The start of a Fujifilm file.
const RAF: &[u8] = b"FUJIFILMCCD-RAW ";

impl RawKind {
    /// What `bytes` are; `None` for what is no RAW file.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            _ if bytes.starts_with(RAF) => Some(RawKind::Raf),
            [b'I', b'I', b'R', b'O' | b'S', ..] | [b'M', b'M', b'O', b'R', ..] => Some(RawKind::Orf),
            [b'I', b'I', b'U', 0, ..] => Some(RawKind::Rw2),
            [_, _, _, _, b'f', b't', b'y', b'p', b'c', b'r', b'x', b' ', ..] => Some(RawKind::Cr3),
            [b'I', b'I', b'*', 0, _, _, _, _, b'C', b'R', ..] => Some(RawKind::Cr2),
            [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => {
                let directories = Directories::of(bytes)?;
                if directories.is_dng() {
                    return Some(RawKind::Dng);
                }
                let maker = directories.maker();
                directories.has_sensor_data().then(|| {
                    let is = |name: &[u8]| {
                        maker.len() >= name.len() && maker[..name.len()].eq_ignore_ascii_case(name)
                    };
                    match () {
                        () if is(b"NIKON") => RawKind::Nef,
                        () if is(b"SONY") => RawKind::Arw,
                        () => RawKind::Other,
                    }
                })
            }
            _ => None,
        }
    }

    /// The name in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            RawKind::Arw => "ARW",
            RawKind::Cr2 => "CR2",
            RawKind::Cr3 => "CR3",
            RawKind::Dng => "DNG",
            RawKind::Nef => "NEF",
            RawKind::Orf => "ORF",
            RawKind::Raf => "RAF",
            RawKind::Rw2 => "RW2",
            RawKind::Other => "RAW",
        }
    }
}

/// The largest JPEG within `bytes`.
///
/// # Errors
/// `unsupported` where there is none, `decode` where the file ends before the one it names.
pub(super) fn preview(kind: RawKind, bytes: &[u8]) -> Result<Preview<'_>, ImageError> {
    let (mut ranges, orientation) = match kind {
        RawKind::Cr3 => (canon::previews(bytes), canon::orientation(bytes)),
        RawKind::Raf => (raf_preview(bytes).into_iter().collect(), 1),
        _ => match Directories::of(bytes) {
            Some(directories) => (directories.previews(), directories.orientation()),
            None => (Vec::new(), 1),
        },
    };
    let mut best = largest(bytes, &ranges);
    // Older cameras name their preview in notes of the maker's own only. In a DNG, a JPEG may be sensor data.
    if best.is_none() && !matches!(kind, RawKind::Dng | RawKind::Other) {
        let starts = memchr::memmem::find_iter(bytes, b"\xff\xd8\xff").take(MAX_STARTS);
        ranges.extend(starts.map(|start| (start, bytes.len() - start)));
        best = largest(bytes, &ranges);
    }
    let Some((jpeg, (width, height))) = best else {
        let cut = ranges.iter().any(|(start, length)| start.saturating_add(*length) > bytes.len());
        return Err(match cut {
            true => {
                let message = format!("truncated {}: it ends before its preview does", kind.name());
                ImageError::new(ImageErrorKind::Decode, message)
            }
            false => {
                let message =
                    format!("{} without an embedded preview; convert it to JPEG first", kind.name());
                ImageError::new(ImageErrorKind::Unsupported, message)
            }
        });
    };
    let orientation = match jpeg_header::has_orientation(jpeg) {
        true => Orientation::NoTransforms,
        false => u8::try_from(orientation)
            .ok()
            .and_then(Orientation::from_exif)
            .unwrap_or(Orientation::NoTransforms),
    };
    Ok(Preview { jpeg, width, height, orientation })
}

/// The EXIF of a file in blocks, each a TIFF.
pub(super) fn exif_blocks(kind: RawKind, bytes: &[u8]) -> Vec<Vec<u8>> {
    let of_preview = || {
        let preview = preview(kind, bytes).ok();
        preview.and_then(|preview| jpeg_header::exif(preview.jpeg)).map(<[u8]>::to_vec)
    };
    match kind {
        RawKind::Cr3 => canon::pieces(bytes).into_iter().map(<[u8]>::to_vec).collect(),
        RawKind::Raf | RawKind::Rw2 => of_preview().into_iter().collect(),
        RawKind::Orf => {
            // A TIFF but for its magic number.
            let mut tiff = bytes[..bytes.len().min(MAX_EXIF_BYTES)].to_vec();
            let magic: &[u8] = if tiff.starts_with(b"II") { b"II*\0" } else { b"MM\0*" };
            tiff[..4].copy_from_slice(magic);
            vec![tiff]
        }
        _ => vec![bytes.to_vec()],
    }
}

/// Of the JPEGs at some places, the one with the most pixels.
fn largest<'a>(bytes: &'a [u8], ranges: &[(usize, usize)]) -> Option<(&'a [u8], (u32, u32))> {
    let jpegs = ranges.iter().filter_map(|(start, length)| {
        let jpeg = bytes.get(*start..start.checked_add(*length)?)?;
        Some((jpeg, jpeg_header::size(jpeg)?))
    });
    jpegs.max_by_key(|(_, (width, height))| u64::from(*width) * u64::from(*height))
}

/// Where Fujifilm's header says that the JPEG is: an offset and a length, 84 bytes from the start.
fn raf_preview(bytes: &[u8]) -> Option<(usize, usize)> {
    let number = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?) as usize);
    Some((number(84)?, number(88)?))
}
