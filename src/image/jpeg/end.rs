//! Finds out how a JPEG ends. libjpeg fills missing pixels with grey, and its users (Pillow among them) refuse a file
//! without an end-of-image marker, or with misplaced markers.

use memchr::memchr;

/// How a JPEG ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With an end-of-image marker, or within what follows the only scan.
    Whole,
    /// Before its first scan.
    CutInHeaders,
    /// In the coded pixels of a scan; `last`: no other one can follow.
    CutInPixels { last: bool },
    /// Between two scans.
    CutInTables,
    /// Not before a marker that libjpeg refuses.
    Broken(u8),
}

/// Where a walk over markers has come to.
#[derive(Default)]
pub(super) struct Walk {
    /// Scans that have begun: after the first, what is no marker is coded pixels.
    scans: usize,
    /// Some scan of a sequential frame had more than one component, and fewer than all.
    pub mixed: bool,
    /// Restart markers are expected; libjpeg then skips unknown markers to find the next one.
    pub restarts: bool,
    /// The one scan has all components, so a second one is an error.
    single: bool,
    pub progressive: bool,
    components: u8,
    /// Components of all scans, summed.
    scanned: usize,
}

/// How `bytes` end (ITU-T T.81, B.1.1.2 to B.1.1.5).
///
/// Segments are skipped by their lengths, so the thumbnail in an EXIF segment is not taken for the image.
/// In entropy-coded data a stuffed zero and restart markers are part of the data. What follows the end is
/// not looked at, and neither is what stands between segments: libjpeg skips that too.
pub(super) fn end(bytes: &[u8]) -> End {
    Walk::default().read_to_end(bytes)
}

/// What the markers up to the end say of the scans.
pub(super) fn scans(bytes: &[u8]) -> Walk {
    let mut walk = Walk::default();
    walk.read_to_end(bytes);
    walk
}

impl Walk {
    /// Whether the scans of a sequential JPEG leave out a component.
    pub fn lack_components(&self) -> bool {
        !self.progressive && self.scanned < usize::from(self.components)
    }

    /// Follows the markers of a JPEG to their end.
    fn read_to_end(&mut self, bytes: &[u8]) -> End {
        let mut at = 2;
        while let Some(found) = bytes.get(at..).and_then(|rest| memchr(0xff, rest)) {
            at += found;
            // Any number of 0xff may pad the one before the code.
            let Some(padding) = bytes[at..].iter().position(|byte| *byte != 0xff) else {
                break;
            };
            at += padding + 1;
            match bytes[at - 1] {
                // A stuffed zero, restart markers, TEM: no length follows.
                0x00 | 0x01 | 0xd0..=0xd7 => {}
                0xd9 => return End::Whole,
                code => {
                    if self.refuses(code) {
                        return End::Broken(code);
                    }
                    let length =
                        bytes.get(at..at + 2).map(|length| u16::from_be_bytes([length[0], length[1]]));
                    let body = length.and_then(|length| bytes.get(at + 2..at + usize::from(length).max(2)));
                    let (Some(length), Some(body)) = (length, body) else {
                        return match (self.scans, self.single) {
                            (0, _) => End::CutInHeaders,
                            (_, true) => End::Whole,
                            (_, false) => End::CutInTables,
                        };
                    };
                    self.pass(code, body);
                    at += usize::from(length).max(2);
                }
            }
        }
        if self.scans == 0 { End::CutInHeaders } else { End::CutInPixels { last: self.single } }
    }

    /// Whether libjpeg gives up at a segment of `code`, once pixels have begun.
    fn refuses(&self, code: u8) -> bool {
        const START_OF_SCAN: u8 = 0xda;
        match code {
            _ if self.scans == 0 => false,
            START_OF_SCAN => self.single,
            // Tables, restart intervals, lines, application segments and comments may stand between scans.
            0xc4 | 0xcc | 0xdb..=0xdd | 0xe0..=0xef | 0xfe => false,
            _ => !self.restarts,
        }
    }

    /// Takes note of what a segment says.
    fn pass(&mut self, code: u8, body: &[u8]) {
        match code {
            0xc0..=0xc3 | 0xc9..=0xcb => {
                self.progressive = matches!(code, 0xc2 | 0xca);
                self.components = body.get(5).copied().unwrap_or_default();
            }
            0xdd => self.restarts = body.iter().any(|byte| *byte != 0),
            0xda => {
                let components = body.first().copied().unwrap_or_default();
                self.single |= self.scans == 0 && !self.progressive && components == self.components;
                self.mixed |= !self.progressive && (2..self.components).contains(&components);
                self.scanned += usize::from(components);
                self.scans += 1;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A start, a segment that holds a whole JPEG's end, a scan with a stuffed zero and a restart, an end.
    const MARKERS: &[u8] =
        b"\xff\xd8\xff\xe1\x00\x06\xff\xd8\xff\xd9\xff\xda\x00\x03\x01\x12\xff\x00\x34\xff\xd0\x56\xff\xff\xd9";

    #[test]
    fn the_end_is_found_behind_thumbnails_stuffed_zeros_and_restarts() {
        assert_eq!(end(MARKERS), End::Whole);
        assert_eq!(end(&[MARKERS, b"trailing bytes"].concat()), End::Whole);
    }

    #[test]
    fn every_shorter_file_is_cut_and_tells_whether_in_pixels() {
        for length in 0..MARKERS.len() {
            let expected = if length < 15 { End::CutInHeaders } else { End::CutInPixels { last: false } };
            assert_eq!(end(&MARKERS[..length]), expected, "{length} bytes");
        }
    }

    #[test]
    fn markers_that_libjpeg_does_not_know_break_the_pixels_unless_it_looks_for_restarts() {
        let pixels = |before: &[u8], code: u8| {
            end(&[b"\xff\xd8", before, b"\xff\xda\x00\x03\x01\x12\xff", &[code], b"\x00\x02\xff\xd9"]
                .concat())
        };
        for code in [0x02, 0xbf, 0xc0, 0xd8, 0xf0] {
            assert_eq!(pixels(b"", code), End::Broken(code));
            assert_eq!(pixels(b"\xff\xdd\x00\x04\x00\x01", code), End::Whole);
        }
        assert_eq!(pixels(b"", 0xe1), End::Whole);
        // A frame of one component: its only scan has come.
        let frame = b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x02\x01\x01\x11\x00";
        let scan = b"\xff\xda\x00\x03\x01\x12";
        let one = |rest: &[u8]| end(&[b"\xff\xd8", frame.as_slice(), scan, rest].concat());
        assert_eq!(one(b"\xff\xda\x00\x03\x01\xff\xd9"), End::Broken(0xda));
        assert_eq!(one(b"\xff\xc4\x00\x10"), End::Whole);
        assert_eq!(one(b"\x12"), End::CutInPixels { last: true });
    }
}
