//! What runs a model: the CPU engine on a CPU, the CUDA engine on a card, the portable engine everywhere else.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use candle_core::{Device, DeviceLocation, Tensor};

use crate::error::{Error, Result};
use crate::kernels::Kernels;
use crate::model::device::Precision;
use crate::model::execute::{self, Images};
use crate::model::graph::{Graph, Shape};
use crate::model::halving::{Halving, Notice};
use crate::model::portable::Portable;
use crate::model::seats::Seats;
use crate::weights::Weights;

/// What is wanted of a forward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Output {
    /// Class scores before softmax: classes.
    Logits,
    /// The features averaged over all pixels: C.
    Pooled,
    /// The last feature map: H, W, C.
    Features,
}

impl Output {
    /// This part of the results of the CPU engine, all images on end.
    pub(super) fn of(self, results: &execute::Results) -> &[f32] {
        match self {
            Output::Logits => &results.logits,
            Output::Pooled => &results.pooled,
            Output::Features => &results.features,
        }
    }
}

/// Where and how a network runs.
#[derive(Debug, Clone, Copy)]
pub struct Placement<'a> {
    /// The device.
    pub device: &'a Device,
    /// Threads of a CPU.
    pub threads: usize,
    /// In which numbers; others than f32 are for CUDA.
    pub precision: Precision,
}

/// A network on a device, ready to run.
pub struct Engine {
    input: Shape,
    precision: Precision,
    runner: Runner,
    halving: Halving,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Engine for {:?} on {}", self.input, self.device())
    }
}

enum Runner {
    /// Runs change the buffers of the team, so they take turns; single images have a seat each.
    Cpu {
        team: Box<Mutex<execute::Engine>>,
        seats: Seats,
    },
    #[cfg(feature = "cuda")]
    Cuda(Box<super::cuda::Engine>),
    Portable(Portable),
}

impl Engine {
    /// Puts a network on a device.
    ///
    /// # Errors
    /// When memory is short, or the device refuses the weights or the precision.
    pub fn new(graph: &Graph, weights: &Weights, placement: Placement) -> Result<Self> {
        let Placement { device, threads, precision } = placement;
        if precision != Precision::F32 && !device.is_cuda() {
            let detail = format!("computing in {precision} needs a CUDA device; others compute in f32");
            return Err(Error::Config(detail));
        }
        let runner = if device.is_cpu() {
            let options = execute::Options { threads, kernels: Kernels::best() };
            let engine = execute::Engine::new(graph, weights, options)?;
            let seats = Seats::beside(&engine)?;
            Runner::Cpu { team: Box::new(Mutex::new(engine)), seats }
        } else {
            match on_card(graph, weights, placement)? {
                Some(runner) => runner,
                None => Runner::Portable(Portable::new(graph.clone(), weights, device)?),
            }
        };
        Ok(Engine { input: graph.input_shape(), precision, runner, halving: Halving::default() })
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

    /// In which numbers it computes.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Whom to tell when a batch has to be made smaller to fit into a device's memory; the first one stays.
    pub fn tell(&self, notice: Notice) {
        self.halving.tell(notice);
    }

    /// The image that it takes.
    pub fn input(&self) -> Shape {
        self.input
    }

    /// A forward pass; one row an image.
    ///
    /// `images`: H, W, 3 each, f32 in -1 to 1. On a CPU an image's row is the same bits whatever its neighbours.
    ///
    /// # Errors
    /// When an image has not the input's size, there is no such output, or the device fails.
    pub fn run(&self, images: &[&[f32]], output: Output) -> Result<Vec<Vec<f32>>> {
        let Shape { height, width, channels } = self.input;
        let expected = self.input.elements();
        if let Some(image) = images.iter().find(|image| image.len() != expected) {
            let detail = format!("expected images of {expected} numbers, got one of {}", image.len());
            return Err(Error::Config(detail));
        }
        let count = images.len();
        if count == 0 {
            return Ok(Vec::new());
        }
        match &self.runner {
            Runner::Cpu { team, .. } => {
                // A poisoned engine has stale numbers in its buffers, all of which a run writes anew.
                let mut engine = team.lock().unwrap_or_else(PoisonError::into_inner);
                engine.with_features(output == Output::Features);
                let results = engine.run(Images { images, height, width })?;
                let rows = output.of(results);
                Ok(rows.chunks((rows.len() / count).max(1)).map(<[f32]>::to_vec).collect())
            }
            #[cfg(feature = "cuda")]
            Runner::Cuda(engine) => self.halving.run(images, |images| engine.run(images, output)),
            Runner::Portable(portable) => self.halving.run(images, |images| {
                let shape = (images.len(), height, width, channels);
                let input = Tensor::from_vec(images.concat(), shape, portable.device())?;
                let outputs = portable.forward(&input)?;
                let rows = match output {
                    Output::Logits => outputs.logits.ok_or_else(|| Error::Config("no logits".to_owned()))?,
                    Output::Pooled => outputs.pooled,
                    Output::Features => outputs.features.flatten_from(1)?,
                };
                Ok(rows.to_vec2()?)
            }),
        }
    }

    /// A forward pass of one image by the caller's own thread, beside other callers; those beyond the
    /// number of threads wait. `None` where the device is not a CPU and wants batches.
    ///
    /// `image`: H, W, 3, f32 in -1 to 1. The row has the same bits as that of [`Engine::run`].
    ///
    /// # Errors
    /// When the image has not the input's size, or memory is short.
    pub fn run_alone(&self, image: &[f32], output: Output) -> Option<Result<Vec<f32>>> {
        let Runner::Cpu { seats, .. } = &self.runner else { return None };
        let Shape { height, width, .. } = self.input;
        Some(seats.with(|engine| {
            engine.with_features(output == Output::Features);
            let results = engine.run(Images { images: &[image], height, width })?;
            Ok(output.of(results).to_vec())
        }))
    }

    /// The CPU engine, for those who measure it.
    pub fn as_cpu(&self) -> Option<&Mutex<execute::Engine>> {
        match &self.runner {
            Runner::Cpu { team, .. } => Some(team),
            _ => None,
        }
    }
}

/// The CUDA engine, where there is a card and a plan for the graph. Graphs without one are left to the portable
/// engine, which computes in f32.
#[cfg(feature = "cuda")]
fn on_card(graph: &Graph, weights: &Weights, placement: Placement) -> Result<Option<Runner>> {
    let Placement { device: Device::Cuda(device), precision, .. } = placement else { return Ok(None) };
    match super::plan::Plan::new(graph, 1) {
        Ok(plan) => {
            let engine = super::cuda::Engine::new(device, &plan, weights, precision)?;
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
