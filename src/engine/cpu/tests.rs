//! The engine against the portable one, and against itself.

use candle_core::{Device, Tensor};

use super::{CpuEngine, Images, Options, Results};
use crate::engine::portable::Portable;
use crate::engine::test_networks::networks;
use crate::graph::Graph;
use crate::graph::synthetic;
use crate::kernels::Kernels;
use crate::nasnet::Dialect;
use crate::nasnet::graph;

fn run(engine: &mut CpuEngine, graph: &Graph, pixels: &[f32], count: usize) -> Results {
    let input = graph.input_shape();
    let images: Vec<&[f32]> = pixels.chunks(input.elements()).collect();
    assert_eq!(images.len(), count);
    engine.run(Images { images: &images, height: input.height, width: input.width }).unwrap().clone()
}

fn engine(graph: &Graph, kernels: Kernels, threads: usize) -> CpuEngine {
    let mut engine =
        CpuEngine::new(graph, &synthetic::weights(graph, 1), Options { threads, kernels }).unwrap();
    engine.with_features(true);
    engine
}

fn assert_close(name: &str, got: &[f32], expected: Tensor) {
    assert_within(1e-5, name, got, expected);
}

fn assert_within(tolerance: f32, name: &str, got: &[f32], expected: Tensor) {
    let expected = expected.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    assert_eq!(got.len(), expected.len(), "{name}");
    let largest = expected.iter().fold(0f32, |largest, value| largest.max(value.abs()));
    assert!(largest > 1e-3 && largest.is_finite(), "{name}: a network that computes nothing: {largest}");
    for (index, (got, expected)) in got.iter().zip(&expected).enumerate() {
        let error = (got - expected).abs() / largest;
        assert!(error < tolerance, "{name} {index}: {got} instead of {expected}, {error:e} of the largest");
    }
}

#[test]
fn equals_the_portable_engine_on_every_instruction_set() {
    for config in networks() {
        for dialect in Dialect::ALL {
            let graph = graph(&config, dialect).unwrap();
            let weights = synthetic::weights(&graph, 1);
            let input = graph.input_shape();
            let pixels = synthetic::pixels(2 * input.elements(), 2);
            let tensor =
                Tensor::from_slice(&pixels, (2, input.height, input.width, 3), &Device::Cpu).unwrap();
            let portable = Portable::new(graph.clone(), &weights, &Device::Cpu).unwrap();
            for kernels in Kernels::available() {
                let expected = portable.forward(&tensor).unwrap();
                eprintln!("{config} in {dialect} on {}", kernels.kind().as_str());
                let got = run(&mut engine(&graph, kernels, 2), &graph, &pixels, 2);
                assert_close("features", &got.features, expected.features);
                assert_close("pooled", &got.pooled, expected.pooled);
                assert_close("logits", &got.logits, expected.logits.unwrap());
            }
        }
    }
}

#[test]
fn products_of_bf16_stay_near_the_portable_engine() {
    for config in networks() {
        let graph = graph(&config, Dialect::Keras).unwrap();
        let weights = synthetic::weights(&graph, 1);
        let input = graph.input_shape();
        let pixels = synthetic::pixels(input.elements(), 2);
        let tensor = Tensor::from_slice(&pixels, (1, input.height, input.width, 3), &Device::Cpu).unwrap();
        let expected =
            Portable::new(graph.clone(), &weights, &Device::Cpu).unwrap().forward(&tensor).unwrap();
        for kernels in Kernels::emulated_bf16().into_iter().chain(Kernels::bf16()) {
            eprintln!("{config} on {}", kernels.kind().as_str());
            let got = run(&mut engine(&graph, kernels, 2), &graph, &pixels, 1);
            assert_within(3e-2, "features", &got.features, expected.features.clone());
            assert_within(3e-2, "logits", &got.logits, expected.logits.clone().unwrap());
        }
    }
}

#[test]
fn gives_the_same_bits_for_any_number_of_threads_and_any_batch() {
    for config in networks() {
        let graph = graph(&config, Dialect::Keras).unwrap();
        let pixels = synthetic::pixels(8 * graph.input_shape().elements(), 3);
        for kernels in Kernels::available().into_iter().chain(Kernels::bf16()) {
            let expected = run(&mut engine(&graph, kernels, 1), &graph, &pixels, 8);
            for threads in [1, 2, 3, 7] {
                let mut engine = engine(&graph, kernels, threads);
                for batch in [8, 1, 3] {
                    let pixels = &pixels[..batch * graph.input_shape().elements()];
                    let got = run(&mut engine, &graph, pixels, batch);
                    let what = format!("{threads} threads, batch {batch}, {}", kernels.kind().as_str());
                    assert!(got.logits[..] == expected.logits[..got.logits.len()], "logits, {what}");
                    assert!(got.pooled[..] == expected.pooled[..got.pooled.len()], "pooled, {what}");
                    assert!(got.features[..] == expected.features[..got.features.len()], "features, {what}");
                }
            }
        }
    }
}

#[test]
fn a_second_input_size_uses_the_same_weights() {
    let [config, other, _] = networks();
    let first = graph(&config, Dialect::Slim).unwrap();
    let mut engine = engine(&first, Kernels::best(), 2);
    for size in [(32, 32), (33, 51), (80, 44)] {
        let graph = graph(&config.with_input_size(size), Dialect::Slim).unwrap();
        let pixels = synthetic::pixels(graph.input_shape().elements(), 4);
        assert!(!engine.is_prepared(size.0, size.1));
        engine.prepare(&graph).unwrap();
        let got = run(&mut engine, &graph, &pixels, 1);
        let portable = Portable::new(graph, &synthetic::weights(&first, 1), &Device::Cpu).unwrap();
        let tensor = Tensor::from_slice(&pixels, (1, size.0, size.1, 3), &Device::Cpu).unwrap();
        assert_close("logits", &got.logits, portable.forward(&tensor).unwrap().logits.unwrap());
    }
    let stranger = graph(&other, Dialect::Slim).unwrap();
    assert!(engine.prepare(&stranger).unwrap_err().to_string().contains("another network"));
}

#[test]
fn siblings_give_the_same_bits_side_by_side() {
    let [config, ..] = networks();
    let graph = graph(&config, Dialect::Keras).unwrap();
    let mut team = engine(&graph, Kernels::best(), 2);
    let pixels = synthetic::pixels(4 * graph.input_shape().elements(), 5);
    let want = run(&mut team, &graph, &pixels, 4);
    std::thread::scope(|scope| {
        for (image, pixels) in pixels.chunks(graph.input_shape().elements()).enumerate() {
            let (team, graph, want) = (&team, &graph, &want);
            scope.spawn(move || {
                let mut sibling = team.sibling().unwrap();
                assert_eq!(sibling.threads(), 1);
                for _ in 0..3 {
                    let got = run(&mut sibling, graph, pixels, 1);
                    let classes = got.logits.len();
                    assert_eq!(got.logits, want.logits[image * classes..][..classes]);
                    assert_eq!(got.features.len(), 0, "a sibling starts without wishes");
                }
            });
        }
    });
}

#[test]
fn refuses_batches_that_it_has_no_plan_for() {
    let [config, ..] = networks();
    let graph = graph(&config, Dialect::Slim).unwrap();
    let mut engine = engine(&graph, Kernels::best(), 1);
    let mut text = |pixels: &[f32], height, width| {
        engine.run(Images { images: &[pixels], height, width }).unwrap_err().to_string()
    };
    assert_eq!(text(&[], 64, 63), "no plan for 64x63 pixels");
    assert_eq!(text(&[0.0; 5], 49, 65), "expected images of 9555 numbers, got one of 5");
}
