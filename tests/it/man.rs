//! The man pages of `man/`, which are made from the command line's own definition: `man/make` writes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use nasnet::cli::Cli;

/// The date that the pages carry: that of the version.
const RELEASED: &str = "2026-11-24";

/// The pages of a command and of those below it, by their names.
fn pages() -> BTreeMap<String, String> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = BTreeMap::new();
    add(&command, &mut pages);
    pages
}

fn add(command: &Command, pages: &mut BTreeMap<String, String>) {
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    pages.insert(format!("{name}.1"), page(command, &name));
    for subcommand in command.get_subcommands() {
        add(subcommand, pages);
    }
}

fn page(command: &Command, name: &str) -> String {
    let usage = command.clone().render_usage().to_string();
    let examples = command.get_after_help().map(ToString::to_string);
    // A page has room for the flags that `-h` leaves out.
    let shown = command
        .clone()
        .override_usage(usage.trim_start_matches("Usage: ").to_owned())
        .mut_args(|argument| argument.hide_short_help(false));
    let man =
        Man::new(shown).title(name.to_uppercase()).date(RELEASED).source("nasnet").manual("nasnet manual");
    let mut text = Vec::new();
    man.render_title(&mut text).unwrap();
    man.render_name_section(&mut text).unwrap();
    man.render_synopsis_section(&mut text).unwrap();
    man.render_description_section(&mut text).unwrap();
    man.render_options_section(&mut text).unwrap();
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text).unwrap();
    }
    let mut text = tidy(&String::from_utf8(text).unwrap());
    if let Some(examples) = examples {
        let lines = examples.trim_start_matches("Examples:\n").replace('\\', "\\e").replace('-', "\\-");
        text += &format!(".SH EXAMPLES\n.nf\n{lines}\n.fi\n");
    }
    text
}

/// The generator's text as `mandoc -Tlint` wants it: no preamble in each section, one space between paragraphs, and
/// short lines.
fn tidy(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let is_preamble = line.starts_with(".ie \\n(.g") || line.starts_with(".el .ds Aq");
        if is_preamble {
            continue;
        }
        let line = line.trim_end().replace("\\*(Aq", "\\(aq");
        match line.as_str() {
            // An empty line, and the generator's way to make one.
            "" | ".br" if lines.last().is_some_and(|last| last == ".sp") => {}
            "" | ".br" => lines.push(".sp".to_owned()),
            _ if line.starts_with('.') => lines.push(line),
            _ => lines.extend(wrapped(&line)),
        }
    }
    lines.join("\n") + "\n"
}

/// A line of text as lines of at most 80 bytes, none of which begins like a request.
fn wrapped(line: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in line.split(' ') {
        match lines.last_mut() {
            Some(last) if last.len() + word.len() < 80 || word.starts_with(['.', '\'']) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[test]
fn man_pages_are_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
    let pages = pages();
    assert!(
        pages.contains_key("nasnet.1") && pages.contains_key("nasnet-weights-fetch.1"),
        "{:?}",
        pages.keys()
    );
    if std::env::var_os("NASNET_WRITE_MAN").is_some() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "1") {
                fs::remove_file(path).unwrap();
            }
        }
        for (name, text) in &pages {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    for (name, text) in &pages {
        let kept = fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(kept == *text, "man/{name} is stale: run `man/make`");
    }
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "make" || pages.contains_key(&name), "man/{name} is of no command: remove it");
    }
}

#[test]
fn pages_say_what_help_says() {
    let pages = pages();
    let classify = &pages["nasnet-classify.1"];
    assert!(classify.contains("\\fBnasnet classify\\fR [OPTIONS] [INPUT]..."), "{classify}");
    // A flag that `-h` leaves out, with its text.
    assert!(
        classify.contains("\\fB\\-\\-temperature\\fR") && classify.contains("Divide logits by T"),
        "{classify}"
    );
}
