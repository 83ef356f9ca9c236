//! A file from an address to this machine: resumed where it broke off, tried again after failures that may pass, and
//! checked. What it leaves under the name that it was given is the whole file and the right one; the caller renames it
//! into place.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;

use super::http::{Ask, Http, Reply, is_silence};
use super::retry::{Failure, Patience};
use crate::error::{Error, FetchReason, Result};
use crate::store::checksum::Checksum;
use crate::store::progress::Progress;

/// A file to fetch.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Where it is.
    pub url: &'a str,
    /// What people call it.
    pub what: &'a str,
    /// Its size, if that is known.
    pub bytes: Option<u64>,
    /// What it has to be.
    pub checksum: &'a Checksum,
    /// What it means when the server says 401, 403 or 404.
    pub explain: fn(&Wanted, &Reply) -> Error,
}

/// Fetches a file to `partial`, going on where an earlier attempt ended.
///
/// # Errors
/// [`Error::Fetch`] with the reason. What broke off stays for the next attempt; what is wrong does not stay.
pub fn fetch(http: &Http, wanted: &Wanted, partial: &Path, progress: &dyn Progress) -> Result<()> {
    if let Some(folder) = partial.parent() {
        fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
    }
    let mut download = Download { http, wanted, partial, progress, furthest: 0, last: None, resumed: false };
    let done = download.run();
    progress.end(done.is_ok());
    done
}

struct Download<'a> {
    http: &'a Http<'a>,
    wanted: &'a Wanted<'a>,
    partial: &'a Path,
    progress: &'a dyn Progress,
    /// The most bytes that were ever here: what counts as progress.
    furthest: u64,
    /// When the last byte came.
    last: Option<Instant>,
    /// Whether the file was put together from more than one answer.
    resumed: bool,
}

impl Download<'_> {
    fn run(&mut self) -> Result<()> {
        self.whole()?;
        let Some(got) = self.mismatch()? else { return Ok(()) };
        if !self.resumed {
            return Err(self.wrong(&got));
        }
        // The part that was here before may be the one that is wrong.
        self.progress.note(&format!("{}: the resumed file is damaged; starting over", self.wanted.what));
        self.resumed = false;
        self.whole()?;
        self.mismatch()?.map_or(Ok(()), |got| Err(self.wrong(&got)))
    }

    /// Attempts until all bytes are here.
    fn whole(&mut self) -> Result<()> {
        let mut patience = Patience::new(self.http.network().limits);
        let file = File::options().read(true).write(true).create(true).truncate(false).open(self.partial);
        let mut file = file.map_err(|error| unwritable(self.partial, self.wanted, error))?;
        self.furthest =
            file.seek(SeekFrom::End(0)).map_err(|error| unwritable(self.partial, self.wanted, error))?;
        if self.wanted.bytes == Some(self.furthest) {
            self.resumed = true;
            return Ok(());
        }
        self.progress.begin(self.wanted.what, self.wanted.bytes);
        loop {
            let (began, before) = (Instant::now(), self.furthest);
            match self.attempt(&mut file) {
                Ok(()) => {
                    return file.sync_all().map_err(|error| unwritable(self.partial, self.wanted, error));
                }
                Err(failure) => {
                    if self.furthest > before {
                        patience.progressed();
                    }
                    // Time in which bytes came is no failure; the silence behind them is.
                    let spent = self.last.filter(|last| *last > began).unwrap_or(began).elapsed();
                    patience.wait(failure, spent, self.progress)?;
                }
            }
        }
    }

    /// One request for all that is not here yet.
    fn attempt(&mut self, file: &mut File) -> std::result::Result<(), Failure> {
        let (partial, wanted) = (self.partial, self.wanted);
        let unwritable = |error| Failure::lasting(unwritable(partial, wanted, error));
        let mut have = file.seek(SeekFrom::End(0)).map_err(unwritable)?;
        if self.wanted.bytes.is_some_and(|bytes| have >= bytes) {
            have = 0;
        }
        let reply = self.http.ask(self.wanted.url, Ask { from: have, ..Ask::default() })?;
        if reply.status == 416 && reply.header("content-range") == Some(&format!("bytes */{have}")) {
            self.resumed = true;
            return Ok(()); // there is nothing behind what is here
        }
        let total = match self.range(&reply, have) {
            Ok(total) => total,
            Err(failure) => {
                // A server that makes something odd of a range is not asked for one again.
                if matches!(reply.status, 206 | 416) {
                    file.set_len(0).map_err(unwritable)?;
                }
                return Err(failure);
            }
        };
        if reply.status == 206 {
            self.resumed = true;
        } else {
            have = 0;
        }
        file.set_len(have).map_err(unwritable)?;
        file.seek(SeekFrom::Start(have)).map_err(unwritable)?;
        self.copy(reply.into_reader(), file, have, total)
    }

    /// The size of the whole file as an answer has it, when the answer is of the file and begins where it should.
    fn range(&self, reply: &Reply, have: u64) -> std::result::Result<Option<u64>, Failure> {
        let what = self.wanted.what;
        let refuse = |detail: String| {
            Failure::passing(Error::fetch(FetchReason::Server, format!("{what}: {detail}"), BETWEEN_HINT))
        };
        if matches!(reply.status, 401 | 403 | 404) {
            return Err(Failure::lasting((self.wanted.explain)(self.wanted, reply)));
        }
        if reply.is_page() {
            return Err(refuse("the server sent an HTML page in place of the file".to_owned()));
        }
        let length = reply.number("content-length");
        let total = match reply.status {
            206 => {
                let (start, total) = reply.header("content-range").and_then(content_range).unzip();
                if start != Some(have) {
                    return Err(refuse(format!("asked for the bytes from {have}, got others")));
                }
                total.flatten().or(length.map(|length| have + length))
            }
            200 => length,
            status => return Err(refuse(format!("the server answers {status}"))),
        };
        match (self.wanted.bytes, total) {
            (Some(expected), Some(got)) if expected != got => {
                Err(refuse(format!("expected {expected} bytes, the server announces {got}")))
            }
            (expected, got) => Ok(expected.or(got)),
        }
    }

    fn copy(
        &mut self,
        mut from: impl Read,
        file: &mut File,
        have: u64,
        total: Option<u64>,
    ) -> std::result::Result<(), Failure> {
        let what = self.wanted.what;
        let broken = |detail: String| {
            Failure::passing(Error::fetch(FetchReason::Network, format!("{what}: {detail}"), RESUME_HINT))
        };
        let of = total.map_or(String::new(), |total| format!(" of {total}"));
        let limit = total.unwrap_or(u64::MAX);
        let mut buffer = vec![0; 1 << 17];
        let mut here = have;
        self.progress.position(here);
        loop {
            let count = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if is_silence(&error) => {
                    let silence = self.http.network().limits.silence.as_secs_f32();
                    return Err(broken(format!("no byte for {silence} s after {here}{of}")));
                }
                Err(error) => return Err(broken(format!("broke off after {here}{of} bytes: {error}"))),
            };
            here += count as u64;
            self.last = Some(Instant::now());
            if here > limit {
                file.set_len(0)
                    .map_err(|error| Failure::lasting(unwritable(self.partial, self.wanted, error)))?;
                return Err(broken(format!("expected {limit} bytes, the server sends more")));
            }
            file.write_all(&buffer[..count])
                .map_err(|error| Failure::lasting(unwritable(self.partial, self.wanted, error)))?;
            self.furthest = self.furthest.max(here);
            self.progress.position(here);
        }
        if total.is_some_and(|total| here < total) {
            return Err(broken(format!("ended after {here}{of} bytes")));
        }
        Ok(())
    }

    /// The checksum that the file has in place of the right one. A wrong file is deleted.
    fn mismatch(&self) -> Result<Option<Checksum>> {
        let got =
            self.wanted.checksum.measured(self.partial).map_err(|error| Error::io(self.partial, error))?;
        if got == *self.wanted.checksum {
            return Ok(None);
        }
        fs::remove_file(self.partial).map_err(|error| Error::io(self.partial, error))?;
        Ok(Some(got))
    }

    fn wrong(&self, got: &Checksum) -> Error {
        let Wanted { url, what, checksum, .. } = self.wanted;
        let what = format!(
            "{what}: hash mismatch: expected {checksum}, got {} from {url}; the download was deleted",
            got.value()
        );
        Error::fetch(FetchReason::Mismatch, what, BETWEEN_HINT)
    }
}

/// Why a file cannot be written. A full disk is not kept full by half a file.
fn unwritable(partial: &Path, wanted: &Wanted, error: io::Error) -> Error {
    let full = [ErrorKind::StorageFull, ErrorKind::FileTooLarge, ErrorKind::QuotaExceeded];
    if !full.contains(&error.kind()) {
        return Error::io(partial, error);
    }
    let _ = fs::remove_file(partial); // the first failure is the one to report
    let needed = wanted.bytes.map_or(String::new(), |bytes| format!(", {bytes} bytes are needed"));
    let what = format!("{}: no room for {}{needed}: {error}", partial.display(), wanted.what);
    let hint = "free some space, or name another folder with NASNET_CACHE or HF_HUB_CACHE";
    Error::fetch(FetchReason::Storage, what, hint)
}

const BETWEEN_HINT: &str = "a proxy, a login page or a bad mirror may be in between; check HF_ENDPOINT and HTTPS_PROXY, then try again";
const RESUME_HINT: &str = "what came so far is kept: the same command goes on from there";

/// The first byte and the size of the whole in `bytes START-END/SIZE`.
fn content_range(value: &str) -> Option<(u64, Option<u64>)> {
    let (range, size) = value.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.trim().parse().ok()?, size.trim().parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_says_where_it_begins_and_how_long_the_whole_is() {
        assert_eq!(content_range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(content_range("bytes 5-9/*"), Some((5, None)));
        assert_eq!(content_range("bytes */10"), None);
        assert_eq!(content_range("items 5-9/10"), None);
    }
}
