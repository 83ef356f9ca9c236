//! Decodes images as `nasnet` does and writes their pixels, for comparison with another decoder
//! (`fixtures/compare_with_pillow.py` reads this).
//!
//! Paths come from stdin, one a line. For each of them stdout gets a line of JSON, `{"width", "height"}` or
//! `{"kind", "error"}`, and after the first kind of line the pixels: rows from the top, R, G, B.

use std::io::{BufRead, Write};

use nasnet::image::{DecodeOptions, decode};

fn main() -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for path in std::io::stdin().lock().lines() {
        let bytes = std::fs::read(path?)?;
        match decode(&bytes, &DecodeOptions::default()) {
            Ok(image) => {
                writeln!(out, "{}", serde_json::json!({"width": image.width, "height": image.height}))?;
                out.write_all(&image.pixels)?;
            }
            Err(error) => {
                let (kind, error) = (error.kind.as_str(), error.message);
                writeln!(out, "{}", serde_json::json!({"kind": kind, "error": error}))?;
            }
        }
        out.flush()?;
    }
    Ok(())
}
