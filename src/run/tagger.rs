//! `nasnet tag`: a few threads read, edit and write the sidecars of images, so that the network does not wait for the
//! disk. Results come in the order of the images. Images are never opened here.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};

use super::ordered::{self, Ordered};
use crate::answers::keywords::Keywords;
use crate::files::{Stamp, beside, write_claimed};
use crate::output::xmp::{self, Outcome, XmpError};
use crate::settings::SidecarName;

/// Threads that wait for the disk.
const WRITERS: usize = 8;

/// Sidecars that may be in work at once.
const WAITING: usize = 64;

/// The largest sidecar that is read; editors write long histories, but none this long.
const MOST_BYTES: u64 = 64 << 20;

/// An image and its keywords.
#[derive(Debug)]
pub struct TagJob {
    /// The image.
    pub path: PathBuf,
    /// Empty to remove those that it has.
    pub keywords: Keywords,
}

/// What became of a sidecar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Done {
    /// There was none; now there is.
    New,
    /// It has other keywords.
    Edited,
    /// It was ours and is empty now, so it was removed.
    Deleted,
    /// It is as it was.
    Same,
    /// There is none, and no keyword for it.
    None,
}

/// What was done for an image, or would be.
#[derive(Debug)]
pub struct Tagged {
    /// What became of the sidecar.
    pub done: Done,
    /// Keywords that came.
    pub added: Vec<String>,
    /// And went.
    pub removed: Vec<String>,
}

/// Why a sidecar was left alone.
#[derive(Debug, thiserror::Error)]
pub enum TagError {
    /// It cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It cannot be edited.
    #[error(transparent)]
    Xmp(#[from] XmpError),
}

/// The result for one image.
#[derive(Debug)]
pub struct TagResult {
    /// Its sidecar.
    pub sidecar: PathBuf,
    /// Its keywords.
    pub words: Vec<String>,
    /// What was done.
    pub result: Result<Tagged, TagError>,
}

/// Threads that edit sidecars.
pub struct Tagger {
    jobs: SyncSender<TagJob>,
    reports: Ordered<TagResult>,
    waiting: usize,
}

impl Tagger {
    /// Starts the threads.
    ///
    /// # Errors
    /// When they cannot be started.
    pub fn start(name: SidecarName, dry_run: bool) -> io::Result<Self> {
        let (jobs, queue) = sync_channel::<TagJob>(WAITING);
        let work = move |job: &TagJob| {
            let sidecar = sidecar_of(&job.path, name);
            let result = tag(job, &sidecar, name, dry_run);
            TagResult { sidecar, words: job.keywords.words.clone(), result }
        };
        let rescue = move |job: &TagJob, words: &str| {
            let error = io::Error::other(format!("internal error: {words}"));
            TagResult { sidecar: sidecar_of(&job.path, name), words: Vec::new(), result: Err(error.into()) }
        };
        let reports = ordered::ordered(queue.into_iter(), WRITERS, WAITING, work, rescue)?;
        Ok(Tagger { jobs, reports, waiting: 0 })
    }

    /// Queues an image; returns the result of an earlier one once many are queued.
    pub fn take(&mut self, job: TagJob) -> Option<TagResult> {
        let report = if self.waiting < WAITING { None } else { self.reports.next() };
        self.waiting -= usize::from(report.is_some());
        // The threads run for as long as this sender exists.
        let sent = self.jobs.send(job);
        self.waiting += usize::from(sent.is_ok());
        report
    }

    /// The results of all images that are still queued.
    pub fn finish(self) -> impl Iterator<Item = TagResult> {
        drop(self.jobs);
        self.reports
    }
}

/// The sidecar of an image.
pub fn sidecar_of(image: &Path, name: SidecarName) -> PathBuf {
    match name {
        SidecarName::Full => beside(image, ".xmp"),
        SidecarName::Stem => image.with_extension("xmp"),
    }
}

/// The image whose keywords a sidecar holds, if it says so and the image is still there.
pub fn image_of(sidecar: &Path) -> Option<PathBuf> {
    let image = xmp::image(&read(sidecar).ok()??.bytes)?;
    let image = sidecar.with_file_name(image);
    (image.is_file() && sidecar_of(&image, SidecarName::Stem) == sidecar).then_some(image)
}

fn tag(job: &TagJob, sidecar: &Path, name: SidecarName, dry_run: bool) -> Result<Tagged, TagError> {
    let TagJob { path: image, keywords } = job;
    if !image.is_file() {
        return Err(io::Error::other("the image is no file of its own").into());
    }
    let before = read(sidecar)?;
    // An empty file is what a power loss may leave of a new sidecar; nothing is lost by replacing it.
    let bytes = before.as_ref().map(|before| &before.bytes[..]).filter(|bytes| !bytes.is_empty());
    if bytes.is_none() && keywords.words.is_empty() {
        return Ok(Tagged { done: Done::None, added: Vec::new(), removed: Vec::new() });
    }
    let image = match name {
        SidecarName::Full => None,
        SidecarName::Stem => image.file_name().and_then(OsStr::to_str),
    };
    let update = xmp::update(bytes, keywords, image)?;
    let done = match (&update.outcome, &before) {
        (Outcome::Unchanged, _) => Done::Same,
        (Outcome::Write(_), None) => Done::New,
        (Outcome::Write(_), Some(_)) => Done::Edited,
        (Outcome::Delete, _) => Done::Deleted,
    };
    if !dry_run && update.outcome != Outcome::Unchanged {
        put(sidecar, before, &update.outcome)?;
    }
    Ok(Tagged { done, added: update.added, removed: update.removed })
}

/// A sidecar that was read, and in which state.
struct Before {
    bytes: Vec<u8>,
    stamp: Option<Stamp>,
}

fn read(sidecar: &Path) -> io::Result<Option<Before>> {
    let file = match File::open(sidecar) {
        Ok(file) => file,
        // A broken link is not the same as no sidecar.
        Err(error) if error.kind() == io::ErrorKind::NotFound && sidecar.symlink_metadata().is_err() => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::with_capacity(metadata.len().min(MOST_BYTES) as usize);
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        let detail = format!("expected at most {} MiB, got {}", MOST_BYTES >> 20, metadata.len() >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, detail));
    }
    Ok(Some(Before { bytes, stamp: Stamp::of(&metadata) }))
}

/// Writes or deletes a sidecar, unless somebody else has changed it since it was read.
fn put(sidecar: &Path, before: Option<Before>, outcome: &Outcome) -> io::Result<()> {
    // A link stays a link.
    let target = if before.is_some() { fs::canonicalize(sidecar)? } else { sidecar.to_owned() };
    let now = target.metadata().ok();
    let is_as_it_was = now.as_ref().and_then(Stamp::of) == before.and_then(|before| before.stamp);
    if !is_as_it_was {
        return Err(io::Error::other("another program has changed it meanwhile; run again"));
    }
    if now.is_some_and(|metadata| metadata.permissions().readonly()) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
    }
    match outcome {
        Outcome::Unchanged => Ok(()),
        Outcome::Write(bytes) => write_claimed(&target, bytes),
        Outcome::Delete => fs::remove_file(sidecar),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sidecars_are_named_after_their_images() {
        let names = |image: &str| {
            [SidecarName::Full, SidecarName::Stem]
                .map(|name| sidecar_of(Path::new(image), name).to_string_lossy().into_owned())
        };
        assert_eq!(names("a/b.c.jpg"), ["a/b.c.jpg.xmp", "a/b.c.xmp"]);
        assert_eq!(names("a/b"), ["a/b.xmp", "a/b.xmp"]);
    }

    #[test]
    fn reports_come_in_the_order_of_the_images_and_none_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let mut tagger = Tagger::start(SidecarName::Full, false).unwrap();
        let mut reports = Vec::new();
        for number in 0..300 {
            let path = folder.path().join(format!("{number:03}.jpg"));
            if number % 7 > 0 {
                fs::write(&path, b"an image").unwrap();
            }
            let keywords = Keywords { words: vec![format!("word {number}")], paths: Vec::new() };
            reports.extend(tagger.take(TagJob { path, keywords }));
        }
        reports.extend(tagger.finish());
        assert_eq!(reports.len(), 300);
        for (number, report) in reports.iter().enumerate() {
            assert_eq!(report.sidecar, folder.path().join(format!("{number:03}.jpg.xmp")));
            assert_eq!(report.result.is_ok(), number % 7 > 0);
            assert_eq!(report.sidecar.is_file(), number % 7 > 0);
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_links_and_what_is_read_only_or_no_file_stays_as_it_is() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for image in ["a.jpg", "b.jpg", "c.jpg", "d.jpg"] {
            fs::write(path(image), b"an image").unwrap();
        }
        let keywords = Keywords { words: vec!["猫".to_owned()], paths: Vec::new() };
        let run = |image: &str| {
            let job = TagJob { path: path(image), keywords: keywords.clone() };
            tag(&job, &sidecar_of(&job.path, SidecarName::Full), SidecarName::Full, false)
        };
        fs::create_dir(path("elsewhere")).unwrap();
        let Outcome::Write(bytes) =
            xmp::update(None, &Keywords { words: vec!["b".to_owned()], ..Keywords::default() }, None)
                .unwrap()
                .outcome
        else {
            panic!("nothing to write");
        };
        fs::write(path("elsewhere/a.xmp"), &bytes).unwrap();
        symlink("elsewhere/a.xmp", path("a.jpg.xmp")).unwrap();
        assert_eq!(run("a.jpg").unwrap().done, Done::Edited);
        assert!(path("a.jpg.xmp").symlink_metadata().unwrap().is_symlink());
        assert!(fs::read_to_string(path("elsewhere/a.xmp")).unwrap().contains("猫"));
        symlink("nowhere", path("b.jpg.xmp")).unwrap();
        assert!(run("b.jpg").is_err());
        fs::create_dir(path("c.jpg.xmp")).unwrap();
        assert!(run("c.jpg").is_err());
        fs::write(path("d.jpg.xmp"), &bytes).unwrap();
        fs::set_permissions(path("d.jpg.xmp"), PermissionsExt::from_mode(0o444)).unwrap();
        assert_eq!(run("d.jpg").unwrap_err().to_string(), "it is read-only");
        assert_eq!(fs::read(path("d.jpg.xmp")).unwrap(), bytes);
    }
}
