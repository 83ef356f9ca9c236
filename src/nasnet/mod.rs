//! Every fact of NASNet-A: its configurations and dialects, its cells as a graph, the names and the order of its
//! layers in Keras and PyTorch, and what is published about it. Nothing here reads files or runs networks.

pub mod cells;
pub mod config;
pub mod dialect;
pub mod head;
pub(crate) mod identify;
pub mod keras_layers;
pub(crate) mod keras_order;
pub(crate) mod layouts;
pub(crate) mod names;
pub mod published;

pub use cells::{graph, graph_with_head};
pub use config::{Config, MIN_SIDE};
pub use dialect::Dialect;
pub use head::{Head, HeadLayer};
