//! The engine for NVIDIA cards: a [`Plan`](super::plan::Plan) as a list of kernels and products ([`program`], [`launch`])
//! over one arena ([`arena`]) and one block of weights ([`parameters`]). All of these are plain data: tests run them on
//! a CPU, with the same kernels, and `engine` runs them on a card.

pub mod arena;
#[cfg(feature = "cuda")]
mod engine;
pub mod launch;
pub mod parameters;
pub mod program;
#[cfg(test)]
mod tests;

#[cfg(feature = "cuda")]
pub use engine::CudaEngine;
