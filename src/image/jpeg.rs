//! Does a JPEG go on to its end? The decoder fills what is missing with grey and says nothing, where
//! libjpeg's users (Pillow among them) refuse a file without its end-of-image marker.

use memchr::memchr;

/// Whether the markers of a JPEG lead to an end-of-image marker (ITU-T T.81, B.1.1.2 to B.1.1.5).
///
/// Segments are skipped by their lengths, so the thumbnail in an EXIF segment is not taken for the image.
/// In entropy-coded data a stuffed zero and restart markers are part of the data. What follows the end is
/// not looked at, and neither is what stands between segments: libjpeg skips that too.
pub(super) fn is_complete(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr(0xff, rest)) {
        at += found;
        // Any number of 0xff may pad the one before the code.
        let Some(padding) = bytes[at..].iter().position(|byte| *byte != 0xff) else {
            return false;
        };
        at += padding + 1;
        match bytes[at - 1] {
            // A stuffed zero, restart markers, TEM: no length follows.
            0x00 | 0x01 | 0xd0..=0xd7 => {}
            0xd9 => return true,
            _ => {
                let Some(length) = bytes.get(at..at + 2) else {
                    return false;
                };
                at += usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A start, a segment that holds a whole JPEG's end, a scan with a stuffed zero and a restart, an end.
    const MARKERS: &[u8] =
        b"\xff\xd8\xff\xe1\x00\x06\xff\xd8\xff\xd9\xff\xda\x00\x03\x01\x12\xff\x00\x34\xff\xd0\x56\xff\xff\xd9";

    #[test]
    fn the_end_is_found_behind_thumbnails_stuffed_zeros_and_restarts() {
        assert!(is_complete(MARKERS));
        assert!(is_complete(&[MARKERS, b"trailing bytes"].concat()));
    }

    #[test]
    fn every_shorter_file_is_incomplete() {
        for length in 0..MARKERS.len() {
            assert!(!is_complete(&MARKERS[..length]), "{length} bytes");
        }
    }
}
