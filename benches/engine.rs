//! The kernels at the shapes of NASNet, and whole networks on seeded weights.
//!
//!     cargo bench --bench engine
//!
//! One thread; `nasnet bench --profile` takes the time of each step, with any number of threads.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use nasnet::engine::cpu::{CpuEngine, Images, Options};
use nasnet::graph::synthetic;
use nasnet::kernels::depthwise::{Depthwise, Window};
use nasnet::kernels::gemm::{Gemm, Segment, StridedRows};
use nasnet::kernels::pack::{Panels, packed_depthwise_elements};
use nasnet::kernels::{CHANNEL_ALIGN, IsaKind, Kernels};
use nasnet::nasnet::graph;
use nasnet::nasnet::{Config, Dialect};

/// Pixels, depth, filters: the products of Mobile's three stages, and of Large's last.
const PRODUCTS: [(usize, usize, usize); 4] =
    [(784, 264, 44), (196, 528, 88), (49, 1056, 176), (121, 4032, 672)];

fn products(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("product");
    for kernels in Kernels::available().into_iter().chain(Kernels::bf16()) {
        for (rows, depth, columns) in PRODUCTS {
            let panels = Panels::new(depth, columns, kernels.lanes());
            let stride = columns.next_multiple_of(CHANNEL_ALIGN);
            let left = vec![0.5; rows * depth];
            let right = vec![0.5; panels.elements()];
            let bias = vec![0.0; panels.width()];
            let mut result = vec![0.0f32; rows * stride];
            let mut rounded = vec![0.0f32; 128 * panels.left_stride()];
            let gemm = Gemm {
                rows,
                left: &[Segment { data: left.as_ptr(), stride: depth, depth }],
                right: right.as_ptr(),
                panels,
                range: (0, panels.count()),
                bias: bias.as_ptr(),
                addend: StridedRows::NONE,
                raw: StridedRows { data: result.as_mut_ptr(), stride },
                relu: StridedRows::NONE,
                columns,
                mc: 128,
                kc: 256,
                near: false,
                rounded: rounded.as_mut_ptr(),
            };
            group.throughput(Throughput::Elements(2 * (rows * depth * columns) as u64)); // flops
            let id = BenchmarkId::new(kernels.kind().as_str(), format!("{rows}x{depth}x{columns}"));
            // SAFETY: the buffers above have the sizes that the product says.
            group.bench_function(id, |bencher| bencher.iter(|| unsafe { kernels.gemm(black_box(&gemm)) }));
        }
    }
}

/// Side, channels, window, stride.
const WINDOWS: [(usize, usize, usize, usize); 4] =
    [(28, 44, 5, 1), (14, 88, 3, 1), (7, 176, 5, 1), (42, 168, 7, 2)];

fn windows(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("depthwise");
    for kernels in Kernels::available() {
        for (side, channels, size, stride) in WINDOWS {
            let pixel = channels.next_multiple_of(CHANNEL_ALIGN);
            let out = side.div_ceil(stride);
            let input = vec![0.5; side * side * pixel];
            let weights = vec![0.5; packed_depthwise_elements(size * size, channels, kernels.lanes().count)];
            let mut output = vec![0.0f32; out * out * pixel];
            let window = Window {
                input: input.as_ptr(),
                pixel,
                height: side,
                width: side,
                channels,
                size,
                stride,
                top: size / 2,
                left: size / 2,
                out_width: out,
                first_row: 0,
                rows: out,
            };
            let (weights, output) = (weights.as_ptr(), output.as_mut_ptr());
            let depthwise = Depthwise { window, weights, output, out_pixel: pixel };
            group.throughput(Throughput::Elements(2 * (out * out * channels * size * size) as u64)); // flops
            let name = format!("{side}x{side}x{channels} {size}/{stride}");
            let id = BenchmarkId::new(kernels.kind().as_str(), name);
            // SAFETY: the buffers above have the sizes that the window says.
            group.bench_function(id, |bencher| {
                bencher.iter(|| unsafe { kernels.depthwise(black_box(&depthwise)) })
            });
        }
    }
}

fn networks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("network");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    for (name, config) in [("mobile", Config::mobile()), ("large", Config::large())] {
        let graph = graph(&config, Dialect::Keras).expect("a preset");
        let weights = synthetic::weights(&graph, 1);
        let pixels = synthetic::pixels(graph.input_shape().elements(), 2);
        let (height, width) = config.input_size;
        group.throughput(Throughput::Elements(2 * graph.total_multiply_adds())); // flops
        for kernels in Kernels::available().into_iter().chain(Kernels::bf16()) {
            if kernels.kind() == IsaKind::Generic {
                continue; // minutes
            }
            let mut engine =
                CpuEngine::new(&graph, &weights, Options { threads: 1, kernels }).expect("an engine");
            group.bench_function(BenchmarkId::new(kernels.kind().as_str(), name), |bencher| {
                bencher.iter(|| {
                    engine.run(Images { images: &[&pixels], height, width }).expect("a planned size");
                });
            });
        }
    }
}

criterion_group!(benches, products, windows, networks);
criterion_main!(benches);
