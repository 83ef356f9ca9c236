//! Takes images through a model, in order: reads, decodes, prepares and runs the network.

mod buffer_pool;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;

use super::interrupt::Interrupt;
use super::open;
use crate::answers::policy::Policy;
use crate::answers::predictions::Notes;
use crate::classifier::Classifier;
use crate::engine::Engine;
use crate::engine::NetworkOutput::{self, Features};
use crate::error::{self, Error, ImageError, ImageErrorKind};
use crate::files::Stamp;
use crate::image::decode::{DecodeOptions, Decoded, Rgb8, decode_resized, is_preview};
use crate::image::exif::Capture;
use crate::image::resample::{Kernel, PixelWindow, resample};
use crate::inputs::{InputOptions, Source};
use crate::output::ModelHeader;
use crate::output::console::Console;
use crate::output::report::thumbnail;
use crate::run::clock::{Clock, TimeLimit};
use crate::run::memory::MemoryBudget;
use crate::run::ordered::{self, Ordered, Trouble};
use crate::settings;
use buffer_pool::BufferPool;

/// Images that keep a GPU busy.
const GPU_BATCH: usize = 32;

/// Reading threads for each computing thread, so that disk and network are waited for beside the arithmetic.
const READERS: usize = 2;

/// The longer side of a photo that is drawn on.
const PHOTO_SIDE: u32 = 1024;

/// A model, and how images are read and prepared for it.
pub struct Pipeline {
    pub classifier: Arc<Classifier>,
    pub threads: usize,
    decode: DecodeOptions,
    memory: Arc<MemoryBudget>,
    batch_size: usize,
    explains: bool,
    thumbnails: bool,
    reads_exif: bool,
}

/// An image in the pipeline: its place among the inputs, its path, and its result so far, or why it failed.
pub struct Item<T> {
    /// Its place among the inputs.
    pub seq: u64,
    /// Its path.
    pub path: PathBuf,
    /// Which state of its file it was read from.
    pub stamp: Option<Stamp>,
    /// Its result so far.
    pub result: Result<T, ImageError>,
}

/// An image at the end of the pipeline.
pub type Answered = Item<Numbers>;

/// What the network computed for an image.
pub struct Numbers {
    pub width: u32,
    pub height: u32,
    /// Other facts for its record.
    pub notes: Notes,
    /// Class scores or features.
    pub row: Vec<f32>,
    /// A small JPEG in base64, only where a report shows it.
    pub thumbnail: Option<String>,
    /// Only where answers are explained.
    pub scene: Option<Scene>,
}

/// What an answer is explained by.
pub struct Scene {
    /// The image itself, at most 1024 pixels a side.
    pub photo: Rgb8,
    /// The last feature map: H, W, C.
    pub features: Vec<f32>,
}

impl Pipeline {
    /// [`Self::open`] for a run over `inputs`, after a look at them: nothing is downloaded if all of them are missing.
    ///
    /// # Errors
    /// Also when none of the named inputs exists and the weights are not on this machine.
    pub fn open_for(inputs: &InputOptions, settings: &settings::Pipeline, console: Console) -> Result<Self> {
        open::refuse_missing_inputs(inputs, &settings.model)?;
        Self::open(settings, console)
    }

    /// Starts threads and loads the model.
    ///
    /// # Errors
    /// When weights or device are unavailable.
    pub fn open(settings: &settings::Pipeline, console: Console) -> Result<Self> {
        let threads = open::threads(settings.threads)?;
        let classifier = Arc::new(open::classifier(settings, threads, console)?);
        let fitting = if classifier.device() == "cpu" { threads } else { GPU_BATCH };
        let batch_size = settings.batch_size.unwrap_or(fitting);
        let settings::Pipeline { mut decode, explains, thumbnails, reads_exif, .. } = *settings;
        let (height, width) = classifier.config().input_size;
        // A preview that would have to be enlarged is only a thumbnail of the photo.
        decode.min_preview = height.min(width) as u32;
        // Measured now, after the weights were loaded.
        let memory = Arc::new(MemoryBudget::new(settings.memory, threads));
        Ok(Pipeline { classifier, threads, decode, memory, batch_size, explains, thumbnails, reads_exif })
    }

    /// What the output says of the model; `numbers` is what its numbers are.
    pub fn header(&self, numbers: &str) -> ModelHeader {
        open::describe(&self.classifier, &self.decode, numbers, None)
    }

    /// What the output says of the model whose answers are made by `policy`.
    pub fn header_of(&self, policy: &Policy) -> ModelHeader {
        open::describe(&self.classifier, &self.decode, policy.scores().as_str(), Some(policy))
    }

    /// Starts workers that take images, each with its place in the input, through the network.
    ///
    /// On a CPU a worker runs the network on its image by itself while more images follow. Images that are too few
    /// for all threads, and those for other devices, are only prepared, and then run in a batch.
    ///
    /// # Errors
    /// When threads cannot be started.
    pub fn images(
        &self,
        items: impl Iterator<Item = (u64, Source)> + Send + 'static,
        output: NetworkOutput,
    ) -> Result<ImageStream> {
        let limit = TimeLimit::DECODING;
        let load = Arc::new(AtomicUsize::new(0));
        let read = self.read(items, &load)?;
        let network =
            ForwardPass { classifier: Arc::clone(&self.classifier), output, explains: self.explains };
        let work = {
            let (network, options, threads) = (network.clone(), self.decode, self.threads);
            let (thumbnails, reads_exif) = (self.thumbnails, self.reads_exif);
            let (load, memory) = (Arc::clone(&load), Arc::clone(&self.memory));
            let buffers = BufferPool::of(memory.small);
            move |Item { seq, path, stamp, result }: &Item<Contents>, clock: &Clock| {
                let resized = |size| network.classifier.resized(size);
                let mut spare = buffers.take();
                let mut decode = |bytes: &[u8], max_memory| {
                    let options = DecodeOptions { max_memory, ..options };
                    let decoded = decode_resized(bytes, &options, &resized, &mut spare)?;
                    Ok((notes(bytes, decoded.truncated, reads_exif), decoded))
                };
                let image = match result {
                    Ok(Contents::Read(bytes)) => memory.within(0, clock, |allowed| decode(bytes, allowed)),
                    Ok(Contents::Large(source, size)) => {
                        memory.within(*size, clock, |allowed| decode(&source.read()?, allowed))
                    }
                    Err(error) => Err(error.clone()),
                };
                let result = image.map(|(notes, Decoded { image, width, height, .. })| {
                    let pixels = network.classifier.preprocess(&image);
                    let thumbnail = if thumbnails { thumbnail(&image) } else { None };
                    let photo = if network.explains {
                        Some(small(image))
                    } else {
                        buffers.keep(image.pixels);
                        None
                    };
                    let busy = load.load(Ordering::Relaxed) >= threads;
                    let rows = if busy { network.run_alone(&pixels) } else { None };
                    let stage = rows.map_or(Stage::Ready(pixels), Stage::Done);
                    Prepared { width, height, notes, thumbnail, photo, stage }
                });
                load.fetch_sub(1, Ordering::Relaxed);
                Item { seq: *seq, path: path.clone(), stamp: *stamp, result }
            }
        };
        // A decoder's panic is already an error of its image; any other panic is a bug of ours.
        let memory = Arc::clone(&self.memory);
        let rescue = move |Item { seq, path, stamp, .. }: &Item<Contents>, trouble: Trouble<'_>| {
            let result = match trouble {
                Trouble::Panic(words) => {
                    load.fetch_sub(1, Ordering::Relaxed);
                    let defect = Error::Defect(format!("{}: {words}", path.display()));
                    let stage = Stage::Done(Err(defect));
                    let notes = Notes::default();
                    Ok(Prepared { width: 0, height: 0, notes, thumbnail: None, photo: None, stage })
                }
                Trouble::Late { held } => {
                    // Its thread still counts as busy.
                    memory.lose(held);
                    let minutes = (limit.tick * limit.ticks).as_secs() / 60;
                    let message = format!("decoding it takes longer than {minutes} minutes");
                    Err(ImageError::new(ImageErrorKind::Timeout, message))
                }
            };
            Item { seq: *seq, path: path.clone(), stamp: *stamp, result }
        };
        let capacity = self.batch_size + 2 * self.threads;
        let ordered = ordered::ordered_within(read, (self.threads, capacity), Some(limit), work, rescue)?;
        Ok(ImageStream { ordered, network, batch_size: self.batch_size })
    }

    /// Starts workers that read files, each with its place in the input, and counts them in `load`.
    fn read(
        &self,
        items: impl Iterator<Item = (u64, Source)> + Send + 'static,
        load: &Arc<AtomicUsize>,
    ) -> std::io::Result<Ordered<Item<Contents>>> {
        let (load, most) = (Arc::clone(load), self.memory.read_ahead);
        let items = items.inspect(move |_| {
            load.fetch_add(1, Ordering::Relaxed);
        });
        let item =
            |seq: u64, source: &Source, stamp, result| Item { seq, path: source.path.clone(), stamp, result };
        let read = move |(seq, source): &(u64, Source)| {
            // Taken before the file is read: after an edit in between, the stamp is outdated and the image is redone.
            let stamp = source.stamp();
            let contents = match stamp {
                Some(Stamp { bytes, .. }) if bytes > most => Ok(Contents::Large(source.clone(), bytes)),
                _ => source.read().map(Contents::Read),
            };
            item(*seq, source, stamp, contents)
        };
        let rescue = move |(seq, source): &(u64, Source), words: &str| {
            let error = ImageError::new(ImageErrorKind::Io, format!("it cannot be read: {words}"));
            item(*seq, source, None, Err(error))
        };
        ordered::ordered(items, READERS * self.threads, self.threads, read, rescue)
    }
}

/// The bytes of an image's file.
enum Contents {
    Read(Vec<u8>),
    /// Too many to read ahead: they are read once there is memory for them.
    Large(Source, u64),
}

/// The requested output, and the feature map if that is needed too.
type Computed = (Vec<f32>, Option<Vec<f32>>);

/// An image that could be decoded.
struct Prepared {
    width: u32,
    height: u32,
    notes: Notes,
    thumbnail: Option<String>,
    photo: Option<Rgb8>,
    stage: Stage,
}

/// How far it has got.
enum Stage {
    /// H, W, 3, as the network takes it.
    Ready(Vec<f32>),
    /// Through the network.
    Done(error::Result<Computed>),
}

impl Prepared {
    /// What is still to run.
    fn pixels(&self) -> Option<&[f32]> {
        match &self.stage {
            Stage::Ready(pixels) => Some(pixels),
            Stage::Done(_) => None,
        }
    }
}

/// The network and the requested output.
#[derive(Clone)]
struct ForwardPass {
    classifier: Arc<Classifier>,
    output: NetworkOutput,
    explains: bool,
}

impl ForwardPass {
    fn engine(&self) -> &Engine {
        self.classifier.engine()
    }

    /// Runs one image on the calling thread, where the device supports that.
    fn run_alone(&self, pixels: &[f32]) -> Option<error::Result<Computed>> {
        if self.explains {
            let rows = self.engine().run_alone(pixels, [self.output, Features])?;
            return Some(rows.map(|[row, features]| (row, Some(features))));
        }
        Some(self.engine().run_alone(pixels, [self.output])?.map(|[row]| (row, None)))
    }

    /// Runs a batch on all threads, or on the device.
    fn run(&self, images: &[&[f32]]) -> error::Result<Vec<Computed>> {
        if self.explains {
            let [rows, features] = self.engine().run_for(images, [self.output, Features])?;
            return Ok(rows.into_iter().zip(features.into_iter().map(Some)).collect());
        }
        Ok(self.engine().run(images, self.output)?.into_iter().map(|row| (row, None)).collect())
    }
}

/// Answered images, in the order of their sources.
pub struct ImageStream {
    ordered: Ordered<Item<Prepared>>,
    network: ForwardPass,
    batch_size: usize,
}

impl ImageStream {
    /// The next images; empty at the end, or after an interrupt.
    ///
    /// # Errors
    /// When the device fails, or the network has no such output.
    pub fn next_batch(&mut self, interrupt: &Interrupt) -> Result<Vec<Answered>> {
        if interrupt.signal().is_some() {
            return Ok(Vec::new());
        }
        let items = self.ordered.next_batch(self.batch_size, interrupt.flag());
        let pixels: Vec<&[f32]> =
            items.iter().filter_map(|item| item.result.as_ref().ok()?.pixels()).collect();
        let mut rows = self.network.run(&pixels)?.into_iter();
        let mut numbers =
            |Prepared { width, height, notes, thumbnail, photo, stage }: Prepared| -> Result<Numbers> {
                let (row, features) = match stage {
                    Stage::Done(rows) => rows?,
                    Stage::Ready(_) => {
                        rows.next().ok_or(Error::Config("a row of numbers is missing".to_owned()))?
                    }
                };
                let scene = photo.zip(features).map(|(photo, features)| Scene { photo, features });
                Ok(Numbers { width, height, notes, row, thumbnail, scene })
            };
        let answered = items.into_iter().map(|Item { seq, path, stamp, result }| {
            let result = match result {
                Ok(prepared) => Ok(numbers(prepared)?),
                Err(error) => Err(error),
            };
            Ok(Item { seq, path, stamp, result })
        });
        answered.collect()
    }
}

/// The facts about an image that its record shows beside the answer.
fn notes(bytes: &[u8], truncated: bool, reads_exif: bool) -> Notes {
    let Capture { taken, gps } = if reads_exif { Capture::read(bytes) } else { Capture::default() };
    Notes { truncated, preview: is_preview(bytes), taken, gps, burst: None }
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
    resample(&image, height, width, Kernel::Bilinear, PixelWindow::whole(height, width))
}
