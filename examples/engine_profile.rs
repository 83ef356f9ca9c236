//! Times the CPU engine on seeded weights, and says where the time goes.
//!
//!     cargo run --release --example engine_profile -- mobile 1 2 --profile
//!
//! Arguments: mobile or large, batch, threads, then any of `--profile`, `--plan`, `avx2`, `generic`, `HxW`.

use std::time::Instant;

use nasnet::kernels::Kernels;
use nasnet::model::config::{Config, Dialect};
use nasnet::model::execute::{Engine, Images, Options};
use nasnet::model::nasnet::graph;
use nasnet::weights::synthetic;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let number = |index: usize, default| arguments.get(index).and_then(|a| a.parse().ok()).unwrap_or(default);
    let (batch, threads) = (number(1, 1), number(2, 1));
    let mut config = if has("large") { Config::large() } else { Config::mobile() };
    for (height, width) in arguments.iter().filter_map(|argument| argument.split_once('x')) {
        if let (Ok(height), Ok(width)) = (height.parse(), width.parse()) {
            config = config.with_input_size((height, width));
        }
    }
    let forced = |kernels: &Kernels| has(kernels.kind().as_str());
    let kernels = Kernels::available().into_iter().find(forced).unwrap_or(Kernels::best());
    let graph = graph(&config, Dialect::Keras).unwrap();
    let weights = synthetic::weights(&graph, 1);
    let start = Instant::now();
    let mut engine = Engine::new(&graph, &weights, Options { threads, kernels }).unwrap();
    println!(
        "{config} on {}, planned and packed in {:.1} ms",
        kernels.kind().as_str(),
        start.elapsed().as_secs_f64() * 1e3
    );
    let (height, width) = config.input_size;
    if has("--plan") {
        print!("{}", engine.plan(height, width).unwrap());
    }
    let pixels = synthetic::pixels(batch * graph.input_shape().elements(), 2);
    let mut times = Vec::new();
    let began = Instant::now();
    engine.with_profile(has("--profile"));
    while times.len() < 6 || began.elapsed().as_secs_f64() < 1.0 {
        let start = Instant::now();
        engine.run(Images { pixels: &pixels, count: batch, height, width }).unwrap();
        times.push(start.elapsed().as_secs_f64() * 1e3 / batch as f64);
        if times.len() == 2 {
            engine.take_profile(height, width);
        }
    }
    let first = times[0];
    times.sort_by(f64::total_cmp);
    let gflop = 2e-9 * graph.total_multiply_adds() as f64;
    let (least, median) = (times[0], times[times.len() / 2]);
    println!(
        "batch {batch}, {threads} threads: first {first:.2}, least {least:.3}, median {median:.3} ms an image, {:.0} GFLOP/s; arena {:.1} MB",
        gflop / median * 1e3,
        engine.memory().1 as f64 / 1e6
    );
    if has("--profile") {
        let profile = engine.take_profile(height, width).unwrap();
        let each = |time: std::time::Duration| time.as_secs_f64() * 1e6 / profile.images as f64;
        for step in &profile.steps {
            let least = step.least.as_secs_f64() * 1e6;
            println!(
                "{:8.1} us, least {least:8.1}, {:6.1} GFLOP/s  {}",
                each(step.busy),
                step.gflops(),
                step.line
            );
        }
        let least: std::time::Duration = profile.steps.iter().map(|step| step.least).sum();
        println!(
            "{:8.1} us waiting, least of all steps {:.1} us",
            each(profile.waiting),
            least.as_secs_f64() * 1e6
        );
    }
}
