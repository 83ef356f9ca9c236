//! The completion script for bash, run by bash: the words that it offers for a line, as bash breaks it.

use std::process::Command;

use crate::support::Place;

/// The completions of a line in which the words are broken at `:`, `=` and `@`, as bash does it.
fn complete(place: &Place, line: &str) -> Vec<String> {
    let script = place.run(&["completions", "bash"]).exits(0).stdout;
    let mut words: Vec<String> = vec![String::new()];
    for character in line.chars() {
        let is_break = |character: char| ":=@".contains(character);
        let last = words.last().cloned().unwrap_or_default();
        if character == ' ' || (!last.is_empty() && is_break(character) != last.ends_with(is_break)) {
            words.push(String::new());
        }
        if character != ' ' {
            words.last_mut().unwrap().push(character);
        }
    }
    let current = words.last().cloned().unwrap_or_default();
    let part = if current.ends_with([':', '=', '@']) { String::new() } else { current };
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let body = format!(
        "{script}\nCOMP_LINE='{line}' COMP_POINT={} COMP_CWORD={} COMP_TYPE=9 COMP_WORDS=({})\n\
         _nasnet nasnet '{part}' '' && printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        line.len(),
        words.len() - 1,
        quoted.join(" "),
    );
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_nasnet")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let run = Command::new("bash")
        .args(["--norc", "-c", &body])
        .current_dir(place.path())
        .env("PATH", path)
        .env("NASNET_CACHE", place.path())
        .output()
        .unwrap();
    let offered = String::from_utf8(run.stdout).unwrap();
    offered.lines().map(|word| word.trim_end().to_owned()).filter(|word| !word.is_empty()).collect()
}

#[test]
fn bash_completes_words_that_it_breaks_itself() {
    let place = Place::new();
    place.write("my weights.h5", b"");
    place.write("a@b=c.h5", b"");
    assert_eq!(complete(&place, "nasnet class"), ["classify"]);
    assert_eq!(complete(&place, "nasnet classify --format js"), ["json", "jsonl"]);
    assert_eq!(complete(&place, "nasnet classify --format=js"), ["json", "jsonl"]);
    assert_eq!(complete(&place, "nasnet classify --format="), ["table", "json", "jsonl", "csv", "parquet"]);
    assert_eq!(complete(&place, "nasnet info large@k"), ["keras"]);
    assert_eq!(complete(&place, "nasnet info large@"), ["keras"]);
    assert_eq!(complete(&place, "nasnet classify --model a@b=c"), ["c.h5"]);
    assert_eq!(complete(&place, "nasnet classify --model my"), ["my\\ weights.h5"]);
    assert_eq!(complete(&place, "nasnet classify -m hf:a/b@main --form"), ["--format"]);
    assert_eq!(complete(&place, "nasnet classify --format=json --devi"), ["--device"]);
}
