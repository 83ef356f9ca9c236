//! How long a pass over one image would take on other numbers of threads: the schedule for them, played through with
//! the times of steps that one thread was measured to take.
//!
//! Caches and memory are taken to be as fast for many threads as for one, so a forecast is a bound from below.

use std::time::Duration;

use super::CpuEngine;
use super::profile::Profile;
use super::schedule::{Piece, Region, Schedule, unit};

impl CpuEngine {
    /// The time of one image on this many threads, from a profile of one thread for a planned height and width.
    /// `handover` is what passes between the end of a region's last piece and the start of the next region.
    pub fn forecast(
        &self,
        (height, width): (usize, usize),
        profile: &Profile,
        threads: usize,
        handover: Duration,
    ) -> Option<Duration> {
        let plan = &self.sizes.get(&(height, width))?.plan;
        let schedule = Schedule::new(plan, self.caches, threads);
        let images = u32::try_from(profile.images.max(1)).ok()?;
        let time = |piece: &Piece| {
            let (_, units) = unit(plan, &plan.steps[piece.step]);
            profile.steps[piece.step].busy / images * (piece.end - piece.start) as u32 / units as u32
        };
        let handover = if threads == 1 { Duration::ZERO } else { handover };
        Some(schedule.regions.iter().map(|region| region_time(region, time) + handover).sum())
    }
}

/// Until the last thread is done. Whoever is free first takes the next piece, as in [`Region::take`].
fn region_time(region: &Region, time: impl Fn(&Piece) -> Duration) -> Duration {
    let mut free = vec![Duration::ZERO; region.shares.len()];
    let mut pieces: Vec<_> = region.shares.iter().map(|share| share.pieces.iter()).collect();
    let mut done = Duration::ZERO;
    while let Some(thread) = (0..free.len()).min_by_key(|&thread| free[thread]) {
        let (before, after) = pieces.split_at_mut(thread);
        let Some(piece) = after.iter_mut().chain(before).find_map(Iterator::next) else { break };
        free[thread] += time(piece);
        done = done.max(free[thread]);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::super::{Images, Options};
    use super::*;
    use crate::graph::synthetic;
    use crate::kernels::Kernels;
    use crate::nasnet::{Config, Dialect, graph};

    #[test]
    fn one_thread_takes_the_time_of_all_steps_and_more_threads_take_less_but_no_less_than_their_share() {
        let config = Config::mobile().with_input_size((64, 64));
        let graph = graph(&config, Dialect::Keras).unwrap();
        let options = Options { threads: 1, kernels: Kernels::best() };
        let mut engine = CpuEngine::new(&graph, &synthetic::weights(&graph, 1), options).unwrap();
        let pixels = synthetic::pixels(graph.input_shape().elements(), 2);
        engine.with_profile(true);
        engine.run(Images { images: &[&pixels], height: 64, width: 64 }).unwrap();
        let profile = engine.take_profile(64, 64).unwrap();
        let busy: Duration = profile.steps.iter().map(|step| step.busy).sum();
        let forecast = |threads, handover| {
            engine
                .forecast((64, 64), &profile, threads, Duration::from_micros(handover))
                .unwrap()
                .as_secs_f64()
        };
        let busy = busy.as_secs_f64();
        assert!((forecast(1, 1) / busy - 1.0).abs() < 1e-3, "{} instead of {busy}", forecast(1, 1));
        for threads in [2, 8, 64] {
            let time = forecast(threads, 0);
            assert!(
                time < busy && time > 0.999 * busy / threads as f64,
                "{threads} threads: {time} of {busy}"
            );
            assert!(forecast(threads, 1) > time);
        }
        assert!(engine.forecast((65, 64), &profile, 2, Duration::ZERO).is_none());
    }
}
