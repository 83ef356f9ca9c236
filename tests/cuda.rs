//! The CUDA engine on a card, against the portable engine on a CPU. Only built with `--features cuda`; a machine
//! without a card fails these tests, it does not skip them.

use candle_core::{Device, Tensor};
use nasnet::Precision;
use nasnet::engine::device::{self, DeviceChoice};
use nasnet::engine::portable::Portable;
use nasnet::engine::{Engine, NetworkOutput, Placement};
use nasnet::graph::Graph;
use nasnet::graph::synthetic;
use nasnet::nasnet::graph;
use nasnet::nasnet::{Config, Dialect};

fn card() -> Device {
    device::open(DeviceChoice::Cuda(0)).expect("a card: these tests are about it").0
}

/// The same network for both, with batches of its input.
struct Case {
    graph: Graph,
    weights: nasnet::graph::Weights,
}

impl Case {
    fn new(config: Config, dialect: Dialect) -> Case {
        let graph = graph(&config, dialect).unwrap();
        let weights = synthetic::weights(&graph, 1);
        Case { graph, weights }
    }

    fn engine(&self, precision: Precision) -> Engine {
        let device = card();
        Engine::new(&self.graph, &self.weights, Placement { device: &device, threads: 1, precision }).unwrap()
    }

    fn pixels(&self, images: usize) -> Vec<f32> {
        synthetic::pixels(images * self.graph.input_shape().elements(), 7)
    }

    /// What the portable engine says of the first images.
    fn want(&self, pixels: &[f32], images: usize, output: NetworkOutput) -> Vec<Vec<f32>> {
        let input = self.graph.input_shape();
        let portable = Portable::new(self.graph.clone(), &self.weights, &Device::Cpu).unwrap();
        let rows = pixels[..images * input.elements()].chunks(input.elements()).map(|image| {
            let image = Tensor::from_slice(image, (1, input.height, input.width, 3), &Device::Cpu).unwrap();
            let outputs = portable.forward(&image).unwrap();
            let tensor = match output {
                NetworkOutput::Logits => outputs.logits.unwrap(),
                NetworkOutput::Pooled => outputs.pooled,
                NetworkOutput::Features => outputs.features,
            };
            tensor.flatten_all().unwrap().to_vec1().unwrap()
        });
        rows.collect()
    }
}

/// The greatest difference of any row, in parts of its greatest number.
fn difference(got: &[Vec<f32>], want: &[Vec<f32>]) -> f32 {
    let of_row = |(got, want): (&Vec<f32>, &Vec<f32>)| {
        assert_eq!(got.len(), want.len());
        assert!(got.iter().all(|value| value.is_finite()));
        let largest = want.iter().fold(0f32, |largest, value| largest.max(value.abs()));
        assert!(largest > 1e-3);
        got.iter().zip(want).map(|(got, want)| (got - want).abs() / largest).fold(0.0, f32::max)
    };
    got.iter().zip(want).map(of_row).fold(0.0, f32::max)
}

/// Batches of each size three times: as it comes, recorded, replayed. Only the first images of large batches of
/// large networks are held against the CPU, which takes its time.
fn check(case: &Case, precision: Precision, batches: &[usize], limit: f32) {
    let (engine, input) = (case.engine(precision), case.graph.input_shape());
    let most = *batches.iter().max().unwrap();
    let pixels = case.pixels(most);
    let images: Vec<&[f32]> = pixels.chunks(input.elements()).collect();
    let checked = if input.height > 100 { 3 } else { most };
    for output in [NetworkOutput::Logits, NetworkOutput::Pooled, NetworkOutput::Features] {
        let want = case.want(&pixels, checked, output);
        for &batch in batches {
            for pass in ["as it comes", "recorded", "replayed"] {
                let got = engine.run(&images[..batch], output).unwrap();
                assert_eq!(got.len(), batch);
                let both = batch.min(checked);
                let off = difference(&got[..both], &want[..both]);
                eprintln!("{precision}, {input:?}, {output:?}, batch {batch}, {pass}: {off:.1e}");
                assert!(off < limit, "{precision}, {input:?}, {output:?}, batch {batch}, {pass}: {off}");
            }
        }
    }
}

#[test]
fn small_networks_answer_as_on_a_cpu_in_every_dialect() {
    let small = Config { num_blocks: 1, classes: Some(37), input_size: (49, 65), ..Config::mobile() };
    let odd = Config {
        filter_multiplier: 1,
        penultimate_filters: 120,
        stem_filters: 7,
        skip_reduction: true,
        num_blocks: 2,
        input_size: (50, 39),
        ..small
    };
    for config in [small, odd] {
        for dialect in Dialect::ALL {
            check(&Case::new(config, dialect), Precision::F32, &[1, 7, 64, 2], 1e-4);
        }
    }
}

#[test]
fn mobile_answers_as_on_a_cpu() {
    for dialect in Dialect::ALL {
        check(&Case::new(Config::mobile(), dialect), Precision::F32, &[1, 7, 64], 1e-4);
    }
}

#[test]
fn large_answers_as_on_a_cpu() {
    check(&Case::new(Config::large(), Dialect::Timm), Precision::F32, &[1, 7], 1e-4);
}

#[test]
fn fewer_bits_stay_near() {
    for (precision, limit) in [(Precision::Tf32, 1e-2), (Precision::F16, 1e-2), (Precision::Bf16, 1e-1)] {
        check(&Case::new(Config::tiny(), Dialect::Keras), precision, &[1, 7, 64], limit);
        check(&Case::new(Config::mobile(), Dialect::Slim), precision, &[1, 64], limit);
    }
}

#[test]
fn an_image_gets_the_same_answer_at_any_place_of_a_batch() {
    let case = Case::new(Config::tiny(), Dialect::Keras);
    let engine = case.engine(Precision::F32);
    let pixels = case.pixels(1);
    let images = vec![&pixels[..]; 33];
    for _ in 0..3 {
        let rows = engine.run(&images, NetworkOutput::Logits).unwrap();
        assert!(difference(&rows[1..], &vec![rows[0].clone(); 32]) < 1e-6);
    }
}

#[test]
fn several_outputs_of_one_pass_are_those_of_single_ones() {
    let case = Case::new(Config::tiny(), Dialect::Keras);
    let engine = case.engine(Precision::F32);
    let pixels = case.pixels(5);
    let images: Vec<&[f32]> = pixels.chunks(case.graph.input_shape().elements()).collect();
    let all = [NetworkOutput::Features, NetworkOutput::Logits, NetworkOutput::Pooled];
    for _ in 0..3 {
        for (rows, output) in engine.run_for(&images, all).unwrap().iter().zip(all) {
            assert!(difference(rows, &engine.run(&images, output).unwrap()) < 1e-6, "{output:?}");
        }
    }
}

#[test]
fn threads_take_turns_on_one_engine() {
    let case = Case::new(Config::tiny(), Dialect::Keras);
    let engine = case.engine(Precision::F32);
    let pixels = case.pixels(4);
    let images: Vec<&[f32]> = pixels.chunks(case.graph.input_shape().elements()).collect();
    let want = engine.run(&images, NetworkOutput::Logits).unwrap();
    std::thread::scope(|scope| {
        for batch in 1..=4 {
            let (engine, images, want) = (&engine, &images, &want);
            scope.spawn(move || {
                for _ in 0..20 {
                    let got = engine.run(&images[..batch], NetworkOutput::Logits).unwrap();
                    assert!(difference(&got, &want[..batch]) < 1e-5);
                }
            });
        }
    });
}

#[test]
fn a_card_that_is_not_there_is_an_error_that_names_those_that_are() {
    let text = device::open(DeviceChoice::Cuda(99)).unwrap_err().to_string();
    assert!(text.contains("device cuda:99: there is no such card; cuda:0 is "), "{text}");
}
