//! Settings of `nasnet embed`.

use std::path::{Path, PathBuf};

use super::inputs::{inputs, shard};
use super::pipeline::{self, Pipeline};
use super::{Environment, Resume, Shard};
use crate::classifier::Pooling;
use crate::cli;
use crate::cli::values::VectorFormat;
use crate::error::{Error, Result};
use crate::inputs::InputOptions;
use crate::output::vectors::Form;

/// Settings of `nasnet embed`.
#[derive(Debug, Clone)]
pub struct Embed {
    /// Which images.
    pub inputs: InputOptions,
    /// Which part of them.
    pub shard: Option<Shard>,
    /// Which model, and how it runs.
    pub pipeline: Pipeline,
    /// How the feature map becomes features.
    pub pooling: Pooling,
    /// Scale features to length 1.
    pub normalize: bool,
    /// The format of the output.
    pub form: Form,
    /// A file to write instead of stdout.
    pub output: Option<PathBuf>,
    /// Replace that file.
    pub force: bool,
    /// Continue that file.
    pub resume: Option<Resume>,
    /// Failed images do not change the exit code.
    pub exit_zero: bool,
}

/// Settings of `nasnet embed`.
///
/// # Errors
/// Names the flag at fault, what was expected and what was given.
pub fn embed(flags: &cli::Embed, environment: &Environment) -> Result<Embed> {
    let output = &flags.output;
    let form = form(output.format, output.output.as_deref());
    if output.output.is_none() && !matches!(form, Form::JsonLines | Form::Csv) {
        let detail = format!("--format {}: it needs a file: name one with --output", form.as_str());
        return Err(Error::Config(detail));
    }
    if output.resume && !matches!(form, Form::JsonLines | Form::Npy) {
        let form = form.as_str();
        return Err(Error::Config(format!(
            "--resume: {form} can't be resumed, only jsonl and npy; name the output NAME.npy or NAME.jsonl"
        )));
    }
    Ok(Embed {
        inputs: inputs(&flags.inputs)?,
        shard: shard(&flags.inputs)?,
        pipeline: pipeline::of_flags(&flags.model, &flags.run, &flags.images, environment)?,
        pooling: flags.features.pooling.into(),
        normalize: flags.features.normalize,
        form,
        output: output.output.clone(),
        force: output.force,
        resume: Resume::of_flags(output.resume, output.retry_errors),
        exit_zero: output.exit_zero,
    })
}

/// The format that the flag names, else that of the file's extension, else jsonl.
fn form(format: Option<VectorFormat>, file: Option<&Path>) -> Form {
    if let Some(format) = format {
        return format.into();
    }
    let extension =
        file.and_then(Path::extension).map(|extension| extension.to_string_lossy().to_lowercase());
    let named = |form: &Form| extension.as_deref() == Some(form.as_str());
    Form::ALL.into_iter().find(named).unwrap_or(Form::JsonLines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_as_it_is_called_or_as_its_file_is() {
        assert_eq!(form(None, None), Form::JsonLines);
        assert_eq!(form(None, Some(Path::new("a.NPY"))), Form::Npy);
        assert_eq!(form(Some(VectorFormat::Csv), Some(Path::new("a.npy"))), Form::Csv);
        assert_eq!(form(None, Some(Path::new("a.txt"))), Form::JsonLines);
    }
}
