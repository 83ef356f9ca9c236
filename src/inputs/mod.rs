//! Turns paths, folders, globs, lists and stdin into an ordered, lazy sequence of image sources, and reads their
//! bytes. It looks into tar archives, but not into images.

mod exclude;
mod folder;
mod glob;
mod key;
mod list;
mod read;
mod shard;
mod tar;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, ImageError, ImageErrorKind, Result};
pub use exclude::Excluded;
pub use folder::FolderOptions;
pub use key::PathKey;
pub use shard::{Shard, Together};

/// Extensions that folders are searched for, in lower case.
pub const EXTENSIONS: [&str; 29] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "dib", "tif", "tiff", "pnm", "pbm", "pgm",
    "ppm", "qoi", "heic", "heif", "hif", "avif", "jxl", "nef", "cr2", "cr3", "arw", "dng", "orf", "rw2",
    "raf",
];

/// Where an image is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file.
    File,
    /// Standard input.
    Stdin,
    /// Within a tar archive.
    Member {
        /// The archive.
        archive: Arc<Path>,
        /// Where in it the image starts, in bytes.
        offset: u64,
        /// How many bytes it has.
        length: u64,
    },
    /// Nowhere: the path does not exist or cannot be read.
    Nowhere(ImageError),
}

/// One image to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The argument as it was given, plus the path below it.
    pub path: PathBuf,
    /// Where its bytes are.
    pub place: Place,
}

impl Source {
    /// A file that was named.
    pub fn named(path: PathBuf) -> Self {
        Source::file(path)
    }

    fn file(path: PathBuf) -> Self {
        Source { path, place: Place::File }
    }

    fn nowhere(path: PathBuf, message: impl ToString) -> Self {
        let error = if is_url(&path) {
            let message = "a URL is not read; download the image first and name the file";
            ImageError::new(ImageErrorKind::Unsupported, message)
        } else {
            ImageError::new(ImageErrorKind::Io, message)
        };
        Source { path, place: Place::Nowhere(error) }
    }
}

/// Whether a path that does not exist is an address: letters, a colon and two slashes.
fn is_url(path: &Path) -> bool {
    let scheme = path.to_str().and_then(|path| path.split_once("://")).map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+')
    })
}

/// Where to look for images.
#[derive(Debug, Clone, Default)]
pub struct InputOptions {
    /// Files, folders, globs and `-`.
    pub paths: Vec<PathBuf>,
    /// A file of paths, or `-`.
    pub files_from: Option<PathBuf>,
    /// The paths in it end in NUL.
    pub null: bool,
    /// How folders are searched.
    pub folders: FolderOptions,
    /// The part that the run takes; `None` for all. [`sources`] gives all of them, so that places are the same in every
    /// shard.
    pub shard: Option<Shard>,
}

impl InputOptions {
    /// Files, folders, globs and lists as they were named.
    pub fn named(&self) -> impl Iterator<Item = &PathBuf> {
        self.paths.iter().chain(&self.files_from)
    }

    /// Whether a path is in the part that the run takes.
    pub fn takes(&self, path: &Path) -> bool {
        self.shard.is_none_or(|shard| shard.takes(path))
    }
}

/// At most this many inputs are named in the error of a run without images.
const SAID_PLACES: usize = 3;

/// At most this many extensions are named; the others are summed up.
const SAID_EXTENSIONS: usize = 5;

/// Counts the files in folders that do not have an image's extension, by extension.
#[derive(Debug, Clone, Default)]
pub struct PassedOver(Arc<Mutex<BTreeMap<String, u64>>>);

impl PassedOver {
    /// How many there were so far.
    pub fn count(&self) -> u64 {
        self.counts().values().sum()
    }

    /// How many there were, and of which extensions: `3 other files were passed over (2 .txt, 1 without an extension)`.
    pub fn describe(&self) -> String {
        let mut counts: Vec<(String, u64)> = self.counts().clone().into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let rest: u64 = counts.iter().skip(SAID_EXTENSIONS).map(|(_, count)| count).sum();
        let mut said: Vec<String> = counts
            .iter()
            .take(SAID_EXTENSIONS)
            .map(|(extension, count)| match extension.as_str() {
                "" => format!("{count} without an extension"),
                extension => format!("{count} .{extension}"),
            })
            .collect();
        if rest > 0 {
            said.push(format!("{rest} of other extensions"));
        }
        let number: u64 = counts.iter().map(|(_, count)| count).sum();
        let files = if number == 1 { "file was" } else { "files were" };
        format!("{number} other {files} passed over ({})", said.join(", "))
    }

    fn add(&self, path: &Path) {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        *self.counts().entry(extension.unwrap_or_default()).or_default() += 1;
    }

    /// Nothing that holds the lock can panic.
    fn counts(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All sources in order. Folders are walked lazily.
///
/// # Errors
/// When there are no inputs, stdin is named twice, or the list of files cannot be opened.
pub fn sources(options: &InputOptions) -> Result<(impl Iterator<Item = Source> + Send + use<>, PassedOver)> {
    let is_stdin = |path: &Path| path.as_os_str() == "-";
    let stdin_uses = options.paths.iter().chain(&options.files_from).filter(|path| is_stdin(path)).count();
    if options.paths.is_empty() && options.files_from.is_none() {
        return Err(Error::Config("no inputs: name an image, a folder, a glob, or - for stdin".to_owned()));
    }
    if stdin_uses > 1 {
        return Err(Error::Config("stdin (-) can be read only once".to_owned()));
    }
    let passed_over = PassedOver::default();
    let listed = match &options.files_from {
        Some(list) => Some(list::paths(list, options.null)?),
        None => None,
    };
    let (folders, counter) = (options.folders.clone(), passed_over.clone());
    let named = options.paths.clone().into_iter().flat_map(move |path| -> Sources {
        if is_stdin(&path) {
            return Box::new(std::iter::once(Source { path, place: Place::Stdin }));
        }
        expand(path, &folders, &counter)
    });
    let (folders, counter) = (options.folders.clone(), passed_over.clone());
    let listed = listed.into_iter().flatten().flat_map(move |path| match path {
        Ok(path) => plain(path, &folders, &counter),
        Err(error) => Box::new(std::iter::once(error)),
    });
    Ok((named.chain(listed), passed_over))
}

/// The first input, if none of the named inputs exists and nothing else was named.
pub fn all_missing(options: &InputOptions) -> Option<&Path> {
    let is_missing = |path: &PathBuf| {
        let error = path.symlink_metadata().err();
        let is_missing = error.is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound);
        is_missing
            && path.as_os_str() != "-"
            && !glob::has_meta(path.as_os_str())
            && tar::member(path).is_none()
    };
    let first = options.paths.first().filter(|_| options.files_from.is_none())?;
    options.paths.iter().all(is_missing).then_some(first)
}

/// Whether inputs can be walked twice: nothing comes from stdin or another pipe.
pub fn can_be_walked_twice(options: &InputOptions) -> bool {
    let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
    !options.paths.iter().any(is_stdin) && options.files_from.as_ref().is_none_or(|list| list.is_file())
}

/// The error for a run without images: where it looked, and what it passed over.
pub fn none(options: &InputOptions, passed_over: &PassedOver) -> Error {
    let named: Vec<_> = options.named().map(|path| path.display().to_string()).collect();
    let places = match &named[..] {
        few if few.len() <= SAID_PLACES => few.join(", "),
        many => format!("{} and {} others", many[..SAID_PLACES].join(", "), many.len() - SAID_PLACES),
    };
    let what = match passed_over.count() {
        0 => format!("there is no image in {places}"),
        _ => format!("there is no image in {places}; {}", passed_over.describe()),
    };
    Error::NoImages { what }
}

type Sources = Box<dyn Iterator<Item = Source> + Send>;

/// A path given as an argument: a file of any name, a folder, or a glob that the shell did not expand.
fn expand(path: PathBuf, folders: &FolderOptions, passed_over: &PassedOver) -> Sources {
    if glob::has_meta(path.as_os_str()) && path.symlink_metadata().is_err() {
        return glob::images(path, folders, passed_over);
    }
    plain(path, folders, passed_over)
}

/// A path without wildcards.
fn plain(path: PathBuf, folders: &FolderOptions, passed_over: &PassedOver) -> Sources {
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() => Box::new(folder::images(path, folders, passed_over.clone())),
        Ok(metadata) if metadata.is_file() && tar::is_archive_name(&path) => {
            archive(path, folders, passed_over)
        }
        Ok(_) => Box::new(std::iter::once(Source::file(path))),
        Err(error) => {
            let member = tar::member(&path);
            Box::new(std::iter::once(member.unwrap_or_else(|| Source::nowhere(path, error))))
        }
    }
}

/// The images in an archive, or the file itself where it is none.
fn archive(path: PathBuf, folders: &FolderOptions, passed_over: &PassedOver) -> Sources {
    match tar::images(&path, folders, passed_over) {
        Some(images) => Box::new(images),
        None => Box::new(std::iter::once(Source::file(path))),
    }
}
