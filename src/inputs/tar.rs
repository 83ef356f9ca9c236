//! Images within tar archives, named `shard.tar/member.jpg`. Headers are walked and contents skipped, so an
//! archive of any size is streamed; who decodes a member reads it from its place.
//!
//! Read are the ustar, GNU and pax forms (POSIX.1-2017 "pax", ustar interchange format). Compressed archives
//! and sparse members are not.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::list::path_of_bytes;
use super::{FolderOptions, PassedOver, Place, Source};
use crate::error::{ImageError, ImageErrorKind};

const BLOCK: u64 = 512;

/// The longest header extension (a long name, a set of pax records) that is believed.
const MAX_EXTENSION_BYTES: u64 = 1 << 20;

/// Whether a name says that a file is an archive.
pub(super) fn is_archive_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tar"))
}

/// The images in an archive, in its order; `None` for a file that does not start like one.
pub(super) fn images(
    archive: &Path,
    options: &FolderOptions,
    passed_over: &PassedOver,
) -> Option<impl Iterator<Item = Source> + Send + use<>> {
    let mut members = Members::open(archive)?;
    let (options, passed_over) = (options.clone(), passed_over.clone());
    Some(std::iter::from_fn(move || {
        loop {
            let member = match members.next()? {
                Ok(member) => member,
                Err(message) => return Some(members.broken(message)),
            };
            let hidden = member.name.components().any(|part| {
                let part = part.as_os_str().as_encoded_bytes();
                part.starts_with(b".") && part != b"." && part != b".."
            });
            if hidden && !options.hidden {
                continue;
            }
            if options.takes(&member.name) {
                return Some(members.source(member));
            }
            passed_over.add_one();
        }
    }))
}

/// The member that a path of the form `shard.tar/member.jpg` names.
pub(super) fn member(path: &Path) -> Option<Source> {
    let archive = path.ancestors().skip(1).find(|path| is_archive_name(path) && path.is_file())?;
    let wanted = path.strip_prefix(archive).ok()?;
    let mut members = Members::open(archive)?;
    loop {
        let member = members.next()?.ok()?;
        if member.name == wanted {
            return Some(members.source(member));
        }
    }
}

/// A file in an archive.
struct Member {
    name: PathBuf,
    offset: u64,
    length: u64,
}

/// Walks an archive's headers.
struct Members {
    archive: Arc<Path>,
    reader: BufReader<File>,
    /// Where the reader is.
    at: u64,
    ended: bool,
}

impl Members {
    fn open(archive: &Path) -> Option<Self> {
        let mut reader = BufReader::new(File::open(archive).ok()?);
        let mut block = [0; BLOCK as usize];
        reader.read_exact(&mut block).ok()?;
        // Two blocks of zeros end an archive, and are all there is of an empty one.
        let plausible = block.iter().all(|byte| *byte == 0) || checksum_holds(&block);
        reader.rewind().ok()?;
        plausible.then(|| Members { archive: archive.into(), reader, at: 0, ended: false })
    }

    fn source(&self, member: Member) -> Source {
        let mut path = self.archive.as_os_str().to_owned();
        path.push("/");
        path.push(&member.name);
        let (archive, offset, length) = (Arc::clone(&self.archive), member.offset, member.length);
        Source { path: path.into(), place: Place::Member { archive, offset, length } }
    }

    fn broken(&self, message: String) -> Source {
        let error = ImageError::new(ImageErrorKind::Decode, message);
        Source { path: self.archive.to_path_buf(), place: Place::Nowhere(error) }
    }

    /// The next regular file; an error is the last thing that comes.
    fn next(&mut self) -> Option<Result<Member, String>> {
        if self.ended {
            return None;
        }
        let member = self.member().transpose();
        self.ended = !matches!(member, Some(Ok(_)));
        member
    }

    fn member(&mut self) -> Result<Option<Member>, String> {
        let (mut long_name, mut long_size) = (None, None);
        loop {
            let Some(header) = self.header()? else { return Ok(None) };
            let size = number(&header[124..136]).ok_or_else(|| self.corrupt("a size that is no number"))?;
            match header[156] {
                b'L' => {
                    let mut name = self.extension(size)?;
                    name.truncate(name.iter().position(|byte| *byte == 0).unwrap_or(name.len()));
                    long_name = Some(name);
                }
                b'x' => {
                    for (key, value) in pax(&self.extension(size)?) {
                        match key {
                            b"path" => long_name = Some(value.to_vec()),
                            b"size" => {
                                long_size = std::str::from_utf8(value).ok().and_then(|size| size.parse().ok())
                            }
                            _ => {}
                        }
                    }
                }
                kind => {
                    let length = long_size.take().unwrap_or(size);
                    let offset = self.at;
                    // Links and devices have no contents, whatever their size says.
                    let skipped = if (b'1'..=b'6').contains(&kind) { 0 } else { length };
                    self.skip(skipped)?;
                    let name = long_name.take().unwrap_or_else(|| short_name(&header));
                    if matches!(kind, b'0' | 0 | b'7') && !name.ends_with(b"/") {
                        return Ok(Some(Member { name: relative(name), offset, length }));
                    }
                }
            }
        }
    }

    /// The next header; `None` at the end of the archive.
    fn header(&mut self) -> Result<Option<[u8; BLOCK as usize]>, String> {
        let mut block = Vec::new();
        let read = self.reader.by_ref().take(BLOCK).read_to_end(&mut block);
        let read = read.map_err(|error| format!("the archive cannot be read: {error}"))?;
        // Many writers leave out the zeros at the end.
        if read == 0 || block.iter().all(|byte| *byte == 0) && read as u64 == BLOCK {
            return Ok(None);
        }
        let block: [u8; BLOCK as usize] =
            block.try_into().map_err(|_| self.corrupt("it ends within a header"))?;
        if !checksum_holds(&block) {
            return Err(self.corrupt("a header with a wrong checksum"));
        }
        self.at += BLOCK;
        Ok(Some(block))
    }

    fn extension(&mut self, size: u64) -> Result<Vec<u8>, String> {
        if size > MAX_EXTENSION_BYTES {
            return Err(self.corrupt("a name of absurd length"));
        }
        let mut bytes = Vec::new();
        let read = self.reader.by_ref().take(size).read_to_end(&mut bytes);
        if !read.is_ok_and(|read| read as u64 == size) {
            return Err(self.corrupt("it ends within a header"));
        }
        let padding = size.next_multiple_of(BLOCK) - size;
        self.at += size;
        self.skip(padding)?;
        Ok(bytes)
    }

    /// Goes on to the block behind `length` bytes of contents.
    fn skip(&mut self, length: u64) -> Result<(), String> {
        let end = self.at.checked_add(length).and_then(|end| end.checked_next_multiple_of(BLOCK));
        let distance = end.and_then(|end| i64::try_from(end - self.at).ok());
        let (Some(end), Some(distance)) = (end, distance) else {
            return Err(self.corrupt("a size beyond all files"));
        };
        self.reader
            .seek_relative(distance)
            .map_err(|error| format!("the archive cannot be read: {error}"))?;
        self.at = end;
        Ok(())
    }

    fn corrupt(&self, what: &str) -> String {
        format!("corrupt archive: {what}, at byte {}", self.at)
    }
}

/// Whether a header's bytes add up to its checksum, whose own eight bytes count as spaces.
fn checksum_holds(block: &[u8; BLOCK as usize]) -> bool {
    let bytes = block.iter().enumerate();
    let sum: u64 = bytes.map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) }).sum();
    number(&block[148..156]) == Some(sum)
}

/// A number of a header: octal digits, or GNU's big-endian binary with the first bit set.
fn number(field: &[u8]) -> Option<u64> {
    if field.first()? & 0x80 != 0 {
        let mut value = u64::from(field[0] & 0x7f);
        for byte in &field[1..] {
            value = value.checked_mul(256)?.checked_add(u64::from(*byte))?;
        }
        return Some(value);
    }
    let text = std::str::from_utf8(field).ok()?;
    let text = text.trim_matches(|character| character == ' ' || character == '\0');
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

/// The name that a header has room for.
fn short_name(header: &[u8; BLOCK as usize]) -> Vec<u8> {
    let text = |field: &[u8]| field.split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
    let (name, prefix) = (text(&header[..100]), text(&header[345..500]));
    // GNU's own form keeps times where ustar has the prefix.
    if &header[257..263] != b"ustar\0" || prefix.is_empty() {
        return name;
    }
    [prefix, b"/".to_vec(), name].concat()
}

/// The records of a pax header: `length key=value\n`.
fn pax(mut bytes: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut records = Vec::new();
    while let Some(space) = bytes.iter().position(|byte| *byte == b' ') {
        let length =
            std::str::from_utf8(&bytes[..space]).ok().and_then(|length| length.parse::<usize>().ok());
        let Some((record, rest)) =
            length.filter(|length| *length > space).and_then(|at| bytes.split_at_checked(at))
        else {
            break;
        };
        let record = record[space + 1..].strip_suffix(b"\n").unwrap_or(&record[space + 1..]);
        if let Some(equals) = record.iter().position(|byte| *byte == b'=') {
            records.push((&record[..equals], &record[equals + 1..]));
        }
        bytes = rest;
    }
    records
}

/// A member's name below its archive: nothing leads out to the root.
fn relative(mut name: Vec<u8>) -> PathBuf {
    loop {
        let start = [&b"/"[..], b"./"].into_iter().find(|start| name.starts_with(start));
        let Some(start) = start else { break };
        name.drain(..start.len());
    }
    path_of_bytes(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_binary() {
        assert_eq!(number(b"00000000644\0"), Some(0o644));
        assert_eq!(number(b" 17 \0"), Some(0o17));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\x02\0\0\0\0"), Some(1 << 33));
        assert_eq!(number(b"00009\0"), None);
        assert_eq!(number(&[0xff; 12]), None);
    }

    #[test]
    fn pax_records_are_split_by_their_lengths() {
        let records = pax(b"13 path=a=b\nx12 size=123\n");
        assert_eq!(records[0], (&b"path"[..], &b"a=b\nx"[..]));
        assert_eq!(pax(b"999 path=a\n"), []);
        assert_eq!(pax(b"1 path=a\n"), []);
    }

    #[test]
    fn names_stay_below_their_archive() {
        assert_eq!(relative(b"/.//etc/a.jpg".to_vec()), Path::new("etc/a.jpg"));
    }
}
