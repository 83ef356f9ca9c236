//! Downloads one file: resumes where it broke off, retries after transient failures, and compares the result with its
//! checksum. The result is a complete, verified file; the caller renames it into place.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;

use super::http::{Http, Reply, RequestOptions, is_silence};
use super::retry::{Failure, RetryBudget};
use crate::error::{Error, FetchReason, Result};
use crate::store::checksum::Checksum;

/// A file to download.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Its address.
    pub url: &'a str,
    /// Its name for people.
    pub what: &'a str,
    /// Its size, if known.
    pub bytes: Option<u64>,
    /// Its checksum.
    pub checksum: &'a Checksum,
    /// The error for an answer of 401, 403 or 404.
    pub explain: fn(&Wanted, &Reply) -> Error,
}

/// Downloads a file to `partial`, continuing an earlier attempt.
///
/// # Errors
/// [`Error::Fetch`] with the reason. An incomplete file stays for the next attempt; a wrong one is deleted.
pub fn download(http: &Http, wanted: &Wanted, partial: &Path) -> Result<()> {
    if let Some(folder) = partial.parent() {
        fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
    }
    let mut download = Download { http, wanted, partial, furthest: 0, last: None, resumed: false };
    let done = download.run();
    http.progress().end(done.is_ok());
    done
}

struct Download<'a> {
    http: &'a Http<'a>,
    wanted: &'a Wanted<'a>,
    partial: &'a Path,
    /// The most bytes received so far; only more than that counts as progress.
    furthest: u64,
    /// When the last byte came.
    last: Option<Instant>,
    /// Whether the file was assembled from several answers.
    resumed: bool,
}

impl Download<'_> {
    fn run(&mut self) -> Result<()> {
        self.whole()?;
        let Some(got) = self.mismatch()? else { return Ok(()) };
        if !self.resumed {
            return Err(self.wrong(&got));
        }
        // The part of the earlier attempt may be the wrong one.
        self.http
            .progress()
            .note(&format!("{}: the resumed file is damaged; starting over", self.wanted.what));
        self.resumed = false;
        self.whole()?;
        self.mismatch()?.map_or(Ok(()), |got| Err(self.wrong(&got)))
    }

    /// Requests until all bytes are here.
    fn whole(&mut self) -> Result<()> {
        let mut budget = RetryBudget::new(self.http.network().limits);
        let file = File::options().read(true).write(true).create(true).truncate(false).open(self.partial);
        let mut file = file.map_err(|error| unwritable(self.partial, self.wanted, error))?;
        self.furthest =
            file.seek(SeekFrom::End(0)).map_err(|error| unwritable(self.partial, self.wanted, error))?;
        if self.wanted.bytes == Some(self.furthest) {
            self.resumed = true;
            return Ok(());
        }
        self.http.progress().begin(self.wanted.what, self.wanted.bytes);
        loop {
            let (began, before) = (Instant::now(), self.furthest);
            match self.attempt(&mut file) {
                Ok(()) => {
                    return file.sync_all().map_err(|error| unwritable(self.partial, self.wanted, error));
                }
                Err(failure) => {
                    if self.furthest > before {
                        budget.progressed();
                    }
                    // Only the time since the last byte counts as failed.
                    let spent = self.last.filter(|last| *last > began).unwrap_or(began).elapsed();
                    budget.wait(failure, spent, self.http.progress())?;
                }
            }
        }
    }

    /// One request for all bytes that are not here yet.
    fn attempt(&mut self, file: &mut File) -> std::result::Result<(), Failure> {
        let (partial, wanted) = (self.partial, self.wanted);
        let unwritable = |error| Failure::permanent(unwritable(partial, wanted, error));
        let mut have = file.seek(SeekFrom::End(0)).map_err(unwritable)?;
        if self.wanted.bytes.is_some_and(|bytes| have >= bytes) {
            have = 0;
        }
        let reply =
            self.http.get(self.wanted.url, RequestOptions { from: have, ..RequestOptions::default() })?;
        if reply.status == 416 && reply.header("content-range") == Some(&format!("bytes */{have}")) {
            self.resumed = true;
            return Ok(()); // all bytes are here
        }
        let total = match self.range(&reply, have) {
            Ok(total) => total,
            Err(failure) => {
                // After a wrong answer to a range request, ask for the whole file.
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

    /// The size of the whole file by the answer's headers, if the answer is the file and begins at byte `have`.
    fn range(&self, reply: &Reply, have: u64) -> std::result::Result<Option<u64>, Failure> {
        let what = self.wanted.what;
        let refuse = |detail: String| {
            Failure::transient(Error::fetch(FetchReason::Server, format!("{what}: {detail}"), BETWEEN_HINT))
        };
        if matches!(reply.status, 401 | 403 | 404) {
            return Err(Failure::permanent((self.wanted.explain)(self.wanted, reply)));
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
            Failure::transient(Error::fetch(FetchReason::Network, format!("{what}: {detail}"), RESUME_HINT))
        };
        let of = total.map_or(String::new(), |total| format!(" of {total}"));
        let limit = total.unwrap_or(u64::MAX);
        let mut buffer = vec![0; 1 << 17];
        let mut here = have;
        self.http.progress().position(here);
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
                    .map_err(|error| Failure::permanent(unwritable(self.partial, self.wanted, error)))?;
                return Err(broken(format!("expected {limit} bytes, the server sends more")));
            }
            file.write_all(&buffer[..count])
                .map_err(|error| Failure::permanent(unwritable(self.partial, self.wanted, error)))?;
            self.furthest = self.furthest.max(here);
            self.http.progress().position(here);
        }
        if total.is_some_and(|total| here < total) {
            return Err(broken(format!("ended after {here}{of} bytes")));
        }
        Ok(())
    }

    /// The file's checksum, if it is the wrong one. The file is deleted then.
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

/// The error for a file that can't be written. On a full disk, the incomplete file is deleted.
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
const RESUME_HINT: &str = "the part that came is kept: the same command continues it";

/// The first byte and the size of the whole file in `bytes START-END/SIZE`.
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
