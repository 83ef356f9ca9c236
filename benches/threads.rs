//! What more threads would do for one image: the schedule of 1 to 64 threads, played through with measured times.
//!
//!     cargo bench --bench threads
//!
//! Steps are timed on one thread. A forecast adds what passes between two regions of a pass: half a microsecond where
//! threads share a cache, two where they sit on two sockets. Beside it stands what this machine's threads really take.
//! The last column is what memory has to deliver if each thread has an image to itself: all weights, once an image.

use std::time::{Duration, Instant};

use nasnet::engine::cpu::{CpuEngine, Images, Options};
use nasnet::graph::{Graph, synthetic};
use nasnet::kernels::Kernels;
use nasnet::nasnet::{Config, Dialect, graph};

fn main() {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    for (name, config, passes) in [("mobile", Config::mobile(), 200), ("large", Config::large(), 15)] {
        let graph = graph(&config, Dialect::Keras).expect("a preset");
        let pixels = synthetic::pixels(graph.input_shape().elements(), 2);
        let (height, width) = config.input_size;
        let images = Images { images: &[&pixels], height, width };
        let mut one = engine(&graph, 1);
        one.with_profile(true);
        one.run(images).expect("a planned size");
        one.take_profile(height, width);
        (0..passes).for_each(|_| drop(one.run(images).expect("a planned size").clone()));
        let profile = one.take_profile(height, width).expect("a profile");
        let forecast = |threads, nanoseconds| {
            let handover = Duration::from_nanos(nanoseconds);
            one.forecast((height, width), &profile, threads, handover).expect("a planned size").as_secs_f64()
        };
        let alone = forecast(1, 0);
        println!("{name}\nthreads  0.5 us: ms  speed-up  2 us: ms  speed-up  measured ms  GB/s of weights");
        for threads in [1, 2, 4, 8, 16, 32, 64] {
            let [near, far] = [500, 2000].map(|handover| forecast(threads, handover));
            let measured = if threads <= processors {
                format!("{:11.3}", least(&graph, threads, passes, images) * 1e3)
            } else {
                format!("{:>11}", "-")
            };
            let weights = 4e-9 * graph.parameters().0 as f64 * threads as f64 / alone;
            println!(
                "{threads:7} {:11.3} {:9.1} {:9.3} {:9.1}  {measured} {weights:16.1}",
                near * 1e3,
                alone / near,
                far * 1e3,
                alone / far
            );
        }
    }
}

fn engine(graph: &Graph, threads: usize) -> CpuEngine {
    let options = Options { threads, kernels: Kernels::best() };
    CpuEngine::new(graph, &synthetic::weights(graph, 1), options).expect("an engine")
}

/// The least time of some passes, in seconds.
fn least(graph: &Graph, threads: usize, passes: usize, images: Images) -> f64 {
    let mut engine = engine(graph, threads);
    let mut time = || {
        let start = Instant::now();
        engine.run(images).expect("a planned size");
        start.elapsed()
    };
    (0..passes).map(|_| time()).min().unwrap_or_default().as_secs_f64()
}
