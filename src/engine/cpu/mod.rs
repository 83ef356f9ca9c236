//! The CPU engine: walks a plan over an arena, with a team of threads. The only place that splits work.
//!
//! A lone image is shared by all threads, region by region. In a batch with at least as many images as threads,
//! each thread takes its own images through the network, without waiting for the others; the dense layer at its end is
//! one product for all of them.
//!
//! A thread that finishes its share of a region helps with the rest. A region ends when all its pieces are done, not
//! when all threads arrive, so a thread that loses its processor delays the others by one piece at most.
//! Every number is computed by the same operations in the same order, so results have the same bits for any
//! number of threads and any batch.

mod caches;
mod check;
mod dense;
mod forecast;
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
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::engine::plan::Plan;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::graph::Weights;
use crate::kernels::Kernels;
pub use caches::Caches;
use dense::Dense;
use memory::{Memory, Shared};
use profile::Clock;
pub use profile::{Profile, StepTime};
pub use results::Results;
use results::Sink;
use schedule::{Piece, Schedule};
use step::Pass;
use team::{Member, Team};

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
    /// H, W, 3 each, f32 in -1 to 1.
    pub images: &'a [&'a [f32]],
    /// H.
    pub height: usize,
    /// W.
    pub width: usize,
}

/// A network with its weights, ready to run on the CPU.
pub struct CpuEngine {
    kernels: Kernels,
    caches: Caches,
    team: Team,
    packed: Arc<Memory>,
    sizes: HashMap<(usize, usize), Arc<Prepared>>,
    arena: Memory,
    results: Results,
    with_features: bool,
    profiling: bool,
}

/// What is known of one input size.
struct Prepared {
    plan: Plan,
    /// For a thread that has an image to itself.
    alone: Schedule,
    /// For all threads on one image.
    together: Schedule,
    clock: Clock,
    timed: AtomicUsize,
}

impl CpuEngine {
    /// Plans the graph and packs its weights, on all threads. The weights are not needed afterwards.
    ///
    /// # Errors
    /// When the graph has something that this engine has no step for, or memory is short.
    pub fn new(graph: &Graph, weights: &Weights, options: Options) -> Result<CpuEngine> {
        let plan = Plan::new(graph, options.kernels.lanes())?;
        let caches = Caches::found();
        let mut team = Team::new(options.threads.max(1));
        let mut packed = Memory::new(plan.packed)?;
        pack(&plan, weights, &mut packed, &mut team);
        let input = (plan.input.height, plan.input.width);
        let engine = CpuEngine {
            kernels: options.kernels,
            caches,
            team,
            packed: Arc::new(packed),
            sizes: HashMap::from([(input, Arc::new(Prepared::new(plan, caches, options.threads.max(1))))]),
            arena: Memory::new(0)?,
            results: Results::default(),
            with_features: false,
            profiling: false,
        };
        Ok(engine)
    }

    /// Another engine on the same weights, with buffers of its own and the caller's thread only. It takes no
    /// memory before its first pass, and both can run at the same time.
    pub fn sibling(&self) -> Result<CpuEngine> {
        Ok(CpuEngine {
            kernels: self.kernels,
            caches: self.caches,
            team: Team::new(1),
            packed: Arc::clone(&self.packed),
            sizes: self.sizes.clone(),
            arena: Memory::new(0)?,
            results: Results::default(),
            with_features: false,
            profiling: false,
        })
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
        if known.is_some_and(|known| {
            known.matrices != plan.matrices || known.depthwise_weights != plan.depthwise_weights
        }) {
            return Err(Error::Config(format!("the graph for {size:?} pixels is that of another network")));
        }
        self.sizes.insert(size, Arc::new(Prepared::new(plan, self.caches, self.team.size())));
        Ok(())
    }

    /// Whether a height and width is planned.
    pub fn is_prepared(&self, height: usize, width: usize) -> bool {
        self.sizes.contains_key(&(height, width))
    }

    /// Threads, the caller's included.
    pub fn threads(&self) -> usize {
        self.team.size()
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
        let prepared = self.sizes.get(&(height, width))?;
        Some(prepared.clock.take(&prepared.plan, prepared.timed.swap(0, Ordering::Relaxed)))
    }

    /// A forward pass over all images. Nothing is allocated once a batch of this size has been seen.
    ///
    /// # Errors
    /// When the size is not planned, the count of pixels is wrong, or memory is short.
    pub fn run(&mut self, images: Images) -> Result<&Results> {
        let Images { images, height, width } = images;
        let count = images.len();
        let Some(prepared) = self.sizes.get(&(height, width)) else {
            return Err(Error::Config(format!("no plan for {height}x{width} pixels")));
        };
        let expected = prepared.plan.input.elements();
        if let Some(image) = images.iter().find(|image| image.len() != expected) {
            let detail = format!("expected images of {expected} numbers, got one of {}", image.len());
            return Err(Error::Config(detail));
        }
        let threads = self.team.size();
        let alone = count / threads * threads; // images that threads take through by themselves
        let Prepared { plan, alone: single, together: shared, clock, timed } = &**prepared;
        let scratch = single.scratch.max(shared.scratch);
        let per_thread = plan.arena + scratch;
        self.arena.reserve(per_thread * if alone > 0 { threads } else { 1 } + scratch * threads)?;
        self.results.resize(plan, count, self.with_features);

        let arena = Shared::new(&mut self.arena);
        let run = Run {
            plan,
            kernels: self.kernels,
            caches: self.caches,
            packed: self.packed.as_ptr(),
            images,
            sink: Sink::new(&mut self.results),
            clock: self.profiling.then_some(clock),
        };
        let next = AtomicUsize::new(0);
        let dense = Dense::of(plan).filter(|_| alone > 0);
        if alone < count {
            // Only where it is used: siblings of one thread, which never do, have the same schedule.
            shared.reset();
        }
        self.team.run(&|member| {
            let own = arena.part(member.index * per_thread);
            let own = run.pass(member.index, own, own.part(plan.arena));
            loop {
                let image = next.fetch_add(1, Ordering::Relaxed);
                if image >= alone {
                    break;
                }
                run.alone(&own(image), single, image, dense.is_none());
            }
            if let Some(dense) = &dense {
                member.wait(); // all averages are there
                let start = run.clock.map(|clock| (clock, Instant::now()));
                let scratch = arena.part(member.index * per_thread + plan.arena);
                // SAFETY: averages are there, and the scratch is this thread's.
                unsafe { dense.run(&run, alone, scratch) };
                if let Some((clock, start)) = start {
                    clock.add(member.index, dense.step, start.elapsed());
                    clock.end(member.index..member.index + 1);
                }
            }
            let scratch = arena.part(plan.arena + member.index * scratch);
            let all = run.pass(member.index, arena, scratch);
            for image in alone..count {
                if image > 0 {
                    member.wait(); // all are done with the arena
                    if member.index == 0 {
                        shared.reset();
                    }
                    member.wait();
                }
                run.together(&all(image), shared, image, member);
            }
        });
        if self.profiling {
            timed.fetch_add(count, Ordering::Relaxed);
        }
        Ok(&self.results)
    }
}

impl Prepared {
    fn new(plan: Plan, caches: Caches, threads: usize) -> Self {
        let clock = Clock::new(&plan, threads);
        let (alone, together) = (Schedule::new(&plan, caches, 1), Schedule::new(&plan, caches, threads));
        Prepared { plan, alone, together, clock, timed: AtomicUsize::new(0) }
    }
}

/// Packs all weights, piece by piece, on all threads.
fn pack(plan: &Plan, weights: &Weights, packed: &mut Memory, team: &mut Team) {
    let packed = Shared::new(packed);
    // From the first place to the last, so that pages are taken as slowly as those of the file are given back.
    let mut pieces: Vec<usize> = (0..plan.pieces()).collect();
    pieces.sort_unstable_by_key(|index| plan.piece(*index).start);
    let next = AtomicUsize::new(0);
    team.run(&|_| {
        while let Some(&index) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
            let Range { start, end } = plan.piece(index);
            // SAFETY: pieces do not overlap and lie within the packed weights; each is taken once.
            let piece = unsafe { std::slice::from_raw_parts_mut(packed.part(start).as_ptr(), end - start) };
            plan.pack(index, weights, piece);
        }
    });
}

/// One call of [`CpuEngine::run`], as all threads see it.
struct Run<'a> {
    plan: &'a Plan,
    kernels: Kernels,
    caches: Caches,
    packed: *const f32,
    images: &'a [&'a [f32]],
    sink: Sink,
    clock: Option<&'a Clock>,
}

// SAFETY: the pointers are to packed weights, which nobody writes during a run.
unsafe impl Sync for Run<'_> {}

impl Run<'_> {
    /// Makes an image's pass through an arena.
    fn pass<'a>(&'a self, thread: usize, arena: Shared, scratch: Shared) -> impl Fn(usize) -> Pass<'a> {
        move |image| Pass {
            plan: self.plan,
            kernels: &self.kernels,
            caches: self.caches,
            packed: self.packed,
            pixels: self.images[image].as_ptr(),
            thread,
            arena,
            scratch: scratch.as_ptr(),
        }
    }

    /// An image through all regions by one thread, but for the last one where another product computes the logits.
    fn alone(&self, pass: &Pass, schedule: &Schedule, image: usize, with_logits: bool) {
        let count = schedule.regions.len() - usize::from(!with_logits);
        for (number, region) in schedule.regions[..count].iter().enumerate() {
            if cfg!(debug_assertions) {
                // SAFETY: the arena is this thread's.
                unsafe { pass.mark(number) };
            }
            // SAFETY: arena and scratch are this thread's, and regions come in order.
            region.pieces().for_each(|piece| unsafe { self.timed(pass, piece) });
            if cfg!(debug_assertions) {
                // SAFETY: the arena is this thread's.
                unsafe { pass.check(number) };
            }
        }
        if let Some(clock) = self.clock {
            clock.end(pass.thread..pass.thread + 1);
        }
        // SAFETY: the last region is done, and only this thread has this image.
        unsafe { self.sink.collect(pass, image, with_logits) };
    }

    /// An image through all regions by all threads, each doing its share.
    fn together(&self, pass: &Pass, schedule: &Schedule, image: usize, member: &Member) {
        let first = member.index == 0;
        for (number, region) in schedule.regions.iter().enumerate() {
            if cfg!(debug_assertions) {
                member.wait();
                if first {
                    // SAFETY: everybody waits.
                    unsafe { pass.mark(number) };
                }
                member.wait();
            }
            for piece in region.take(member.index) {
                // SAFETY: pieces of a region write different parts of its buffers and read buffers of
                // earlier regions only, which are done.
                unsafe { self.timed(pass, piece) };
                if region.finish() {
                    member.tell();
                }
            }
            let waiting = self.clock.map(|clock| (clock, Instant::now()));
            member.wait_until(|| region.is_done());
            if let Some((clock, start)) = waiting {
                clock.add_waiting(pass.thread, start.elapsed());
            }
            if cfg!(debug_assertions) {
                member.wait();
                if first {
                    // SAFETY: everybody waits, here or in front of the next region.
                    unsafe { pass.check(number) };
                }
            }
        }
        if first {
            if let Some(clock) = self.clock {
                clock.end(0..schedule.threads());
            }
            // SAFETY: the last region is done, and no other member collects.
            unsafe { self.sink.collect(pass, image, true) };
        }
    }

    /// # Safety
    /// As [`Pass::run`].
    unsafe fn timed(&self, pass: &Pass, piece: &Piece) {
        let start = self.clock.map(|clock| (clock, Instant::now()));
        // SAFETY: the caller's.
        unsafe { pass.run(piece) };
        if let Some((clock, start)) = start {
            clock.add(pass.thread, piece.step, start.elapsed());
        }
    }
}
