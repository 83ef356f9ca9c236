//! Reads jsonl rows back, as far as a resumed run or a merge needs to know them.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

/// The longest line that is read as a row; a feature map of Large takes a tenth of it.
const MAX_LINE_BYTES: u64 = 1 << 26;

/// Places in the input are below this; a line with a greater one is no row.
pub const SEQ_LIMIT: u64 = 1 << 43;

/// The part of a row that identifies its image and model.
#[derive(Debug, PartialEq, Eq)]
pub struct RowHead {
    /// The path's bytes, without loss.
    pub path: Vec<u8>,
    /// Its place in the whole input.
    pub seq: u64,
    /// `name@fingerprint`.
    pub model: String,
    /// What it says.
    pub content: RowContent,
    /// Whether it has a rolled-up answer, if only that it is unknown.
    pub rolled_up: bool,
    /// Bytes and last change of its file, where the row has them.
    pub file: Option<(u64, String)>,
}

/// What a row says of its image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowContent {
    /// Its classes.
    Predictions,
    /// Its features.
    Features,
    /// Where its features are among the rows of the file beside this one.
    Row(u64),
    /// An error.
    Failed,
}

#[derive(Deserialize)]
struct RowLine<'a> {
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(borrow, default)]
    path_bytes: Option<Cow<'a, str>>,
    #[serde(default)]
    predictions: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "is_there")]
    group: bool,
    #[serde(default)]
    features: Option<IgnoredAny>,
    #[serde(default)]
    row: Option<u64>,
    #[serde(default)]
    error: Option<IgnoredAny>,
    seq: u64,
    #[serde(borrow)]
    model: Cow<'a, str>,
    #[serde(default)]
    bytes: Option<u64>,
    #[serde(borrow, default)]
    modified: Option<Cow<'a, str>>,
}

/// True if the field is present, with any value.
fn is_there<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|_| true)
}

impl RowHead {
    /// The head of a line; `None` for what is no row.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let row: RowLine<'_> = serde_json::from_slice(line).ok()?;
        if row.seq >= SEQ_LIMIT {
            return None;
        }
        let content = match (row.predictions, row.features, row.row, row.error) {
            (Some(_), None, None, None) => RowContent::Predictions,
            (None, Some(_), None, None) => RowContent::Features,
            (None, None, Some(row), None) => RowContent::Row(row),
            (None, None, None, Some(_)) => RowContent::Failed,
            _ => return None,
        };
        let path = match row.path_bytes {
            Some(base64) => STANDARD.decode(base64.as_bytes()).ok()?,
            None => row.path.into_owned().into_bytes(),
        };
        let file = row.bytes.zip(row.modified.map(Cow::into_owned));
        Some(RowHead {
            path,
            seq: row.seq,
            model: row.model.into_owned(),
            content,
            rolled_up: row.group,
            file,
        })
    }

    /// The fingerprint that [`Self::model`] ends in.
    pub fn fingerprint(&self) -> &str {
        fingerprint(&self.model)
    }
}

/// The part behind the `@` of `name@fingerprint`; names may hold an `@` too.
pub fn fingerprint(model: &str) -> &str {
    model.rsplit_once('@').map_or(model, |(_, fingerprint)| fingerprint)
}

/// The same row with another number under `key`. Quotation marks within JSON strings are escaped, so the key occurs
/// nowhere else.
pub fn with_number(line: &[u8], key: &str, number: u64) -> Option<Vec<u8>> {
    let text = format!("\"{key}\":");
    let key = line.windows(text.len()).rposition(|window| window == text.as_bytes())? + text.len();
    let start = key + line[key..].iter().position(|byte| *byte != b' ')?;
    let end = start + line[start..].iter().position(|byte| !byte.is_ascii_digit())?;
    Some([&line[..start], number.to_string().as_bytes(), &line[end..]].concat())
}

/// Reads the next line into `line`, its newline included, and says how long it is; 0 at the end.
///
/// # Errors
/// When reading fails, or a line is too long to be a row.
pub fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<u64> {
    line.clear();
    let length = reader.take(MAX_LINE_BYTES).read_until(b'\n', line)? as u64;
    if length == MAX_LINE_BYTES && line.last() != Some(&b'\n') {
        let message = format!("a line of over {MAX_LINE_BYTES} bytes is no row");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_known_by_its_fields_and_nothing_else_is_one() {
        let line = br#"{"path": "a\ufffd", "path_bytes": "Yf8=", "error": {"kind": "io", "message": "\"seq\": 9"}, "seq": 7, "model": "x@y@0123"}"#;
        let head = RowHead::parse(line).unwrap();
        assert_eq!((&head.path[..], head.seq, head.fingerprint()), (&b"a\xff"[..], 7, "0123"));
        assert_eq!(head.content, RowContent::Failed);
        for torn in 0..line.len() {
            assert_eq!(RowHead::parse(&line[..torn]), None);
        }
        assert_eq!(RowHead::parse(br#"{"path": "a", "seq": 7, "model": "x@0"}"#), None);
        assert_eq!(RowHead::parse(&with_number(line, "seq", SEQ_LIMIT).unwrap()), None);
        let moved = with_number(line, "seq", 1234).unwrap();
        let text = String::from_utf8(moved.clone()).unwrap();
        assert!(text.contains(r#"\"seq\": 9"#) && text.contains(r#""seq": 1234, "model""#), "{text}");
        assert_eq!(RowHead::parse(&moved).unwrap().seq, 1234);
        for (field, content) in [
            (r#""predictions": []"#, RowContent::Predictions),
            (r#""shape": [2], "features": [1.5, 0]"#, RowContent::Features),
            (r#""row": 3, "width": 4"#, RowContent::Row(3)),
        ] {
            let line = format!(r#"{{"path": "a", {field}, "seq": 7, "model": "x@0"}}"#);
            assert_eq!(RowHead::parse(line.as_bytes()).unwrap().content, content);
        }
        for (group, rolled_up) in
            [("", false), (r#", "group": null"#, true), (r#", "group": {"score": 1}"#, true)]
        {
            let line = format!(r#"{{"path": "a", "predictions": []{group}, "seq": 7, "model": "x@0"}}"#);
            assert_eq!(RowHead::parse(line.as_bytes()).unwrap().rolled_up, rolled_up, "{line}");
        }
        let both = br#"{"path": "a", "row": 3, "predictions": [], "seq": 7, "model": "x@0"}"#;
        assert_eq!(RowHead::parse(both), None);
    }
}
