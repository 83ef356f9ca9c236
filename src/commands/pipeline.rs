//! Images through a model, batch by batch and in order, for the commands that want its numbers rather than
//! named classes.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;

use super::interrupt::Interrupt;
use super::open;
use crate::batch::{self, Ordered};
use crate::classifier::{Classifier, Options};
use crate::error::{ImageError, ImageErrorKind};
use crate::image::decode::{DecodeOptions, decode};
use crate::inputs::Source;
use crate::model::device::{self, DeviceChoice};
use crate::model::engine::Output;
use crate::output::ModelHeader;
use crate::output::console::Console;
use crate::settings;

/// Forward passes of the CPU gain nothing from more images than this.
const CPU_BATCH: usize = 8;

/// A model and the way that images take to it.
pub struct Pipeline {
    pub classifier: Arc<Classifier>,
    pub threads: usize,
    decode: DecodeOptions,
    batch_size: usize,
}

/// An image on its way from its file to its numbers.
pub struct Decoded {
    pub seq: u64,
    pub path: PathBuf,
    pub image: Result<Input, ImageError>,
}

/// An image as the network takes it.
pub struct Input {
    pub width: u32,
    pub height: u32,
    /// H, W, 3.
    pub pixels: Vec<f32>,
}

impl Pipeline {
    /// Starts threads and loads the model.
    ///
    /// # Errors
    /// When weights or device cannot be had.
    pub fn open(settings: &settings::Pipeline, console: Console) -> Result<Self> {
        let threads = open::threads(settings.threads)?;
        let loaded = open::weights(&settings.model, console)?;
        let (device, choice) = device::open(settings.device)?;
        let preprocessing = Some(settings.preprocessing.apply(loaded.preprocessing)?);
        let options = Options { preprocessing, device, threads: NonZeroUsize::new(threads) };
        let classifier = Arc::new(Classifier::new(loaded, options)?);
        if settings.device == DeviceChoice::Auto {
            console.note(&format!("{} on {choice}, threads: {threads}", classifier.name()));
        }
        let batch_size = settings.batch_size.unwrap_or(CPU_BATCH);
        Ok(Pipeline { classifier, threads, decode: settings.decode, batch_size })
    }

    /// What the output says of the model; `numbers` is what its numbers are.
    pub fn header(&self, numbers: &str) -> ModelHeader {
        open::describe(&self.classifier, &self.decode, numbers)
    }

    /// Starts to read, decode and preprocess.
    ///
    /// # Errors
    /// When threads cannot be started.
    pub fn images(&self, sources: impl Iterator<Item = Source> + Send + 'static) -> Result<Images> {
        let (classifier, options) = (Arc::clone(&self.classifier), self.decode);
        let work = move |(seq, source): &(usize, Source)| {
            let image = source.read().and_then(|bytes| decode(&bytes, &options)).map(|image| Input {
                width: image.width,
                height: image.height,
                pixels: classifier.preprocess(&image),
            });
            Decoded { seq: *seq as u64, path: source.path.clone(), image }
        };
        let rescue = |(seq, source): &(usize, Source)| Decoded {
            seq: *seq as u64,
            path: source.path.clone(),
            image: Err(ImageError::new(ImageErrorKind::Decode, "corrupt image: its decoder gave up")),
        };
        let capacity = self.batch_size + 2 * self.threads;
        let ordered = batch::ordered(sources.enumerate(), self.threads, capacity, work, rescue)?;
        Ok(Images { ordered, batch_size: self.batch_size })
    }

    /// A forward pass of those images of a batch that could be read: a row each, in their order.
    ///
    /// # Errors
    /// When there is no such output or the device fails.
    pub fn numbers(&self, images: &[Decoded], output: Output) -> Result<Vec<Vec<f32>>> {
        let read = images.iter().filter_map(|image| image.image.as_ref().ok());
        let pixels: Vec<&[f32]> = read.map(|input| &input.pixels[..]).collect();
        Ok(self.classifier.engine().run(&pixels.concat(), output)?)
    }
}

/// Batches of images, in the order of their sources.
pub struct Images {
    ordered: Ordered<Decoded>,
    batch_size: usize,
}

impl Images {
    /// The next batch; empty at the end, or when the run is to end.
    pub fn next_batch(&mut self, interrupt: &Interrupt) -> Vec<Decoded> {
        if interrupt.signal().is_some() {
            return Vec::new();
        }
        self.ordered.next_batch(self.batch_size, interrupt.flag())
    }
}
