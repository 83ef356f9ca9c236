//! What runs a model: the CPU engine on a CPU, the portable engine everywhere else.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use candle_core::{Device, DeviceLocation, Tensor};

use crate::error::{Error, Result};
use crate::kernels::Kernels;
use crate::model::execute::{self, Images};
use crate::model::graph::{Graph, Shape};
use crate::model::portable::Portable;
use crate::model::seats::Seats;
use crate::weights::Weights;

/// What is wanted of a forward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// A network on a device, ready to run.
pub struct Engine {
    input: Shape,
    runner: Runner,
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
    Portable(Portable),
}

impl Engine {
    /// Puts a network on a device; `threads` are those of a CPU.
    ///
    /// # Errors
    /// When memory is short or the device refuses the weights.
    pub fn new(graph: &Graph, weights: &Weights, device: &Device, threads: usize) -> Result<Self> {
        let runner = if device.is_cpu() {
            let options = execute::Options { threads, kernels: Kernels::best() };
            let engine = execute::Engine::new(graph, weights, options)?;
            let seats = Seats::beside(&engine)?;
            Runner::Cpu { team: Box::new(Mutex::new(engine)), seats }
        } else {
            Runner::Portable(Portable::new(graph.clone(), weights, device)?)
        };
        Ok(Engine { input: graph.input_shape(), runner })
    }

    /// Where it runs: `cpu`, `cuda:N` or `metal`.
    pub fn device(&self) -> String {
        match &self.runner {
            Runner::Cpu { .. } => "cpu".to_owned(),
            Runner::Portable(portable) => match portable.device().location() {
                DeviceLocation::Cpu => "cpu".to_owned(),
                DeviceLocation::Cuda { gpu_id } => format!("cuda:{gpu_id}"),
                DeviceLocation::Metal { .. } => "metal".to_owned(),
            },
        }
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
        outputs: [Output; K],
    ) -> Result<[Vec<Vec<f32>>; K]> {
        let Shape { height, width, channels } = self.input;
        let expected = self.input.elements();
        if let Some(image) = images.iter().find(|image| image.len() != expected) {
            let detail = format!("expected images of {expected} numbers, got one of {}", image.len());
            return Err(Error::Config(detail));
        }
        let count = images.len();
        if count == 0 {
            return Ok(std::array::from_fn(|_| Vec::new()));
        }
        match &self.runner {
            Runner::Cpu { team, .. } => {
                // A poisoned engine has stale numbers in its buffers, all of which a run writes anew.
                let mut engine = team.lock().unwrap_or_else(PoisonError::into_inner);
                engine.with_features(outputs.contains(&Output::Features));
                let results = engine.run(Images { images, height, width })?;
                Ok(outputs.map(|output| {
                    let rows = output.of(results);
                    rows.chunks((rows.len() / count).max(1)).map(<[f32]>::to_vec).collect()
                }))
            }
            Runner::Portable(portable) => {
                let input =
                    Tensor::from_vec(images.concat(), (count, height, width, channels), portable.device())?;
                let all = portable.forward(&input)?;
                let mut found = std::array::from_fn(|_| Vec::new());
                for (rows, output) in found.iter_mut().zip(outputs) {
                    let tensor = match output {
                        Output::Logits => {
                            all.logits.clone().ok_or_else(|| Error::Config("no logits".to_owned()))?
                        }
                        Output::Pooled => all.pooled.clone(),
                        Output::Features => all.features.flatten_from(1)?,
                    };
                    *rows = tensor.to_vec2()?;
                }
                Ok(found)
            }
        }
    }

    /// A forward pass of one image by the caller's own thread, beside other callers; those beyond the
    /// number of threads wait. `None` where the device is not a CPU and wants batches.
    ///
    /// `image`: H, W, 3, f32 in -1 to 1. The rows have the same bits as those of [`Engine::run_for`].
    ///
    /// # Errors
    /// When the image has not the input's size, or memory is short.
    pub fn run_alone<const K: usize>(
        &self,
        image: &[f32],
        outputs: [Output; K],
    ) -> Option<Result<[Vec<f32>; K]>> {
        let Runner::Cpu { seats, .. } = &self.runner else { return None };
        let Shape { height, width, .. } = self.input;
        Some(seats.with(|engine| {
            engine.with_features(outputs.contains(&Output::Features));
            let results = engine.run(Images { images: &[image], height, width })?;
            Ok(outputs.map(|output| output.of(results).to_vec()))
        }))
    }

    /// The CPU engine, for those who measure it.
    pub fn as_cpu(&self) -> Option<&Mutex<execute::Engine>> {
        match &self.runner {
            Runner::Cpu { team, .. } => Some(team),
            Runner::Portable(_) => None,
        }
    }
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
        let portable = Engine { input: graph.input_shape(), runner: Runner::Portable(portable) };
        let cpu = Engine::new(graph, weights, &device, 2).unwrap();
        let elements = graph.input_shape().elements();
        let pixels: Vec<f32> = (0..2 * elements).map(|at| (at * 37 % 255) as f32 / 127.5 - 1.0).collect();
        let images: Vec<&[f32]> = pixels.chunks(elements).collect();
        let all = [Output::Features, Output::Logits, Output::Pooled];
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
}
