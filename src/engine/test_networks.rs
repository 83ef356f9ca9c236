//! Networks for tests of the engines.

use crate::nasnet::Config;

/// Networks whose channels fit no vector: filters of 11, 22, 44 and of 5, 10, 20.
/// In the first, a reduction's older input has the right width without an adjustment, and in the third
/// a normal cell's has.
pub(super) fn networks() -> [Config; 3] {
    let small = Config { num_blocks: 1, classes: Some(37), input_size: (49, 65), ..Config::mobile() };
    let odd = Config { filter_multiplier: 1, penultimate_filters: 120, stem_filters: 7, ..small };
    let steep = Config {
        filter_multiplier: 4,
        penultimate_filters: 1536,
        num_blocks: 2,
        input_size: (34, 45),
        ..small
    };
    [small, Config { skip_reduction: true, num_blocks: 2, input_size: (50, 39), ..odd }, steep]
}
