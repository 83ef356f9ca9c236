//! Expands patterns that the shell did not, searching only folders where a match can be.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use walkdir::WalkDir;

use super::folder::link_loop;
use super::{FolderOptions, PassedOver, Source, Sources, plain};

/// Files below the fixed part of a pattern whose whole path it matches, and the images of folders that it matches.
pub(super) fn images(pattern: PathBuf, folders: &FolderOptions, passed_over: &PassedOver) -> Sources {
    let Some(compiled) = compiled(&pattern) else {
        return Box::new(std::iter::once(Source::nowhere(pattern, "no such file, and not a valid glob")));
    };
    let found = matches(&compiled, folders);
    if found.is_empty() {
        return Box::new(std::iter::once(Source::nowhere(
            pattern,
            "no such file, and no path matches it as a glob",
        )));
    }
    let (folders, passed_over) = (folders.clone(), passed_over.clone());
    Box::new(found.into_iter().flat_map(move |found| match found {
        Ok(path) => plain(path, &folders, &passed_over),
        Err(nowhere) => Box::new(std::iter::once(nowhere)),
    }))
}

/// Whether a text has wildcards.
pub(super) fn has_meta(text: &OsStr) -> bool {
    text.as_encoded_bytes().iter().any(|byte| b"*?[{".contains(byte))
}

/// What a glob asks for.
struct Pattern {
    /// The folder that all its paths are below; empty for the current one.
    base: PathBuf,
    whole: GlobMatcher,
    /// Patterns for the names of folders at its first levels below the base, up to the first level that any depth matches.
    levels: Vec<GlobMatcher>,
    /// How many levels it has.
    depth: usize,
    /// It ends in a separator.
    only_folders: bool,
}

/// The paths that a glob matches, sorted, and folders that could not be read on the way. A folder that matches stands
/// for all below it.
fn matches(pattern: &Pattern, options: &FolderOptions) -> Vec<Result<PathBuf, Source>> {
    let here = pattern.base.as_os_str().is_empty();
    let root = if here { Path::new(".") } else { &pattern.base };
    let below = |path: &Path| if here { path.strip_prefix(".").unwrap_or(path) } else { path }.to_owned();
    let leads = |path: &Path, depth: usize| {
        let level = depth.checked_sub(1).and_then(|level| pattern.levels.get(level));
        level.is_none_or(|level| level.is_match(below(path)))
    };
    let walk = WalkDir::new(root).min_depth(1).max_depth(pattern.depth).follow_links(options.follow);
    let is_hidden = |entry: &walkdir::DirEntry| entry.file_name().as_encoded_bytes().starts_with(b".");
    let is_except = |entry: &walkdir::DirEntry| entry.file_type().is_dir() && options.is_except(entry.path());
    let is_excluded = |entry: &walkdir::DirEntry| {
        let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
        options.exclude.leaves_out(entry.path(), below, entry.file_type().is_dir())
    };
    let mut walk = walk.into_iter().filter_entry(|entry| {
        (options.hidden || !is_hidden(entry))
            && !is_except(entry)
            && !is_excluded(entry)
            && leads(entry.path(), entry.depth())
    });
    let mut found = Vec::new();
    while let Some(entry) = walk.next() {
        match entry {
            Ok(entry) if pattern.whole.is_match(below(entry.path())) => {
                let mut path = below(entry.path());
                if entry.file_type().is_dir() {
                    walk.skip_current_dir();
                    path.push(""); // a separator, which counts in the order of whole paths
                } else if pattern.only_folders && !entry.path().is_dir() {
                    continue;
                }
                found.push(Ok(path));
            }
            Ok(_) => {}
            Err(error) if error.path().is_some_and(|path| !leads(path, error.depth())) => {}
            // Nothing there, so nothing matches. A broken link is tried, so that it is reported.
            Err(error) if error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound) => {
                let link = error.path().map(below).filter(|path| pattern.whole.is_match(path));
                found.extend(link.filter(|link| link.is_symlink()).map(Ok));
            }
            Err(error) => {
                let path = below(error.path().unwrap_or(root));
                let message = match error.loop_ancestor() {
                    Some(ancestor) => link_loop(ancestor),
                    None => error.io_error().map_or_else(|| error.to_string(), io::Error::to_string),
                };
                found.push(Err(Source::nowhere(path, message)));
            }
        }
    }
    let path = |found: &Result<PathBuf, Source>| match found {
        Ok(path) => path.clone(),
        Err(source) => source.path.clone(),
    };
    found.sort_by_cached_key(|found| path(found).into_os_string().into_encoded_bytes());
    found
}

/// A pattern, made ready to be looked for.
fn compiled(pattern: &Path) -> Option<Pattern> {
    let matcher = |path: &Path| {
        let glob = GlobBuilder::new(path.to_str()?).literal_separator(true).build().ok()?;
        Some(glob.compile_matcher())
    };
    let holds =
        |part: &OsStr, text: &[u8]| part.as_encoded_bytes().windows(text.len()).any(|window| window == text);
    let ends_in = |separator: &u8| std::path::is_separator(char::from(*separator));
    let only_folders = pattern.as_os_str().as_encoded_bytes().last().is_some_and(ends_in);
    let pattern: PathBuf = pattern.components().collect(); // as paths are met: without a//b and a/./b
    let parts: Vec<&OsStr> = pattern.components().map(|part| part.as_os_str()).collect();
    let fixed = parts.iter().take_while(|part| !has_meta(part)).count();
    // Alternatives may hold separators, and two asterisks stand for any number of levels.
    let plain = |part: &&OsStr| !holds(part, b"**") && !holds(part, b"{");
    let said = fixed + parts[fixed..].iter().take_while(|part| plain(part)).count();
    let prefix = |count: usize| parts[..count].iter().collect::<PathBuf>();
    Some(Pattern {
        base: prefix(fixed),
        whole: matcher(&pattern)?,
        levels: (fixed + 1..=said).map(|count| matcher(&prefix(count))).collect::<Option<_>>()?,
        depth: if parts.iter().any(|part| holds(part, b"**")) { usize::MAX } else { parts.len() - fixed },
        only_folders,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::Place;

    #[test]
    fn a_glob_names_each_file_once_and_looks_no_deeper_than_it_has_levels() {
        let root = crate::inputs::folder::tests::sample();
        let expand = |pattern: &str| -> Vec<String> {
            let options = FolderOptions::default();
            let below = |source: Source| {
                source.path.strip_prefix(root.path()).unwrap().to_string_lossy().into_owned()
            };
            images(root.path().join(pattern), &options, &PassedOver::default()).map(below).collect()
        };
        assert_eq!(expand("a*.jpg"), ["a.jpg"]);
        assert_eq!(expand(".//a/./*.png"), ["a/z.png"]);
        assert_eq!(expand("*/*/*.gif"), ["a/b/deep.gif"]);
        assert_eq!(expand("*/*.gif"), ["*/*.gif"], "nothing matches, so the pattern itself is reported");
        assert_eq!(expand("**/*.{gif,png}"), ["a/b/deep.gif", "a/z.png"]);
        assert_eq!(expand("a**"), ["a-b.PNG", "a.jpg", "a/b/deep.gif", "a/z.png", "a0.bmp"]);
        assert_eq!(expand("a/**"), ["a/b/deep.gif", "a/z.png"]);
        assert_eq!(expand("*/"), ["a/b/deep.gif", "a/z.png"]);
        assert_eq!(expand("{a/b,none}/*"), ["a/b/deep.gif"]);
    }

    /// Whether `parts` of a pattern match the `names` of a path, looked at one by one.
    fn matches_naively(parts: &[&str], names: &[&str]) -> bool {
        fn part_matches(part: &[u8], name: &[u8]) -> bool {
            match (part, name) {
                ([], name) => name.is_empty(),
                ([b'*', part @ ..], name) => (0..=name.len()).any(|taken| part_matches(part, &name[taken..])),
                ([b'?', part @ ..], [_, name @ ..]) => part_matches(part, name),
                ([byte, part @ ..], [first, name @ ..]) => byte == first && part_matches(part, name),
                _ => false,
            }
        }
        match (parts, names) {
            ([], names) => names.is_empty(),
            // At the end it stands for at least one level.
            (["**"], names) => !names.is_empty(),
            (["**", parts @ ..], names) => {
                (0..=names.len()).any(|taken| matches_naively(parts, &names[taken..]))
            }
            ([part, parts @ ..], [name, names @ ..]) => {
                part_matches(part.as_bytes(), name.as_bytes()) && matches_naively(parts, names)
            }
            _ => false,
        }
    }

    #[test]
    fn a_glob_finds_what_a_naive_matcher_finds_and_nothing_twice() {
        const FOLDERS: [&str; 7] = ["", "a/", "b/", "ab/", "a/b/", "b/a/", "a/a/b/"];
        let root = tempfile::tempdir().unwrap();
        let mut files = Vec::new();
        for folder in FOLDERS {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
            for name in ["a.png", "ab.png"] {
                files.push(format!("{folder}{name}"));
                std::fs::write(root.path().join(folder).join(name), b"").unwrap();
            }
        }
        arbtest::arbtest(|random| {
            let pieces = ["a", "b", "*", "?", "a*", "*b", "a.png", "*.png", "?b.*", "*a*.p?g"];
            let levels = random.int_in_range(1..=4)?;
            let mut parts = Vec::new();
            for _ in 0..levels {
                parts.push(*random.choose(&pieces)?);
            }
            if random.arbitrary()? {
                let place = random.int_in_range(0..=parts.len() - 1)?;
                parts[place] = "**";
            }
            let pattern = parts.join("/");
            if !has_meta(OsStr::new(&pattern)) {
                return Ok(());
            }
            let whole = root.path().join(&pattern);
            let mut found: Vec<String> = images(whole, &FolderOptions::default(), &PassedOver::default())
                .filter(|source| source.place == Place::File)
                .map(|source| source.path.strip_prefix(root.path()).unwrap().to_str().unwrap().to_owned())
                .collect();
            found.sort();
            // A folder that matches stands for what is below it.
            let is_named = |file: &&String| {
                let names: Vec<&str> = file.split('/').collect();
                (1..=names.len()).any(|length| matches_naively(&parts, &names[..length]))
            };
            let mut expected: Vec<String> = files.iter().filter(is_named).cloned().collect();
            expected.sort();
            assert_eq!(found, expected, "{pattern}");
            Ok(())
        })
        .budget_ms(300);
    }
}
