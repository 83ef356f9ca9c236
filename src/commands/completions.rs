//! Completions: the scripts for shells, which ask this binary, and its answers to them. So what is on this machine
//! completes too.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use clap::{Arg, Command, CommandFactory};
use clap_complete::Shell;
use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter,
};
use clap_complete::env::{CompleteEnv, Shells};

use super::ExitStatus;
use crate::answers::groups::Groups;
use crate::answers::labels::Labels;
use crate::cli::Cli;
use crate::settings::Environment;
use crate::store::inventory::{self, ListedModel};

/// A shell that wants words sets this variable to its name.
const VARIABLE: &str = "NASNET_COMPLETE";

/// The script for bash. clap's own gets words in pieces, since bash breaks them at `:`, `=` and `@`.
const BASH: &str = include_str!("../../completions/nasnet.bash");

/// How clap's script for zsh ends. That is enough where the script is sourced; in a folder of `$fpath` it is read by the
/// first Tab, which would then get no answer.
const ZSH_END: &str = "compdef _clap_dynamic_completer_nasnet nasnet";

/// How it ends here.
const ZSH_END_FOR_BOTH: &str = "\
if [[ $funcstack[1] == _nasnet ]]; then
    _clap_dynamic_completer_nasnet \"$@\"
else
    compdef _clap_dynamic_completer_nasnet nasnet
fi";

/// Extensions of weights files.
const WEIGHTS: [&str; 6] = ["safetensors", "h5", "keras", "pth", "pt", "bin"];

/// The script that a shell reads once, or the message that there is none for it.
///
/// # Errors
/// When the script can't be written.
pub fn script(shell: Shell) -> std::io::Result<Vec<u8>> {
    if shell == Shell::Bash {
        return Ok(BASH.into());
    }
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let completer = shells
        .completer(&shell.to_string())
        .ok_or_else(|| std::io::Error::other(format!("there is no completion script for {shell}")))?;
    completer.write_registration(VARIABLE, "nasnet", "nasnet", "nasnet", &mut script)?;
    // The scripts differ in whether they begin and end with an empty line.
    let text = String::from_utf8_lossy(&script);
    let text = text.trim();
    if shell == Shell::Zsh {
        let body = text.strip_suffix(ZSH_END);
        let body =
            body.ok_or_else(|| std::io::Error::other("the script for zsh ends otherwise than it did"))?;
        return Ok(format!("{body}{ZSH_END_FOR_BOTH}\n").into_bytes());
    }
    Ok(format!("{text}\n").into_bytes())
}

/// Answers a shell that asks for words. `None`: nobody asks, and the command line is to be run.
///
/// It has to come first in a process, since it removes a variable from the environment.
pub fn asked(environment: &Environment) -> Option<ExitStatus> {
    let models = ModelNames::of(environment);
    let answered = CompleteEnv::with_factory(|| command(&models))
        .var(VARIABLE)
        .bin("nasnet")
        .completer("nasnet")
        .try_complete(std::env::args_os(), std::env::current_dir().ok().as_deref());
    match answered {
        Ok(false) => None,
        Ok(true) => Some(ExitStatus::Success),
        Err(_) => Some(ExitStatus::Refused),
    }
}

/// Names of models with what they are, listed only when a shell asks.
#[derive(Clone)]
struct ModelNames(crate::store::CacheFolders);

impl ModelNames {
    fn of(environment: &Environment) -> Self {
        ModelNames(environment.caches.clone())
    }

    /// Those that `--model` takes.
    fn all(&self) -> Vec<CompletionCandidate> {
        let tiny = CompletionCandidate::new("tiny").help(Some("built in, a self-test".into()));
        let known = inventory::list(&self.0);
        known.iter().map(candidate).chain([tiny]).collect()
    }

    /// Those that are on this machine.
    fn here(&self) -> Vec<CompletionCandidate> {
        inventory::list(&self.0).iter().filter(|item| item.here).map(candidate).collect()
    }

    /// Names first, then weights files and the folders on the way to them.
    fn or_files(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        let text = current.to_string_lossy();
        let is_meant =
            |name: &CompletionCandidate| name.get_value().to_string_lossy().starts_with(text.as_ref());
        let names = self.all().into_iter().filter(is_meant);
        let is_weights = |path: &Path| {
            path.extension().is_some_and(|extension| {
                WEIGHTS.contains(&extension.to_string_lossy().to_lowercase().as_str())
            })
        };
        names.chain(PathCompleter::any().filter(is_weights).complete(current)).collect()
    }
}

fn candidate(item: &ListedModel) -> CompletionCandidate {
    let place = if item.here { "on this machine" } else { "to be downloaded" };
    CompletionCandidate::new(&item.name).help(Some(place.into()))
}

/// The command line, with the words that its values can be. Values of fixed sets and paths complete by themselves.
fn command(models: &ModelNames) -> Command {
    completed(Cli::command(), models)
}

fn completed(command: Command, models: &ModelNames) -> Command {
    let name = command.get_name().to_owned();
    let with_words = command.mut_args(|argument| words(argument, &name, models));
    with_words.mut_subcommands(|command| completed(command, models))
}

fn words(argument: Arg, command: &str, models: &ModelNames) -> Arg {
    let models = models.clone();
    match argument.get_id().as_str() {
        "model" => argument.add(ArgValueCompleter::new(move |current: &OsStr| models.or_files(current))),
        "models" if command == "fetch" => argument.add(ArgValueCandidates::new(move || models.all())),
        "models" => argument.add(ArgValueCandidates::new(move || models.here())),
        "device" => argument.add(ArgValueCandidates::new(devices)),
        "classes" => argument.add(ArgValueCompleter::new(classes_or_file)),
        "only" | "words" => argument.add(ArgValueCandidates::new(|| candidates(&names_of_imagenet()))),
        _ => argument,
    }
}

fn devices() -> Vec<CompletionCandidate> {
    candidates(&["auto", "cpu", "cuda", "metal"].map(str::to_owned))
}

fn candidates<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<CompletionCandidate> {
    names.into_iter().map(CompletionCandidate::new).collect()
}

/// ImageNet's labels and groups, as words that no shell has to quote.
fn names_of_imagenet() -> BTreeSet<String> {
    let groups = Groups::of(Labels::imagenet());
    let groups = groups.iter().flat_map(Groups::all).map(|group| group.name().to_owned());
    let labels = Labels::imagenet().iter().map(|label| label.name.clone());
    let is_plain = |name: &String| {
        name.chars().all(|character| character.is_ascii_alphanumeric() || "_-".contains(character))
    };
    groups.chain(labels).filter(is_plain).collect()
}

/// The last name of a list with commas, or a file of names.
fn classes_or_file(current: &OsStr) -> Vec<CompletionCandidate> {
    let text = current.to_string_lossy();
    let (before, last) = text.rfind(',').map_or(("", &*text), |comma| text.split_at(comma + 1));
    let names = names_of_imagenet();
    let meant = names.iter().filter(|name| name.starts_with(last));
    let files = if before.is_empty() { PathCompleter::file().complete(current) } else { Vec::new() };
    meant.map(|name| CompletionCandidate::new(format!("{before}{name}"))).chain(files).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::CacheFolders;

    fn complete(words: &[&str]) -> Vec<String> {
        let mut command = command(&ModelNames(CacheFolders::default()));
        let words: Vec<_> = std::iter::once("nasnet").chain(words.iter().copied()).map(Into::into).collect();
        let last = words.len() - 1;
        let found = clap_complete::engine::complete(&mut command, words, last, None).unwrap();
        found.iter().map(|candidate| candidate.get_value().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn models_devices_formats_shells_and_groups_complete() {
        assert_eq!(complete(&["classify", "--model", "mob"]), ["mobile", "mobile-no-top"]);
        assert_eq!(complete(&["info", "lar"])[..2], ["large", "large@keras"]);
        assert_eq!(complete(&["weights", "fetch", "mobile-"]), ["mobile-no-top"]);
        assert!(complete(&["weights", "remove", "mob"]).is_empty(), "nothing is on this machine");
        assert_eq!(complete(&["classify", "--device", "cu"]), ["cuda"]);
        assert_eq!(complete(&["classify", "--format", "js"]), ["json", "jsonl"]);
        assert_eq!(complete(&["completions", "z"]), ["zsh"]);
        assert_eq!(complete(&["sort", "--only", "tabby,tiger_s"]), ["tabby,tiger_shark"]);
        assert!(
            complete(&["classify", "--classes", "tabby,domestic_c"]).contains(&"tabby,domestic_cat".into())
        );
    }

    #[test]
    fn every_shell_has_a_script_that_asks_this_binary() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            let text = String::from_utf8(script(shell).unwrap()).unwrap();
            assert!(text.contains(VARIABLE) && text.contains("nasnet"), "{text}");
        }
    }

    #[test]
    fn the_script_for_zsh_answers_the_tab_that_reads_it() {
        let text = String::from_utf8(script(Shell::Zsh).unwrap()).unwrap();
        assert!(text.ends_with(&format!("{ZSH_END_FOR_BOTH}\n")), "{text}");
        assert_eq!(text.matches(ZSH_END).count(), 1, "{text}");
    }
}
