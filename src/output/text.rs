//! Text for people: makes names from files harmless for terminals, and large numbers readable.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Whether a character could steer a terminal or hide what is written: control characters of both sets,
/// line and paragraph separators, bidirectional overrides and invisible joiners.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The text with every such character written out as an escape, `\n` or `\u{1b}`.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_unsafe(character) {
            // Writing to a String cannot fail.
            let _ = write!(safe, "{}", character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// Words as lines of at most `width` characters; a longer word has a line of its own.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A count with its noun: `1 image`, `2 images`.
pub fn count(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Writes how many images have each name, one name on each line, the numbers below one another.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_counts<'a>(
    counts: impl Iterator<Item = (Cow<'a, str>, u64)> + Clone,
    out: &mut dyn Write,
) -> io::Result<()> {
    let width = counts.clone().map(|(_, images)| images).max().map_or(0, |most| most.to_string().len());
    for (name, images) in counts {
        writeln!(out, "{images:>width$}  {}", printable(&name))?;
    }
    Ok(())
}

/// Digits in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_threes() {
        assert_eq!([0, 999, 1000, 5326716].map(grouped), ["0", "999", "1,000", "5,326,716"]);
    }

    #[test]
    fn long_lines_are_broken_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("one incomprehensible", 7), ["one", "incomprehensible"]);
        assert_eq!(wrapped("", 7), [""]);
    }

    #[test]
    fn nothing_that_steers_a_terminal_gets_through() {
        assert_eq!(printable("a\u{1b}[31mb\nc\u{9b}0m\u{202e}"), r"a\u{1b}[31mb\nc\u{9b}0m\u{202e}");
        assert_eq!(printable("größe 猫.jpg"), "größe 猫.jpg");
    }
}
