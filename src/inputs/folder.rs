//! Walks folders lazily, in an order that does not depend on the file system.

use std::cmp::Ordering;
use std::fs::{self, DirEntry, FileType, ReadDir};
use std::io;
use std::path::{Path, PathBuf};

use super::list::path_of_bytes;
use super::{EXTENSIONS, Excluded, PassedOver, Source, Sources, tar};
use crate::files::is_same_file;

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
    /// A folder that is not entered unless it is an input itself: a run's own output is not among its inputs.
    pub except: Option<PathBuf>,
    /// What is left out.
    pub exclude: Excluded,
    /// In the order of the file system instead of that of path bytes.
    pub unsorted: bool,
}

impl FolderOptions {
    /// Whether a folder is the one that is not entered.
    pub(super) fn is_except(&self, folder: &Path) -> bool {
        self.except.as_deref().is_some_and(|except| is_same_file(folder, except))
    }

    /// Whether a name is that of an image to include.
    pub(super) fn takes(&self, path: &Path) -> bool {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        extension.is_some_and(|extension| match self.extensions.as_slice() {
            [] => EXTENSIONS.contains(&extension.as_str()),
            wanted => wanted.contains(&extension),
        })
    }
}

/// The images below a folder. A folder that cannot be read gives a source with an error; other files are counted.
pub(super) fn images(
    root: PathBuf,
    options: &FolderOptions,
    passed_over: PassedOver,
) -> impl Iterator<Item = Source> + Send + use<> {
    let options = options.clone();
    Walk { options, passed_over, start: Some(root.clone()), root, levels: Vec::new(), archive: None }
}

/// A walk through a folder. Of a folder of a million files it holds only the names, in one block after another.
struct Walk {
    options: FolderOptions,
    passed_over: PassedOver,
    /// The folder to start with.
    root: PathBuf,
    /// The same, until it is entered.
    start: Option<PathBuf>,
    /// The folders on the way down to where it is.
    levels: Vec<Level>,
    /// The archive that it is in.
    archive: Option<Sources>,
}

struct Level {
    folder: PathBuf,
    entries: Entries,
}

enum Entries {
    Sorted(Listing),
    AsFound(ReadDir),
}

/// The kinds of entries that a walk tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Folder,
    /// A link to a folder that is to be followed.
    LinkedFolder,
    File,
    /// A link that is not followed, or leads nowhere.
    Link,
}

impl Kind {
    /// By their discriminants.
    const ALL: [Kind; 4] = [Kind::Folder, Kind::LinkedFolder, Kind::File, Kind::Link];

    /// Whether paths below the entry have a separator behind its name.
    fn is_folder(self) -> bool {
        matches!(self, Kind::Folder | Kind::LinkedFolder)
    }
}

impl Iterator for Walk {
    type Item = Source;

    fn next(&mut self) -> Option<Source> {
        loop {
            if let Some(image) = self.archive.as_mut().and_then(Iterator::next) {
                return Some(image);
            }
            self.archive = None;
            let found = if let Some(root) = self.start.take() {
                self.enter(root)
            } else {
                let level = self.levels.last_mut()?;
                match level.entries.next(&self.options, &self.root, &self.passed_over) {
                    Some(Ok((name, kind))) => {
                        let path = level.folder.join(name);
                        self.visit(path, kind)
                    }
                    Some(Err(error)) => Some(Source::nowhere(level.folder.clone(), error)),
                    None => {
                        self.levels.pop();
                        None
                    }
                }
            };
            if found.is_some() {
                return found;
            }
        }
    }
}

impl Walk {
    fn visit(&mut self, path: PathBuf, kind: Kind) -> Option<Source> {
        match kind {
            Kind::Folder | Kind::LinkedFolder => {
                if self.options.max_depth.is_some_and(|most| self.levels.len() >= most)
                    || self.options.is_except(&path)
                {
                    return None;
                }
                if kind == Kind::LinkedFolder
                    && let Some(ancestor) = self.ancestor(&path)
                {
                    let message = link_loop(ancestor);
                    return Some(Source::nowhere(path, message));
                }
                self.enter(path)
            }
            Kind::File if tar::is_archive_name(&path) => {
                self.archive = Some(super::archive(path, &self.options, &self.passed_over));
                None
            }
            Kind::File => Some(Source::file(path)),
            // A link whose target is gone is tried, so that it is reported; one to a folder or a pipe is not.
            Kind::Link if path.metadata().is_ok_and(|target| !target.is_file()) => {
                self.passed_over.add(&path);
                None
            }
            Kind::Link => Some(Source::file(path)),
        }
    }

    /// Enters a folder; returns the error if it cannot be read.
    fn enter(&mut self, folder: PathBuf) -> Option<Source> {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) if self.options.unsorted => Ok(Entries::AsFound(entries)),
            Ok(entries) => {
                Listing::sorted(entries, &self.options, &self.root, &self.passed_over).map(Entries::Sorted)
            }
            Err(error) => Err(error),
        };
        match entries {
            Ok(entries) => {
                self.levels.push(Level { folder, entries });
                None
            }
            Err(error) => Some(Source::nowhere(folder, error)),
        }
    }

    /// The folder on the way down that a link leads back to.
    fn ancestor(&self, link: &Path) -> Option<&Path> {
        let target = link.canonicalize().ok()?;
        let is_target = |level: &&Level| level.folder.canonicalize().is_ok_and(|folder| folder == target);
        self.levels.iter().find(is_target).map(|level| level.folder.as_path())
    }
}

impl Entries {
    fn next(
        &mut self,
        options: &FolderOptions,
        root: &Path,
        passed_over: &PassedOver,
    ) -> Option<io::Result<(PathBuf, Kind)>> {
        match self {
            Entries::Sorted(listing) => listing.next().map(Ok),
            Entries::AsFound(entries) => entries.find_map(|entry| {
                let found = |entry: DirEntry| {
                    kind(&entry, options, root, passed_over).map(|kind| (entry.file_name().into(), kind))
                };
                entry.map(found).transpose()
            }),
        }
    }
}

/// The kind of an entry below `root`; `None` if it is passed over.
fn kind(entry: &DirEntry, options: &FolderOptions, root: &Path, passed_over: &PassedOver) -> Option<Kind> {
    let name = entry.file_name();
    if !options.hidden && name.as_encoded_bytes().starts_with(b".") {
        return None;
    }
    let of = |file_type: FileType| match file_type {
        folder if folder.is_dir() => Some(Kind::Folder),
        file if file.is_file() => Some(Kind::File),
        link if link.is_symlink() => Some(Kind::Link),
        _ => None,
    };
    let mut kind = match entry.file_type() {
        Ok(file_type) => of(file_type),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None, // gone since it was listed
        Err(_) => Some(Kind::Link),                                           // tried, so that it is reported
    };
    if kind == Some(Kind::Link)
        && options.follow
        && let Ok(target) = entry.path().metadata()
    {
        kind = of(target.file_type()).map(|kind| if kind.is_folder() { Kind::LinkedFolder } else { kind });
    }
    let path = entry.path();
    let below = path.strip_prefix(root).unwrap_or(&path);
    if options.exclude.leaves_out(&path, below, kind.is_some_and(Kind::is_folder)) {
        return None;
    }
    let name = Path::new(&name);
    let wanted = match kind {
        Some(Kind::Folder | Kind::LinkedFolder) => true,
        Some(Kind::File) => options.takes(name) || tar::is_archive_name(name),
        Some(Kind::Link) => options.takes(name),
        None => false,
    };
    if !wanted {
        passed_over.add(name);
    }
    kind.filter(|_| wanted)
}

/// The entries of a folder in the order of whole paths by their bytes, least last: seven bytes each and
/// their names.
struct Listing {
    entries: Blocks,
    /// Where each starts.
    starts: Vec<u32>,
}

/// Entries one after another: for each, the length of its name (two bytes), its kind, its name. They are kept in
/// blocks, since one growing buffer would take twice its size.
#[derive(Default)]
struct Blocks(Vec<Vec<u8>>);

impl Blocks {
    const BYTES: usize = 1 << 16;

    /// Adds an entry and says where it is: the block in the upper half, the byte in the lower one.
    fn push(&mut self, name: &[u8], kind: Kind) -> io::Result<u32> {
        let length = name.len() + 3;
        if self.0.last().is_none_or(|block| block.len() + length > Self::BYTES) {
            self.0.push(Vec::with_capacity(Self::BYTES));
        }
        let number = u16::try_from(self.0.len() - 1).map_err(io::Error::other)?;
        let Some(block) = self.0.last_mut().filter(|block| block.len() + length <= Self::BYTES) else {
            return Err(io::Error::other(format!("a name of {} bytes", name.len())));
        };
        let start = block.len() as u32;
        block.extend((name.len() as u16).to_le_bytes());
        block.push(kind as u8);
        block.extend(name);
        Ok(u32::from(number) << 16 | start)
    }

    /// The name and the kind of an entry.
    fn get(&self, start: u32) -> (&[u8], Kind) {
        let entry = &self.0[start as usize >> 16][start as usize & 0xffff..];
        let length = usize::from(u16::from_le_bytes([entry[0], entry[1]]));
        (&entry[3..3 + length], Kind::ALL[usize::from(entry[2])])
    }
}

impl Listing {
    fn sorted(
        found: ReadDir,
        options: &FolderOptions,
        root: &Path,
        passed_over: &PassedOver,
    ) -> io::Result<Self> {
        let (mut entries, mut starts) = (Blocks::default(), Vec::new());
        for entry in found {
            let entry = entry?;
            if let Some(kind) = kind(&entry, options, root, passed_over) {
                starts.push(entries.push(entry.file_name().as_encoded_bytes(), kind)?);
            }
        }
        starts.sort_unstable_by(|a, b| by_path_bytes(entries.get(*b), entries.get(*a)));
        Ok(Listing { entries, starts })
    }

    fn next(&mut self) -> Option<(PathBuf, Kind)> {
        let (name, kind) = self.entries.get(self.starts.pop()?);
        Some((path_of_bytes(name.to_vec()), kind))
    }
}

/// Why a link to a folder is not followed.
pub(super) fn link_loop(ancestor: &Path) -> String {
    format!("symbolic link loop: it leads back to {}", ancestor.display())
}

/// The order of whole paths by their bytes: within a folder, a folder's name counts with its separator, as
/// it stands in the paths below it.
fn by_path_bytes((left, left_kind): (&[u8], Kind), (right, right_kind): (&[u8], Kind)) -> Ordering {
    let common = left.len().min(right.len());
    left[..common].cmp(&right[..common]).then_with(|| {
        // One name starts with the other: what follows is the other's next byte, a separator, or the end.
        let tail = |name: &[u8], kind: Kind| {
            let separator = kind.is_folder().then_some(std::path::MAIN_SEPARATOR as u8);
            name.get(common).copied().or(separator)
        };
        tail(left, left_kind).cmp(&tail(right, right_kind))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn names(options: &FolderOptions, root: &Path, passed_over: &PassedOver) -> Vec<String> {
        images(root.to_owned(), options, passed_over.clone())
            .map(|source| source.path.strip_prefix(root).unwrap().to_string_lossy().into_owned())
            .collect()
    }

    pub(in crate::inputs) fn sample() -> tempfile::TempDir {
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
