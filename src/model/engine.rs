//! What runs a model: the CPU engine on a CPU, the portable engine everywhere else.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use candle_core::{Device, DeviceLocation, Tensor};

use crate::error::{Error, Result};
use crate::kernels::Kernels;
use crate::model::execute::{self, Images};
use crate::model::graph::{Graph, Shape};
use crate::model::portable::Portable;
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
    /// Runs change its buffers, so they take turns.
    Cpu(Box<Mutex<execute::Engine>>),
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
            Runner::Cpu(Box::new(Mutex::new(execute::Engine::new(graph, weights, options)?)))
        } else {
            Runner::Portable(Portable::new(graph.clone(), weights, device)?)
        };
        Ok(Engine { input: graph.input_shape(), runner })
    }

    /// Where it runs: `cpu`, `cuda:N` or `metal`.
    pub fn device(&self) -> String {
        match &self.runner {
            Runner::Cpu(_) => "cpu".to_owned(),
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
    /// `pixels`: N, H, W, 3, f32 in -1 to 1. On a CPU an image's row is the same bits whatever its neighbours.
    ///
    /// # Errors
    /// When `pixels` are no whole images, there is no such output, or the device fails.
    pub fn run(&self, pixels: &[f32], output: Output) -> Result<Vec<Vec<f32>>> {
        let [rows] = self.run_for(pixels, [output])?;
        Ok(rows)
    }

    /// [`Self::run`] for several outputs of one forward pass.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn run_for<const K: usize>(
        &self,
        pixels: &[f32],
        outputs: [Output; K],
    ) -> Result<[Vec<Vec<f32>>; K]> {
        let Shape { height, width, channels } = self.input;
        let image = self.input.elements();
        if !pixels.len().is_multiple_of(image) {
            let detail = format!("expected images of {image} numbers, got {}", pixels.len());
            return Err(Error::Config(detail));
        }
        let count = pixels.len() / image;
        if count == 0 {
            return Ok(std::array::from_fn(|_| Vec::new()));
        }
        match &self.runner {
            Runner::Cpu(engine) => {
                // A poisoned engine has stale numbers in its buffers, all of which a run writes anew.
                let mut engine = engine.lock().unwrap_or_else(PoisonError::into_inner);
                engine.with_features(outputs.contains(&Output::Features));
                let results = engine.run(Images { pixels, count, height, width })?;
                Ok(outputs.map(|output| {
                    let rows = match output {
                        Output::Logits => &results.logits,
                        Output::Pooled => &results.pooled,
                        Output::Features => &results.features,
                    };
                    rows.chunks((rows.len() / count).max(1)).map(<[f32]>::to_vec).collect()
                }))
            }
            Runner::Portable(portable) => {
                let input = Tensor::from_slice(pixels, (count, height, width, channels), portable.device())?;
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

    /// The CPU engine, for those who measure it.
    pub fn as_cpu(&self) -> Option<&Mutex<execute::Engine>> {
        match &self.runner {
            Runner::Cpu(engine) => Some(engine),
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
        let all = [Output::Features, Output::Logits, Output::Pooled];
        let [fast, plain] = [&cpu, &portable].map(|engine| {
            let rows = engine.run_for(&pixels, all).unwrap();
            for (rows, output) in rows.iter().zip(all) {
                assert_eq!(*rows, engine.run(&pixels, output).unwrap(), "{output:?}");
            }
            rows.map(|rows| rows.concat())
        });
        for ((fast, plain), output) in fast.iter().zip(&plain).zip(all) {
            let greatest = plain.iter().copied().map(f32::abs).fold(0.0, f32::max);
            let gaps = fast.iter().zip(plain).map(|(a, b)| (a - b).abs());
            assert!(fast.len() == plain.len() && gaps.fold(0.0, f32::max) < 1e-4 * greatest, "{output:?}");
        }
        assert!(cpu.run_for(&pixels[1..], all).is_err());
        assert!(cpu.run_for(&[], all).unwrap().iter().all(Vec::is_empty));
    }
}
