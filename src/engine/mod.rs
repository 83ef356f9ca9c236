//! What runs a model: the CPU engine on a CPU, the CUDA engine on a card, the portable engine everywhere else.

pub mod batch_backoff;
pub mod cpu;
#[cfg(any(test, feature = "cuda"))]
pub mod cuda;
pub mod device;
mod engine_pool;
mod head;
pub mod plan;
pub mod portable;
#[cfg(test)]
mod test_networks;

use std::fmt;
use std::sync::{Mutex, PoisonError};

use candle_core::{Device, DeviceLocation, Tensor};

use crate::engine::batch_backoff::{BatchBackoff, Notice};
use crate::engine::cpu::{CpuEngine, Images};
use crate::engine::engine_pool::EnginePool;
use crate::engine::head::Head;
pub(crate) use crate::engine::head::max_pool;
use crate::engine::portable::Portable;
use crate::error::{Error, Result};
use crate::graph::Weights;
use crate::graph::{Graph, Shape};
use crate::kernels::Kernels;
use crate::kernels::Precision;

/// An output of a forward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NetworkOutput {
    /// Class scores before the last activation: classes.
    Logits,
    /// The features averaged over all pixels: C.
    Pooled,
    /// The last feature map: H, W, C.
    Features,
}

impl NetworkOutput {
    /// This output among the results of the CPU engine, for all images one after another.
    pub(super) fn of(self, results: &cpu::Results) -> &[f32] {
        match self {
            NetworkOutput::Logits => &results.logits,
            NetworkOutput::Pooled => &results.pooled,
            NetworkOutput::Features => &results.features,
        }
    }
}

/// Why a processor does not compute in bf16.
pub(crate) const NO_BF16: &str = "computing in bf16 needs CUDA, or a CPU with AVX512-BF16 or Arm's FEAT_BF16, which this one lacks; use f32";

/// Where and how a network runs.
#[derive(Debug, Clone, Copy)]
pub struct Placement<'a> {
    /// The device.
    pub device: &'a Device,
    /// Threads of a CPU.
    pub threads: usize,
    /// The number type; only CUDA has others than f32.
    pub precision: Precision,
}

/// A network on a device, ready to run.
pub struct Engine {
    input: Shape,
    precision: Precision,
    runner: Runner,
    /// Computed behind the runner where it is not the usual head.
    head: Option<Head>,
    backoff: BatchBackoff,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Engine for {:?} on {}", self.input, self.device())
    }
}

enum Runner {
    /// Runs change the buffers of the team, so they take turns; single images have an engine each in the pool.
    Cpu {
        team: Box<Mutex<CpuEngine>>,
        pool: EnginePool,
    },
    #[cfg(feature = "cuda")]
    Cuda(Box<crate::engine::cuda::CudaEngine>),
    Portable(Portable),
}

impl Engine {
    /// Puts a network on a device.
    ///
    /// # Errors
    /// When memory is short, or the device refuses the weights or the precision.
    pub fn new(graph: &Graph, weights: &Weights, placement: Placement) -> Result<Self> {
        let Placement { device, threads, precision } = placement;
        let head = Head::of(graph, weights);
        let graph = &*graph.without_unusual_head();
        let runner = if device.is_cpu() {
            let kernels = Kernels::computing_in(precision).ok_or_else(|| refused(precision))?;
            let options = cpu::Options { threads: threads_that_run(threads), kernels };
            let engine = CpuEngine::new(graph, weights, options)?;
            let pool = EnginePool::beside(&engine)?;
            Runner::Cpu { team: Box::new(Mutex::new(engine)), pool }
        } else if precision != Precision::F32 && !device.is_cuda() {
            return Err(refused(precision));
        } else {
            match on_card(graph, weights, placement)? {
                Some(runner) => runner,
                None => Runner::Portable(Portable::new(graph.clone(), weights, device)?),
            }
        };
        Ok(Engine { input: graph.input_shape(), precision, runner, head, backoff: BatchBackoff::default() })
    }

    /// The instruction set of its kernels, on a CPU.
    pub fn instruction_set(&self) -> Option<&'static str> {
        let kernels = self.as_cpu().and_then(|_| Kernels::computing_in(self.precision))?;
        Some(kernels.kind().as_str())
    }

    /// Where it runs: `cpu`, `cuda:N` or `metal`.
    pub fn device(&self) -> String {
        match &self.runner {
            Runner::Cpu { .. } => "cpu".to_owned(),
            #[cfg(feature = "cuda")]
            Runner::Cuda(engine) => format!("cuda:{}", engine.ordinal()),
            Runner::Portable(portable) => match portable.device().location() {
                DeviceLocation::Cpu => "cpu".to_owned(),
                DeviceLocation::Cuda { gpu_id } => format!("cuda:{gpu_id}"),
                DeviceLocation::Metal { .. } => "metal".to_owned(),
            },
        }
    }

    /// The number type it computes in.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Sets who is told when a batch is made smaller to fit into the device's memory. Only the first call counts.
    pub fn tell(&self, notice: Notice) {
        self.backoff.tell(notice);
    }

    /// The shape of its input image.
    pub fn input(&self) -> Shape {
        self.input
    }

    /// A forward pass. Returns a row for each image.
    ///
    /// `images`: H, W, 3 each, f32 in -1 to 1. On a CPU, an image's row does not depend on the other images, to the bit.
    ///
    /// # Errors
    /// When an image does not have the input's size, the network has no such output, or the device fails.
    pub fn run(&self, images: &[&[f32]], output: NetworkOutput) -> Result<Vec<Vec<f32>>> {
        let [rows] = self.run_for(images, [output])?;
        Ok(rows)
    }

    /// [`Self::run`] for several outputs of one forward pass.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn run_for<const K: usize>(
        &self,
        images: &[&[f32]],
        outputs: [NetworkOutput; K],
    ) -> Result<[Vec<Vec<f32>>; K]> {
        let expected = self.input.elements();
        if let Some(image) = images.iter().find(|image| image.len() != expected) {
            let detail = format!("expected images of {expected} numbers, got one of {}", image.len());
            return Err(Error::Config(detail));
        }
        if images.is_empty() {
            return Ok(empty());
        }
        let mut results = self.run_body(images, outputs.map(|output| self.before_head(output)))?;
        if let Some(head) = &self.head {
            let scores =
                results.iter_mut().zip(outputs).filter(|(_, output)| *output == NetworkOutput::Logits);
            scores.for_each(|(rows, _)| head.apply(rows));
        }
        Ok(results)
    }

    /// What the runner is to give for an output.
    fn before_head(&self, output: NetworkOutput) -> NetworkOutput {
        self.head.as_ref().filter(|_| output == NetworkOutput::Logits).map_or(output, |head| head.from)
    }

    /// The runner's part of [`Self::run_for`].
    fn run_body<const K: usize>(
        &self,
        images: &[&[f32]],
        outputs: [NetworkOutput; K],
    ) -> Result<[Vec<Vec<f32>>; K]> {
        let Shape { height, width, channels } = self.input;
        let count = images.len();
        match &self.runner {
            Runner::Cpu { team, .. } => {
                // A poisoned engine has stale numbers in its buffers, all of which a run writes anew.
                let mut engine = team.lock().unwrap_or_else(PoisonError::into_inner);
                engine.with_features(outputs.contains(&NetworkOutput::Features));
                let results = engine.run(Images { images, height, width })?;
                Ok(outputs.map(|output| {
                    let rows = output.of(results);
                    rows.chunks((rows.len() / count).max(1)).map(<[f32]>::to_vec).collect()
                }))
            }
            #[cfg(feature = "cuda")]
            Runner::Cuda(engine) => {
                Ok(by_output(self.backoff.run(images, |images| engine.run(images, outputs))?))
            }
            Runner::Portable(portable) => {
                let pass = |images: &[&[f32]]| {
                    let shape = (images.len(), height, width, channels);
                    let all =
                        portable.forward(&Tensor::from_vec(images.concat(), shape, portable.device())?)?;
                    let mut rows: Vec<[Vec<f32>; K]> = images.iter().map(|_| empty()).collect();
                    for (place, output) in outputs.into_iter().enumerate() {
                        let tensor = match output {
                            NetworkOutput::Logits => {
                                all.logits.clone().ok_or_else(|| Error::Config("no logits".to_owned()))?
                            }
                            NetworkOutput::Pooled => all.pooled.clone(),
                            NetworkOutput::Features => all.features.flatten_from(1)?,
                        };
                        for (row, values) in rows.iter_mut().zip(tensor.to_vec2()?) {
                            row[place] = values;
                        }
                    }
                    Ok(rows)
                };
                Ok(by_output(self.backoff.run(images, pass)?))
            }
        }
    }

    /// A forward pass of one image by the caller's own thread, beside other callers; those beyond the
    /// number of threads wait. `None` where the device is not a CPU and wants batches.
    ///
    /// `image`: H, W, 3, f32 in -1 to 1. The rows have the same bits as those of [`Engine::run_for`].
    ///
    /// # Errors
    /// When the image does not have the input's size, or memory is short.
    pub fn run_alone<const K: usize>(
        &self,
        image: &[f32],
        outputs: [NetworkOutput; K],
    ) -> Option<Result<[Vec<f32>; K]>> {
        let Runner::Cpu { pool, .. } = &self.runner else { return None };
        let Shape { height, width, .. } = self.input;
        Some(pool.with(|engine| {
            let wanted = outputs.map(|output| self.before_head(output));
            engine.with_features(wanted.contains(&NetworkOutput::Features));
            let results = engine.run(Images { images: &[image], height, width })?;
            Ok(outputs.map(|output| {
                let row = self.before_head(output).of(results).to_vec();
                match &self.head {
                    Some(head) if output == NetworkOutput::Logits => head.scores(row),
                    _ => row,
                }
            }))
        }))
    }

    /// The CPU engine, for benchmarks.
    pub fn as_cpu(&self) -> Option<&Mutex<CpuEngine>> {
        match &self.runner {
            Runner::Cpu { team, .. } => Some(team),
            _ => None,
        }
    }
}

/// The number of threads to start: no more than can run at the same time. Affinity and control group quotas limit
/// the processors that this process may use; further threads would only wait for one another.
fn threads_that_run(wanted: usize) -> usize {
    std::thread::available_parallelism().map_or(wanted, |most| wanted.min(most.get()))
}

/// An empty list for each output.
fn empty<T, const K: usize>() -> [Vec<T>; K] {
    std::array::from_fn(|_| Vec::new())
}

/// Turns rows grouped by image into rows grouped by output.
fn by_output<const K: usize>(rows: Vec<[Vec<f32>; K]>) -> [Vec<Vec<f32>>; K] {
    let mut outputs = empty();
    for row in rows {
        outputs.iter_mut().zip(row).for_each(|(output, row)| output.push(row));
    }
    outputs
}

/// A number type that the device does not compute in.
fn refused(precision: Precision) -> Error {
    Error::Config(match precision {
        Precision::Bf16 => NO_BF16.to_owned(),
        _ => format!("computing in {precision} needs a CUDA device; others compute in f32"),
    })
}

/// The CUDA engine, where there is a card and a plan for the graph. Graphs without one are left to the portable
/// engine, which computes in f32.
#[cfg(feature = "cuda")]
fn on_card(graph: &Graph, weights: &Weights, placement: Placement) -> Result<Option<Runner>> {
    let Placement { device: Device::Cuda(device), precision, .. } = placement else { return Ok(None) };
    match crate::engine::plan::Plan::new(graph, crate::kernels::pack::Lanes::f32(1)) {
        Ok(plan) => {
            let engine = crate::engine::cuda::CudaEngine::new(device, &plan, weights, precision)?;
            Ok(Some(Runner::Cuda(Box::new(engine))))
        }
        Err(_) if precision == Precision::F32 => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(not(feature = "cuda"))]
fn on_card(_: &Graph, _: &Weights, _: Placement) -> Result<Option<Runner>> {
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::{Overrides, builtin};

    #[test]
    fn several_outputs_of_one_pass_are_those_of_single_ones_in_both_engines() {
        let loaded = builtin(&Overrides { input_size: Some((64, 43)), ..Overrides::default() }).unwrap();
        let (graph, weights, device) = (&loaded.graph, &loaded.weights, Device::Cpu);
        let portable = Portable::new(graph.clone(), weights, &device).unwrap();
        let portable = Engine {
            input: graph.input_shape(),
            precision: Precision::F32,
            runner: Runner::Portable(portable),
            head: None,
            backoff: BatchBackoff::default(),
        };
        let placement = Placement { device: &device, threads: 2, precision: Precision::F32 };
        let cpu = Engine::new(graph, weights, placement).unwrap();
        let elements = graph.input_shape().elements();
        let pixels: Vec<f32> = (0..2 * elements).map(|at| (at * 37 % 255) as f32 / 127.5 - 1.0).collect();
        let images: Vec<&[f32]> = pixels.chunks(elements).collect();
        let all = [NetworkOutput::Features, NetworkOutput::Logits, NetworkOutput::Pooled];
        let [fast, plain] = [&cpu, &portable].map(|engine| {
            let rows = engine.run_for(&images, all).unwrap();
            for (rows, output) in rows.iter().zip(all) {
                assert_eq!(*rows, engine.run(&images, output).unwrap(), "{output:?}");
            }
            let alone = images.iter().filter_map(|image| engine.run_alone(image, all));
            for (index, alone) in alone.enumerate() {
                let of_batch = rows.each_ref().map(|rows| rows[index].clone());
                assert_eq!(alone.unwrap(), of_batch, "image {index} alone");
            }
            rows.map(|rows| rows.concat())
        });
        for ((fast, plain), output) in fast.iter().zip(&plain).zip(all) {
            let greatest = plain.iter().copied().map(f32::abs).fold(0.0, f32::max);
            let gaps = fast.iter().zip(plain).map(|(a, b)| (a - b).abs());
            assert!(fast.len() == plain.len() && gaps.fold(0.0, f32::max) < 1e-4 * greatest, "{output:?}");
        }
        assert!(cpu.run_for(&[&pixels[1..]], all).is_err());
        assert!(cpu.run_for(&[], all).unwrap().iter().all(Vec::is_empty));
    }

    #[test]
    fn callers_that_are_alone_and_the_team_do_not_get_into_each_others_way() {
        let loaded = builtin(&Overrides { input_size: Some((32, 32)), ..Overrides::default() }).unwrap();
        let placement = Placement { device: &Device::Cpu, threads: 2, precision: Precision::F32 };
        let engine = Engine::new(&loaded.graph, &loaded.weights, placement).unwrap();
        let pixels = vec![0.25; loaded.graph.input_shape().elements()];
        let want = engine.run(&[&pixels], NetworkOutput::Logits).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..300 {
                    let alone = engine.run_alone(&pixels, [NetworkOutput::Logits]).unwrap();
                    assert_eq!(alone.unwrap(), [want[0].clone()]);
                }
            });
            for _ in 0..300 {
                assert_eq!(engine.run(&[&pixels], NetworkOutput::Logits).unwrap(), want, "by the team");
            }
        });
    }
}
