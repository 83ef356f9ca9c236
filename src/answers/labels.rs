//! The names of a model's classes: ImageNet's thousand, a label file, or a list that came with weights.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::files;

/// One class.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "(Option<String>, String)", into = "(Option<String>, String)")]
pub struct Label {
    /// WordNet id such as `n02123045`, where the classes are synsets. Names can occur twice (ImageNet has
    /// two cranes and two maillots); ids cannot.
    pub wnid: Option<String>,
    /// The name; ImageNet's as Keras spells them, with underscores.
    pub name: String,
}

impl From<(Option<String>, String)> for Label {
    fn from((wnid, name): (Option<String>, String)) -> Self {
        Label { wnid, name }
    }
}

impl From<Label> for (Option<String>, String) {
    fn from(label: Label) -> Self {
        (label.wnid, label.name)
    }
}

/// The classes of a model, by index.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Labels(Vec<Label>);

static IMAGENET: LazyLock<Labels> = LazyLock::new(|| {
    let lines = include_str!("labels/imagenet.txt").lines();
    Labels(lines.map(label_of_line).collect())
});

impl Labels {
    /// A list of labels, by class index.
    pub fn new(labels: Vec<Label>) -> Self {
        Labels(labels)
    }

    /// The 1000 classes of ImageNet, in the order and spelling of Keras.
    pub fn imagenet() -> &'static Labels {
        &IMAGENET
    }

    /// Reads a label file, see [`Labels::parse`].
    ///
    /// # Errors
    /// When the file cannot be read or understood.
    pub fn from_file(path: &Path) -> Result<Self> {
        let text = files::read_text(path).map_err(|source| Error::io(path, source))?;
        Labels::parse(&text, &path.display().to_string())
    }

    /// Reads labels from a text: one name on each line (a WordNet id and a space may precede it), a JSON
    /// array of names, or a class index such as Keras' `{"0": ["n01440764", "tench"], ...}`.
    ///
    /// # Errors
    /// Names `origin` and the line or index at fault.
    pub fn parse(text: &str, origin: &str) -> Result<Self> {
        let fail = |detail: String| Error::Labels { origin: origin.to_owned(), detail };
        let text = text.trim_start_matches('\u{feff}');
        if text.trim_start().starts_with(['{', '[']) {
            let value =
                serde_json::from_str(text).map_err(|error| fail(format!("not valid JSON: {error}")))?;
            return labels_of_json(&value).map_err(fail);
        }
        let lines: Vec<&str> = text.trim_end().lines().collect();
        if lines.is_empty() {
            return Err(fail("the file is empty, expected one name a line".to_owned()));
        }
        if let Some(empty) = lines.iter().position(|line| line.trim().is_empty()) {
            return Err(fail(format!("line {} is empty, expected one name a line", empty + 1)));
        }
        Ok(Labels(lines.into_iter().map(label_of_line).collect()))
    }

    /// How many classes have labels.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The label of a class.
    pub fn get(&self, index: usize) -> Option<&Label> {
        self.0.get(index)
    }

    /// All labels, by index.
    pub fn iter(&self) -> impl Iterator<Item = &Label> {
        self.0.iter()
    }

    /// The labels as Keras writes its class index (`imagenet_class_index.json`), byte for byte.
    pub fn to_class_index(&self) -> String {
        let mut text = String::from("{");
        for (index, label) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            let [wnid, name] = [label.wnid.as_deref().unwrap_or_default(), &label.name].map(Value::from);
            // Writing to a String cannot fail.
            let _ = write!(text, "{separator}\"{index}\": [{wnid}, {name}]");
        }
        text + "}"
    }
}

fn label_of_line(line: &str) -> Label {
    let line = line.trim();
    match line.split_once(char::is_whitespace) {
        Some((wnid, name)) if is_wnid(wnid) => {
            Label { wnid: Some(wnid.to_owned()), name: name.trim_start().to_owned() }
        }
        _ => Label { wnid: None, name: line.to_owned() },
    }
}

/// A WordNet id of a noun: `n` and eight digits.
fn is_wnid(text: &str) -> bool {
    text.len() == 9 && text.starts_with('n') && text[1..].bytes().all(|byte| byte.is_ascii_digit())
}

fn labels_of_json(value: &Value) -> Result<Labels, String> {
    let entry = |index: usize, value: Option<&Value>| {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let label = match value {
            Some(Value::String(name)) => Some(Label { wnid: None, name: name.clone() }),
            Some(Value::Array(pair)) if pair.len() == 2 => {
                text(&pair[1]).map(|name| Label { wnid: text(&pair[0]), name })
            }
            Some(_) => None,
            None => return Err(format!("class {index} is missing")),
        };
        label.ok_or_else(|| format!("class {index}: expected a name or [wnid, name]"))
    };
    let labels: Result<Vec<_>, _> = match value {
        Value::Array(items) => (0..items.len()).map(|index| entry(index, items.get(index))).collect(),
        Value::Object(map) => (0..map.len()).map(|index| entry(index, map.get(&index.to_string()))).collect(),
        _ => Err("expected a JSON array or object".to_owned()),
    };
    match labels {
        Ok(labels) if labels.is_empty() => Err("no labels in it".to_owned()),
        labels => labels.map(Labels),
    }
}

#[cfg(test)]
mod tests {
    use md5::{Digest, Md5};

    use super::*;

    #[test]
    fn the_class_index_is_that_of_keras_to_the_byte() {
        let index = Labels::imagenet().to_class_index();
        assert_eq!(index.len(), 35_363);
        let digest: String = Md5::digest(&index).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, "c2c37ea517e94d9795004a39431a14cb");
    }

    #[test]
    fn reads_lines_arrays_and_class_indices() {
        let cat = Label { wnid: None, name: "big cat".to_owned() };
        let tench = Label { wnid: Some("n01440764".to_owned()), name: "tench".to_owned() };
        let want = Labels(vec![cat, tench]);
        for text in [
            "\u{feff}big cat\r\nn01440764 tench\r\n\r\n",
            r#"{"1": ["n01440764", "tench"], "0": "big cat"}"#,
            r#"["big cat", ["n01440764", "tench"]]"#,
        ] {
            assert_eq!(Labels::parse(text, "test").unwrap(), want, "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_label_file() {
        for (text, message) in [
            ("", "labels test: the file is empty, expected one name a line"),
            ("a\n\nb", "labels test: line 2 is empty, expected one name a line"),
            (r#"{"0": "a", "2": "b"}"#, "labels test: class 1 is missing"),
            ("[1]", "labels test: class 0: expected a name or [wnid, name]"),
            ("{}", "labels test: no labels in it"),
        ] {
            assert_eq!(Labels::parse(text, "test").unwrap_err().to_string(), message);
        }
    }
}
