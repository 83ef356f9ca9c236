//! What `nasnet classify` does with its answers.

use std::path::PathBuf;

use crate::cli;

/// How an image gets into the folder of its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A copy.
    Copy,
    /// A hard link.
    Link,
    /// It is moved.
    Move,
}

/// Where images are sorted into.
#[derive(Debug, Clone)]
pub struct SortInto {
    /// The folder of the folders.
    pub dir: PathBuf,
    /// How they get there.
    pub way: Way,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// Where class activation maps are drawn.
#[derive(Debug, Clone)]
pub struct Explain {
    /// The folder of the files.
    pub dir: PathBuf,
    /// Best classes of an image to draw.
    pub top: usize,
}

/// What `nasnet classify` does with its answers.
#[derive(Debug, Clone, Default)]
pub struct Actions {
    /// An HTML page to write.
    pub report: Option<PathBuf>,
    /// Sort images into folders.
    pub sort_into: Option<SortInto>,
    /// Draw class activation maps.
    pub explain: Option<Explain>,
    /// Best classes to keep; all, if there are none.
    pub only: Vec<String>,
}

/// What the flags ask for.
pub(super) fn of_flags(flags: &cli::Actions) -> Actions {
    let way = match (flags.link, flags.move_files) {
        (true, _) => Way::Link,
        (_, true) => Way::Move,
        _ => Way::Copy,
    };
    Actions {
        report: flags.report.clone(),
        sort_into: flags.sort_into.clone().map(|dir| SortInto { dir, way, dry_run: flags.dry_run }),
        explain: flags.explain.clone().map(|dir| Explain { dir, top: flags.explain_top as usize }),
        only: flags.only.clone(),
    }
}
