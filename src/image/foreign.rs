//! Recognises files that are not images of a supported format, and says what they are and what to do.

use std::io::Read;

/// Bytes of a gzip file that are unpacked to see what is in it: the size of a tar header.
const PEEK: u64 = 512;

/// Where a tar archive says that it is one.
const TAR_MAGIC: std::ops::Range<usize> = 257..262;

const CONVERT: &str = "convert it to JPEG or PNG first";
const UNPACK: &str = "unpack it and name the folder";
const FRAMES: &str = "save frames of it as images first (with ffmpeg, for example)";
const RENDER: &str = "render it to PNG first";
const PAGES: &str = "save its pages as images first";

/// Signatures at the start of a file: what it is, and the way out.
const STARTS: &[(&[u8], &str, &str)] = &[
    (b"\0\0\0\x0cjP  ", "JPEG 2000", CONVERT),
    (b"\xff\x4f\xff\x51", "JPEG 2000", CONVERT),
    (b"II\xbc", "JPEG XR", CONVERT),
    (b"8BPS", "Photoshop", CONVERT),
    (b"gimp xcf", "XCF (GIMP)", CONVERT),
    (b"\0\0\x01\0", "ICO", CONVERT),
    (b"\0\0\x02\0", "CUR", CONVERT),
    (b"icns", "ICNS", CONVERT),
    (b"DDS ", "DDS", CONVERT),
    (b"BPG\xfb", "BPG", CONVERT),
    (b"farbfeld", "farbfeld", CONVERT),
    (b"v/1\x01", "OpenEXR", CONVERT),
    (b"#?RADIANCE", "Radiance HDR", CONVERT),
    (b"SIMPLE  =", "FITS", CONVERT),
    (b"%PDF-", "PDF", PAGES),
    (b"%!PS", "PostScript", RENDER),
    (b"\xc5\xd0\xd3\xc6", "PostScript", RENDER),
    (b"PK\x03\x04", "a ZIP archive", UNPACK),
    (b"PK\x05\x06", "an empty ZIP archive", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (b"BZh", "a bzip2 file", "unpack it first"),
    (b"\xfd7zXZ\0", "an xz file", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", "unpack it first"),
    (b"\x1a\x45\xdf\xa3", "Matroska or WebM video", FRAMES),
    (b"\0\0\x01\xba", "MPEG video", FRAMES),
    (b"\0\0\x01\xb3", "MPEG video", FRAMES),
    (b"FLV\x01", "Flash video", FRAMES),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document", PAGES),
    (b"\x93NUMPY", "a NumPy array", "save it as PNG first"),
    (b"version https://git-lfs.", "a Git LFS pointer and not the file itself", "run `git lfs pull` first"),
];

/// Boxes that begin a QuickTime file without a brand.
const QUICKTIME: [&[u8]; 5] = [b"moov", b"mdat", b"wide", b"pnot", b"skip"];

/// What `bytes` are and what to do, as the end of a sentence; `None` if unknown.
pub(super) fn describe(bytes: &[u8]) -> Option<String> {
    let (what, way_out) = name(bytes)?;
    Some(format!("{what} is not read; {way_out}"))
}

fn name(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    if let Some((_, what, way_out)) = STARTS.iter().find(|(start, ..)| bytes.starts_with(start)) {
        return Some((what, way_out));
    }
    if bytes.starts_with(b"\x1f\x8b") {
        return Some(in_gzip(bytes));
    }
    match bytes.get(4..8) {
        Some(b"ftyp") if bytes.get(8..11) == Some(b"M4A") => {
            return Some(("MPEG-4 audio", "there is no picture in it"));
        }
        Some(b"ftyp") => return Some(("MP4 or QuickTime video", FRAMES)),
        Some(kind) if QUICKTIME.contains(&kind) => return Some(("QuickTime video", FRAMES)),
        _ => {}
    }
    match (bytes.get(..4), bytes.get(8..12)) {
        (Some(b"RIFF"), Some(b"AVI ")) => return Some(("AVI video", FRAMES)),
        (Some(b"RIFF"), Some(b"WAVE")) => return Some(("WAVE audio", "there is no picture in it")),
        _ => {}
    }
    if bytes.get(TAR_MAGIC) == Some(b"ustar") {
        return Some(("a tar archive as an image", "name it as a file that ends in .tar"));
    }
    markup(bytes)
}

/// What a gzip file holds, by its first bytes.
fn in_gzip(bytes: &[u8]) -> (&'static str, &'static str) {
    let mut start = Vec::new();
    // Whatever is damaged behind the bytes that could be unpacked is of no interest here.
    let _ = flate2::read::GzDecoder::new(bytes).take(PEEK).read_to_end(&mut start);
    if start.get(TAR_MAGIC) == Some(b"ustar") {
        ("a compressed tar archive (.tar.gz)", "decompress it with gunzip: .tar is read")
    } else if matches!(markup(&start), Some(("SVG", _))) {
        ("SVG", RENDER)
    } else {
        ("a gzip file", "decompress it with gunzip first")
    }
}

/// What a text in angle brackets is.
fn markup(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if text.first() != Some(&b'<') {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let position = |word: &[u8]| lower.windows(word.len()).position(|part| part == word);
    // A page may hold drawings, and a drawing may hold a page: what begins first is what it is.
    let page = position(b"<!doctype html").into_iter().chain(position(b"<html")).min();
    match (position(b"<svg"), page) {
        (Some(drawing), page) if page.is_none_or(|page| drawing < page) => Some(("SVG", RENDER)),
        (_, Some(_)) => Some(("an HTML page", "save the image that it shows instead of the page")),
        _ if lower.starts_with(b"<?xml") => Some(("an XML file", "it is no image")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn archives_videos_and_documents_are_called_by_their_names() {
        let mut tar = [0; 1024];
        tar[TAR_MAGIC].copy_from_slice(b"ustar");
        let files: [(&[u8], &str); 14] = [
            (b"PK\x03\x04\x14\0\0\0", "a ZIP archive"),
            (&gzip(&tar), "a compressed tar archive (.tar.gz)"),
            (&gzip(&tar)[..12], "a gzip file"),
            (&gzip(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "SVG"),
            (&tar, "a tar archive"),
            (b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41", "MP4 or QuickTime video"),
            (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "MP4 or QuickTime video"),
            (b"\0\0\0\x08wide\0\0\x12\x34mdat", "QuickTime video"),
            (b"RIFF\x10\0\0\0AVI LIST", "AVI video"),
            (b"<?xml version=\"1.0\"?>\n<!-- Inkscape -->\n<svg width='4'>", "SVG"),
            (b"\xef\xbb\xbf \n<!DOCTYPE html><html><body><svg></svg>", "an HTML page"),
            (b"<HTML><head><title>404</title>", "an HTML page"),
            (b"%PDF-1.7\n", "PDF"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:00", "a Git LFS pointer"),
        ];
        for (bytes, what) in files {
            let said = describe(bytes).unwrap_or_default();
            assert!(said.starts_with(what) && said.contains(" is not read; "), "{what}: {said}");
        }
        for unknown in [b"a < b".as_slice(), b"<3", b"PK", b"\0\0\0\0\0\0\0\0\0\0\0\0"] {
            assert_eq!(describe(unknown), None, "{unknown:?}");
        }
    }
}
