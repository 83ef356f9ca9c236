//! The engine for NVIDIA cards: a [`Plan`](super::plan::Plan) as a list of kernels and products ([`program`], [`launch`])
//! over one arena ([`arena`]) and one block of weights ([`parameters`]), all of it plain data that tests run on
//! a CPU with the very kernels; `engine` does so on a card.

pub mod arena;
#[cfg(feature = "cuda")]
mod engine;
pub mod launch;
pub mod parameters;
pub mod program;
#[cfg(test)]
mod tests;

#[cfg(feature = "cuda")]
pub use engine::Engine;
