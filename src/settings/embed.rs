//! Settings of `nasnet embed`.

use std::path::{Path, PathBuf};

use super::pipeline::{self, Pipeline};
use super::{Environment, Resume, Shard, inputs, word};
use crate::classifier::Pooling;
use crate::cli;
use crate::error::{Error, Result};
use crate::inputs::InputOptions;
use crate::output::vectors::Form;

/// Settings of `nasnet embed`.
#[derive(Debug, Clone)]
pub struct Embed {
    /// Which images.
    pub inputs: InputOptions,
    /// Through which model, and how.
    pub pipeline: Pipeline,
    /// How a map becomes features.
    pub pooling: Pooling,
    /// Scale features to length 1.
    pub normalize: bool,
    /// Which form of output.
    pub form: Form,
    /// A file to write instead of stdout.
    pub output: Option<PathBuf>,
    /// Replace that file.
    pub force: bool,
    /// Go on with that file.
    pub resume: Option<Resume>,
    /// Take only a part of the inputs.
    pub shard: Option<Shard>,
    /// Failed images do not change the exit code.
    pub exit_zero: bool,
}

/// Settings of `nasnet embed`.
///
/// # Errors
/// Names the flag at fault, what was expected and what was given.
pub fn embed(flags: &cli::Embed, environment: &Environment) -> Result<Embed> {
    let form = form(flags.format.as_deref(), flags.output.as_deref());
    if flags.output.is_none() && !matches!(form, Form::JsonLines | Form::Csv) {
        let detail = format!("--format {}: it needs a file, name it with --output", form.as_str());
        return Err(Error::Config(detail));
    }
    if flags.resume && !matches!(form, Form::JsonLines | Form::Npy) {
        let form = form.as_str();
        return Err(Error::Config(format!(
            "--resume: goes on with jsonl and npy only, got {form}; name the output NAME.npy or NAME.jsonl"
        )));
    }
    Ok(Embed {
        inputs: inputs(&flags.inputs)?,
        pipeline: pipeline::of_flags(&flags.model, &flags.run, &flags.images, environment)?,
        pooling: match flags.pooling.as_str() {
            "none" => Pooling::None,
            "max" => Pooling::Max,
            _ => Pooling::Average,
        },
        normalize: flags.normalize,
        form,
        output: flags.output.clone(),
        force: flags.force,
        resume: Resume::of_flags(flags.resume, flags.retry_errors),
        shard: word("--shard", flags.inputs.shard.as_deref())?,
        exit_zero: flags.exit_zero,
    })
}

/// The form that is asked for, else that of the file's name, else jsonl.
fn form(word: Option<&str>, file: Option<&Path>) -> Form {
    let extension =
        file.and_then(Path::extension).map(|extension| extension.to_string_lossy().to_lowercase());
    let word = word.or(extension.as_deref()).unwrap_or_default();
    Form::ALL.into_iter().find(|form| form.as_str() == word).unwrap_or(Form::JsonLines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_as_it_is_called_or_as_its_file_is() {
        assert_eq!(form(None, None), Form::JsonLines);
        assert_eq!(form(None, Some(Path::new("a.NPY"))), Form::Npy);
        assert_eq!(form(Some("csv"), Some(Path::new("a.npy"))), Form::Csv);
        assert_eq!(form(None, Some(Path::new("a.txt"))), Form::JsonLines);
    }
}
