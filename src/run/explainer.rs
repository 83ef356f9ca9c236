//! `nasnet explain`: class activation maps over their photos, as files in a folder.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use rayon::prelude::*;

use super::only::Only;
use super::pipeline::{Answered, Numbers, Pipeline, Scene};
use super::sink::expect_folder;
use crate::answers::policy::Policy;
use crate::answers::predictions::Explained;
use crate::error::Error;
use crate::explain::{Explanation, overlay};
use crate::image::preprocess::region;
use crate::output::console::Console;
use crate::output::overlay::{file_name, png, texts};

/// Draws the classes of answers into files of a folder.
pub struct Explainer {
    settings: ExplainerSettings,
    console: Console,
}

/// What an explainer draws, and where.
pub struct ExplainerSettings {
    /// The folder.
    pub dir: PathBuf,
    /// How answers are made; each of their classes is drawn.
    pub policy: Policy,
    /// Which images are drawn.
    pub only: Only,
    /// Replace files of other content.
    pub replace: bool,
    /// `name@fingerprint`.
    pub model: String,
}

/// The files of an image.
#[derive(Default)]
struct DrawnFiles {
    written: Vec<Explained>,
    refused: Vec<PathBuf>,
}

/// What was drawn of a batch.
pub struct Drawn {
    /// The files of each image that could be read.
    pub explained: Vec<Vec<Explained>>,
    /// Files that were not written, since others have their names.
    pub refused: u64,
}

/// Makes the folder, and checks that files can be written there, before any other work.
///
/// # Errors
/// When it cannot be made or written to.
pub fn prepare(dir: &Path) -> Result<()> {
    let context = || format!("--output {}", dir.display());
    expect_folder("--output", dir)?;
    fs::create_dir_all(dir).with_context(context)?;
    let probe = dir.join(format!(".nasnet-{}.partial", std::process::id()));
    File::create(&probe).with_context(context)?;
    fs::remove_file(&probe).with_context(context)
}

impl Explainer {
    /// An explainer for a folder that [`prepare`] has checked.
    pub fn new(settings: ExplainerSettings, console: Console) -> Self {
        Explainer { settings, console }
    }

    /// Draws a batch, its images in parallel.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn draw(&self, pipeline: &Pipeline, images: &[Answered]) -> Result<Drawn> {
        let read: Vec<(&Answered, &Numbers)> =
            images.iter().filter_map(|image| Some((image, image.result.as_ref().ok()?))).collect();
        let outcomes: Vec<DrawnFiles> = read
            .par_iter()
            .map(|(image, numbers)| self.image(pipeline, image, numbers))
            .collect::<Result<_>>()?;
        let (mut explained, mut refused) = (Vec::with_capacity(outcomes.len()), 0);
        for outcome in outcomes {
            for file in &outcome.refused {
                self.console.error(&format!(
                    "--output {}: another file is there already; --force replaces it",
                    file.display()
                ));
            }
            refused += outcome.refused.len() as u64;
            explained.push(outcome.written);
        }
        Ok(Drawn { explained, refused })
    }

    fn image(&self, pipeline: &Pipeline, image: &Answered, numbers: &Numbers) -> Result<DrawnFiles> {
        let classifier = &pipeline.classifier;
        let scene = numbers.scene.as_ref();
        let Scene { photo, features } =
            scene.ok_or_else(|| anyhow!(Error::Config("no photo was kept".to_owned())))?;
        let (height, width) = classifier.config().input_size;
        let size = (numbers.height, numbers.width);
        let shown = region(size, (height as u32, width as u32), classifier.preprocessing())
            .scaled(size, (photo.height, photo.width));
        let mut outcome = DrawnFiles::default();
        let best = self.settings.policy.decide(&numbers.row).predictions;
        let wanted = self.settings.only.wants(best.first());
        for prediction in best.into_iter().filter(|_| wanted) {
            let map = classifier.activation_map(features, prediction.index)?;
            let file = self.settings.dir.join(file_name(&image.path, &prediction));
            let (rank, index) = (prediction.rank, prediction.index);
            let explanation = Explanation { prediction, map };
            let mut bytes = Vec::new();
            let context = || format!("--output {}", file.display());
            let drawn = overlay(photo, &explanation.map, shown);
            png(
                &drawn,
                &texts(&explanation, self.settings.policy.scores(), &self.settings.model),
                &mut bytes,
            )
            .with_context(context)?;
            let partial = file.with_extension(format!("{}-{}.partial", std::process::id(), image.seq));
            match write(&bytes, &partial, &file, self.settings.replace).with_context(context)? {
                true => outcome.written.push(Explained { rank, index, file }),
                false => outcome.refused.push(file),
            }
        }
        Ok(outcome)
    }
}

/// Puts a file into its place, by way of `partial`, whole or not at all; `false` when another one is there that is not
/// to be replaced.
fn write(bytes: &[u8], partial: &Path, file: &Path, replace: bool) -> io::Result<bool> {
    if !replace && file.symlink_metadata().is_ok() {
        // A run that is done again has nothing to add.
        return Ok(fs::read(file).is_ok_and(|there| there == bytes));
    }
    // What a run left here that was killed.
    let _ = fs::remove_file(partial);
    let written = File::options().write(true).create_new(true).open(partial).and_then(|mut out| {
        io::Write::write_all(&mut out, bytes)?;
        fs::rename(partial, file)
    });
    if written.is_err() {
        let _ = fs::remove_file(partial);
    }
    written.map(|()| true)
}
