//! json, one document that is written as it grows, and jsonl, one record on each line.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, Serializer};

use super::Printer;
use super::wire::{ModelHeader, RecordLine, SCHEMA, StreamLine};
use crate::answers::predictions::Record;

/// `{"schema": 1, "model": ..., "results": [...]}` with one record on each line.
#[derive(Debug)]
pub struct Json {
    model: ModelHeader,
    first: bool,
}

impl Json {
    /// A document about answers of `model`.
    pub fn new(model: ModelHeader) -> Self {
        Json { model, first: true }
    }
}

impl Printer for Json {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{{\"schema\": {SCHEMA}, \"model\": ")?;
        write(&self.model, out)?;
        write!(out, ", \"results\": [")
    }

    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        write(&RecordLine::new(record), out)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"\n]}\n")
    }
}

/// One record on each line, each a whole JSON document.
#[derive(Debug)]
pub struct JsonLines {
    model: String,
    activation: Option<String>,
}

impl JsonLines {
    /// Lines that name `model`.
    pub fn new(model: &ModelHeader) -> Self {
        JsonLines { model: model.short(), activation: model.activation.clone() }
    }
}

impl Printer for JsonLines {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()> {
        write(&StreamLine::new(record, &self.model, self.activation.as_deref()), out)?;
        out.write_all(b"\n")
    }

    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// A value as indented JSON with a newline behind it.
///
/// # Errors
/// When the writer fails.
pub fn pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    out.write_all(b"\n")
}

/// A value as JSON on one line, without control characters.
pub(super) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Harmless(CompactFormatter)))?;
    Ok(())
}

/// JSON escapes the control characters below U+0020 and no others; this formatter escapes DEL and the C1
/// set too, which is the same text to a parser, and spaces the output as people write it.
struct Harmless(CompactFormatter);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(|character: char| character.is_control()) {
            let (safe, tail) = rest.split_at(at);
            out.write_all(safe.as_bytes())?;
            let mut characters = tail.chars();
            if let Some(control) = characters.next() {
                write!(out, "\\u{:04x}", u32::from(control))?;
            }
            rest = characters.as_str();
        }
        out.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, out: &mut W, escape: CharEscape) -> io::Result<()> {
        self.0.write_char_escape(out, escape)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_the_same_to_a_parser_and_harmless_to_a_terminal() {
        let text = "a\u{1b}[31m\"\\\n\u{7f}\u{9b}ü\u{85}";
        let mut bytes = Vec::new();
        write(&vec![text], &mut bytes).unwrap();
        let line = String::from_utf8(bytes).unwrap();
        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&line).unwrap(), [text]);
    }
}
