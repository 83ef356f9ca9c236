//! Folders, walked lazily in an order that does not depend on the file system.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use globset::GlobMatcher;
use walkdir::{DirEntry, WalkDir};

use super::{EXTENSIONS, PassedOver, Source, Sources, tar};

/// How folders are searched.
#[derive(Debug, Clone, Default)]
pub struct FolderOptions {
    /// Levels below the folder; 1 is its own files.
    pub max_depth: Option<usize>,
    /// Follow symbolic links; loops are noticed.
    pub follow: bool,
    /// Take names that start with a dot.
    pub hidden: bool,
    /// Extensions without their dot, in lower case; none for all known ones.
    pub extensions: Vec<String>,
    /// In the order of the file system instead of that of path bytes.
    pub unsorted: bool,
}

impl FolderOptions {
    fn walk(&self, root: &Path) -> impl Iterator<Item = walkdir::Result<DirEntry>> + Send + use<> {
        let mut walk = WalkDir::new(root).follow_links(self.follow).follow_root_links(true);
        if let Some(depth) = self.max_depth {
            walk = walk.max_depth(depth);
        }
        if !self.unsorted {
            walk = walk.sort_by(by_path_bytes);
        }
        let hidden = self.hidden;
        let is_hidden = |entry: &DirEntry| entry.file_name().as_encoded_bytes().starts_with(b".");
        walk.into_iter().filter_entry(move |entry| entry.depth() == 0 || hidden || !is_hidden(entry))
    }

    /// Whether a name is that of an image that is asked for.
    pub(super) fn takes(&self, path: &Path) -> bool {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        extension.is_some_and(|extension| match self.extensions.as_slice() {
            [] => EXTENSIONS.contains(&extension.as_str()),
            wanted => wanted.contains(&extension),
        })
    }
}

/// The images below a folder. What cannot be looked into is a source that is nowhere; files of other kinds
/// are counted.
pub(super) fn images(
    root: PathBuf,
    options: &FolderOptions,
    passed_over: PassedOver,
) -> impl Iterator<Item = Source> + Send + use<> {
    let options = options.clone();
    let one = |source| -> Sources { Box::new(std::iter::once(source)) };
    let found = options.walk(&root).filter_map(move |entry| match entry {
        Ok(entry) if entry.file_type().is_dir() => None,
        Ok(entry) if entry.file_type().is_file() && tar::is_archive_name(entry.path()) => {
            Some(super::archive(entry.into_path(), &options, &passed_over))
        }
        Ok(entry) => {
            // A link that is not followed is still a file if that is what it points to; a link to a folder,
            // a socket or a pipe is not.
            let regular = entry.file_type().is_file()
                || entry.file_type().is_symlink()
                    && entry.path().metadata().is_ok_and(|target| target.is_file());
            if options.takes(entry.path()) && (regular || is_dangling(&entry)) {
                Some(one(Source::file(entry.into_path())))
            } else {
                passed_over.add_one();
                None
            }
        }
        Err(error) => {
            let path = error.path().unwrap_or(&root).to_owned();
            Some(one(match error.loop_ancestor() {
                Some(ancestor) => Source::nowhere(
                    path,
                    format!("symbolic link loop: it leads back to {}", ancestor.display()),
                ),
                None => {
                    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    Source::nowhere(path, reason)
                }
            }))
        }
    });
    found.flatten()
}

/// A link whose target is gone: to be tried, so that it is reported.
fn is_dangling(entry: &DirEntry) -> bool {
    entry.file_type().is_symlink() && entry.path().metadata().is_err()
}

/// Paths below `base` that a glob matches, sorted.
pub(super) fn matches(base: &Path, glob: &GlobMatcher, options: &FolderOptions) -> Vec<PathBuf> {
    let here = base.as_os_str().is_empty();
    let root = if here { Path::new(".") } else { base };
    let options = FolderOptions { unsorted: false, max_depth: None, ..options.clone() };
    let paths = options.walk(root).filter_map(Result::ok).filter(|entry| entry.depth() > 0);
    let relative = paths.map(|entry| {
        let path = entry.into_path();
        if here { path.strip_prefix(".").map(Path::to_owned).unwrap_or(path) } else { path }
    });
    relative.filter(|path| glob.is_match(path)).collect()
}

/// The order of whole paths by their bytes: within a folder, a folder's name counts with its separator, as
/// it stands in the paths below it.
fn by_path_bytes(a: &DirEntry, b: &DirEntry) -> Ordering {
    let (left, right) = (name_bytes(a.file_name()), name_bytes(b.file_name()));
    let common = left.len().min(right.len());
    left[..common].cmp(&right[..common]).then_with(|| {
        // One name starts with the other: what follows it is a separator behind a folder, the end behind a file.
        let tail = |name: &[u8], entry: &DirEntry| {
            let separator = entry.file_type().is_dir().then_some(std::path::MAIN_SEPARATOR as u8);
            name.get(common).copied().or(separator)
        };
        tail(left, a).cmp(&tail(right, b))
    })
}

fn name_bytes(name: &OsStr) -> &[u8] {
    name.as_encoded_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(options: &FolderOptions, root: &Path, passed_over: &PassedOver) -> Vec<String> {
        images(root.to_owned(), options, passed_over.clone())
            .map(|source| source.path.strip_prefix(root).unwrap().to_string_lossy().into_owned())
            .collect()
    }

    fn sample() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for path in
            ["b.jpg", "a/z.png", "a-b.PNG", "a.jpg", "a/b/deep.gif", "notes.txt", ".hidden.jpg", "a0.bmp"]
        {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        root
    }

    #[test]
    fn the_order_is_that_of_whole_paths_by_bytes() {
        let (root, passed_over) = (sample(), PassedOver::default());
        let got = names(&FolderOptions::default(), root.path(), &passed_over);
        assert_eq!(got, ["a-b.PNG", "a.jpg", "a/b/deep.gif", "a/z.png", "a0.bmp", "b.jpg"]);
        assert_eq!(passed_over.count(), 1);
        let mut sorted = got.clone();
        sorted.sort();
        assert_eq!(got, sorted);
    }

    #[test]
    fn depth_extensions_and_hidden_files_are_as_asked() {
        let root = sample();
        let own = FolderOptions { max_depth: Some(1), hidden: true, ..FolderOptions::default() };
        let got = names(&own, root.path(), &PassedOver::default());
        assert_eq!(got, [".hidden.jpg", "a-b.PNG", "a.jpg", "a0.bmp", "b.jpg"]);
        let png = FolderOptions { extensions: vec!["png".to_owned()], ..FolderOptions::default() };
        assert_eq!(names(&png, root.path(), &PassedOver::default()), ["a-b.PNG", "a/z.png"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_loop_is_one_error_and_a_dangling_link_is_tried() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("sub")).unwrap();
        std::os::unix::fs::symlink("..", root.path().join("sub/up")).unwrap();
        std::os::unix::fs::symlink("gone.jpg", root.path().join("link.jpg")).unwrap();
        let follow = FolderOptions { follow: true, ..FolderOptions::default() };
        let sources: Vec<_> = images(root.path().to_owned(), &follow, PassedOver::default()).collect();
        assert_eq!(sources.len(), 2, "{sources:?}");
        assert!(sources.iter().any(|source| format!("{:?}", source.place).contains("symbolic link loop")));
        let plain: Vec<_> =
            images(root.path().to_owned(), &FolderOptions::default(), PassedOver::default()).collect();
        assert_eq!(plain, [Source::file(root.path().join("link.jpg"))]);
    }
}
