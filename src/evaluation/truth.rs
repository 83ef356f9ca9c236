//! Reads the true classes of images from class folders or a file of labels. It opens no images.

use std::collections::{BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};

use crate::answers::finder::folded;
use crate::answers::labels::Labels;
use crate::answers::nearest::nearest;
use crate::answers::rules::line_of;
use crate::error::{Error, Result};

/// Classes by what people call them.
pub struct Names<'a> {
    labels: Option<&'a Labels>,
    classes: usize,
    by_name: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Names<'a> {
    /// The names of a model's classes.
    pub fn new(labels: Option<&'a Labels>, classes: usize) -> Self {
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, label) in labels.into_iter().flat_map(|labels| labels.iter().enumerate()) {
            for name in label.wnid.iter().map(String::as_str).chain([label.name.as_str()]) {
                by_name.entry(name).or_default().push(index);
            }
        }
        Names { labels, classes, by_name }
    }

    fn unknown(&self, text: &str) -> String {
        let what = format!("{text:?} is not one of the model's {} classes", self.classes);
        let names = self.labels.into_iter().flat_map(Labels::iter).map(|label| folded(&label.name));
        let names: Vec<String> = names.collect();
        match &nearest(&folded(text), names.iter().map(String::as_str))[..] {
            [] => what,
            nearest => format!("{what}; the nearest: {}", nearest.join(", ")),
        }
    }

    /// The class of a wnid, a name (with spaces or underscores) or, where `numbers` is set, an index.
    ///
    /// # Errors
    /// Says that there is no such class, or several.
    pub fn class(&self, text: &str, numbers: bool) -> Result<usize, String> {
        let text = text.trim();
        let underscored = text.replace(' ', "_");
        match self.by_name.get(text).or_else(|| self.by_name.get(underscored.as_str())).map(Vec::as_slice) {
            Some([index]) => return Ok(*index),
            Some(several) => {
                let wnids: Vec<&str> = several
                    .iter()
                    .filter_map(|index| self.labels.and_then(|labels| labels.get(*index)))
                    .filter_map(|label| label.wnid.as_deref())
                    .collect();
                let indices: Vec<String> = several.iter().map(ToString::to_string).collect();
                return Err(if wnids.len() == several.len() {
                    format!("{text:?} is the name of several classes, use a wnid: {}", wnids.join(", "))
                } else {
                    format!("{text:?} is the name of several classes: {}", indices.join(", "))
                });
            }
            None => {}
        }
        match text.parse::<usize>() {
            Ok(index) if numbers && index < self.classes => Ok(index),
            _ => Err(self.unknown(text)),
        }
    }
}

/// The class of an image by the folder below `dir` that it is in.
///
/// # Errors
/// When it is in none, or the folder has no class's name.
pub fn by_folder(dir: &Path, image: &Path, names: &Names) -> Result<usize> {
    let below = image.strip_prefix(dir).unwrap_or(image);
    let mut parts = below.components();
    let (Some(Component::Normal(folder)), Some(_)) = (parts.next(), parts.next()) else {
        return Err(Error::Config(format!("{}: it is in no class folder", image.display())));
    };
    let folder = folder.to_string_lossy();
    names
        .class(&folder, false)
        .map_err(|detail| Error::Config(format!("class folder {}: {detail}", dir.join(&*folder).display())))
}

/// The label of a path, and the line that says so.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    /// Counted from 1.
    pub line: usize,
    /// Relative to the folder of images.
    pub path: PathBuf,
    /// The label as written.
    pub label: String,
}

/// A file of labels.
#[derive(Debug, PartialEq, Eq)]
pub enum LabelsFile {
    /// A label for each path.
    ByPath(Vec<Named>),
    /// A label for each image in the order of their names.
    InOrder(Vec<String>),
}

/// Reads lines `path,label` (or `path label`; a header `path,label` may come first), or a label a line.
///
/// # Errors
/// Names the line at fault.
pub fn parse(text: &str, origin: &str) -> Result<LabelsFile> {
    let text = text.trim_start_matches('\u{feff}');
    let fail = |line: usize, detail: &str| Error::Truth {
        origin: origin.to_owned(),
        detail: format!("line {line}: {detail}"),
    };
    if !text.contains(',') && text.lines().all(|line| line.split_whitespace().count() <= 1) {
        let labels: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
        return match labels.iter().position(String::is_empty) {
            Some(line) => Err(fail(line + 1, "it is empty, expected a label")),
            None => Ok(LabelsFile::InOrder(labels)),
        };
    }
    let mut pairs = Vec::new();
    let mut seen = BTreeSet::new();
    let with_commas = text.contains(',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(if with_commas { b',' } else { b' ' })
        .flexible(true)
        .from_reader(text.as_bytes());
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|error| {
            fail(error.position().map_or(index + 1, |place| line_of(text, place)), &error.to_string())
        })?;
        let line = record.position().map_or(index + 1, |place| line_of(text, place));
        let (Some(path), Some(label), 2) = (record.get(0), record.get(1), record.len()) else {
            return Err(fail(line, "expected path,label"));
        };
        let is_header = index == 0 && matches!(path, "path" | "file" | "filename" | "image");
        if is_header {
            continue;
        }
        if !seen.insert(path.to_owned()) {
            return Err(fail(line, &format!("{path:?} has a label already")));
        }
        pairs.push(Named { line, path: PathBuf::from(path), label: label.to_owned() });
    }
    Ok(LabelsFile::ByPath(pairs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_found_by_wnid_by_name_and_by_number_where_that_is_meant() {
        let names = Names::new(Some(Labels::imagenet()), 1000);
        assert_eq!(names.class("n02123045", false), Ok(281));
        assert_eq!(names.class("tabby", false), Ok(281));
        assert_eq!(names.class("tiger shark", false), Ok(3));
        assert_eq!(names.class("7", true), Ok(7));
        assert!(names.class("7", false).is_err() && names.class("1000", true).is_err());
        let several = names.class("crane", true).unwrap_err();
        assert!(several.contains("n02012849, n03126707"), "{several}");
        let unknown = names.class("tabbi", false).unwrap_err();
        let (what, nearest) = unknown.split_once("; the nearest: ").unwrap();
        assert!(what.ends_with("1000 classes") && nearest.starts_with("tabby, "), "{unknown}");
    }

    #[test]
    fn folders_below_a_class_folder_are_of_its_class() {
        let names = Names::new(Some(Labels::imagenet()), 1000);
        let class = |path: &str| by_folder(Path::new("val"), Path::new(path), &names);
        assert_eq!(class("val/n02123045/images/1.jpg").unwrap(), 281);
        assert!(class("val/1.jpg").unwrap_err().to_string().contains("val/1.jpg: it is in no class folder"));
        assert!(class("val/dog/1.jpg").unwrap_err().to_string().contains("class folder val/dog"));
    }

    #[test]
    fn label_files_are_read_in_every_known_form() {
        let by_path = |lines: [usize; 2]| {
            let named =
                |line, path: &str, label: &str| Named { line, path: path.into(), label: label.to_owned() };
            LabelsFile::ByPath(vec![
                named(lines[0], "a.jpg", "tabby"),
                named(lines[1], "b/c.jpg", "n02123045"),
            ])
        };
        let csv = "path,label\na.jpg,tabby\n\nb/c.jpg,n02123045\n";
        assert_eq!(parse(csv, "f").unwrap(), by_path([2, 4]));
        assert_eq!(parse("a.jpg tabby\nb/c.jpg n02123045", "f").unwrap(), by_path([1, 2]));
        assert_eq!(parse("490\n361\n", "f").unwrap(), LabelsFile::InOrder(vec!["490".into(), "361".into()]));
        for (text, said) in [
            ("a,1\na,2", "line 2: \"a\" has a label already"),
            ("a,b\n\na,b,c", "line 3: expected path,label"),
            ("1\n\n2", "line 2: it is empty"),
        ] {
            let error = parse(text, "f").unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
