//! The network: what it is ([`config`]), its graph ([`nasnet`], [`graph`]) and what runs it: [`portable`] anywhere,
//! [`plan`] and [`execute`] fast on a CPU, [`plan`] and `cuda` fast on NVIDIA's cards.

pub mod config;
#[cfg(any(test, feature = "cuda"))]
pub mod cuda;
pub mod device;
pub mod engine;
pub mod execute;
pub mod graph;
pub mod halving;
pub mod nasnet;
#[cfg(test)]
mod odd;
pub mod plan;
pub mod portable;
mod seats;
