//! A program on a card. A batch goes up from pinned memory and comes down in one copy; a batch size that comes a second time
//! is recorded as a CUDA graph, and from then on replayed: one call for some hundred kernels.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use candle_core::CudaDevice;
use candle_core::cuda_backend::WrapErr;
use candle_core::cuda_backend::cudarc::driver::sys::{CUgraphInstantiate_flags, CUstreamCaptureMode};
use candle_core::cuda_backend::cudarc::driver::{
    CudaEvent, CudaGraph, CudaSlice, CudaStream, DevicePtr, PinnedHostSlice, result,
};
use half::{bf16, f16};
use rayon::prelude::*;

use super::launch::Launch;
use super::launch::{Bases, Ready};
use super::program::Program;
use crate::engine::NetworkOutput;
use crate::engine::plan::Plan;
use crate::error::{Error, Result};
use crate::graph::Weights;
use crate::kernels::Precision;
use crate::kernels::cuda::launch::Kernels;
use crate::kernels::cuda::product::Products;
use crate::kernels::cuda::{Address, bytes};

/// Streams that branches of a region are dealt to.
const STREAMS: usize = 4;

/// Threads that copy images to where the card takes them from.
const COPIERS: usize = 4;

/// Images that are copied to the card at a time.
const PART: usize = 16;

/// Recorded batch sizes; when there are more, all are forgotten.
const MOST_GRAPHS: usize = 16;

/// A network on a card.
pub struct CudaEngine {
    precision: Precision,
    program: Program,
    most_images: usize,
    image: usize,
    kernels: Kernels,
    products: Products,
    parameters: CudaSlice<u8>,
    /// The first one has the copies, and all that is not done side by side.
    streams: Vec<Arc<CudaStream>>,
    /// What has happened on a stream.
    events: Vec<CudaEvent>,
    /// Copies images; its threads do nothing else, so none of them can wait for what its caller has locked.
    copiers: rayon::ThreadPool,
    state: Mutex<State>,
}

/// By images and outputs.
type Graphs = HashMap<(usize, Vec<NetworkOutput>), Recording>;

/// How far a batch that came before has come.
enum Recording {
    /// It is recorded when it comes again.
    Due,
    Done(Recorded),
    /// It cannot be recorded, and is put on the streams kernel by kernel.
    Refused,
}

/// Memory for batches, and what was recorded over it.
#[derive(Default)]
struct State {
    images: usize,
    row: usize,
    memory: Option<Memory>,
    graphs: Graphs,
}

struct Memory {
    arena: CudaSlice<u8>,
    input: CudaSlice<f32>,
    results: CudaSlice<f32>,
    up: PinnedHostSlice<f32>,
    down: PinnedHostSlice<f32>,
}

struct Recorded(CudaGraph);

// SAFETY: a graph may be used by any thread, one at a time; it lies behind the lock of the state.
unsafe impl Send for Recorded {}

impl CudaEngine {
    /// Puts a plan's network on a card.
    ///
    /// # Errors
    /// When the card cannot compute in these numbers, memory is short, or a kernel cannot be compiled.
    pub fn new(
        device: &CudaDevice,
        plan: &Plan,
        weights: &Weights,
        precision: Precision,
    ) -> Result<CudaEngine> {
        let context = Arc::clone(device.cuda_stream().context());
        let (major, minor) = context.compute_capability().w()?;
        if matches!(precision, Precision::Tf32 | Precision::Bf16) && major < 8 {
            let detail = format!("{precision} needs compute capability 8.0, this card has {major}.{minor}");
            return Err(Error::Device { device: "cuda".to_owned(), detail });
        }
        let program = Program::new(plan)?;
        let numbers = in_bytes(&program.parameters.fill(plan, weights), precision);
        // Streams of its own: a recording must not meet what others do.
        let streams =
            (0..STREAMS).map(|_| context.new_stream()).collect::<std::result::Result<Vec<_>, _>>().w()?;
        let events =
            (0..STREAMS).map(|_| context.new_event(None)).collect::<std::result::Result<_, _>>().w()?;
        let parameters = streams[0].clone_htod(&numbers).w()?;
        streams[0].synchronize().w()?; // the weights are there for all streams
        Ok(CudaEngine {
            precision,
            most_images: program.most_images(),
            image: plan.input.elements(),
            kernels: Kernels::new(device, precision)?,
            products: Products::new(&streams[0], STREAMS, precision)?,
            program,
            parameters,
            streams,
            events,
            copiers: rayon::ThreadPoolBuilder::new()
                .num_threads(COPIERS)
                .build()
                .map_err(|error| Error::Config(error.to_string()))?,
            state: Mutex::default(),
        })
    }

    /// The number of the card.
    pub fn ordinal(&self) -> usize {
        self.streams[0].context().ordinal()
    }

    /// A forward pass; a row for each output and image.
    ///
    /// `images`: H, W, 3 each, f32 in -1 to 1, of the network's size.
    ///
    /// # Errors
    /// When there is no such output, memory is short, or the device fails.
    pub fn run<const K: usize>(
        &self,
        images: &[&[f32]],
        outputs: [NetworkOutput; K],
    ) -> Result<Vec<[Vec<f32>; K]>> {
        // One pass at a time: all use the same memory.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows = Vec::with_capacity(images.len());
        for images in images.chunks(self.most_images) {
            let part = self.pass(&mut state, images, outputs);
            if part.as_ref().is_err_and(Error::is_out_of_memory) {
                *state = State::default(); // makes room for a smaller batch, and for what libraries want
            }
            rows.extend(part?);
        }
        Ok(rows)
    }

    fn pass<const K: usize>(
        &self,
        state: &mut State,
        images: &[&[f32]],
        outputs: [NetworkOutput; K],
    ) -> Result<Vec<[Vec<f32>; K]>> {
        let (main, count) = (&self.streams[0], images.len());
        let mut lengths = [0; K]; // of a row of each output
        for (length, output) in lengths.iter_mut().zip(outputs) {
            *length = Program::result_elements(self.program.result(output)?);
        }
        main.context().bind_to_thread().w()?;
        self.reserve(state, count, lengths.iter().sum())?;
        let State { memory, graphs, .. } = state;
        let memory = memory.as_mut().ok_or_else(|| Error::Config("no memory was reserved".to_owned()))?;
        let bases = self.bases(memory);
        let copied = self.upload(&mut memory.up, images, bases.input);
        let done = copied.and_then(|()| self.compute(graphs, count, &bases, &outputs));
        let down = &mut memory.down.as_mut_slice().w()?[..count * lengths.iter().sum::<usize>()];
        // SAFETY: the memory is large enough, and nobody reads or writes it before the stream is done.
        let fetched = unsafe { result::memcpy_dtoh_async(down, bases.results, main.cu_stream()) };
        main.synchronize().w()?;
        if done.is_err() {
            // Branches that were not joined: nothing may be under way to memory that is used again.
            self.streams.iter().try_for_each(|stream| stream.synchronize()).w()?;
        }
        done?;
        fetched.w()?;
        let row = |image: usize| {
            let mut start = 0; // of an output's rows
            lengths.map(|length| {
                let row = &down[start + image * length..][..length];
                start += count * length;
                row.to_vec()
            })
        };
        Ok((0..count).map(row).collect())
    }

    /// Puts images on their way: while some are copied by the card, the next ones are made ready.
    fn upload(&self, up: &mut PinnedHostSlice<f32>, images: &[&[f32]], to: Address) -> Result<()> {
        let up = up.as_mut_slice().w()?.chunks_mut(self.image * PART);
        for (part, (up, images)) in up.zip(images.chunks(PART)).enumerate() {
            let up = &mut up[..images.len() * self.image];
            let copy = |(to, from): (&mut [f32], &&[f32])| to.copy_from_slice(from);
            if rayon::current_thread_index().is_none() {
                self.copiers.install(|| up.par_chunks_exact_mut(self.image).zip(images).for_each(copy));
            } else {
                // A thread of rayon's that waits takes on other work, which may want what is locked here.
                up.chunks_exact_mut(self.image).zip(images).for_each(copy);
            }
            let to = to + (part * PART * self.image * size_of::<f32>()) as Address;
            // SAFETY: the caller waits for the stream before this memory is used again, and there is as much on
            // the card.
            unsafe { result::memcpy_htod_async(to, up, self.streams[0].cu_stream()).w()? };
        }
        Ok(())
    }

    /// Starts a pass: kernel by kernel the first time, recorded the second, replayed from then on.
    fn compute(
        &self,
        graphs: &mut Graphs,
        images: usize,
        bases: &Bases,
        outputs: &[NetworkOutput],
    ) -> Result<()> {
        let key = (images, outputs.to_vec());
        let Some(graph) = graphs.get_mut(&key) else {
            // The first time libraries load and choose what they need, which a recording would not allow.
            self.enqueue(images, bases, outputs)?;
            if graphs.len() >= MOST_GRAPHS {
                graphs.clear();
            }
            graphs.insert(key, Recording::Due);
            return Ok(());
        };
        if let Recording::Due = graph {
            *graph = match self.record(images, bases, outputs) {
                Ok(recorded) => Recording::Done(recorded),
                // Of a single image there is no smaller batch, and launched kernel by kernel it did fit.
                Err(error) if images > 1 && error.is_out_of_memory() => return Err(error),
                Err(_) => Recording::Refused,
            };
        }
        match graph {
            Recording::Done(Recorded(graph)) => Ok(graph.launch().w()?),
            Recording::Due | Recording::Refused => self.enqueue(images, bases, outputs),
        }
    }

    /// Makes room for a batch. What was recorded over other memory is forgotten.
    fn reserve(&self, state: &mut State, images: usize, row: usize) -> Result<()> {
        if state.memory.is_some() && state.images >= images && state.row >= row {
            return Ok(());
        }
        let (wanted, grown) = ((images, row), (images.max(state.images), row.max(state.row)));
        *state = State::default(); // gives back first, and stays so when memory is short
        let ((images, row), memory) = match self.memory(grown) {
            // What earlier batches wanted is no reason to refuse this one.
            Err(error) if grown != wanted && error.is_out_of_memory() => (wanted, self.memory(wanted)?),
            memory => (grown, memory?),
        };
        *state = State { images, row, memory: Some(memory), graphs: HashMap::new() };
        Ok(())
    }

    /// Memory for this many images with this many results each.
    fn memory(&self, (images, row): (usize, usize)) -> Result<Memory> {
        let stream = &self.streams[0];
        // SAFETY: a pass writes all that it reads.
        let memory = unsafe {
            Memory {
                arena: stream.alloc(self.program.arena.elements() * images * bytes(self.precision)).w()?,
                input: stream.alloc(self.image * images).w()?,
                results: stream.alloc(row * images).w()?,
                up: stream.context().alloc_pinned(self.image * images).w()?,
                // Not write-combined: it is read here.
                down: stream.context().alloc_pinned_with_flags(row * images, 0).w()?,
            }
        };
        stream.synchronize().w()?; // the memory is there for all streams
        Ok(memory)
    }

    fn bases(&self, memory: &Memory) -> Bases {
        let stream = &self.streams[0];
        Bases {
            arena: address(&memory.arena, stream),
            parameters: address(&self.parameters, stream),
            input: address(&memory.input, stream),
            results: address(&memory.results, stream),
            bytes: bytes(self.precision),
        }
    }

    /// Records what [`CudaEngine::enqueue`] does.
    fn record(&self, images: usize, bases: &Bases, outputs: &[NetworkOutput]) -> Result<Recorded> {
        let main = &self.streams[0];
        main.begin_capture(CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_THREAD_LOCAL).w()?;
        let done = self.enqueue(images, bases, outputs);
        let graph = main.end_capture(CUgraphInstantiate_flags(0)); // also after a failure: it ends the recording
        done?;
        let graph = graph.w()?.ok_or_else(|| candle_core::Error::Msg("nothing was recorded".to_owned()))?;
        Ok(Recorded(graph))
    }

    /// Puts all kernels and products on the streams; the first stream is done when all are.
    fn enqueue(&self, images: usize, bases: &Bases, outputs: &[NetworkOutput]) -> Result<()> {
        let main = &self.streams[0];
        for region in &self.program.regions {
            let used = region.len().min(STREAMS);
            if used > 1 {
                self.events[0].record(main).w()?;
                for stream in &self.streams[1..used] {
                    stream.wait(&self.events[0]).w()?;
                }
            }
            for (index, branch) in region.iter().enumerate() {
                for launch in branch {
                    self.put(launch, images, bases, index % STREAMS)?;
                }
            }
            for (stream, event) in self.streams[..used].iter().zip(&self.events).skip(1) {
                event.record(stream).w()?;
                main.wait(event).w()?;
            }
        }
        let mut bases = *bases;
        for output in outputs {
            let results = self.program.result(*output)?;
            results.iter().try_for_each(|launch| self.put(launch, images, &bases, 0))?;
            bases.results += (images * Program::result_elements(results) * size_of::<f32>()) as Address;
        }
        Ok(())
    }

    fn put(&self, launch: &Launch, images: usize, bases: &Bases, stream: usize) -> Result<()> {
        // SAFETY: the bases are those of memory for as many images; what a launch reads was written by earlier
        // regions or before it in its branch, and no other branch of its region writes where it reads or writes.
        unsafe {
            match launch.ready(&self.program.parameters, images, bases) {
                Ready::Kernel(call) => self.kernels.launch(&self.streams[stream], &call),
                Ready::Product(gemm) => self.products.multiply(&self.streams[stream], stream, &gemm),
            }
        }
    }
}

fn address<T>(memory: &CudaSlice<T>, stream: &CudaStream) -> Address {
    memory.device_ptr(stream).0
}

fn in_bytes(numbers: &[f32], precision: Precision) -> Vec<u8> {
    let in_16_bits = |narrow: fn(f32) -> u16| -> Vec<u8> {
        let numbers: Vec<u16> = numbers.par_iter().map(|&number| narrow(number)).collect();
        bytemuck::cast_slice(&numbers).to_vec()
    };
    match precision {
        Precision::F32 | Precision::Tf32 => bytemuck::cast_slice(numbers).to_vec(),
        Precision::F16 => in_16_bits(|number| f16::from_f32(number).to_bits()),
        Precision::Bf16 => in_16_bits(|number| bf16::from_f32(number).to_bits()),
    }
}
