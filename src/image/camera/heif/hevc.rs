//! HEVC pictures of HEIC files, by heifer's decoder.

use heifer_hevc_dec::Error as HevcError;
use heifer_hevc_dec::decoder::{DecodeOptions, decode_picture};
use heifer_isobmff::{HeifFile, ItemId};

use super::picture::{Colour, Picture, Plane};
use super::{container_error, corrupt};
use crate::error::{ImageError, ImageErrorKind};

/// Decodes one coded item, of at most `max_pixels`.
pub(super) fn decode(file: &HeifFile, id: ItemId, max_pixels: u64) -> Result<Picture, ImageError> {
    let stream = file.hevc_bitstream(id).map_err(|error| container_error(&error))?;
    let options = DecodeOptions { max_pixels, ..DecodeOptions::default() };
    let frame = decode_picture(&stream, options).map_err(|error| hevc_error(&error))?;
    let plane = |index: usize| {
        let depth = frame.bit_depth[index.min(1)];
        Plane {
            width: frame.widths[index] as usize,
            height: frame.heights[index] as usize,
            // The 8 upper bits, without rounding, as libheif does.
            samples: frame.planes[index]
                .iter()
                .map(|sample| (sample >> depth.saturating_sub(8)) as u8)
                .collect(),
        }
    };
    Ok(Picture {
        luma: plane(0),
        chroma: (frame.widths[1] > 0).then(|| [plane(1), plane(2)]),
        alpha: None,
        colour: Colour { matrix: u16::from(frame.matrix_coeffs), full_range: frame.full_range },
    })
}

fn hevc_error(error: &HevcError) -> ImageError {
    match error {
        HevcError::Unimplemented(what) => {
            ImageError::new(ImageErrorKind::Unsupported, format!("a kind of HEIC that is not read: {what}"))
        }
        error => corrupt("HEIC", error),
    }
}
