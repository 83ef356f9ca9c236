//! Messages for mistakes in the command line that clap does not explain.

use std::ffi::OsString;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::Cli;
use crate::inputs::EXTENSIONS;

/// The command line that was probably meant, if the command was forgotten (`nasnet photo.jpg`) or mistyped before a
/// photo (`nasnet clasify photo.jpg`).
///
/// `arguments` are those behind the program's name.
pub fn meant(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    if !matches!(error.kind(), ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument) {
        return None;
    }
    // The error of a known command is about its own flags.
    let first = arguments.iter().find(|argument| !argument.as_encoded_bytes().starts_with(b"-"))?;
    let is_command = |command: &clap::Command| first.to_str().is_some_and(|name| command.get_name() == name);
    if <Cli as clap::CommandFactory>::command().get_subcommands().any(is_command) {
        return None;
    }
    if !arguments.iter().any(|argument| is_image(Path::new(argument))) {
        return None;
    }
    let words = |arguments: &[OsString]| {
        let words: Vec<String> = arguments.iter().map(|word| quoted(&word.to_string_lossy())).collect();
        words.join(" ")
    };
    let is_photo = is_image(Path::new(first));
    match error.get(ContextKind::SuggestedSubcommand) {
        Some(ContextValue::Strings(near)) if !is_photo && !near.is_empty() => {
            let place = arguments.iter().position(|argument| argument == first)?;
            let command = near.first().map(OsString::from)?;
            let corrected = [&arguments[..place], &[command], &arguments[place + 1..]].concat();
            Some(format!("nasnet {}", words(&corrected)))
        }
        // An unknown word that is no photo is clap's to name, unless it is the value of a flag.
        _ if !is_photo && error.kind() == ErrorKind::InvalidSubcommand => None,
        _ => Some(format!("nasnet classify {}", words(arguments))),
    }
}

/// A path that exists, or is called like an image.
fn is_image(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    path.exists() || extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "-_./:=,+@%~".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn meant_by(line: &str) -> Option<String> {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let all = std::iter::once(OsString::from("nasnet")).chain(arguments.clone());
        meant(&Cli::try_parse_from(all).unwrap_err(), &arguments)
    }

    #[test]
    fn a_photo_without_a_command_is_classified() {
        assert_eq!(meant_by("a.JPG").unwrap(), "nasnet classify a.JPG");
        assert_eq!(meant_by("-q a.jpg b.png").unwrap(), "nasnet classify -q a.jpg b.png");
        assert_eq!(meant_by("--model tiny a.jpg").unwrap(), "nasnet classify --model tiny a.jpg");
    }

    #[test]
    fn a_mistyped_command_before_a_photo_is_corrected() {
        assert_eq!(meant_by("clasify a.jpg").unwrap(), "nasnet classify a.jpg");
        assert_eq!(meant_by("-q emebd a.jpg b.png").unwrap(), "nasnet -q embed a.jpg b.png");
    }

    #[test]
    fn other_mistakes_are_not_about_photos() {
        assert_eq!(meant_by("clasify"), None);
        assert_eq!(meant_by("frobnicate a.jpg"), None);
        assert_eq!(meant_by("classify --nonsense a.jpg"), None);
        assert_eq!(meant_by("frobnicate"), None);
    }

    #[test]
    fn what_is_suggested_can_be_pasted_into_a_shell() {
        assert_eq!(quoted("my cat's photo.jpg"), r"'my cat'\''s photo.jpg'");
    }
}
