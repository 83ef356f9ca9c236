//! What the Hub says of a repository: which files it holds, which commit a revision is, what a file has to be; and
//! what its refusals mean.

pub mod http;
pub mod retry;
pub mod transfer;

use std::time::Instant;

use serde::Deserialize;

use super::cache::is_commit;
use super::checksum::Checksum;
use super::progress::Progress;
use crate::error::{Error, FetchReason, Result};
use crate::store::hub::http::{Ask, Http, Reply};
use crate::store::hub::retry::{Failure, Patience};
use crate::store::hub::transfer::Wanted;

/// The Hub, asked patiently.
pub struct Hub<'a> {
    /// The way there.
    pub http: &'a Http<'a>,
    /// Who hears of failures.
    pub progress: &'a dyn Progress,
}

/// A file as the Hub describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The commit that the revision is.
    pub commit: String,
    /// What the file has to be.
    pub checksum: Checksum,
    /// Its size.
    pub bytes: Option<u64>,
    /// Where its content is asked for.
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
    fn patiently<T>(&self, mut attempt: impl FnMut() -> std::result::Result<T, Failure>) -> Result<T> {
        let mut patience = Patience::new(self.http.network().limits);
        loop {
            let began = Instant::now();
            match attempt() {
                Ok(answer) => return Ok(answer),
                Err(failure) => patience.wait(failure, began.elapsed(), self.progress)?,
            }
        }
    }

    fn endpoint(&self) -> &str {
        &self.http.network().endpoint
    }

    /// The commit of a revision, and the file of a repository that holds its weights.
    ///
    /// # Errors
    /// When the repository cannot be listed, or it is not plain which file is meant.
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
        self.patiently(|| {
            let reply = self.http.ask(&url, Ask::default())?;
            if !(200..300).contains(&reply.status) {
                return Err(Failure::lasting(self.refusal(&reply, repo, revision, None)));
            }
            let text = reply.into_text();
            let info = text.map_err(|error| error.to_string()).and_then(|text| {
                serde_json::from_str(&text).map_err(|error| format!("not a listing of files: {error}"))
            });
            info.map_err(|detail| {
                Failure::passing(Error::fetch(FetchReason::Server, format!("{url}: {detail}"), BETWEEN_HINT))
            })
        })
    }

    /// What a file has to be.
    ///
    /// # Errors
    /// When there is no such file, or the server does not tell.
    pub fn metadata(&self, repo: &str, revision: &str, file: &str) -> Result<Metadata> {
        let url = format!(
            "{}/{repo}/resolve/{}/{}",
            self.endpoint(),
            escaped(revision, true),
            escaped(file, false)
        );
        let reply = self.patiently(|| {
            let mut reply = self.http.ask(&url, Ask { head: true, stay: true, from: 0 })?;
            if matches!(reply.status, 405 | 501) {
                // A mirror that knows no HEAD: the headers of the content itself, of which nothing is read.
                reply = self.http.ask(&url, Ask { head: false, stay: true, from: 0 })?;
            }
            match reply.status {
                200..=399 => {}
                405 | 501 => {
                    let what = format!("{url}: the server answers {}", reply.status);
                    return Err(Failure::lasting(Error::fetch(FetchReason::Server, what, BETWEEN_HINT)));
                }
                _ => return Err(Failure::lasting(self.refusal(&reply, repo, revision, Some(file)))),
            }
            if reply.is_page() && reply.header("x-repo-commit").is_none() {
                let what = format!("{url}: the server sent an HTML page in place of the file");
                return Err(Failure::passing(Error::fetch(FetchReason::Server, what, BETWEEN_HINT)));
            }
            Ok(reply)
        })?;
        let commit = reply.header("x-repo-commit").filter(|commit| is_commit(commit)).map(str::to_owned);
        let mut commit = commit.or_else(|| is_commit(revision).then(|| revision.to_owned()));
        let etag = reply.header("x-linked-etag").or_else(|| reply.header("etag"));
        let mut checksum = etag.and_then(Checksum::from_etag);
        let own_length = reply.number("content-length").filter(|_| reply.status == 200);
        let mut bytes = reply.number("x-linked-size").or(own_length);
        if commit.is_none() || checksum.is_none() {
            // A mirror that leaves headers out may still have the listing.
            let info = self.info(repo, revision, "?blobs=true")?;
            commit = commit.or(info.sha.filter(|sha| is_commit(sha)));
            let sibling = info.siblings.into_iter().find(|sibling| sibling.rfilename == file);
            if let (None, Some(sibling)) = (&checksum, sibling) {
                bytes = sibling.lfs.as_ref().and_then(|lfs| lfs.size).or(sibling.size).or(bytes);
                let name = sibling.lfs.and_then(|lfs| lfs.sha256).or(sibling.blob_id);
                checksum = name.as_deref().and_then(Checksum::from_etag);
            }
        }
        let (Some(commit), Some(checksum)) = (commit, checksum) else {
            let what =
                format!("{url}: the server says neither what the file has to be nor of which commit it is");
            let hint = "this is not how the Hub answers: check HF_ENDPOINT and HTTPS_PROXY";
            return Err(Error::fetch(FetchReason::Server, what, hint));
        };
        Ok(Metadata { commit, checksum, bytes, url })
    }

    /// What a 401, 403 or 404 means.
    fn refusal(&self, reply: &Reply, repo: &str, revision: &str, file: Option<&str>) -> Error {
        let (status, code) = (reply.status, reply.header("x-error-code").unwrap_or_default());
        if matches!(status, 401 | 403) {
            return denied(repo, self.endpoint(), status, code == "GatedRepo", self.http.has_token());
        }
        let exists = |path: &str| -> bool {
            let url = format!("{}/api/models/{path}", self.endpoint());
            self.http.ask(&url, Ask::default()).is_ok_and(|reply| (200..300).contains(&reply.status))
        };
        let revision_path = format!("{repo}/revision/{}", escaped(revision, true));
        let reason = match (code, file) {
            ("EntryNotFound", _) => FetchReason::NoFile,
            ("RevisionNotFound", _) => FetchReason::NoRevision,
            ("RepoNotFound", _) => FetchReason::NoRepository,
            // Without the Hub's word for it, what is missing shows by what is there.
            (_, Some(_)) if exists(&revision_path) => FetchReason::NoFile,
            _ if exists(repo) => FetchReason::NoRevision,
            _ => FetchReason::NoRepository,
        };
        match (reason, file) {
            (FetchReason::NoFile, Some(file)) => Error::fetch(
                reason,
                format!("{repo} at {revision} has no file {file} ({status})"),
                format!(
                    "see {}/{repo}/tree/{revision}, or leave --file out to have it found",
                    self.endpoint()
                ),
            ),
            (FetchReason::NoRevision | FetchReason::NoFile, _) => Error::fetch(
                FetchReason::NoRevision,
                format!("{repo} has no revision {revision} ({status})"),
                format!("--revision takes a branch, a tag or a commit of {}/{repo}", self.endpoint()),
            ),
            _ => Error::fetch(
                reason,
                format!("there is no repository {repo} on {} ({status})", self.endpoint()),
                "check --repo and HF_ENDPOINT; a private repository needs HF_TOKEN",
            ),
        }
    }
}

const BETWEEN_HINT: &str = "a proxy, a login page or a bad mirror may be in between; check HF_ENDPOINT and HTTPS_PROXY, then try again";

fn denied(repo: &str, endpoint: &str, status: u16, gated: bool, has_token: bool) -> Error {
    let what = if gated {
        format!("{repo} is gated ({status})")
    } else {
        format!("there is no repository {repo}, or it is private or gated ({status})")
    };
    let token = match has_token {
        true => "the token in use gives no access: set HF_TOKEN to one that does",
        false => "set HF_TOKEN to a token that may read it (or log in with `hf auth login`)",
    };
    let terms = if gated { format!(", and accept its terms at {endpoint}/{repo}") } else { String::new() };
    Error::fetch(FetchReason::Denied, what, format!("{token}{terms}"))
}

/// What it means that a file, whose description was given, is refused.
pub fn refused(wanted: &Wanted, reply: &Reply) -> Error {
    let Wanted { what, url, .. } = wanted;
    match reply.status {
        404 => Error::fetch(
            FetchReason::NoFile,
            format!("{what}: there is no such file: {url} (404)"),
            "the server or mirror may hold it in part only: check HF_ENDPOINT and NASNET_KERAS_URL",
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

/// The weights among a repository's files: safetensors before Keras' before PyTorch's; within a format the usual name,
/// else the only one.
///
/// # Errors
/// What is in the way, and the way out.
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
                return Err((detail, "say which one with --file".to_owned()));
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
            detail.contains("2 files of weights: a.safetensors, b.safetensors") && hint.contains("--file")
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
