//! The network: what it is ([`config`]), its graph ([`nasnet`], [`graph`]) and what runs it ([`portable`]).

pub mod config;
pub mod execute;
pub mod graph;
pub mod nasnet;
pub mod plan;
pub mod portable;
