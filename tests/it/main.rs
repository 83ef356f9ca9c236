//! The tests of the real binary and of the library's public face: one program, so that the library is linked once.
//! They share nothing but `support`: each has a folder of its own, and none changes this process.

mod support;

mod actions;
mod answers;
mod bursts;
mod camera;
mod classify;
#[cfg(unix)]
mod completions;
mod doctor;
mod embed;
mod embed_resume;
mod eval;
mod explain;
mod finetune;
mod heads;
mod inputs;
mod man;
mod memory;
mod messages;
mod parity;
#[cfg(feature = "parquet")]
mod parquet;
mod resume;
mod rooms;
mod scale;
mod setup;
#[cfg(unix)]
mod store;
#[cfg(unix)]
mod store_here;
#[cfg(unix)]
mod store_real_hub;
mod tag;
mod torture;
