//! What is left out of folders, globs and archives: what `--exclude` matches, and folders that programs keep for
//! themselves. A path that is named outright is never left out.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use crate::error::{Error, Result};

/// Folders of programs: thumbnails and metadata of file servers and desktops, version control, bins.
const LEFT_OUT: [&str; 14] = [
    "$RECYCLE.BIN",
    "#recycle",
    ".@__thumb",
    ".AppleDouble",
    ".Trash",
    ".Trashes",
    ".git",
    ".hg",
    ".svn",
    ".thumbnails",
    "@Recycle",
    "@eaDir",
    "System Volume Information",
    "__MACOSX",
];

/// The patterns of `--exclude`.
#[derive(Debug, Clone, Default)]
pub struct Excluded(Vec<Pattern>);

#[derive(Debug, Clone)]
struct Pattern {
    matcher: GlobMatcher,
    /// It has no separator, so it matches names, not paths.
    is_name: bool,
    /// It ends in a separator.
    only_folders: bool,
}

impl Excluded {
    /// Patterns as they are typed.
    ///
    /// # Errors
    /// Names a pattern that is no valid glob.
    pub fn new(patterns: &[String]) -> Result<Self> {
        let compiled = patterns.iter().map(|text| {
            let pattern = text.trim_start_matches("./");
            let trimmed = pattern.trim_end_matches('/');
            let invalid = |error: globset::Error| {
                Error::Config(format!("--exclude {text:?}: not a valid glob: {}", error.kind()))
            };
            let glob = GlobBuilder::new(trimmed.trim_start_matches('/')).literal_separator(true).build();
            Ok(Pattern {
                matcher: glob.map_err(invalid)?.compile_matcher(),
                is_name: !trimmed.contains('/'),
                only_folders: trimmed.len() < pattern.len(),
            })
        });
        Ok(Excluded(compiled.collect::<Result<_>>()?))
    }

    /// Whether a file or folder, met at `path`, `below` the argument that it was met in, is left out.
    pub(super) fn leaves_out(&self, path: &Path, below: &Path, is_folder: bool) -> bool {
        let Some(name) = below.file_name().or(path.file_name()) else { return false };
        let path = path.strip_prefix(".").unwrap_or(path);
        let matches = |pattern: &Pattern| match pattern {
            Pattern { only_folders: true, .. } if !is_folder => false,
            Pattern { is_name: true, matcher, .. } => matcher.is_match(name),
            Pattern { matcher, .. } => matcher.is_match(below) || matcher.is_match(path),
        };
        is_folder && LEFT_OUT.iter().any(|left_out| name == *left_out) || self.0.iter().any(matches)
    }

    /// Whether a member of an archive, or a folder that it is in, is left out.
    pub(super) fn leaves_out_member(&self, archive: &Path, member: &Path) -> bool {
        let mut folders: Vec<&Path> = member.ancestors().filter(|path| path.file_name().is_some()).collect();
        folders.reverse();
        let last = folders.len();
        let mut parts = folders.into_iter().enumerate();
        parts.any(|(index, part)| self.leaves_out(&archive.join(part), part, index + 1 < last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves_out(patterns: &[&str], below: &str, is_folder: bool) -> bool {
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        let path = Path::new("photos").join(below);
        Excluded::new(&patterns).unwrap().leaves_out(&path, Path::new(below), is_folder)
    }

    #[test]
    fn a_pattern_without_a_separator_stands_for_names_and_one_with_it_for_paths() {
        assert!(leaves_out(&["*.png"], "a/b.png", false) && !leaves_out(&["*.png"], "a/b.jpg", false));
        assert!(leaves_out(&["raw"], "a/raw", true) && leaves_out(&["raw"], "raw", false));
        assert!(leaves_out(&["a/*.png"], "a/b.png", false) && !leaves_out(&["a/*.png"], "c/a/b.png", false));
        assert!(leaves_out(&["**/a/*.png"], "c/a/b.png", false));
        assert!(leaves_out(&["photos/a"], "a", true), "as it was typed");
        assert!(leaves_out(&["raw/"], "a/raw", true) && !leaves_out(&["raw/"], "a/raw", false));
    }

    #[test]
    fn folders_of_programs_are_left_out_whatever_is_asked_for() {
        for name in ["@eaDir", "a/.thumbnails", ".git"] {
            assert!(leaves_out(&[], name, true) && !leaves_out(&[], name, false), "{name}");
        }
        let none = Excluded::default();
        assert!(none.leaves_out_member(Path::new("a.tar"), Path::new("b/__MACOSX/c.jpg")));
        assert!(!none.leaves_out_member(Path::new("a.tar"), Path::new("b/c.jpg")));
    }

    #[test]
    fn a_pattern_that_is_no_glob_is_named() {
        let error = Excluded::new(&["a[".to_owned()]).unwrap_err().to_string();
        assert!(error.starts_with("--exclude \"a[\": not a valid glob"), "{error}");
    }
}
