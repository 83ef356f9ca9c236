//! The header of an embedded JPEG: what size it has, and whether it says how it is turned.

use memchr::memmem;

/// Width and height of a JPEG that a photo viewer would show: baseline or progressive, 8 bits. Sensor data in JPEG's
/// lossless mode has none.
pub(super) fn size(jpeg: &[u8]) -> Option<(u32, u32)> {
    if !jpeg.starts_with(b"\xff\xd8\xff") {
        return None;
    }
    segments(jpeg).find_map(|(marker, segment)| match (marker, segment) {
        (0xc0..=0xc2, [8, h1, h0, w1, w0, 1 | 3, ..]) => {
            let (width, height) = (u16::from_be_bytes([*w1, *w0]), u16::from_be_bytes([*h1, *h0]));
            Some((u32::from(width), u32::from(height))).filter(|(width, height)| width * height > 0)
        }
        _ => None,
    })
}

/// The EXIF of a JPEG, a TIFF.
pub(super) fn exif(jpeg: &[u8]) -> Option<&[u8]> {
    segments(jpeg)
        .filter(|(marker, _)| *marker == 0xe1)
        .find_map(|(_, segment)| segment.strip_prefix(b"Exif\0\0"))
}

/// Whether a JPEG has an orientation of its own.
pub(super) fn has_orientation(jpeg: &[u8]) -> bool {
    // The tag, of type SHORT, one value: in either order of bytes.
    let entries: [&[u8]; 2] = [b"\x12\x01\x03\0\x01\0\0\0", b"\x01\x12\0\x03\0\0\0\x01"];
    exif(jpeg).is_some_and(|tiff| entries.iter().any(|entry| memmem::find(tiff, entry).is_some()))
}

/// Segments that a header has at most.
const MAX_SEGMENTS: usize = 256;

/// Markers with their segments, up to the first scan.
fn segments(jpeg: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut at = 2;
    std::iter::from_fn(move || {
        while jpeg.get(at) == Some(&0xff) && jpeg.get(at + 1) == Some(&0xff) {
            at += 1;
        }
        let [0xff, marker, high, low] = *jpeg.get(at..)?.first_chunk()? else { return None };
        if marker == 0xda {
            return None;
        }
        let start = at + 4;
        at += 2 + usize::from(u16::from_be_bytes([high, low])).max(2);
        Some((marker, jpeg.get(start..at)?))
    })
    .take(MAX_SEGMENTS)
}
