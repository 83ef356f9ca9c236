//! `nasnet sort`: images into folders that are named after their answers. Nothing is ever overwritten.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::answers::policy::Decision;
use crate::answers::predictions::Prediction;
use crate::answers::rollup::RolledUp;
use crate::files::is_same_file;
use crate::settings::{Sort, Way};

/// What happened to an image.
#[derive(Debug, PartialEq, Eq)]
pub enum Placed {
    /// It is there now, or would be.
    At(PathBuf),
    /// The same bytes are there already.
    Already,
    /// Its answer is less sure than `--min-score`, or no answer at all.
    Unsure,
}

/// Puts images into folders and counts them.
pub struct Sorter<'a> {
    settings: &'a Sort,
    /// Images by folder.
    folders: BTreeMap<PathBuf, u64>,
    /// Names that a dry run has assigned.
    planned: HashSet<PathBuf>,
    already: u64,
    unsure: u64,
}

impl<'a> Sorter<'a> {
    /// A sorter that has placed nothing yet.
    pub fn new(settings: &'a Sort) -> Self {
        let (folders, planned) = (BTreeMap::new(), HashSet::new());
        Sorter { settings, folders, planned, already: 0, unsure: 0 }
    }

    /// Puts an image into the folder of its answer.
    ///
    /// # Errors
    /// When it is no file of its own, or cannot be copied, linked or moved.
    pub fn place(&mut self, path: &Path, answer: &Decision) -> io::Result<Placed> {
        let Some((folder, score)) = folder_and_score(answer) else {
            self.unsure += 1;
            return Ok(Placed::Unsure);
        };
        if self.settings.min_score.is_some_and(|least| score < least) {
            self.unsure += 1;
            return Ok(Placed::Unsure);
        }
        let (true, Some(name)) = (path.is_file(), path.file_name()) else {
            return Err(io::Error::other("it is no file of its own"));
        };
        let folder = self.settings.into.join(folder);
        if !self.settings.dry_run {
            fs::create_dir_all(&folder)?;
        }
        for number in 1.. {
            let target = folder.join(numbered(name, number));
            if is_same_file(path, &target) || has_same_bytes(path, &target)? {
                self.already += 1;
                return Ok(Placed::Already);
            }
            if self.put(path, &target)? {
                *self.folders.entry(folder).or_default() += 1;
                return Ok(Placed::At(target));
            }
        }
        Err(io::Error::other("all numbered names are taken"))
    }

    /// Puts an image at a name; `false` if that is taken. A file that appears there at this moment is not overwritten
    /// either, since links and new files are created only where nothing exists.
    fn put(&mut self, path: &Path, target: &Path) -> io::Result<bool> {
        if self.settings.dry_run {
            return Ok(target.symlink_metadata().is_err() && self.planned.insert(target.to_owned()));
        }
        let put = match self.settings.way {
            Way::Link => fs::hard_link(path, target),
            // The original stays, so nobody waits for the disk.
            Way::Copy => copy(path, target, |_| Ok(())),
            Way::Move => relocate(path, target),
        };
        match put {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// How many images each folder got, by folder.
    pub fn folders(&self) -> &BTreeMap<PathBuf, u64> {
        &self.folders
    }

    /// Images whose bytes were there already.
    pub fn already(&self) -> u64 {
        self.already
    }

    /// Images whose answer was not sure enough.
    pub fn unsure(&self) -> u64 {
        self.unsure
    }
}

/// The folder of an answer and how sure it is: of its group where answers are rolled up, else of its best class.
fn folder_and_score(answer: &Decision) -> Option<(String, f32)> {
    match &answer.group {
        Some(RolledUp::Known { wnid, label, score }) => {
            Some((folder_name(label.as_deref().unwrap_or("unnamed"), wnid.as_deref()), *score))
        }
        Some(RolledUp::Unknown) => None,
        None => answer.predictions.first().map(|best| (folder_of(best), best.score)),
    }
}

/// A class as a folder.
fn folder_of(best: &Prediction) -> String {
    match &best.label {
        Some(label) => folder_name(&label.name, label.wnid.as_deref()),
        None => format!("class-{}", best.index),
    }
}

/// A label and, since two of ImageNet's labels occur twice, its wnid; without characters that file systems refuse.
fn folder_name(label: &str, wnid: Option<&str>) -> String {
    let text = wnid.map_or_else(|| label.to_owned(), |wnid| format!("{label}-{wnid}"));
    let is_refused = |character: char| character.is_control() || "/\\:*?\"<>|".contains(character);
    let safe: String =
        text.chars().map(|character| if is_refused(character) { '_' } else { character }).collect();
    if safe.trim_matches('.').is_empty() { "unnamed".to_owned() } else { safe }
}

/// `a.jpg`, `a-2.jpg`, `a-3.jpg` ...
fn numbered(name: &std::ffi::OsStr, number: u32) -> OsString {
    if number == 1 {
        return name.to_owned();
    }
    let path = Path::new(name);
    let mut numbered = path.file_stem().unwrap_or(name).to_owned();
    numbered.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        numbered.push(".");
        numbered.push(extension);
    }
    numbered
}

/// Whether a file is there that holds the same.
fn has_same_bytes(path: &Path, target: &Path) -> io::Result<bool> {
    let Ok(there) = target.metadata() else { return Ok(false) };
    Ok(there.is_file() && there.len() == path.metadata()?.len() && fs::read(target)? == fs::read(path)?)
}

fn relocate(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        // Another file system, or one without hard links. The copy is on the disk before the original goes.
        Err(_) => copy(from, to, File::sync_all)?,
    }
    fs::remove_file(from).inspect_err(|_| {
        // An image that must stay where it is has no second place.
        if from.exists() {
            let _ = fs::remove_file(to);
        }
    })
}

/// Copies a file to a name that is free, and ends with `finish`.
fn copy(from: &Path, to: &Path, finish: impl FnOnce(&File) -> io::Result<()>) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut target = File::options().write(true).create_new(true).open(to)?;
    io::copy(&mut source, &mut target).and_then(|_| finish(&target)).inspect_err(|_| {
        // An incomplete copy is removed.
        let _ = fs::remove_file(to);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_before_the_extension() {
        let names = |name: &str| [1, 2, 10].map(|number| numbered(name.as_ref(), number));
        assert_eq!(names("a.jpg"), ["a.jpg", "a-2.jpg", "a-10.jpg"]);
        assert_eq!(names("a.b.JPG"), ["a.b.JPG", "a.b-2.JPG", "a.b-10.JPG"]);
        assert_eq!(names("a"), ["a", "a-2", "a-10"]);
        assert_eq!(names(".jpg"), [".jpg", ".jpg-2", ".jpg-10"]);
    }

    #[test]
    fn folders_have_names_that_every_file_system_takes() {
        assert_eq!(folder_name("tabby", Some("n02123045")), "tabby-n02123045");
        assert_eq!(folder_name("../up", None), ".._up");
        assert_eq!(folder_name("a/b:c\u{1b}", Some("n1")), "a_b_c_-n1");
        assert_eq!(folder_name("..", None), "unnamed");
    }
}
