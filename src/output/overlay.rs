//! Names of overlay files, and their PNGs, which describe in text what they show. It opens no files.

use std::io::Write;
use std::path::Path;

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};

use super::text::printable;
use crate::answers::predictions::{Prediction, Scores};
use crate::explain::Explanation;
use crate::image::Rgb8;
use crate::inputs::PathKey;

/// The most bytes of a stem or a label in a name; file systems allow 255 in all.
const PART_BYTES: usize = 80;

/// `STEM-HASH-RANK-LABEL.png`: readable, unique, and the same in every run. HASH is that of the whole path, so that
/// images of the same name in different folders stay apart. Characters that could harm a file system or a terminal
/// become `_`.
pub fn file_name(path: &Path, prediction: &Prediction) -> String {
    let stem = match path.file_stem() {
        Some(stem) if stem != "-" => stem.to_string_lossy(),
        _ => "stdin".into(),
    };
    let label = prediction.label.as_ref().map(|label| plain(&label.name)).unwrap_or_default();
    let label = if label.is_empty() { format!("class-{}", prediction.index) } else { label };
    let (stem, hash) = (plain(&stem), PathKey::of(path).short());
    let stem = if stem.is_empty() { "image".to_owned() } else { stem };
    format!("{stem}-{hash}-{}-{label}.png", prediction.rank)
}

/// Letters and digits of any script, and `-`, `_` and `.` behind the first of them; short.
fn plain(text: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let text: String = text.chars().map(kept).collect();
    let mut text = text.trim_start_matches(['-', '_', '.']).to_owned();
    let end =
        text.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= PART_BYTES).last();
    text.truncate(end.unwrap_or(0));
    text
}

/// The texts of an overlay, by PNG keyword.
pub fn texts(explanation: &Explanation, scores: Scores, model: &str) -> [(&'static str, String); 3] {
    let Explanation { prediction, map } = explanation;
    let (name, wnid) = match &prediction.label {
        Some(label) => (label.name.clone(), label.wnid.as_deref()),
        None => (format!("class {}", prediction.index), None),
    };
    let score = match scores {
        Scores::Probability => format!("{:.2} %", f64::from(prediction.score) * 100.0),
        Scores::Logit => format!("logit {:.4}", prediction.score),
    };
    let wnid = wnid.map(|wnid| format!(" ({wnid})")).unwrap_or_default();
    let (low, high) = map.range();
    let description = format!(
        "Class activation map of {model}: rank {}, class {}, {name}{wnid}, {score}. Colours go from {low:.4} (none) to \
         {high:.4} (yellow); the mean of the map and the bias {:.4} are the logit {:.4}.",
        prediction.rank,
        prediction.index,
        map.bias,
        map.logit()
    );
    let software = format!("nasnet {}", env!("CARGO_PKG_VERSION"));
    [("Title", format!("{name} {score}")), ("Description", description), ("Software", software)]
}

/// Writes an image as a PNG with texts: tEXt where Latin-1 has their letters, iTXt for the others. The same image and
/// texts make the same bytes.
///
/// # Errors
/// When the writer fails, or the image has no pixels.
pub fn png(image: &Rgb8, texts: &[(&str, String)], out: impl Write) -> Result<(), EncodingError> {
    let mut encoder = Encoder::new(out, image.width, image.height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    for (keyword, text) in texts {
        let text = printable(text).into_owned();
        let latin = text.chars().all(|c| u32::from(c) < 256);
        match latin {
            true => encoder.add_text_chunk((*keyword).to_owned(), text)?,
            false => encoder.add_itxt_chunk((*keyword).to_owned(), text)?,
        }
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&image.pixels)?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::answers::labels::Label;
    use crate::explain::ActivationMap;

    fn prediction(name: &str) -> Prediction {
        let label = Label { wnid: Some("n07920052".to_owned()), name: name.to_owned() };
        Prediction { rank: 2, index: 17, label: Some(label), score: 0.125 }
    }

    #[test]
    fn names_are_plain_whatever_images_and_classes_are_called() {
        let name = |path: &str, label: &str| file_name(Path::new(path), &prediction(label));
        // `printf in/a.jpg | sha256sum`
        assert_eq!(name("in/a.jpg", "espresso"), "a-8c7f3104df2d-2-espresso.png");
        let long = "\u{732b}".repeat(300);
        let hostile = [
            "..",
            "/",
            "-",
            "",
            "a\u{1b}[31m",
            "-rf.jpg",
            ".hidden",
            "x/..",
            "C:\\nul",
            "a\nb.png",
            "\u{202e}gpj.exe",
            "%s<img>&\"'*?.jpg",
            &long,
        ];
        for path in hostile {
            for label in hostile {
                let name = name(path, label);
                let plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
                assert!(name.chars().all(plain) && name.len() < 240, "{name:?}");
                assert!(!name.starts_with(['-', '.']) && name.ends_with(".png"), "{name:?}");
            }
        }
        let names: HashSet<String> = hostile.into_iter().map(|path| name(path, "cat")).collect();
        assert_eq!(names.len(), hostile.len());
        let nameless = Prediction { label: None, ..prediction("") };
        assert!(file_name(Path::new("-"), &nameless).starts_with("stdin-"));
        assert!(file_name(Path::new("a.b.jpg"), &nameless).ends_with("-2-class-17.png"));
    }

    #[test]
    fn a_png_says_what_it_shows() {
        let image = Rgb8 { width: 3, height: 2, pixels: (0..18).collect() };
        let map = ActivationMap { class: 17, height: 1, width: 2, values: vec![-1.0, 4.0], bias: 0.5 };
        for (label, score) in [("caf\u{e9}", Scores::Probability), ("\u{732b}\u{1b}[0m", Scores::Logit)] {
            let explanation = Explanation { prediction: prediction(label), map: map.clone() };
            let mut bytes = Vec::new();
            png(&image, &texts(&explanation, score, "tiny@0123"), &mut bytes).unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
            let mut pixels = vec![0; 18];
            reader.next_frame(&mut pixels).unwrap();
            assert_eq!(pixels, image.pixels);
            let info = reader.info();
            let latin =
                info.uncompressed_latin1_text.iter().map(|text| (text.keyword.as_str(), text.text.clone()));
            let others = info.utf8_text.iter().map(|text| (text.keyword.as_str(), text.get_text().unwrap()));
            let said: std::collections::HashMap<_, _> = latin.chain(others).collect();
            let title =
                if score == Scores::Logit { "\u{732b}\\u{1b}[0m logit 0.1250" } else { "caf\u{e9} 12.50 %" };
            assert_eq!(said["Title"], title);
            assert!(said["Description"].contains("tiny@0123: rank 2, class 17, "), "{said:?}");
            assert!(said["Description"].ends_with("the bias 0.5000 are the logit 2.0000."), "{said:?}");
        }
    }
}
