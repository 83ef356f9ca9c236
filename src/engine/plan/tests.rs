//! What must hold of any plan.

use super::{Plan, Work};
use crate::kernels::pack::Lanes;
use crate::nasnet::graph;
use crate::nasnet::{Config, Dialect};

fn plan(config: Config) -> Plan {
    Plan::new(&graph(&config, Dialect::Keras).unwrap(), Lanes::f32(16)).unwrap()
}

#[test]
fn buffers_that_live_at_the_same_time_share_no_memory() {
    for config in [Config::mobile(), Config::large(), Config::tiny().with_input_size((49, 71))] {
        let plan = plan(config);
        for (index, a) in plan.buffers.iter().enumerate() {
            assert!(a.offset + a.elements() <= plan.arena);
            for b in &plan.buffers[..index] {
                let together = a.written <= b.last_read && b.written <= a.last_read;
                let apart = a.offset + a.elements() <= b.offset || b.offset + b.elements() <= a.offset;
                assert!(!together || apart, "{a:?} and {b:?}");
            }
        }
    }
}

#[test]
fn steps_read_what_earlier_regions_have_written() {
    let plan = plan(Config::mobile());
    for step in &plan.steps {
        for id in step.reads() {
            assert!(plan.buffer(id).written < step.region, "{}", plan.line(step));
        }
    }
}

#[test]
fn no_multiply_add_is_lost_or_done_twice() {
    for config in [Config::mobile(), Config::large()] {
        let graph = graph(&config, Dialect::Keras).unwrap();
        let steps = Plan::new(&graph, Lanes::f32(16)).unwrap().steps;
        assert_eq!(steps.iter().map(|step| step.multiply_adds).sum::<u64>(), graph.total_multiply_adds());
    }
}

#[test]
fn packed_weights_do_not_depend_on_the_size_of_the_input_and_do_not_overlap() {
    let usual = plan(Config::mobile());
    let other = plan(Config::mobile().with_input_size((97, 65)));
    assert_eq!((&usual.matrices, &usual.depthwise_weights), (&other.matrices, &other.depthwise_weights));
    let mut pieces: Vec<_> = (0..usual.pieces()).map(|index| usual.piece(index)).collect();
    pieces.sort_by_key(|piece| piece.start);
    assert!(pieces.windows(2).all(|pair| pair[0].end <= pair[1].start));
    assert!(pieces.last().unwrap().end <= usual.packed);
}

#[test]
fn mobile_is_few_steps_in_few_regions_and_stays_near_the_caches() {
    let plan = plan(Config::mobile());
    assert!(plan.steps.len() < 210, "{} steps", plan.steps.len());
    assert!(plan.regions.len() < 60, "{} regions", plan.regions.len());
    assert!(plan.arena * 4 < 5_000_000, "{} bytes", plan.arena * 4);
    assert!(plan.steps.iter().all(|step| !matches!(step.work, Work::Copy { .. })));
    assert_eq!(plan.to_string().lines().count(), plan.steps.len() + 1);
}
