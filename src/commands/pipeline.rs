//! Images through a model, batch by batch and in order: what the commands that run a model share.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;

use super::interrupt::Interrupt;
use super::open;
use crate::batch::{self, Ordered};
use crate::classifier::Classifier;
use crate::error::{ImageError, ImageErrorKind};
use crate::image::decode::{DecodeOptions, Rgb8, decode};
use crate::image::resample::{Kernel, Window, resample};
use crate::inputs::Source;
use crate::model::engine::Output;
use crate::output::ModelHeader;
use crate::output::console::Console;
use crate::settings;

/// Multiply-adds that a forward pass of a CPU should hold, about 25 ms of two cores: less, and the threads
/// meet too often; more, and records wait, decoders idle and the activations leave the caches.
const CPU_PASS: u64 = 2_500_000_000;

/// Images that keep a GPU busy.
const GPU_BATCH: usize = 32;

/// The longer side of a photo that is drawn on.
const PHOTO_SIDE: u32 = 1024;

/// A model and the way that images take to it.
pub struct Pipeline {
    pub classifier: Arc<Classifier>,
    pub threads: usize,
    decode: DecodeOptions,
    batch_size: usize,
    keep_photos: bool,
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
    /// The image itself, at most [`PHOTO_SIDE`] pixels a side; only where it is drawn on.
    pub photo: Option<Rgb8>,
}

impl Pipeline {
    /// Starts threads and loads the model.
    ///
    /// # Errors
    /// When weights or device cannot be had.
    pub fn open(settings: &settings::Pipeline, console: Console) -> Result<Self> {
        let threads = open::threads(settings.threads)?;
        let classifier = Arc::new(open::classifier(settings, threads, console)?);
        let batch_size = settings.batch_size.unwrap_or_else(|| batch_size(&classifier, threads));
        Ok(Pipeline {
            classifier,
            threads,
            decode: settings.decode,
            batch_size,
            keep_photos: settings.explains,
        })
    }

    /// What the output says of the model; `numbers` is what its numbers are.
    pub fn header(&self, numbers: &str) -> ModelHeader {
        open::describe(&self.classifier, &self.decode, numbers)
    }

    /// Starts workers that read, decode and preprocess images, each with its place in the input.
    ///
    /// # Errors
    /// When threads cannot be started.
    pub fn images(&self, jobs: impl Iterator<Item = (u64, Source)> + Send + 'static) -> Result<Images> {
        let (classifier, options, keep) = (Arc::clone(&self.classifier), self.decode, self.keep_photos);
        let work = move |(seq, source): &(u64, Source)| {
            let image = source.read().and_then(|bytes| decode(&bytes, &options)).map(|image| Input {
                width: image.width,
                height: image.height,
                pixels: classifier.preprocess(&image),
                photo: keep.then(|| small(image)),
            });
            Decoded { seq: *seq, path: source.path.clone(), image }
        };
        let rescue = |(seq, source): &(u64, Source)| Decoded {
            seq: *seq,
            path: source.path.clone(),
            image: Err(ImageError::new(ImageErrorKind::Decode, "corrupt image: its decoder gave up")),
        };
        let capacity = self.batch_size + 2 * self.threads;
        let ordered = batch::ordered(jobs, self.threads, capacity, work, rescue)?;
        Ok(Images { ordered, batch_size: self.batch_size })
    }

    /// A forward pass of those images of a batch that could be read: a row each, in their order.
    ///
    /// # Errors
    /// When there is no such output or the device fails.
    pub fn numbers(&self, images: &[Decoded], output: Output) -> Result<Vec<Vec<f32>>> {
        let [rows] = self.numbers_for(images, [output])?;
        Ok(rows)
    }

    /// [`Self::numbers`] for several outputs of one forward pass.
    ///
    /// # Errors
    /// As [`Self::numbers`].
    pub fn numbers_for<const K: usize>(
        &self,
        images: &[Decoded],
        outputs: [Output; K],
    ) -> Result<[Vec<Vec<f32>>; K]> {
        let read = images.iter().filter_map(|image| image.image.as_ref().ok());
        let pixels: Vec<&[f32]> = read.map(|input| &input.pixels[..]).collect();
        Ok(self.classifier.engine().run_for(&pixels.concat(), outputs)?)
    }
}

/// An image, made smaller where it has more than [`PHOTO_SIDE`] pixels a side.
fn small(image: Rgb8) -> Rgb8 {
    let longer = image.width.max(image.height);
    if longer <= PHOTO_SIDE {
        return image;
    }
    let share = f64::from(PHOTO_SIDE) / f64::from(longer);
    let side = |length: u32| ((f64::from(length) * share).round() as u32).max(1);
    let (height, width) = (side(image.height), side(image.width));
    resample(&image, height, width, Kernel::Bilinear, Window::whole(height, width))
}

/// Images in a forward pass, where nobody said: by the size of the network, and enough for all threads.
fn batch_size(classifier: &Classifier, threads: usize) -> usize {
    if classifier.device() != "cpu" {
        return GPU_BATCH;
    }
    let each = classifier.weights().graph.total_multiply_adds();
    ((CPU_PASS / each.max(1)) as usize).clamp(2, 8).max(threads / 2)
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
