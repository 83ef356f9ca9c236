//! What the Hub says about a repository: which files it holds, which commit a revision is, a file's checksum and size;
//! and what its refusals mean.

pub mod http;
pub mod retry;
mod retry_headers;
pub mod transfer;

use std::time::Instant;

use serde::Deserialize;

use self::http::{Http, Reply, RequestOptions};
use self::retry::{Failure, RetryBudget};
use self::transfer::Wanted;
use super::cache::is_commit;
use super::checksum::Checksum;
use crate::error::{Error, FetchReason, Result};

/// The Hub, or a mirror of it. Requests are retried.
pub struct Hub<'a> {
    /// The client.
    pub http: &'a Http<'a>,
}

/// The Hub's description of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubMetadata {
    /// The commit that the revision is.
    pub commit: String,
    /// The file's checksum.
    pub checksum: Checksum,
    /// Its size.
    pub bytes: Option<u64>,
    /// Its address.
    pub url: String,
}

/// The wire form of a repository's description.
#[derive(Debug, Deserialize)]
struct Info {
    sha: Option<String>,
    #[serde(default)]
    siblings: Vec<Sibling>,
}

#[derive(Debug, Deserialize)]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    #[serde(rename = "blobId")]
    blob_id: Option<String>,
    lfs: Option<Lfs>,
}

#[derive(Debug, Deserialize)]
struct Lfs {
    sha256: Option<String>,
    size: Option<u64>,
}

impl Hub<'_> {
    fn with_retries<T>(&self, mut attempt: impl FnMut() -> std::result::Result<T, Failure>) -> Result<T> {
        let mut budget = RetryBudget::new(self.http.network().limits);
        loop {
            let began = Instant::now();
            match attempt() {
                Ok(answer) => return Ok(answer),
                Err(failure) => budget.wait(failure, began.elapsed(), self.http.progress())?,
            }
        }
    }

    fn endpoint(&self) -> &str {
        &self.http.network().endpoint
    }

    /// The commit of a revision, and the file of the repository that holds its weights.
    ///
    /// # Errors
    /// When the repository can't be listed, or it is not clear which file is meant.
    pub fn choose(&self, repo: &str, revision: &str) -> Result<(Option<String>, String)> {
        let info = self.info(repo, revision, "")?;
        let names: Vec<&str> = info.siblings.iter().map(|sibling| &sibling.rfilename[..]).collect();
        let file = choose(&names).map_err(|(detail, hint)| {
            Error::fetch(FetchReason::NoFile, format!("{repo} at {revision}: {detail}"), hint)
        })?;
        Ok((info.sha.filter(|sha| is_commit(sha)), file.to_owned()))
    }

    fn info(&self, repo: &str, revision: &str, query: &str) -> Result<Info> {
        let url =
            format!("{}/api/models/{repo}/revision/{}{query}", self.endpoint(), escaped(revision, true));
        self.with_retries(|| {
            let reply = self.http.get(&url, RequestOptions::default())?;
            if !(200..300).contains(&reply.status) {
                return Err(Failure::permanent(self.refusal(&reply, repo, revision, None)));
            }
            let text = reply.into_text();
            let info = text.map_err(|error| error.to_string()).and_then(|text| {
                serde_json::from_str(&text).map_err(|error| format!("not a listing of files: {error}"))
            });
            info.map_err(|detail| {
                let what = format!("{url}: {detail}");
                Failure::transient(Error::fetch(FetchReason::Server, what, BETWEEN_HINT))
            })
        })
    }

    /// A file's description. With a `pinned` checksum, a server that announces another one is refused before anything
    /// is downloaded.
    ///
    /// # Errors
    /// When there is no such file, or the server doesn't describe it.
    pub fn metadata(
        &self,
        repo: &str,
        revision: &str,
        file: &str,
        pinned: Option<&Checksum>,
    ) -> Result<HubMetadata> {
        let url = format!(
            "{}/{repo}/resolve/{}/{}",
            self.endpoint(),
            escaped(revision, true),
            escaped(file, false)
        );
        let reply = self.describe(&url, repo, revision, file)?;
        let announced = reply.header("x-linked-etag").and_then(Checksum::from_etag);
        if let (Some(pinned @ Checksum::Sha256(_)), Some(announced @ Checksum::Sha256(_))) =
            (pinned, &announced)
            && pinned != announced
        {
            let got = announced.value();
            let what = format!("{repo} {file}: hash mismatch: expected {pinned}, {url} announces {got}");
            return Err(Error::fetch(FetchReason::Mismatch, what, BETWEEN_HINT));
        }
        // A revision that is a commit needs no confirmation.
        let commit = if is_commit(revision) { Some(revision) } else { reply.header("x-repo-commit") };
        let mut commit = commit.filter(|commit| is_commit(commit)).map(str::to_owned);
        let mut checksum = pinned.cloned().or(announced);
        // Servers that don't know the length say 0 to HEAD.
        let own_length = reply.number("content-length").filter(|length| reply.status == 200 && *length > 0);
        let mut bytes = reply.number("x-linked-size").or(own_length);
        if commit.is_none() || checksum.is_none() {
            // Mirrors omit headers, but many have the listing. The plain ETag comes last: from a mirror it may be
            // that of its storage, or of git's pointer to the file.
            let etag = reply.header("etag").and_then(Checksum::from_etag);
            match self.info(repo, revision, "?blobs=true") {
                Ok(info) => {
                    commit = commit.or(info.sha.filter(|sha| is_commit(sha)));
                    let sibling = info.siblings.into_iter().find(|sibling| sibling.rfilename == file);
                    if let (None, Some(sibling)) = (&checksum, sibling) {
                        bytes = sibling.lfs.as_ref().and_then(|lfs| lfs.size).or(sibling.size).or(bytes);
                        let name = sibling.lfs.and_then(|lfs| lfs.sha256).or(sibling.blob_id);
                        checksum = name.as_deref().and_then(Checksum::from_etag);
                    }
                }
                Err(error) if commit.is_none() || etag.is_none() => return Err(error),
                Err(_) => {}
            }
            checksum = checksum.or(etag);
        }
        let (Some(commit), Some(checksum)) = (commit, checksum) else {
            let what = format!("{url}: the server gives no checksum of the file, or no commit");
            let hint = "this is not how the Hub answers: check HF_ENDPOINT and HTTPS_PROXY";
            return Err(Error::fetch(FetchReason::Server, what, hint));
        };
        Ok(HubMetadata { commit, checksum, bytes, url })
    }

    /// The answer whose headers describe a file.
    fn describe(&self, url: &str, repo: &str, revision: &str, file: &str) -> Result<Reply> {
        self.with_retries(|| {
            let head = RequestOptions { head: true, describes: true, from: 0 };
            let mut reply = self.http.get(url, head)?;
            if matches!(reply.status, 405 | 501) {
                // A mirror without HEAD: the headers of the file itself, of which nothing is read.
                reply = self.http.get(url, RequestOptions { head: false, ..head })?;
            }
            match reply.status {
                200..=399 => {}
                405 | 501 => {
                    let what = format!("{url}: the server answers {}", reply.status);
                    return Err(Failure::permanent(Error::fetch(FetchReason::Server, what, BETWEEN_HINT)));
                }
                _ => return Err(Failure::permanent(self.refusal(&reply, repo, revision, Some(file)))),
            }
            if reply.is_page() && reply.header("x-repo-commit").is_none() {
                let what = format!("{url}: the server sent an HTML page in place of the file");
                return Err(Failure::transient(Error::fetch(FetchReason::Server, what, BETWEEN_HINT)));
            }
            Ok(reply)
        })
    }

    /// The error for an answer of 401, 403 or 404.
    fn refusal(&self, reply: &Reply, repo: &str, revision: &str, file: Option<&str>) -> Error {
        let (status, code) = (reply.status, reply.header("x-error-code").unwrap_or_default());
        if matches!(status, 401 | 403) {
            return self.denied(repo, status, code == "GatedRepo");
        }
        let exists = |path: &str| -> bool {
            let url = format!("{}/api/models/{path}", self.endpoint());
            let reply = self.http.get(&url, RequestOptions::default());
            reply.is_ok_and(|reply| (200..300).contains(&reply.status))
        };
        let revision_path = format!("{repo}/revision/{}", escaped(revision, true));
        let reason = match (code, file) {
            ("EntryNotFound", _) => FetchReason::NoFile,
            ("RevisionNotFound", _) => FetchReason::NoRevision,
            ("RepoNotFound", _) => FetchReason::NoRepository,
            // Mirrors give no code: look which of repository, revision and file exist.
            (_, Some(_)) if exists(&revision_path) => FetchReason::NoFile,
            _ if exists(repo) => FetchReason::NoRevision,
            _ => FetchReason::NoRepository,
        };
        match (reason, file) {
            (FetchReason::NoFile, Some(file)) => Error::fetch(
                reason,
                format!("{repo} at {revision} has no file {file} ({status})"),
                format!(
                    "see {}/{repo}/tree/{revision}, or leave the file out to have it found",
                    self.endpoint()
                ),
            ),
            (FetchReason::NoRevision | FetchReason::NoFile, _) => Error::fetch(
                FetchReason::NoRevision,
                format!("{repo} has no revision {revision} ({status})"),
                format!("a revision is a branch, a tag or a commit of {}/{repo}", self.endpoint()),
            ),
            _ => Error::fetch(
                reason,
                format!("there is no repository {repo} on {} ({status})", self.endpoint()),
                "check its name and HF_ENDPOINT; a private repository needs HF_TOKEN",
            ),
        }
    }

    fn denied(&self, repo: &str, status: u16, gated: bool) -> Error {
        let mut what = if gated {
            format!("{repo} is gated ({status})")
        } else {
            format!("there is no repository {repo}, or it is private or gated ({status})")
        };
        let token = match (self.http.token_refused(), self.http.has_token()) {
            (true, _) => {
                what += "; the Hub refuses the access token, and the repository can't be read without one";
                "the token may have expired: set HF_TOKEN to a valid one, or log in again with `hf auth login`"
            }
            (_, true) => "the token in use gives no access: set HF_TOKEN to one that does",
            _ => "set HF_TOKEN to a token that may read it (or log in with `hf auth login`)",
        };
        let terms = if gated {
            format!(", and accept its terms at {}/{repo}", self.endpoint())
        } else {
            String::new()
        };
        Error::fetch(FetchReason::Denied, what, format!("{token}{terms}"))
    }
}

const BETWEEN_HINT: &str = "a proxy, a login page or a bad mirror may be in between; check HF_ENDPOINT and HTTPS_PROXY, then try again";

/// The error for an answer of 401, 403 or 404 to the request for the file itself.
pub fn refused(wanted: &Wanted, reply: &Reply) -> Error {
    let Wanted { what, url, .. } = wanted;
    match reply.status {
        404 => Error::fetch(
            FetchReason::NoFile,
            format!("{what}: there is no such file: {url} (404)"),
            "the server may be an incomplete mirror: check HF_ENDPOINT and NASNET_KERAS_URL",
        ),
        status => Error::fetch(
            FetchReason::Denied,
            format!("{what}: access denied: {url} ({status})"),
            "set HF_TOKEN to a token that may read it, and accept the terms of a gated repository",
        ),
    }
}

/// A path or a revision as a part of an address.
fn escaped(text: &str, slashes: bool) -> String {
    let mut address = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => address.push(byte as char),
            b'/' if !slashes => address.push('/'),
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address
}

/// The file of weights among a repository's files: safetensors before Keras before PyTorch; within a format the usual
/// name, else the only file.
///
/// # Errors
/// Why there is no choice, and a hint.
pub fn choose<'a>(files: &[&'a str]) -> std::result::Result<&'a str, (String, String)> {
    const FORMATS: [&[&str]; 3] = [&[".safetensors"], &[".h5", ".hdf5", ".keras"], &[".pth", ".pt", ".bin"]];
    const USUAL: [&str; 4] = ["model.safetensors", "model.h5", "pytorch_model.bin", "model.pth"];
    for endings in FORMATS {
        let of_format = files.iter().filter(|file| endings.iter().any(|ending| file.ends_with(ending)));
        let candidates: Vec<&'a str> = of_format.copied().collect();
        let usual = candidates.iter().find(|file| USUAL.contains(file));
        match (usual, &candidates[..]) {
            (_, []) => {}
            (Some(file), _) | (None, [file]) => return Ok(file),
            (None, several) => {
                let detail = format!("it holds {} files of weights: {}", several.len(), short_list(several));
                return Err((detail, "name one of them: hf:OWNER/NAME/FILE".to_owned()));
            }
        }
    }
    let detail = match files {
        [] => "it holds no files".to_owned(),
        files => format!("it holds no file of weights, but {}", short_list(files)),
    };
    Err((detail, "a .safetensors, .h5, .keras, .pth, .pt or .bin file is needed".to_owned()))
}

fn short_list(names: &[&str]) -> String {
    let rest = names.len().saturating_sub(6);
    let list = names[..names.len() - rest].join(", ");
    if rest > 0 { format!("{list} and {rest} more") } else { list }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_weights_is_found_in_a_listing() {
        let found = |files: &[&'static str]| choose(files);
        assert_eq!(found(&["README.md", "model.safetensors", "pytorch_model.bin"]), Ok("model.safetensors"));
        assert_eq!(found(&["a.safetensors", "model.safetensors"]), Ok("model.safetensors"));
        assert_eq!(found(&["config.json", "nasnet.h5", "x.pth"]), Ok("nasnet.h5"));
        assert_eq!(found(&["sub/nasnet.pth"]), Ok("sub/nasnet.pth"));
        let (detail, hint) = found(&["a.safetensors", "b.safetensors"]).unwrap_err();
        assert!(
            detail.contains("2 files of weights: a.safetensors, b.safetensors")
                && hint.contains("hf:OWNER/NAME/FILE")
        );
        assert!(found(&["README.md"]).unwrap_err().0.contains("no file of weights, but README.md"));
        assert!(found(&[]).is_err());
    }

    #[test]
    fn a_branch_with_a_slash_is_one_part_of_an_address() {
        assert_eq!(escaped("refs/pr/1", true), "refs%2Fpr%2F1");
        assert_eq!(escaped("sub dir/ü.h5", false), "sub%20dir/%C3%BC.h5");
    }
}
