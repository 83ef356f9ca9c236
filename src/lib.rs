pub mod error;
pub mod kernels;
pub mod model;
pub mod weights;
