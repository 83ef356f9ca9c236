//! Images through a model, batch by batch and in order: what the commands that run a model share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;

use super::interrupt::Interrupt;
use super::open;
use crate::batch::{self, Ordered};
use crate::classifier::Classifier;
use crate::error::{Error, ImageError, ImageErrorKind};
use crate::image::decode::{DecodeOptions, decode_reusing};
use crate::inputs::Source;
use crate::model::engine::Output;
use crate::output::ModelHeader;
use crate::output::console::Console;
use crate::settings;

/// Images that keep a GPU busy.
const GPU_BATCH: usize = 32;

/// Readers for each thread that computes: a disk or a network is waited for beside the arithmetic.
const READERS: usize = 2;

/// A model and the way that images take to it.
pub struct Pipeline {
    pub classifier: Arc<Classifier>,
    pub threads: usize,
    decode: DecodeOptions,
    batch_size: usize,
}

/// An image that went through.
pub struct Answered {
    pub seq: u64,
    pub path: PathBuf,
    pub image: Result<Numbers, ImageError>,
}

/// What the network says of an image.
pub struct Numbers {
    pub width: u32,
    pub height: u32,
    /// Class scores or features.
    pub row: Vec<f32>,
}

impl Pipeline {
    /// Starts threads and loads the model.
    ///
    /// # Errors
    /// When weights or device cannot be had.
    pub fn open(settings: &settings::Pipeline, console: Console) -> Result<Self> {
        let threads = open::threads(settings.threads)?;
        let classifier = Arc::new(open::classifier(settings, threads, console)?);
        let fitting = if classifier.device() == "cpu" { threads } else { GPU_BATCH };
        let batch_size = settings.batch_size.unwrap_or(fitting);
        Ok(Pipeline { classifier, threads, decode: settings.decode, batch_size })
    }

    /// What the output says of the model; `numbers` is what its numbers are.
    pub fn header(&self, numbers: &str) -> ModelHeader {
        open::describe(&self.classifier, &self.decode, numbers)
    }

    /// Starts workers that read files, each with its place in the input, and counts them in `load`.
    fn read(
        &self,
        jobs: impl Iterator<Item = (u64, Source)> + Send + 'static,
        load: &Arc<AtomicUsize>,
    ) -> std::io::Result<Ordered<Bytes>> {
        let load = Arc::clone(load);
        let jobs = jobs.inspect(move |_| {
            load.fetch_add(1, Ordering::Relaxed);
        });
        let read = |(seq, source): &(u64, Source)| (*seq, source.path.clone(), source.read());
        let rescue = |(seq, source): &(u64, Source)| {
            let error = ImageError::new(ImageErrorKind::Io, "it cannot be read");
            (*seq, source.path.clone(), Err(error))
        };
        batch::ordered(jobs, READERS * self.threads, self.threads, read, rescue)
    }

    /// Starts workers that take images, each with its place in the input, through the network.
    ///
    /// On a CPU a worker takes its image all the way by itself, while there are others to do; images that are
    /// too few for all threads, and those for other devices, are only made ready and run in a batch.
    ///
    /// # Errors
    /// When threads cannot be started.
    pub fn images(
        &self,
        jobs: impl Iterator<Item = (u64, Source)> + Send + 'static,
        output: Output,
    ) -> Result<Images> {
        let load = Arc::new(AtomicUsize::new(0));
        let read = self.read(jobs, &load)?;
        let work = {
            let (classifier, options, threads) = (Arc::clone(&self.classifier), self.decode, self.threads);
            let (load, spares) = (Arc::clone(&load), Spares::default());
            move |(seq, path, bytes): &Bytes| {
                let mut spare = spares.take();
                let image = match bytes {
                    Ok(bytes) => decode_reusing(bytes, &options, &mut spare),
                    Err(error) => Err(error.clone()),
                };
                let item = image.map(|image| {
                    let pixels = classifier.preprocess(&image);
                    spares.keep(image.pixels);
                    let alone = load.load(Ordering::Relaxed) < threads;
                    let row = if alone { None } else { classifier.engine().run_alone(&pixels, output) };
                    let stage = row.map_or(Stage::Ready(pixels), Stage::Done);
                    Item { width: image.width, height: image.height, stage }
                });
                load.fetch_sub(1, Ordering::Relaxed);
                (*seq, path.clone(), item)
            }
        };
        let rescue = move |(seq, path, _): &Bytes| {
            load.fetch_sub(1, Ordering::Relaxed);
            let error = ImageError::new(ImageErrorKind::Decode, "corrupt image: its decoder gave up");
            (*seq, path.clone(), Err(error))
        };
        let ordered = batch::ordered(read, self.threads, self.batch_size + 2 * self.threads, work, rescue)?;
        Ok(Images { ordered, classifier: Arc::clone(&self.classifier), output, batch_size: self.batch_size })
    }
}

/// A file that was read.
type Bytes = (u64, PathBuf, Result<Vec<u8>, ImageError>);

/// An image that could be read.
struct Item {
    width: u32,
    height: u32,
    stage: Stage,
}

impl Item {
    /// What is still to run.
    fn pixels(&self) -> Option<&[f32]> {
        match &self.stage {
            Stage::Ready(pixels) => Some(pixels),
            Stage::Done(_) => None,
        }
    }
}

/// Memory of pixels that are no longer needed, for those of the next images.
#[derive(Default)]
struct Spares(Mutex<Vec<Vec<u8>>>);

impl Spares {
    /// The most that is kept of an image, 32 megapixels: larger ones are too few to hold memory for.
    const MAX_BYTES: usize = 96 << 20;

    /// Some memory, or none.
    fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Keeps memory; there is never more of it than there are workers.
    fn keep(&self, pixels: Vec<u8>) {
        if pixels.capacity() <= Self::MAX_BYTES {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(pixels);
        }
    }
}

/// How far it has come.
enum Stage {
    /// H, W, 3, as the network takes it.
    Ready(Vec<f32>),
    /// Through the network.
    Done(crate::error::Result<Vec<f32>>),
}

/// Batches of images, in the order of their sources.
pub struct Images {
    ordered: Ordered<(u64, PathBuf, Result<Item, ImageError>)>,
    classifier: Arc<Classifier>,
    output: Output,
    batch_size: usize,
}

impl Images {
    /// The next images; none at the end, or when the run is to end.
    ///
    /// # Errors
    /// When the device fails, or the network has no such output.
    pub fn next_batch(&mut self, interrupt: &Interrupt) -> Result<Vec<Answered>> {
        if interrupt.signal().is_some() {
            return Ok(Vec::new());
        }
        let items = self.ordered.next_batch(self.batch_size, interrupt.flag());
        let pixels: Vec<&[f32]> =
            items.iter().filter_map(|(_, _, image)| image.as_ref().ok()?.pixels()).collect();
        let mut rows = self.classifier.engine().run(&pixels, self.output)?.into_iter();
        let mut numbers = |Item { width, height, stage }: Item| -> Result<Numbers> {
            let row = match stage {
                Stage::Done(row) => row?,
                Stage::Ready(_) => {
                    rows.next().ok_or(Error::Config("a row of numbers is missing".to_owned()))?
                }
            };
            Ok(Numbers { width, height, row })
        };
        let answered = items.into_iter().map(|(seq, path, image)| {
            let image = match image {
                Ok(item) => Ok(numbers(item)?),
                Err(error) => Err(error),
            };
            Ok(Answered { seq, path, image })
        });
        answered.collect()
    }
}
