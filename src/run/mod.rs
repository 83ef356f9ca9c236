//! What all runs over images share: opening a model, work items and shards, ordered workers, the pipeline from an
//! image's bytes to the network's numbers, output files, the journal of `--resume`, and interrupts. It knows no
//! subcommand.

pub mod allocator;
pub mod answering;
pub mod bursts;
pub mod calibrated_model;
pub mod clock;
pub mod explainer;
pub mod feature_output;
pub mod image_run;
pub mod interrupt;
pub mod journal;
pub mod memory;
pub mod npy_pair;
pub mod only;
pub mod open;
pub mod ordered;
pub mod page;
pub mod pipeline;
pub mod records;
pub mod sink;
pub mod sorter;
pub mod tagger;
pub mod work_items;
