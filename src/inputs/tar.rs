//! Images within tar archives, named `shard.tar/member.jpg`. Only headers are read and contents skipped, so an
//! archive can have any size; a member is read from its place when it is decoded.
//!
//! Read are the ustar, GNU and pax forms (POSIX.1-2017 "pax", ustar interchange format), hard links included.
//! Compressed archives are not, and of sparse members only the names.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::tar::{EntryType, Header};

use super::list::path_of_bytes;
use super::{FolderOptions, PassedOver, PathKey, Place, Source};
use crate::error::{ImageError, ImageErrorKind};

const BLOCK: u64 = 512;

/// The longest header extension (a long name, a set of pax records) that is read.
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
    let (archive, options, passed_over) = (archive.to_owned(), options.clone(), passed_over.clone());
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
            if hidden && !options.hidden || options.exclude.leaves_out_member(&archive, &member.name) {
                continue;
            }
            if options.takes(&member.name) && member.contents != Contents::Other {
                return Some(members.source(member));
            }
            passed_over.add(&member.name);
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

/// Anything in an archive but a folder.
struct Member {
    name: PathBuf,
    contents: Contents,
}

/// Where a member's contents are.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Contents {
    /// In one piece, in bytes of the archive.
    At { offset: u64, length: u64 },
    /// Nowhere, with the reason.
    Nowhere(ImageError),
    /// It is a symbolic link, a device or a pipe.
    Other,
}

/// Walks an archive's headers.
struct Members {
    archive: Arc<Path>,
    /// How many bytes the archive has.
    length: u64,
    reader: BufReader<File>,
    /// Where the reader is.
    at: u64,
    /// The archive ends early, and the member that it ends in has an error that says so.
    cut_is_said: bool,
    /// What members hold that hard links may name; from the first link on.
    by_name: Option<HashMap<PathKey, Contents>>,
    ended: bool,
}

/// What extension headers say of the next member.
#[derive(Default)]
struct Extensions {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

impl Members {
    fn open(archive: &Path) -> Option<Self> {
        let file = File::open(archive).ok()?;
        let length = file.metadata().ok()?.len();
        let mut reader = BufReader::new(file);
        let mut block = [0; BLOCK as usize];
        reader.read_exact(&mut block).ok()?;
        // Two blocks of zeros end an archive, and are all there is of an empty one.
        let plausible = block.iter().all(|byte| *byte == 0) || checksum_holds(&block);
        reader.rewind().ok()?;
        plausible.then(|| Members {
            archive: archive.into(),
            length,
            reader,
            at: 0,
            cut_is_said: false,
            by_name: None,
            ended: false,
        })
    }

    fn source(&mut self, member: Member) -> Source {
        let mut path = self.archive.as_os_str().to_owned();
        path.push("/");
        path.push(&member.name);
        let place = match member.contents {
            Contents::At { offset, length } => {
                self.cut_is_said |= offset.saturating_add(length) > self.length;
                Place::Member { archive: Arc::clone(&self.archive), offset, length }
            }
            Contents::Nowhere(error) => Place::Nowhere(error),
            Contents::Other => Place::Nowhere(ImageError::new(
                ImageErrorKind::Unsupported,
                "it is not a file in its archive (a link, device or pipe)",
            )),
        };
        Source { path: path.into(), place }
    }

    fn broken(&self, message: String) -> Source {
        let error = ImageError::new(ImageErrorKind::Decode, message);
        Source { path: self.archive.to_path_buf(), place: Place::Nowhere(error) }
    }

    /// The next member; an error is the last thing that comes.
    fn next(&mut self) -> Option<Result<Member, String>> {
        if self.ended {
            return None;
        }
        let member = self.member().transpose();
        self.ended = !matches!(member, Some(Ok(_)));
        if let (Some(Ok(member)), Some(by_name)) = (&member, &mut self.by_name) {
            by_name.insert(PathKey::of(&member.name), member.contents.clone());
        }
        member
    }

    fn member(&mut self) -> Result<Option<Member>, String> {
        let mut said = Extensions::default();
        loop {
            let Some(block) = self.header()? else { return Ok(None) };
            let header = Header::from_byte_slice(&block);
            // A label has no size; others leave the field empty too.
            let is_blank = block[124..136].iter().all(|byte| b"\0 ".contains(byte));
            let size = if is_blank { Ok(0) } else { header.entry_size() };
            let size = size.map_err(|_| self.corrupt("a size that is no number"))?;
            match header.entry_type() {
                EntryType::GNULongName => said.name = Some(self.text(size)?),
                EntryType::GNULongLink => said.link = Some(self.text(size)?),
                EntryType::XHeader => said.add(&self.extension(size)?),
                kind => {
                    let size = said.size.unwrap_or(size);
                    // Links and devices have no contents, whatever their size says.
                    let holds_nothing = kind.is_hard_link()
                        || kind.is_symlink()
                        || kind.is_dir()
                        || kind.is_fifo()
                        || kind.is_block_special()
                        || kind.is_character_special();
                    if kind.is_gnu_sparse() && header.as_gnu().is_some_and(|gnu| gnu.isextended[0] == 1) {
                        self.pass_over_map()?;
                    }
                    let (offset, length) = (self.at, if holds_nothing { 0 } else { size });
                    self.skip(length)?;
                    let name = said.name.unwrap_or_else(|| header.path_bytes().into_owned());
                    let contents = if kind.is_gnu_sparse() || said.sparse {
                        let message = "a sparse member: unpack the archive, or pack it without --sparse";
                        Contents::Nowhere(ImageError::new(ImageErrorKind::Unsupported, message))
                    } else if kind.is_hard_link() {
                        let link =
                            said.link.or_else(|| header.link_name_bytes().map(|name| name.into_owned()));
                        self.linked(link.unwrap_or_default())
                    } else if kind.is_file() || kind.is_contiguous() {
                        Contents::At { offset, length }
                    } else {
                        Contents::Other
                    };
                    // A folder, also in the old form, or a header about the archive itself.
                    let is_member =
                        !kind.is_dir() && !name.ends_with(b"/") && !kind.is_pax_global_extensions();
                    if is_member {
                        return Ok(Some(Member { name: relative(name), contents }));
                    }
                    said = Extensions::default();
                }
            }
        }
    }

    /// What the member that a hard link names holds. The members before the first link are looked through again.
    fn linked(&mut self, name: Vec<u8>) -> Contents {
        if self.by_name.is_none() {
            let here = self.at;
            let again = Members::open(&self.archive).map(|mut members| {
                // Empty from the start, so that the second walk starts no third one.
                members.by_name = Some(HashMap::new());
                while members.at < here && matches!(members.next(), Some(Ok(_))) {}
                members.by_name.unwrap_or_default()
            });
            self.by_name = Some(again.unwrap_or_default());
        }
        let target = relative(name);
        let known = self.by_name.as_ref().and_then(|by_name| by_name.get(&PathKey::of(&target)));
        known.cloned().unwrap_or_else(|| {
            let message =
                format!("a hard link to {}, which does not come before it in the archive", target.display());
            Contents::Nowhere(ImageError::new(ImageErrorKind::Decode, message))
        })
    }

    /// The next header; `None` at the end of the archive.
    fn header(&mut self) -> Result<Option<[u8; BLOCK as usize]>, String> {
        let mut block = Vec::new();
        let read = self.reader.by_ref().take(BLOCK).read_to_end(&mut block);
        let read = read.map_err(|error| format!("the archive cannot be read: {error}"))?;
        if read == 0 && self.length < self.at && !self.cut_is_said {
            return Err(self.corrupt("it ends before the member that should end there"));
        }
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

    /// The rest of a sparse member's map of where its bytes belong.
    fn pass_over_map(&mut self) -> Result<(), String> {
        /// Set when another block follows.
        const MORE: usize = 504;
        loop {
            let mut block = [0; BLOCK as usize];
            self.reader.read_exact(&mut block).map_err(|_| self.corrupt("it ends within a header"))?;
            self.at += BLOCK;
            if block[MORE] != 1 {
                return Ok(());
            }
        }
    }

    /// A name without wildcards.
    fn text(&mut self, size: u64) -> Result<Vec<u8>, String> {
        let mut text = self.extension(size)?;
        text.truncate(text.iter().position(|byte| *byte == 0).unwrap_or(text.len()));
        Ok(text)
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
        let sought = self.reader.seek_relative(distance);
        sought.map_err(|error: io::Error| format!("the archive cannot be read: {error}"))?;
        self.at = end;
        Ok(())
    }

    fn corrupt(&self, what: &str) -> String {
        format!("corrupt archive: {what}, at byte {}", self.at)
    }
}

impl Extensions {
    /// Adds what a pax header says.
    fn add(&mut self, records: &[u8]) {
        for (key, value) in pax(records) {
            match key {
                b"path" if self.name.is_none() || !self.sparse => self.name = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => self.size = std::str::from_utf8(value).ok().and_then(|size| size.parse().ok()),
                b"GNU.sparse.name" => (self.sparse, self.name) = (true, Some(value.to_vec())),
                sparse if sparse.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
        }
    }
}

/// Whether a header's bytes add up to its checksum, whose own eight bytes count as spaces.
fn checksum_holds(block: &[u8; BLOCK as usize]) -> bool {
    let bytes = block.iter().enumerate();
    let sum: u32 = bytes.map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) }).sum();
    Header::from_byte_slice(block).cksum().is_ok_and(|said| said == sum)
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

/// A member's name below its archive, without leading slashes and `./`.
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
