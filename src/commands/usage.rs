//! What is said of a command line that makes no sense, beside what clap says of it.

use std::ffi::OsString;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::Cli;
use crate::inputs::EXTENSIONS;

/// The command line that was probably meant, if the command was forgotten: `nasnet photo.jpg`.
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
    // A word that is nearly a command is clap's to correct.
    let is_near = matches!(error.get(ContextKind::SuggestedSubcommand), Some(ContextValue::Strings(near)) if !near.is_empty());
    let names_images = arguments.iter().any(|argument| is_image(Path::new(argument)));
    if !names_images || is_near && !arguments.iter().any(|argument| Path::new(argument).exists()) {
        return None;
    }
    let words: Vec<String> = arguments.iter().map(|argument| quoted(&argument.to_string_lossy())).collect();
    Some(format!("nasnet classify {}", words.join(" ")))
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
    fn other_mistakes_are_not_about_photos() {
        assert_eq!(meant_by("clasify"), None);
        assert_eq!(meant_by("classify --nonsense a.jpg"), None);
        assert_eq!(meant_by("frobnicate"), None);
    }

    #[test]
    fn what_is_suggested_can_be_pasted_into_a_shell() {
        assert_eq!(quoted("my cat's photo.jpg"), r"'my cat'\''s photo.jpg'");
    }
}
