//! What `nasnet classify` does with its answers beside printing them.

use std::path::PathBuf;

use crate::cli;

/// How an image is put into the folder of its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A copy.
    Copy,
    /// A hard link.
    Link,
    /// The image itself.
    Move,
}

/// How images are sorted into folders.
#[derive(Debug, Clone)]
pub struct SortInto {
    /// The folder that gets a folder for each class.
    pub dir: PathBuf,
    /// How the images are put there.
    pub way: Way,
    /// Change nothing and say what would be done.
    pub dry_run: bool,
}

/// Which class activation maps are drawn, and where.
#[derive(Debug, Clone)]
pub struct Explain {
    /// The folder of the PNG files.
    pub dir: PathBuf,
    /// How many classes of an image are drawn, best first.
    pub top: usize,
}

/// What `nasnet classify` does with its answers beside printing them.
#[derive(Debug, Clone, Default)]
pub struct Actions {
    /// An HTML page to write.
    pub report: Option<PathBuf>,
    /// Sort images into folders.
    pub sort_into: Option<SortInto>,
    /// Draw class activation maps.
    pub explain: Option<Explain>,
    /// Keep images whose best class is one of these; empty: keep all.
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
