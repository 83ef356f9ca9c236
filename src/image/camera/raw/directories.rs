//! The TIFF directories of most makers' RAW files: which hold sensor data, and where their JPEGs are. This is not a
//! TIFF reader; it knows only a few tags.

use std::collections::HashSet;

/// Directories that are looked at; cameras write fewer than ten.
const MAX_DIRECTORIES: usize = 64;

/// Entries of a directory that are looked at.
const MAX_ENTRIES: usize = 1024;

mod tag {
    pub(super) const JPEG_FROM_RAW: u16 = 0x002e; // Panasonic
    pub(super) const COMPRESSION: u16 = 0x0103;
    pub(super) const PHOTOMETRIC: u16 = 0x0106;
    pub(super) const MAKER: u16 = 0x010f;
    pub(super) const STRIP_OFFSETS: u16 = 0x0111;
    pub(super) const ORIENTATION: u16 = 0x0112;
    pub(super) const STRIP_LENGTHS: u16 = 0x0117;
    pub(super) const SUB_DIRECTORIES: u16 = 0x014a;
    pub(super) const JPEG_OFFSET: u16 = 0x0201;
    pub(super) const JPEG_LENGTH: u16 = 0x0202;
    pub(super) const EXIF: u16 = 0x8769;
    pub(super) const MAKER_NOTE: u16 = 0x927c;
    pub(super) const DNG_VERSION: u16 = 0xc612;
    pub(super) const OLYMPUS_CAMERA_SETTINGS: u16 = 0x2020;
    pub(super) const OLYMPUS_PREVIEW_OFFSET: u16 = 0x0101;
    pub(super) const OLYMPUS_PREVIEW_LENGTH: u16 = 0x0102;
}

/// Photometric interpretations of sensor data: a colour filter array, linear colours (DNG 1.7, chapter 2).
const SENSOR: [u32; 2] = [32803, 34892];

/// Compressions that only sensor data has: packed, Sony's, Samsung's, Nikon's, Pentax'.
const SENSOR_COMPRESSIONS: [u32; 5] = [32769, 32767, 32770, 34713, 65535];

/// Compressions that are JPEG: as TIFF 6 had it, and as it is.
const JPEG: [u32; 2] = [6, 7];

/// The directories of a file.
pub(super) struct Directories<'a> {
    bytes: &'a [u8],
    big_endian: bool,
    /// In the order of the file: the main ones, and behind each those within it.
    all: Vec<Vec<Entry>>,
}

struct Entry {
    tag: u16,
    kind: u16,
    count: usize,
    /// Where its value is, from the start of the file.
    at: usize,
}

impl<'a> Directories<'a> {
    /// Those of a file that begins like a TIFF, whatever its magic number.
    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        let big_endian = bytes.first() == Some(&b'M');
        let mut directories = Directories { bytes, big_endian, all: Vec::new() };
        let mut seen = HashSet::new();
        let mut todo = vec![directories.long(4)? as usize];
        while let Some(start) = todo.pop() {
            if directories.all.len() >= MAX_DIRECTORIES || !seen.insert(start) {
                continue;
            }
            let Some((directory, next)) = directories.directory(start, 0) else { continue };
            // Last in, first out: the next main directory comes after those within this one.
            todo.extend((next > 0).then_some(next));
            for entry in
                directory.iter().filter(|entry| matches!(entry.tag, tag::SUB_DIRECTORIES | tag::EXIF))
            {
                let starts: Vec<usize> = directories.numbers(entry).map(|start| start as usize).collect();
                todo.extend(starts.into_iter().rev());
            }
            directories.all.push(directory);
        }
        (!directories.all.is_empty()).then_some(directories)
    }

    /// Whether the file is a DNG.
    pub(super) fn is_dng(&self) -> bool {
        self.all.first().is_some_and(|first| find(first, tag::DNG_VERSION).is_some())
    }

    /// Whether it has something that no plain TIFF has.
    pub(super) fn has_sensor_data(&self) -> bool {
        self.all.iter().any(|directory| {
            let is = |tag, values: &[u32]| {
                self.number(directory, tag).is_some_and(|value| values.contains(&value))
            };
            is(tag::PHOTOMETRIC, &SENSOR) || is(tag::COMPRESSION, &SENSOR_COMPRESSIONS)
        })
    }

    /// The camera's maker.
    pub(super) fn maker(&self) -> &'a [u8] {
        let entry = self.all.first().and_then(|first| find(first, tag::MAKER));
        entry
            .and_then(|entry| self.bytes.get(entry.at..entry.at.checked_add(entry.count)?))
            .unwrap_or_default()
    }

    /// EXIF's orientation, 1 where there is none.
    pub(super) fn orientation(&self) -> u32 {
        self.all.first().and_then(|first| self.number(first, tag::ORIENTATION)).unwrap_or(1)
    }

    /// Where JPEGs are: starts and lengths.
    pub(super) fn previews(&self) -> Vec<(usize, usize)> {
        let mut previews = Vec::new();
        for directory in &self.all {
            let pair = |start, length| {
                Some((self.number(directory, start)? as usize, self.number(directory, length)? as usize))
            };
            previews.extend(pair(tag::JPEG_OFFSET, tag::JPEG_LENGTH));
            let is_sensor =
                self.number(directory, tag::PHOTOMETRIC).is_some_and(|value| SENSOR.contains(&value));
            let is_jpeg = self.number(directory, tag::COMPRESSION).is_some_and(|value| JPEG.contains(&value));
            let is_whole = find(directory, tag::STRIP_OFFSETS).is_some_and(|strips| strips.count == 1);
            if is_jpeg && is_whole && !is_sensor {
                previews.extend(pair(tag::STRIP_OFFSETS, tag::STRIP_LENGTHS));
            }
            previews.extend(find(directory, tag::JPEG_FROM_RAW).map(|entry| (entry.at, entry.count)));
            let note = find(directory, tag::MAKER_NOTE);
            previews.extend(note.and_then(|note| self.olympus_preview(note.at, note.count)));
        }
        previews
    }

    /// The preview that Olympus names in its camera settings, by offsets from the start of its note.
    fn olympus_preview(&self, base: usize, length: usize) -> Option<(usize, usize)> {
        let note = self.bytes.get(base..base.checked_add(length)?)?;
        let header = match note {
            note if note.starts_with(b"OLYMPUS\0") => 12,
            note if note.starts_with(b"OM SYSTEM\0") => 16,
            _ => return None,
        };
        let (directory, _) = self.directory(base + header, base)?;
        let settings = self.number(&directory, tag::OLYMPUS_CAMERA_SETTINGS)?;
        let (settings, _) = self.directory(base.checked_add(settings as usize)?, base)?;
        let start = self.number(&settings, tag::OLYMPUS_PREVIEW_OFFSET)?;
        let length = self.number(&settings, tag::OLYMPUS_PREVIEW_LENGTH)?;
        Some((base.checked_add(start as usize)?, length as usize))
    }

    /// A directory whose offsets count from `base`, and where the next one is.
    fn directory(&self, start: usize, base: usize) -> Option<(Vec<Entry>, usize)> {
        let count = usize::from(self.short(start)?);
        let mut entries = Vec::with_capacity(count.min(MAX_ENTRIES));
        for index in 0..count.min(MAX_ENTRIES) {
            let at = start.checked_add(2 + 12 * index)?;
            let (tag, kind) = (self.short(at)?, self.short(at + 2)?);
            let count = self.long(at + 4)? as usize;
            let size = match kind {
                3 | 8 => 2,
                4 | 9 | 11 | 13 => 4,
                5 | 10 | 12 => 8,
                _ => 1,
            };
            let at = match count.checked_mul(size)? {
                0..=4 => at + 8,
                _ => base.checked_add(self.long(at + 8)? as usize)?,
            };
            entries.push(Entry { tag, kind, count, at });
        }
        let next = start.checked_add(2 + 12 * count).and_then(|at| self.long(at)).unwrap_or(0);
        Some((entries, next as usize))
    }

    /// The first number of a tag.
    fn number(&self, directory: &[Entry], tag: u16) -> Option<u32> {
        self.numbers(find(directory, tag)?).next()
    }

    /// The numbers of an entry, where they are whole ones.
    fn numbers(&self, entry: &Entry) -> impl Iterator<Item = u32> {
        let (kind, at) = (entry.kind, entry.at);
        (0..entry.count.min(MAX_ENTRIES)).map_while(move |index| match kind {
            3 => self.short(at.checked_add(2 * index)?).map(u32::from),
            4 | 13 => self.long(at.checked_add(4 * index)?),
            _ => None,
        })
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}

fn find(directory: &[Entry], tag: u16) -> Option<&Entry> {
    directory.iter().find(|entry| entry.tag == tag)
}
