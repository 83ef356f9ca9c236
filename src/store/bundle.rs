//! Weights in one file for machines without a network: a tar archive whose first member, `manifest.json`, gives the
//! origin, size and sha256 of each other one. The whole bundle is verified before any file is put in place.

use std::fs::{self, File};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::cache::{is_commit, is_plain};
use super::checksum::{Checksum, sha256_of};
use super::local::{LocalStore, no_folder};
use super::model_source::{ModelSource, Provider};
use super::registry::{Origin, PublishedModel};
use super::request::HubFileRequest;
use super::verified::HubFile;
use super::{CacheFolders, convert};
use crate::error::{Error, FetchReason, Result};
use crate::files::{beside, partial_name, write_whole};

const SCHEMA: u32 = 1;
const MANIFEST: &str = "manifest.json";
/// The longest manifest, in bytes.
const LONGEST_MANIFEST: u64 = 1 << 20;

/// The wire form of the manifest.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    schema: u32,
    files: Vec<BundledFile>,
}

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundledFile {
    /// Its name in the archive.
    member: String,
    /// Its size.
    pub bytes: u64,
    /// Its sha256.
    pub sha256: String,
    /// Its origin.
    #[serde(flatten)]
    pub what: What,
}

/// The origin of a file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// A file of the Hub.
    Hub {
        /// `OWNER/NAME`.
        repo: String,
        /// The commit.
        commit: String,
        /// The path in the repository.
        file: String,
        /// Its entity tag.
        checksum: Checksum,
        /// Branches and tags that point to the commit.
        revisions: Vec<String>,
        /// Whether it is the repository's file of weights.
        chosen: bool,
    },
    /// A published file, converted.
    Converted {
        /// The model's name.
        name: String,
    },
}

/// Writes weights that are on this machine to the bundle `output`, which gets its name when it is complete.
///
/// # Errors
/// [`Error::Missing`] when some weights are not here, [`Error::Io`] when the bundle cannot be written.
pub fn pack(models: &[ModelSource], output: &Path) -> Result<Vec<BundledFile>> {
    let mut files = Vec::new();
    for model in models {
        let (path, what) = model.packable()?;
        let failed = |error| Error::io(&path, error);
        let bytes = path.metadata().map_err(failed)?.len();
        let member = format!("weights/{}", files.len());
        let sha256 = sha256_of(&path).map_err(failed)?;
        files.push((path, BundledFile { member, bytes, sha256, what }));
    }
    write_whole(output, &partial_name(output), |writer| write(writer, &files))
        .map_err(|error| Error::io(output, error))?;
    Ok(files.into_iter().map(|(_, packed)| packed).collect())
}

fn write(output: &mut impl Write, files: &[(PathBuf, BundledFile)]) -> std::io::Result<()> {
    let manifest =
        Manifest { schema: SCHEMA, files: files.iter().map(|(_, packed)| packed.clone()).collect() };
    let manifest = serde_json::to_vec_pretty(&manifest)?;
    let mut archive = tar::Builder::new(output);
    let mut append = |name: &str, bytes: u64, content: &mut dyn Read| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes);
        header.set_mode(0o644);
        header.set_mtime(0);
        archive.append_data(&mut header, name, content)
    };
    append(MANIFEST, manifest.len() as u64, &mut &manifest[..])?;
    for (path, packed) in files {
        append(&packed.member, packed.bytes, &mut File::open(path)?.take(packed.bytes))?;
    }
    archive.finish()
}

impl ModelSource {
    fn packable(&self) -> Result<(PathBuf, What)> {
        let store = self.store();
        let request = match &self.provider {
            Provider::Hub(request) => request,
            Provider::Keras(file) => {
                store.find_converted(file.entry)?.ok_or_else(|| self.missing())?;
                let path = store.converted(file.entry).ok_or_else(|| self.missing())?;
                return Ok((path, What::Converted { name: file.entry.name.to_owned() }));
            }
            Provider::BuiltIn => return Err(Error::Config("tiny is built in and is not packed".to_owned())),
            Provider::File(_) => return Err(self.not_kept()),
        };
        let found = store.seen_in_hub(request, false).ok_or_else(|| self.missing())?;
        store.verify_hub_file(&found, &request.repo)?;
        let cache = store.repo(&request.repo).ok_or_else(|| self.missing())?;
        let checksum = match found.checksum {
            Some(checksum) => checksum,
            None => Checksum::Sha256(sha256_of(&found.path).map_err(|error| Error::io(&found.path, error))?),
        };
        let chosen =
            store.choice(&request.repo, &found.commit).and_then(|path| fs::read_to_string(path).ok());
        let what = What::Hub {
            revisions: cache.revisions(&found.commit),
            chosen: request.file.is_none() || chosen.as_ref() == Some(&found.file),
            repo: request.repo.clone(),
            commit: found.commit,
            file: found.file,
            checksum,
        };
        Ok((found.path, what))
    }
}

/// Puts the weights of a bundle into the caches.
///
/// # Errors
/// [`Error::Fetch`] when the file is damaged or not a bundle, [`Error::Io`] when it cannot be read or the caches
/// cannot be written. The caches are then unchanged.
pub fn unpack(bundle: &Path, caches: &CacheFolders) -> Result<Vec<(BundledFile, PathBuf)>> {
    let store = LocalStore::new(caches);
    let mut staged = Vec::new();
    let checked = store.stage(bundle, &mut staged);
    let placed =
        checked.and_then(|()| staged.iter().map(|file| store.place(file)).collect::<Result<Vec<_>>>());
    for Staged { temporary, .. } in &staged {
        let _ = fs::remove_file(temporary); // placed files are no longer there
    }
    let packed = staged.into_iter().map(|file| file.packed);
    Ok(packed.zip(placed?).collect())
}

/// A file of a bundle, unpacked beside its place.
struct Staged {
    packed: BundledFile,
    temporary: PathBuf,
}

impl LocalStore<'_> {
    /// Unpacks all files of a bundle beside their places and verifies them.
    fn stage(&self, bundle: &Path, staged: &mut Vec<Staged>) -> Result<()> {
        let fail = |detail: String| {
            let what = format!("{}: {detail}", bundle.display());
            Error::fetch(
                FetchReason::Mismatch,
                what,
                "copy the bundle again, or pack it again; nothing was unpacked",
            )
        };
        let broken = |error: std::io::Error| fail(format!("not a whole bundle: {error}"));
        let file = File::open(bundle).map_err(|error| Error::io(bundle, error))?;
        let mut archive = tar::Archive::new(BufReader::new(file));
        let mut manifest: Option<Manifest> = None;
        for member in archive.entries().map_err(broken)? {
            let mut member = member.map_err(broken)?;
            let name = member.path().map_err(broken)?.to_string_lossy().into_owned();
            let Some(manifest) = &manifest else {
                if name != MANIFEST || member.size() > LONGEST_MANIFEST {
                    return Err(fail(format!("not a bundle: expected {MANIFEST} first, got {name:?}")));
                }
                let read: Manifest = serde_json::from_reader(&mut member)
                    .map_err(|error| fail(format!("{MANIFEST}: {error}")))?;
                if read.schema > SCHEMA {
                    return Err(fail(format!(
                        "schema {}, expected at most {SCHEMA}: written by a newer version",
                        read.schema
                    )));
                }
                manifest = Some(read);
                continue;
            };
            let packed = manifest.files.iter().find(|packed| packed.member == name);
            let packed = packed.ok_or_else(|| fail(format!("{name:?} is not in its manifest")))?;
            let temporary = beside(&self.place_of(packed)?, &format!(".{}.incomplete", std::process::id()));
            staged.push(Staged { packed: packed.clone(), temporary: temporary.clone() });
            // Reads at most one byte more than the manifest says, enough to see that the file is too long.
            copy(&mut member.take(packed.bytes.saturating_add(1)), &temporary).map_err(
                |error| match error {
                    CopyError::Read(error) => broken(error),
                    CopyError::Write(error) => Error::io(&temporary, error),
                },
            )?;
            check(packed, &temporary).map_err(|detail| fail(format!("{name}: {detail}")))?;
            if let What::Converted { name } = &packed.what {
                convert::check(&temporary, of_keras(name)?)?;
            }
        }
        let Some(manifest) = manifest else { return Err(fail("not a bundle: it is empty".to_owned())) };
        let missing = manifest.files.iter().find(|file| !staged.iter().any(|staged| staged.packed == **file));
        match missing {
            Some(file) => Err(fail(format!("not a whole bundle: {} is missing", file.member))),
            None => Ok(()),
        }
    }

    /// The place of a file of a bundle.
    fn place_of(&self, packed: &BundledFile) -> Result<PathBuf> {
        match &packed.what {
            What::Hub { repo, commit, file, checksum, revisions, .. } => {
                HubFileRequest::new(repo, commit, Some(file))?;
                let plain = |revision: &String| revision.split('/').all(is_plain);
                let tag = Checksum::from_etag(checksum.value());
                if !is_commit(commit) || tag.as_ref() != Some(checksum) || !revisions.iter().all(plain) {
                    return Err(Error::weights(
                        repo,
                        "the bundle names no commit, tag or revision of the Hub",
                    ));
                }
                Ok(self.repo(repo).ok_or_else(|| no_folder("HF_HUB_CACHE"))?.blob(checksum))
            }
            What::Converted { name } => {
                self.converted(of_keras(name)?).ok_or_else(|| no_folder("NASNET_CACHE"))
            }
        }
    }

    /// Gives a verified file its name.
    fn place(&self, Staged { packed, temporary }: &Staged) -> Result<PathBuf> {
        let place = self.place_of(packed)?;
        match &packed.what {
            What::Hub { repo, commit, file, checksum, revisions, chosen } => {
                let cache = self.repo(repo).ok_or_else(|| no_folder("HF_HUB_CACHE"))?;
                fs::rename(temporary, &place).map_err(|error| Error::io(&place, error))?;
                let path = cache.link(commit, file, checksum)?;
                for revision in revisions {
                    cache.point(revision, commit)?;
                }
                let hub = HubFile { repo: repo.clone(), commit: commit.clone(), file: file.clone() };
                self.verified.remember(&path, checksum, Some(hub));
                if *chosen {
                    self.choose(repo, commit, file);
                }
                Ok(path)
            }
            What::Converted { .. } => {
                fs::rename(temporary, &place).map_err(|error| Error::io(&place, error))?;
                self.verified.remember(&place, &Checksum::Sha256(packed.sha256.clone()), None);
                Ok(place)
            }
        }
    }
}

/// The registry's entry of a model that is kept converted.
fn of_keras(name: &str) -> Result<&'static PublishedModel> {
    let entry = PublishedModel::named(name).filter(|entry| matches!(entry.origin, Origin::Keras { .. }));
    entry.ok_or_else(|| Error::weights(name, "a model that this version does not know"))
}

enum CopyError {
    Read(std::io::Error),
    Write(std::io::Error),
}

fn copy(from: &mut impl Read, to: &Path) -> std::result::Result<(), CopyError> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(CopyError::Write)?;
    let mut file = File::create(to).map_err(CopyError::Write)?;
    let mut buffer = vec![0; 1 << 17];
    loop {
        match from.read(&mut buffer).map_err(CopyError::Read)? {
            0 => return file.sync_all().map_err(CopyError::Write),
            count => file.write_all(&buffer[..count]).map_err(CopyError::Write)?,
        }
    }
}

/// Compares a file with the manifest, and with its entity tag.
fn check(packed: &BundledFile, path: &Path) -> std::result::Result<(), String> {
    let said = |error: std::io::Error| error.to_string();
    let bytes = path.metadata().map_err(said)?.len();
    if bytes != packed.bytes {
        return Err(format!("expected {} bytes, got {bytes}", packed.bytes));
    }
    let sha256 = Checksum::Sha256(packed.sha256.clone());
    let tag = match &packed.what {
        What::Hub { checksum, .. } => Some(checksum),
        What::Converted { .. } => None,
    };
    for expected in [Some(&sha256), tag].into_iter().flatten() {
        let got = expected.measured(path).map_err(said)?;
        if got != *expected {
            return Err(format!("hash mismatch: expected {expected}, got {}", got.value()));
        }
    }
    Ok(())
}
