//! The house stays in order: a room imports rooms on its own floor or below, and no files import each other in a circle.
//! The floors are those of docs/architecture.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms by floor, the lowest first. `lib.rs` only declares and re-exports, so it has none.
const FLOORS: [&[&str]; 11] = [
    &["graph", "tensor", "cli", "error", "files"],
    &["nasnet", "answers", "image", "kernels"],
    &["weights", "inputs"],
    &["engine", "store", "explain", "training", "evaluation"],
    &["classifier"],
    &["doctor"],
    &["output"],
    &["settings"],
    &["run"],
    &["commands"],
    &["main"],
];

/// A path such as `crate::engine::plan`, without `crate`.
type Module = Vec<String>;

/// A source file and the modules that it names.
struct Source {
    path: PathBuf,
    module: Module,
    /// Line and absolute path of each name that begins with `crate` or `super`.
    names: Vec<(usize, Module)>,
}

#[test]
fn no_room_imports_one_above_it() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(own) = source.module.first().and_then(|room| floor(room)) else { continue };
        for (line, name) in &source.names {
            if let Some(room) = name.first().filter(|room| floor(room).is_some_and(|floor| floor > own)) {
                wrong.push(format!("{}:{line}: imports {room}, a floor above", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "rooms import what stands above them:\n{}", wrong.join("\n"));
}

#[test]
fn every_room_has_a_floor() {
    let rooms: BTreeSet<String> =
        sources().into_iter().filter_map(|source| source.module.first().cloned()).collect();
    let without: Vec<_> = rooms.iter().filter(|room| floor(room).is_none()).collect();
    assert!(without.is_empty(), "rooms without a floor in FLOORS: {without:?}");
}

#[test]
fn no_files_import_each_other() {
    let sources = sources();
    let files: BTreeMap<&Module, usize> =
        sources.iter().enumerate().map(|(place, source)| (&source.module, place)).collect();
    let imports: Vec<BTreeMap<usize, usize>> = sources
        .iter()
        .enumerate()
        .map(|(own, source)| {
            let targets = source.names.iter().filter_map(|(line, name)| {
                let file = (0..=name.len()).rev().find_map(|end| files.get(&name[..end].to_vec()))?;
                Some((*file, *line))
            });
            // A folder's mod.rs and the files below it are one subject: they may share types.
            let is_kin = |other: usize| {
                let (a, b) = (&source.module, &sources[other].module);
                a.starts_with(b) || b.starts_with(a)
            };
            targets.filter(|(file, _)| *file != own && !is_kin(*file)).collect()
        })
        .collect();
    let mut circles = Vec::new();
    for (from, targets) in imports.iter().enumerate() {
        for (to, line) in targets {
            if let Some(back) = way(&imports, *to, from) {
                let names: Vec<_> =
                    back.iter().map(|place| sources[*place].path.display().to_string()).collect();
                circles.push(format!(
                    "{}:{line}: imports {}",
                    sources[from].path.display(),
                    names.join(", which imports ")
                ));
            }
        }
    }
    assert!(circles.is_empty(), "files import each other:\n{}", circles.join("\n"));
}

/// The shortest way over imports from one file to another.
fn way(imports: &[BTreeMap<usize, usize>], from: usize, to: usize) -> Option<Vec<usize>> {
    let mut came_from = BTreeMap::from([(from, from)]);
    let mut next = std::collections::VecDeque::from([from]);
    while let Some(place) = next.pop_front() {
        if place == to {
            let mut steps = vec![to];
            while let Some(step) = steps.last().filter(|step| **step != from) {
                steps.push(came_from[step]);
            }
            steps.reverse();
            return Some(steps);
        }
        for target in imports[place].keys() {
            if !came_from.contains_key(target) {
                came_from.insert(*target, place);
                next.push_back(*target);
            }
        }
    }
    None
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    list(&root, &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let module = module_of(path.strip_prefix(&root).unwrap());
        let names = names(&fs::read_to_string(&path).unwrap(), &module);
        let path = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_owned();
        Source { path, module, names }
    };
    // Tests may look at anything, and lib.rs at every room.
    let is_looked_at = |source: &Source| {
        source
            .module
            .last()
            .is_none_or(|name| !matches!(name.as_str(), "tests" | "test_support" | "test_networks"))
            && source.module != ["lib"]
    };
    paths.into_iter().map(read).filter(is_looked_at).collect()
}

fn list(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn module_of(path: &Path) -> Module {
    let mut parts: Module = path
        .with_extension("")
        .components()
        .map(|part| part.as_os_str().to_str().unwrap().to_owned())
        .collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// The absolute paths that a text names, up to its tests; comments and documentation are no imports.
fn names(text: &str, module: &Module) -> Vec<(usize, Module)> {
    let mut found = Vec::new();
    let mut statement = String::new();
    for (place, line) in text.lines().enumerate() {
        if line == "mod tests {" {
            break;
        }
        let code = line.split("//").next().unwrap_or_default();
        // A `use` over several lines is read whole, and counted where it ends.
        statement.push_str(code);
        let is_open =
            statement.trim_start().trim_start_matches("pub ").starts_with("use ") && !statement.contains(';');
        if is_open {
            continue;
        }
        for name in paths_in(&statement) {
            if let Some(name) = absolute(&name, module) {
                found.push((place + 1, name));
            }
        }
        statement.clear();
    }
    found
}

/// Every path in a piece of code, with the groups of `use a::{b, c::d}` written out.
fn paths_in(code: &str) -> Vec<Vec<String>> {
    let (mut paths, mut prefixes, mut path, mut word) =
        (Vec::new(), Vec::<Vec<String>>::new(), Vec::new(), String::new());
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_alphanumeric() || character == '_' {
            word.push(character);
        } else if character == ':' && characters.peek() == Some(&':') {
            characters.next();
            path.push(std::mem::take(&mut word));
        } else {
            if !word.is_empty() {
                path.push(std::mem::take(&mut word));
            }
            let prefix = prefixes.last().cloned().unwrap_or_default();
            let whole: Vec<String> = prefix.into_iter().chain(std::mem::take(&mut path)).collect();
            match character {
                '{' => prefixes.push(whole),
                '}' => {
                    paths.push(whole);
                    prefixes.pop();
                }
                _ => paths.push(whole),
            }
        }
    }
    paths.push(path);
    paths
}

/// The path from the crate's root; `None` for names that begin elsewhere.
fn absolute(name: &[String], module: &Module) -> Option<Module> {
    let first = name.first()?;
    if first == "crate" {
        return Some(name[1..].to_vec());
    }
    let ups = name.iter().take_while(|part| *part == "super").count();
    (ups > 0).then(|| {
        let kept = module.len().saturating_sub(ups);
        module[..kept].iter().chain(&name[ups..]).cloned().collect()
    })
}
