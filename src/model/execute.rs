//! The CPU engine: walks a plan over an arena, with a team of threads. The only place that splits work.
//!
//! One image at a time is shared by all threads, region by region. A batch of at least as many images as
//! threads is dealt out: each thread takes images of its own through the whole network and waits for
//! nobody. Either way every number is computed by the same operations in the same order, so results are
//! the same bits for any number of threads and any batch.

mod memory;
mod profile;
mod results;
mod schedule;
mod step;
mod team;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::error::{Error, Result};
use crate::kernels::Kernels;
use crate::model::graph::Graph;
use crate::model::plan::Plan;
use crate::weights::Weights;
use memory::{Memory, Shared};
use profile::Clock;
pub use profile::{Profile, StepTime};
pub use results::Results;
use results::Sink;
use schedule::Schedule;
use step::Pass;
use team::Team;

/// How an engine runs.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Threads, the caller's included; at least one.
    pub threads: usize,
    /// The instruction set.
    pub kernels: Kernels,
}

/// Preprocessed images of one size.
#[derive(Debug, Clone, Copy)]
pub struct Images<'a> {
    /// N, H, W, 3, f32 in -1 to 1.
    pub pixels: &'a [f32],
    /// N.
    pub count: usize,
    /// H.
    pub height: usize,
    /// W.
    pub width: usize,
}

/// A network with its weights, ready to run on the CPU.
pub struct Engine {
    kernels: Kernels,
    team: Team,
    packed: Memory,
    sizes: HashMap<(usize, usize), Prepared>,
    arena: Memory,
    results: Results,
    with_features: bool,
    profiling: bool,
}

/// What is known of one input size.
struct Prepared {
    plan: Plan,
    /// By images and threads of a pass.
    schedules: HashMap<(usize, usize), Schedule>,
    clock: Clock,
    timed: usize,
}

impl Engine {
    /// Plans the graph and packs its weights, on all threads. The weights are not needed afterwards.
    ///
    /// # Errors
    /// When the graph has something that this engine has no step for, or memory is short.
    pub fn new(graph: &Graph, weights: &Weights, options: Options) -> Result<Engine> {
        let plan = Plan::new(graph, options.kernels.lanes())?;
        let mut team = Team::new(options.threads.max(1));
        let mut packed = Memory::new(plan.packed)?;
        pack(&plan, weights, &mut packed, &mut team);
        let input = (plan.input.height, plan.input.width);
        let engine = Engine {
            kernels: options.kernels,
            team,
            packed,
            sizes: HashMap::from([(input, Prepared::new(plan, options.threads.max(1)))]),
            arena: Memory::new(0)?,
            results: Results::default(),
            with_features: false,
            profiling: false,
        };
        Ok(engine)
    }

    /// Plans another input size of the same network; cheap, as the weights stay.
    ///
    /// # Errors
    /// When the graph is that of another network.
    pub fn prepare(&mut self, graph: &Graph) -> Result<()> {
        let size = (graph.input_shape().height, graph.input_shape().width);
        if self.sizes.contains_key(&size) {
            return Ok(());
        }
        let plan = Plan::new(graph, self.kernels.lanes())?;
        let known = self.sizes.values().next().map(|prepared| &prepared.plan);
        if known.is_some_and(|known| known.matrices != plan.matrices || known.windows != plan.windows) {
            return Err(Error::Config(format!("the graph for {size:?} pixels is that of another network")));
        }
        self.sizes.insert(size, Prepared::new(plan, self.team.size()));
        Ok(())
    }

    /// Whether a height and width is planned.
    pub fn is_prepared(&self, height: usize, width: usize) -> bool {
        self.sizes.contains_key(&(height, width))
    }

    /// The plan for a height and width.
    pub fn plan(&self, height: usize, width: usize) -> Option<&Plan> {
        self.sizes.get(&(height, width)).map(|prepared| &prepared.plan)
    }

    /// Threads, the caller's included.
    pub fn threads(&self) -> usize {
        self.team.size()
    }

    /// Bytes of packed weights and of the arena as it is now.
    pub fn memory(&self) -> (usize, usize) {
        (self.packed.len() * 4, self.arena.len() * 4)
    }

    /// Whether results shall hold the last feature map.
    pub fn with_features(&mut self, wanted: bool) {
        self.with_features = wanted;
    }

    /// Whether the time of each step is taken.
    pub fn with_profile(&mut self, wanted: bool) {
        self.profiling = wanted;
    }

    /// The times taken so far for a height and width, which start anew.
    pub fn take_profile(&mut self, height: usize, width: usize) -> Option<Profile> {
        let prepared = self.sizes.get_mut(&(height, width))?;
        Some(prepared.clock.take(&prepared.plan, std::mem::take(&mut prepared.timed)))
    }

    /// A forward pass over all images. Nothing is allocated once a batch of this size has been seen.
    ///
    /// # Errors
    /// When the size is not planned, the count of pixels is wrong, or memory is short.
    pub fn run(&mut self, images: Images) -> Result<&Results> {
        let Images { pixels, count, height, width } = images;
        let Some(prepared) = self.sizes.get_mut(&(height, width)) else {
            return Err(Error::Config(format!("no plan for {height}x{width} pixels")));
        };
        let elements = prepared.plan.input.elements();
        if pixels.len() != count * elements {
            let expected = count * elements;
            return Err(Error::Config(format!(
                "expected {expected} numbers in a batch, got {}",
                pixels.len()
            )));
        }
        let threads = self.team.size();
        let alone = count / threads; // images that each thread takes through by itself
        let alone = if threads == 1 { count } else { alone };
        let group = alone.min(IMAGES_ALONE);
        prepared.schedule(1, threads);
        prepared.schedule(1, 1);
        prepared.schedule(group.max(1), 1);
        let scratch = prepared.schedules.values().map(|schedule| schedule.scratch).max().unwrap_or(0);
        let per_thread = prepared.plan.arena * group.max(1);
        self.arena.reserve(threads * (per_thread + scratch))?;
        self.results.resize(&prepared.plan, count, self.with_features);

        let Prepared { plan, schedules, clock, timed } = prepared;
        let arena = Shared::new(&mut self.arena);
        let job = Run {
            plan,
            kernels: self.kernels,
            packed: self.packed.as_ptr(),
            pixels,
            sink: Sink::new(&mut self.results),
            scratch: arena.part(threads * per_thread),
            scratch_size: scratch,
            clock: self.profiling.then_some(&*clock),
        };
        let all = &schedules[&(1, threads)];
        self.team.run(&|member| {
            let alone_of = |index: usize| index * alone..(index + 1) * alone;
            let mut images = alone_of(member.index);
            while !images.is_empty() {
                let size = group.min(images.len());
                let schedule = if size == group { &schedules[&(group, 1)] } else { &schedules[&(1, 1)] };
                let size = if size == group { group } else { 1 };
                let next = images.start + size;
                let arena = arena.part(member.index * per_thread);
                job.pass(schedule, images.start..next, arena, 0, member.index, None);
                images.start = next;
            }
            for image in threads * alone..count {
                member.wait(); // the arena of the first thread becomes everybody's
                job.pass(all, image..image + 1, arena, member.index, member.index, Some(member));
            }
        });
        if self.profiling {
            *timed += count;
        }
        Ok(&self.results)
    }
}

/// How many images a thread takes through a region at a time when it works alone.
const IMAGES_ALONE: usize = 1;

impl Prepared {
    fn new(plan: Plan, threads: usize) -> Self {
        let clock = Clock::new(&plan, threads);
        Prepared { plan, schedules: HashMap::new(), clock, timed: 0 }
    }

    fn schedule(&mut self, images: usize, threads: usize) {
        if !self.schedules.contains_key(&(images, threads)) {
            self.schedules.insert((images, threads), Schedule::new(&self.plan, images, threads));
        }
    }
}

/// Packs all weights, piece by piece, on all threads.
fn pack(plan: &Plan, weights: &Weights, packed: &mut Memory, team: &mut Team) {
    let packed = Shared::new(packed);
    let next = AtomicUsize::new(0);
    team.run(&|_| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= plan.pieces() {
                break;
            }
            let Range { start, end } = plan.piece(index);
            // SAFETY: pieces do not overlap and lie within the packed weights; each is taken once.
            let piece = unsafe { std::slice::from_raw_parts_mut(packed.part(start).as_ptr(), end - start) };
            plan.pack(index, weights, piece);
        }
    });
}

/// One call of [`Engine::run`], as all threads see it.
struct Run<'a> {
    plan: &'a Plan,
    kernels: Kernels,
    packed: *const f32,
    pixels: &'a [f32],
    sink: Sink,
    scratch: Shared,
    scratch_size: usize,
    clock: Option<&'a Clock>,
}

// SAFETY: the pointers are to packed weights, which nobody writes during a run.
unsafe impl Sync for Run<'_> {}

impl Run<'_> {
    /// Some images through all regions: this thread's share, in step with `others` if there are any.
    fn pass(
        &self,
        schedule: &Schedule,
        images: Range<usize>,
        arena: Shared,
        share: usize,
        thread: usize,
        others: Option<&team::Member>,
    ) {
        let wait = || others.map_or((), |member| member.wait());
        let elements = self.plan.input.elements();
        let pass = Pass {
            plan: self.plan,
            kernels: &self.kernels,
            packed: self.packed,
            pixels: self.pixels[images.start * elements..images.end * elements].as_ptr(),
            images: images.len(),
            arena,
            scratch: self.scratch.part(thread * self.scratch_size).as_ptr(),
        };
        for (region, shares) in schedule.regions.iter().enumerate() {
            if cfg!(debug_assertions) {
                wait();
                if share == 0 {
                    // SAFETY: everybody waits.
                    unsafe { pass.mark(region) };
                }
                wait();
            }
            let mut started = self.clock.map(|_| Instant::now());
            let (before, after) = shares.split_at(share);
            for piece in after.iter().chain(before).flat_map(|share| std::iter::from_fn(|| share.take())) {
                // SAFETY: pieces of a region write different parts of its buffers and read buffers of
                // earlier regions only; the barrier behind each region orders them.
                unsafe { pass.run(piece) };
                if let (Some(clock), Some(start)) = (self.clock, &mut started) {
                    let now = Instant::now();
                    clock.add(thread, piece.step, now - *start);
                    *start = now;
                }
            }
            wait();
            shares[share].reset();
            if let (Some(clock), Some(start)) = (self.clock, &started) {
                clock.add_waiting(thread, start.elapsed());
            }
            if cfg!(debug_assertions) {
                if share == 0 {
                    // SAFETY: everybody waits.
                    unsafe { pass.check(region) };
                }
                wait();
            }
        }
        if let Some(clock) = self.clock.filter(|_| share == 0) {
            clock.end(if others.is_some() { 0..schedule.threads() } else { thread..thread + 1 });
        }
        if share == 0 {
            // SAFETY: the barrier behind the last region has been passed, and an image has one first share.
            unsafe { self.sink.collect(&pass, images) };
        }
    }
}
