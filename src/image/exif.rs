//! When and where a photo was taken, by its EXIF. Values that are damaged, missing or out of range are left out.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::exif::{Context, Exif, In, Rational, Reader, Tag, Value};

use super::camera;

/// What EXIF says of a photo's origin.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Capture {
    /// ISO 8601: local time, with the offset from UTC where the camera wrote one.
    pub taken: Option<String>,
    /// Degrees north and east.
    pub gps: Option<[f64; 2]>,
}

/// Decimals of a degree that are kept: a centimetre.
const DECIMALS: f64 = 1e7;

impl Capture {
    /// Reads the EXIF of an image file. A file without it, or with one that cannot be read, gives nothing.
    pub fn read(bytes: &[u8]) -> Self {
        // The parser of a library, over bytes that anybody may have written.
        catch_unwind(AssertUnwindSafe(|| {
            blocks(bytes).iter().fold(Capture::default(), |capture, exif| Capture {
                taken: capture.taken.or_else(|| taken(exif)),
                gps: capture.gps.or_else(|| place(exif)),
            })
        }))
        .unwrap_or_default()
    }
}

/// The EXIF blocks of a file: one, or several that are each a piece of it.
fn blocks(bytes: &[u8]) -> Vec<Exif> {
    let mut reader = Reader::new();
    // A damaged entry is no reason to miss the others.
    reader.continue_on_error(true);
    let whole = |error: ::exif::Error| error.distill_partial_result(|_| ());
    let raw = |block: Vec<u8>| reader.read_raw(block).or_else(whole).ok();
    match camera::exif_blocks(bytes) {
        Some(blocks) => blocks.into_iter().filter_map(raw).collect(),
        None => reader.read_from_container(&mut Cursor::new(bytes)).or_else(whole).into_iter().collect(),
    }
}

/// The value of a tag: from its usual directory, or from a block that holds only it.
fn value(exif: &Exif, tag: Tag) -> Option<&Value> {
    let Tag(_, number) = tag;
    let field =
        exif.get_field(tag, In::PRIMARY).or_else(|| exif.get_field(Tag(Context::Tiff, number), In::PRIMARY));
    field.map(|field| &field.value)
}

fn text(exif: &Exif, tag: Tag) -> Option<&str> {
    match value(exif, tag)? {
        Value::Ascii(parts) => {
            std::str::from_utf8(parts.first()?).ok().map(|text| text.trim_matches(['\0', ' ']))
        }
        _ => None,
    }
}

/// The time at which the shutter was released, or else the picture scanned.
fn taken(exif: &Exif) -> Option<String> {
    let times = [
        (Tag::DateTimeOriginal, Tag::OffsetTimeOriginal),
        (Tag::DateTimeDigitized, Tag::OffsetTimeDigitized),
    ];
    times.into_iter().find_map(|(time, offset)| {
        let time = iso_time(text(exif, time)?)?;
        let offset = text(exif, offset).filter(|offset| is_offset(offset)).unwrap_or_default();
        Some(format!("{time}{offset}"))
    })
}

/// `2026:11:24 16:28:15` as `2026-11-24T16:28:15`.
fn iso_time(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let number = |range: std::ops::Range<usize>| {
        let digits = bytes.get(range)?;
        let all = digits.iter().all(u8::is_ascii_digit);
        all.then(|| digits.iter().fold(0, |sum, digit| 10 * sum + u32::from(digit - b'0')))
    };
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let exists = year > 0 && (1..=12).contains(&month) && (1..=31).contains(&day);
    let is_time = hour < 24 && minute < 60 && second <= 60;
    (exists && is_time).then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}

/// `+02:00`, or `Z`.
fn is_offset(text: &str) -> bool {
    match text.as_bytes() {
        [b'Z'] => true,
        [b'+' | b'-', h1, h0, b':', m1, m0] => [h1, h0, m1, m0].into_iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// Latitude and longitude in degrees.
fn place(exif: &Exif) -> Option<[f64; 2]> {
    let latitude = degrees(exif, Tag::GPSLatitude)? * sign(exif, Tag::GPSLatitudeRef, ["N", "S"])?;
    let longitude = degrees(exif, Tag::GPSLongitude)? * sign(exif, Tag::GPSLongitudeRef, ["E", "W"])?;
    let exists = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    exists.then(|| [latitude, longitude].map(|degrees| (degrees * DECIMALS).round() / DECIMALS))
}

/// Degrees, minutes and seconds in degrees.
fn degrees(exif: &Exif, tag: Tag) -> Option<f64> {
    let Value::Rational(parts) = value(exif, tag)? else { return None };
    let part = |index: usize| match parts.get(index) {
        Some(Rational { denom: 0, num: 0 }) | None => Some(0.0),
        Some(Rational { denom: 0, .. }) => None,
        Some(part) => Some(part.to_f64()),
    };
    // Minutes and seconds that were not measured may be missing, degrees may not.
    parts.first().filter(|degrees| degrees.denom > 0)?;
    Some(part(0)? + part(1)? / 60.0 + part(2)? / 3600.0)
}

fn sign(exif: &Exif, tag: Tag, [positive, negative]: [&str; 2]) -> Option<f64> {
    let side = text(exif, tag)?;
    if side.eq_ignore_ascii_case(positive) {
        Some(1.0)
    } else if side.eq_ignore_ascii_case(negative) {
        Some(-1.0)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_only_if_there_is_one() {
        assert_eq!(iso_time("2026:11:24 16:28:15").as_deref(), Some("2026-11-24T16:28:15"));
        assert_eq!(iso_time("2026-11-24 16:28:15").as_deref(), Some("2026-11-24T16:28:15"));
        for text in [
            "0000:00:00 00:00:00",
            "    :  :     :  :  ",
            "2026:13:24 16:28:15",
            "2026:11:24",
            "",
            "2026:11:2é 16:28:15",
        ] {
            assert_eq!(iso_time(text), None, "{text:?}");
        }
        assert!(is_offset("+02:00") && is_offset("-09:30") && is_offset("Z"));
        assert!(!is_offset("   :  ") && !is_offset("+2:00"));
    }
}
