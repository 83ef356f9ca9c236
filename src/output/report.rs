//! Self-contained HTML pages: style, script, data and thumbnails are inline, and a content security policy forbids
//! every request. Text from files enters the page as JSON data and is shown only through text nodes.

mod link;

use std::io::{self, Cursor, Write};

use ::image::codecs::jpeg::JpegEncoder;
use ::image::{ExtendedColorType, ImageBuffer, Rgb, imageops};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::ModelHeader;
use super::wire::RecordLine;
use crate::answers::predictions::Record;
use crate::image::Rgb8;

pub use link::link;

/// The longer side of a thumbnail in pixels.
const SIDE: u32 = 128;

const STYLE: &str = include_str!("report/style.css");
const POLICY: &str =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// A small JPEG of an image, in base64; `None` where it cannot be made.
pub fn thumbnail(image: &Rgb8) -> Option<String> {
    let full = ImageBuffer::<Rgb<u8>, &[u8]>::from_raw(image.width, image.height, &image.pixels)?;
    let scale = f64::from(SIDE) / f64::from(image.width.max(image.height).max(1));
    let side = |length: u32| ((f64::from(length) * scale.min(1.0)).round() as u32).max(1);
    let small = imageops::thumbnail(&full, side(image.width), side(image.height));
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 80);
    encoder.encode(small.as_raw(), small.width(), small.height(), ExtendedColorType::Rgb8).ok()?;
    Some(STANDARD.encode(bytes.into_inner()))
}

/// Text in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What the scripts of both pages begin with.
const COMMON_SCRIPT: &str = include_str!("report/common.js");

/// A value as JSON that cannot end the script it stands in.
fn script_data(value: &impl Serialize) -> io::Result<String> {
    let json = serde_json::to_string(value)?;
    Ok(json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"))
}

fn head(out: &mut dyn Write, title: &str) -> io::Result<()> {
    let title = escaped(title);
    write!(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")?;
    write!(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">")?;
    write!(
        out,
        "<meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\">"
    )?;
    writeln!(out, "<title>{title}</title><style>\n{STYLE}</style></head><body><h1>{title}</h1>")
}

/// The page of a run of predictions; records are written as they come.
pub struct Predictions<W> {
    out: W,
    probabilities: bool,
    first: bool,
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    record: RecordLine<'a>,
    seq: u64,
    thumbnail: Option<String>,
    /// The relative address of the photo.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

impl<W: Write> Predictions<W> {
    /// Begins a page.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn new(mut out: W, model: &ModelHeader) -> io::Result<Self> {
        head(&mut out, &format!("Predictions of {}", model.short()))?;
        out.write_all(
            b"<div class=\"tools\"><input id=\"search\" type=\"search\" placeholder=\"Search paths and labels\">\
              <select id=\"order\"><option value=\"input\">as given<option value=\"path\">by path\
              <option value=\"label\">by label<option value=\"sure\">surest first<option value=\"unsure\">least sure first</select>\
              <span id=\"count\"></span></div><div class=\"cards\" id=\"cards\"></div><div id=\"end\"></div>\n\
              <script type=\"application/json\" id=\"data\">[",
        )?;
        Ok(Predictions { out, probabilities: model.scores == "probability", first: true })
    }

    /// One record; its thumbnail and path lead to `link`.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn record(
        &mut self,
        record: &Record,
        thumbnail: Option<String>,
        link: Option<String>,
    ) -> io::Result<()> {
        self.out.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        let entry = Entry { record: RecordLine::new(record), seq: record.seq, thumbnail, link };
        self.out.write_all(script_data(&entry)?.as_bytes())
    }

    /// Ends the page.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn end(&mut self) -> io::Result<()> {
        let script = include_str!("report/classify.js");
        let probabilities = self.probabilities;
        writeln!(self.out, "\n]</script>\n<script>{COMMON_SCRIPT}const PROBABILITIES = {probabilities};")?;
        writeln!(self.out, "{script}</script></body></html>")?;
        self.out.flush()
    }
}

/// A wrong answer of high probability.
#[derive(Debug, Serialize)]
pub struct Mistake {
    /// The image.
    pub path: String,
    /// What it shows.
    pub truth: String,
    /// What was said.
    pub answer: String,
    /// How sure the model was.
    pub probability: f32,
    /// A small JPEG, in base64.
    pub thumbnail: Option<String>,
    /// The relative address of the photo.
    pub link: Option<String>,
}

/// Writes the page of an evaluation; `document` is its JSON.
///
/// # Errors
/// When the writer fails.
pub fn evaluation(
    out: &mut dyn Write,
    model: &ModelHeader,
    mut document: serde_json::Value,
    mistakes: &[Mistake],
) -> io::Result<()> {
    document["mistakes"] = serde_json::to_value(mistakes)?;
    head(out, &format!("Accuracy of {}", model.short()))?;
    out.write_all(
        b"<p id=\"facts\"></p><div id=\"summary\"></div><div class=\"side\">\
          <div id=\"calibrated\"><h2>Reliability</h2><div class=\"key\"><span><i style=\"background:var(--bar)\"></i>accuracy</span>\
          <span><i style=\"background:#c0392b\"></i>gap to the probability</span></div><div id=\"reliability\"></div></div>\
          <div id=\"rolled\"><h2>Rolled-up answers</h2><div class=\"key\"><span><i style=\"background:var(--bar)\"></i>a class</span>\
          <span><i style=\"background:var(--group)\"></i>a group</span><span><i style=\"background:#8884\"></i>unknown</span>\
          <span><i style=\"background:currentColor\"></i>precision of the answers</span></div><div id=\"selective\"></div></div>\
          <div id=\"confused\"><h2>Confusion</h2><div class=\"key\"><span><i style=\"background:var(--bar)\"></i>right</span>\
          <span><i style=\"background:#c0392b\"></i>wrong; the stronger, the more of the class</span></div><div id=\"confusion\"></div></div></div>\
          <div id=\"figures\" class=\"wide\"></div><div class=\"side\">\
          <div id=\"mistaken\"><h2>Most confused</h2><div id=\"pairs\" class=\"scroll\"></div></div>\
          <div id=\"by-class\"><h2>Classes, worst first</h2><div id=\"classes\" class=\"scroll\"></div></div></div>\
          <div id=\"worst\"><h2>Worst mistakes</h2><div class=\"cards\" id=\"mistakes\"></div></div>\n<script type=\"application/json\" id=\"data\">",
    )?;
    out.write_all(script_data(&document)?.as_bytes())?;
    let script = include_str!("report/eval.js");
    writeln!(out, "</script>\n<script>{COMMON_SCRIPT}{script}</script></body></html>")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_script_or_its_title() {
        let data = script_data(&"</script><img src=x onerror=alert(1)>\u{2028}").unwrap();
        assert!(!data.contains('<') && !data.contains('\u{2028}'), "{data}");
        assert_eq!(
            serde_json::from_str::<String>(&data).unwrap(),
            "</script><img src=x onerror=alert(1)>\u{2028}"
        );
        assert_eq!(escaped("<a \"&"), "&lt;a &quot;&amp;");
    }

    #[test]
    fn thumbnails_keep_the_aspect_ratio_and_small_images_their_size() {
        let small = |width: u32, height: u32| {
            let image = Rgb8 { width, height, pixels: vec![90; (width * height * 3) as usize] };
            let bytes = STANDARD.decode(thumbnail(&image).unwrap()).unwrap();
            let back = ::image::load_from_memory(&bytes).unwrap();
            (back.width(), back.height())
        };
        assert_eq!((small(640, 320), small(30, 20), small(2000, 3)), ((128, 64), (30, 20), (128, 1)));
    }
}
