//! The sizes of blocks that the CPU engine derives from the caches, against others, for five products of NASNet.
//!
//!     cargo bench --bench blocks
//!
//! One thread. Each line is a product with the model's `kc` and `mc`, the fastest of all that were tried, and what the
//! model's choice loses. The least time of many is taken, in turns, so that other processes count little.

use std::time::{Duration, Instant};

use nasnet::engine::cpu::Caches;
use nasnet::kernels::gemm::{Gemm, Segment, StridedRows};
use nasnet::kernels::pack::Panels;
use nasnet::kernels::{CHANNEL_ALIGN, Kernels};

/// Pixels, parts of the left side, channels of each, filters.
const PRODUCTS: [(usize, usize, usize, usize); 5] =
    [(784, 6, 44, 44), (49, 6, 176, 176), (1764, 6, 168, 168), (441, 6, 336, 336), (121, 6, 672, 672)];
const DEPTHS: [usize; 5] = [128, 256, 512, 1024, 4096];
const ROWS: [usize; 5] = [24, 48, 96, 192, 384];
const ROUNDS: usize = 12;

fn main() {
    let (kernels, caches) = (Kernels::best(), Caches::found());
    println!("{}, {} KB of second level", kernels.kind().as_str(), caches.second >> 10);
    for (rows, parts, channels, columns) in PRODUCTS {
        let panels = Panels::new(parts * channels, columns, kernels.lanes());
        let blocks = caches.blocks(&panels, true);
        let model = (blocks.kc, blocks.mc);
        let mut choices = vec![model];
        choices.extend(DEPTHS.into_iter().flat_map(|kc| ROWS.map(|mc| (kc, mc))));
        let mut least = vec![Duration::MAX; choices.len()];
        let product = Product::new(rows, parts, channels, panels);
        for _ in 0..ROUNDS {
            for (&(kc, mc), least) in choices.iter().zip(&mut least) {
                *least = product.time(kernels, kc, mc).min(*least);
            }
        }
        let best = (0..choices.len()).min_by_key(|&index| least[index]).unwrap_or(0);
        let gflops = |time: Duration| 2e-9 * (rows * panels.depth * columns) as f64 / time.as_secs_f64();
        println!(
            "{rows:>5} x {:>4} x {columns:>3}: kc {:>4}, mc {:>3}: {:6.1} GFLOP/s; best kc {:>4}, mc {:>3}: {:6.1}; loss {:.1} %",
            panels.depth,
            model.0,
            model.1,
            gflops(least[0]),
            choices[best].0,
            choices[best].1,
            gflops(least[best]),
            100.0 * (1.0 - least[best].as_secs_f64() / least[0].as_secs_f64()),
        );
    }
}

struct Product {
    rows: usize,
    channels: usize,
    lefts: Vec<Vec<f32>>,
    right: Vec<f32>,
    bias: Vec<f32>,
    panels: Panels,
}

impl Product {
    fn new(rows: usize, parts: usize, channels: usize, panels: Panels) -> Self {
        let lefts = vec![vec![0.5; rows * channels.next_multiple_of(CHANNEL_ALIGN)]; parts];
        let (right, bias) = (vec![0.5; panels.elements()], vec![0.0; panels.width()]);
        Product { rows, channels, lefts, right, bias, panels }
    }

    fn time(&self, kernels: Kernels, kc: usize, mc: usize) -> Duration {
        let stride = self.channels.next_multiple_of(CHANNEL_ALIGN);
        let segment = |left: &Vec<f32>| Segment { data: left.as_ptr(), stride, depth: self.channels };
        let left: Vec<Segment> = self.lefts.iter().map(segment).collect();
        let columns = self.panels.columns.next_multiple_of(CHANNEL_ALIGN);
        let mut result = vec![0.0f32; self.rows * columns];
        let gemm = Gemm {
            rows: self.rows,
            left: &left,
            right: self.right.as_ptr(),
            panels: self.panels,
            range: (0, self.panels.count()),
            bias: self.bias.as_ptr(),
            addend: StridedRows::NONE,
            raw: StridedRows { data: result.as_mut_ptr(), stride: columns },
            relu: StridedRows::NONE,
            columns,
            mc,
            kc,
            near: false,
            rounded: std::ptr::null_mut(), // of f32
        };
        let start = Instant::now();
        // SAFETY: the buffers above have the sizes that the product says.
        unsafe { kernels.gemm(&gemm) };
        start.elapsed()
    }
}
