//! Canon's CR3: boxes as in an MP4. The JPEGs are a track of the "movie", and a preview in a box of Canon's own.

use heifer_isobmff::{BoxIter, RawBox};

use super::directories::Directories;

/// The box of Canon's own within the movie, with EXIF in pieces.
const METADATA: [u8; 16] = *b"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";

/// The box of Canon's own with the preview.
const PREVIEW: [u8; 16] = *b"\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16";

/// Boxes that a list of boxes is searched for.
const MAX_BOXES: usize = 64;

/// Where JPEGs are: starts and lengths.
pub(super) fn previews(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut previews = Vec::new();
    for part in boxes(bytes) {
        match &part.header.box_type.0 {
            b"moov" => {
                previews.extend(within(part.content, b"trak").filter_map(|track| sample(track.content)))
            }
            b"uuid" if part.header.user_type == Some(PREVIEW) => {
                // A header, a box and its header, the JPEG.
                let start = memchr::memmem::find(part.content, b"\xff\xd8\xff");
                let offset = part.content.as_ptr() as usize - bytes.as_ptr() as usize;
                previews.extend(start.map(|start| (offset + start, part.content.len() - start)));
            }
            _ => {}
        }
    }
    previews
}

/// EXIF's orientation, 1 where there is none.
pub(super) fn orientation(bytes: &[u8]) -> u32 {
    pieces(bytes)
        .into_iter()
        .next()
        .and_then(Directories::of)
        .map_or(1, |directories| directories.orientation())
}

/// EXIF in pieces, each a TIFF: the image, the exposure, notes of the maker's own, the place.
pub(in super::super) fn pieces(bytes: &[u8]) -> Vec<&[u8]> {
    let movie = boxes(bytes).find(|part| &part.header.box_type.0 == b"moov");
    let own = movie
        .and_then(|movie| within(movie.content, b"uuid").find(|own| own.header.user_type == Some(METADATA)));
    let own = own.map_or(&[][..], |own| own.content);
    boxes(own).filter(|part| part.header.box_type.0.starts_with(b"CMT")).map(|part| part.content).collect()
}

/// The first sample of a track.
fn sample(track: &[u8]) -> Option<(usize, usize)> {
    let table = [b"mdia", b"minf", b"stbl"]
        .iter()
        .try_fold(track, |content, name| Some(within(content, name).next()?.content))?;
    let long = |content: &[u8], at: usize| Some(u32::from_be_bytes(*content.get(at..)?.first_chunk()?));
    let sizes = within(table, b"stsz").next()?.content;
    // Version and flags, one size for all or 0, how many, sizes.
    let length = match long(sizes, 4)? {
        0 => long(sizes, 12)?,
        length => length,
    };
    let start = match within(table, b"co64").next() {
        Some(offsets) => u64::from_be_bytes(*offsets.content.get(8..)?.first_chunk()?),
        None => u64::from(long(within(table, b"stco").next()?.content, 8)?),
    };
    Some((usize::try_from(start).ok()?, length as usize))
}

fn boxes(content: &[u8]) -> impl Iterator<Item = RawBox<'_>> {
    BoxIter::new(content).map_while(Result::ok).take(MAX_BOXES)
}

fn within<'a>(content: &'a [u8], name: &'static [u8; 4]) -> impl Iterator<Item = RawBox<'a>> {
    boxes(content).filter(move |part| &part.header.box_type.0 == name)
}
