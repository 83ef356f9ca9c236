//! Every instruction set of this processor against naive references, at sizes around the tile edges.

use super::depthwise::{Depthwise, Window};
use super::gemm::{Gemm, Segment, StridedRows};
use super::isa::bf16;
use super::pack::{Panels, pack_depthwise, packed_depthwise_elements};
use super::pool::{Pool, PoolKind};
use super::{CHANNEL_ALIGN, IsaKind, Kernels};
use crate::graph::{same_padding, strided};

/// Numbers that look random, in -1..1, the same in every run.
fn noise(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn padded(channels: usize) -> usize {
    channels.next_multiple_of(CHANNEL_ALIGN)
}

fn rows(data: &mut [f32], stride: usize) -> StridedRows {
    StridedRows { data: data.as_mut_ptr(), stride }
}

fn assert_close(got: f32, expected: f64, context: &str) {
    assert!((f64::from(got) - expected).abs() < 2e-5, "{context}: {got} instead of {expected}");
}

/// The kernels for products of bf16 that can run here, and the definition of each.
fn real_and_emulated_bf16() -> Vec<(Kernels, Kernels)> {
    let emulated = |real: Kernels| {
        let kind = match real.kind() {
            IsaKind::AmxBf16 => IsaKind::GenericBf16OfAmx,
            IsaKind::Avx512Bf16 => IsaKind::GenericBf16OfAvx512,
            IsaKind::NeonBf16 => IsaKind::GenericBf16OfArm,
            other => panic!("{} has no bf16", other.as_str()),
        };
        Kernels::emulated_bf16().into_iter().find(|emulated| emulated.kind() == kind).unwrap()
    };
    Kernels::bf16().into_iter().map(|real| (real, emulated(real))).collect()
}

/// The kernels of every instruction set and number type that can run here.
fn kernels() -> impl Iterator<Item = Kernels> {
    Kernels::available().into_iter().chain(Kernels::bf16()).chain(Kernels::emulated_bf16())
}

#[test]
fn products_equal_a_sum_in_double_precision_at_every_tile_edge() {
    for kernels in kernels() {
        eprintln!("products on {}", kernels.kind().as_str());
        for height in [1, 2, 5, 9, 10, 13, 14, 15, 29] {
            for columns in [1, 7, 11, 16, 17, 20, 22, 24, 28, 31, 33, 42, 44, 48, 49, 52, 58, 65, 84, 100] {
                product(kernels, height, columns, &[13, 5], false);
                product(kernels, height, columns, &[13, 5], true);
            }
        }
        product(kernels, 49, 88, &[44, 44, 44], true);
        product(kernels, 31, 44, &[17, 44, 9, 30, 2], true);
        product(kernels, 31, 48, &[17, 44, 9, 30, 2], true);
        product(kernels, 31, 96, &[17, 9, 30], true);
    }
}

#[test]
fn rows_have_the_same_bits_whatever_rows_are_beside_them() {
    for kernels in kernels() {
        let of_height = |height| product(kernels, height, 44, &[44, 9], false);
        let tall = of_height(49);
        for height in [1, 15, 17, 31, 33] {
            let low = of_height(height);
            let same = low.iter().zip(&tall).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "{height} rows of 49 on {}", kernels.kind().as_str());
        }
    }
}

#[test]
fn bf16_is_rounded_as_half_does_and_small_numbers_are_zero() {
    let mut state = 1u32;
    for _ in 0..1_000_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let value = f32::from_bits(state.rotate_left(7));
        let expected = if value.abs() < f32::MIN_POSITIVE { 0.0f32.copysign(value) } else { value };
        let (got, expected) = (bf16(value), u32::from(half::bf16::from_f32(expected).to_bits()));
        assert_eq!(got, expected, "{value:e}");
    }
    for value in
        [f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::NAN, 1.0, 1.003_906_3, 1.011_718_8, 0.0, -0.0]
    {
        assert_eq!(bf16(value), u32::from(half::bf16::from_f32(value).to_bits()), "{value:e}");
    }
}

#[test]
fn products_of_bf16_have_the_bits_that_their_definition_gives() {
    for (real, emulated) in real_and_emulated_bf16() {
        eprintln!("bits of {}", real.kind().as_str());
        for (height, columns, depths) in
            [(29, 100, [13, 5].as_slice()), (49, 88, &[44, 44, 44]), (30, 44, &[44]), (1, 7, &[1, 1])]
        {
            let [real, emulated] =
                [real, emulated].map(|kernels| product(kernels, height, columns, depths, false));
            let same = real.iter().zip(&emulated).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "{height} x {columns}");
        }
    }
}

/// The results, compared with sums in double precision of the numbers that the kernels multiply. Where sums wait, rows
/// take whole vectors, and the depth is cut.
fn product(kernels: Kernels, height: usize, columns: usize, depths: &[usize], waiting: bool) -> Vec<f32> {
    let rounded_to_bf16 = |value: f32| half::bf16::from_f32(value).to_f64();
    let depth: usize = depths.iter().sum();
    let lefts: Vec<Vec<f32>> =
        depths.iter().map(|depth| noise(height * (depth + 3), *depth as u64)).collect();
    let left: Vec<Segment> = lefts
        .iter()
        .zip(depths)
        .map(|(left, &depth)| Segment { data: left.as_ptr(), stride: depth + 3, depth })
        .collect();
    let weights = noise(depth * columns, 7);
    let scales: Vec<f64> = noise(columns, 8).into_iter().map(f64::from).collect();
    let panels = Panels::new(depth, columns, kernels.lanes());
    let mut rounded = vec![f32::NAN; panels.left_rows(11) * panels.left_stride()];
    let mut right = vec![f32::NAN; panels.elements()];
    let (first, second) = weights.split_at(depths[0] * columns);
    panels.pack(&mut right, 0, first, &scales);
    panels.pack(&mut right, depths[0], second, &scales); // the rest, whatever its segments
    let mut bias = noise(columns, 9);
    bias.resize(panels.width(), 0.0);
    let mut addend = noise(height * padded(columns), 10);
    let written = if waiting { padded(columns) } else { columns };
    let stride = written + 2;
    let (mut raw, mut relu) = (vec![f32::NAN; height * stride], vec![f32::NAN; height * stride]);
    for range in [(0, 1), (1, panels.count())] {
        let gemm = Gemm {
            rows: height,
            left: &left,
            right: right.as_ptr(),
            panels,
            range,
            bias: bias.as_ptr(),
            addend: rows(&mut addend, padded(columns)),
            raw: rows(&mut raw, stride),
            relu: rows(&mut relu, stride),
            columns: written,
            mc: 11,
            kc: if waiting { 7 } else { depth },
            near: false,
            rounded: rounded.as_mut_ptr(),
        };
        // SAFETY: the buffers above have the sizes that the product says.
        unsafe { kernels.gemm(&gemm) };
    }
    for row in 0..height {
        for column in 0..columns {
            let mut sum = f64::from(bias[column]) + f64::from(addend[row * padded(columns) + column]);
            let mut step = 0;
            for (left, depth) in lefts.iter().zip(depths) {
                for value in &left[row * (depth + 3)..][..*depth] {
                    let weight = f64::from(weights[step * columns + column]) * scales[column];
                    sum += match kernels.lanes().numbers {
                        1 => f64::from(*value) * weight,
                        _ => rounded_to_bf16(*value) * rounded_to_bf16(weight as f32),
                    };
                    step += 1;
                }
            }
            let context = format!("{} {height}x{depth}x{columns} at {row},{column}", kernels.kind().as_str());
            assert_close(raw[row * stride + column], sum, &context);
            assert_close(relu[row * stride + column], sum.max(0.0), &context);
        }
        assert!(raw[row * stride + written..][..2].iter().all(|value| value.is_nan()), "wrote beyond a row");
    }
    raw.chunks_exact(stride).flat_map(|row| &row[..columns]).copied().collect()
}

#[test]
fn steps_of_bf16_add_in_the_order_of_their_definition_and_know_no_small_numbers() {
    // A number far below 1 is lost when 1 is added to it, and kept when -1 and 1 cancel first.
    let (small, tiny) = (2f32.powi(-24), f32::MIN_POSITIVE / 2.0);
    let next = f32::from_bits(1f32.to_bits() + 1);
    // Left and right side, start, result of AMX, AVX-512 and Arm.
    let cases = [
        ([1.0, -1.0], [1.0, 1.0], small, [small, small, small]), // AVX-512: what is left of (small - 1) + 1
        ([-1.0, 1.0], [1.0, 1.0], small, [small, 0.0, small]),   // AVX-512: (small + 1) - 1
        ([1.0, 0.0], [1.0, 1.0], small, [1.0, 1.0, next]),       // Arm: rounded to odd
        ([tiny, 0.0], [1e30, 1.0], 0.0, [0.0, 0.0, 0.0]),        // tiny counts as zero
        ([1.0, 0.0], [1.0, 1.0], tiny, [1.0, 1.0, 1.0]),
    ];
    for (left, right, start, expected) in cases {
        for (emulated, expected) in Kernels::emulated_bf16().into_iter().zip(expected) {
            let real = real_and_emulated_bf16().into_iter().filter(|(_, of)| of.kind() == emulated.kind());
            for kernels in real.map(|(real, _)| real).chain([emulated]) {
                let got = step(kernels, left, right, start);
                assert_eq!(got, expected, "{left:?} {right:?} {start} on {}", kernels.kind().as_str());
            }
        }
    }
}

/// `start` and one step of a product.
fn step(kernels: Kernels, left: [f32; 2], right: [f32; 2], start: f32) -> f32 {
    let panels = Panels::new(2, 1, kernels.lanes());
    let mut weights = vec![0.0; panels.elements()];
    panels.pack(&mut weights, 0, &right, &[1.0]);
    let mut bias = vec![0.0; panels.width()];
    bias[0] = start;
    let mut result = [f32::NAN];
    let mut rounded = vec![f32::NAN; panels.left_rows(1) * panels.left_stride()];
    let gemm = Gemm {
        rows: 1,
        left: &[Segment { data: left.as_ptr(), stride: 2, depth: 2 }],
        right: weights.as_ptr(),
        panels,
        range: (0, 1),
        bias: bias.as_ptr(),
        addend: StridedRows::NONE,
        raw: rows(&mut result, 1),
        relu: StridedRows::NONE,
        columns: 1,
        mc: 1,
        kc: 1,
        near: false,
        rounded: rounded.as_mut_ptr(),
    };
    // SAFETY: the buffers above have the sizes that the product says.
    unsafe { kernels.gemm(&gemm) };
    result[0]
}

/// A window over an image of odd sides, and where its taps are.
fn window(
    input: &[f32],
    (height, width, channels): (usize, usize, usize),
    size: usize,
    stride: usize,
) -> Window {
    Window {
        input: input.as_ptr(),
        pixel: padded(channels),
        height,
        width,
        channels,
        size,
        stride,
        top: same_padding(height, size, stride).0,
        left: same_padding(width, size, stride).0,
        out_width: strided(width, stride),
        first_row: 0,
        rows: strided(height, stride),
    }
}

/// The taps of a window that lie within the image: (tap, offset of the pixel).
fn taps(window: &Window, row: usize, column: usize) -> Vec<(usize, usize)> {
    let size = window.size;
    let within = |origin: usize, tap: usize, before: usize, length: usize| {
        (origin * window.stride + tap).checked_sub(before).filter(|&at| at < length)
    };
    (0..size * size)
        .filter_map(|tap| {
            let y = within(row, tap / size, window.top, window.height)?;
            let x = within(column, tap % size, window.left, window.width)?;
            Some((tap, (y * window.width + x) * window.pixel))
        })
        .collect()
}

const IMAGES: [(usize, usize, usize); 7] =
    [(1, 1, 11), (2, 3, 5), (5, 7, 11), (7, 16, 22), (9, 29, 44), (3, 22, 17), (14, 8, 33)];

#[test]
fn depthwise_windows_equal_a_naive_sum_on_odd_images() {
    for kernels in Kernels::available() {
        eprintln!("depthwise windows on {}", kernels.kind().as_str());
        for image in IMAGES {
            for size in [3, 5, 7] {
                for stride in [1, 2] {
                    depthwise(kernels, image, size, stride);
                }
            }
        }
    }
}

fn depthwise(kernels: Kernels, image: (usize, usize, usize), size: usize, stride: usize) {
    let (height, width, channels) = image;
    let input = noise(height * width * padded(channels), 1);
    let weights = noise(size * size * channels, 2);
    let lanes = kernels.lanes().count;
    let mut packed = vec![f32::NAN; packed_depthwise_elements(size * size, channels, lanes)];
    pack_depthwise(&mut packed, size * size, channels, lanes, &weights);
    let whole = window(&input, image, size, stride);
    let pixel = padded(channels) + CHANNEL_ALIGN;
    let mut output = vec![f32::NAN; whole.rows * whole.out_width * pixel];
    let cut = whole.rows / 2;
    for (first_row, rows) in [(0, cut), (cut, whole.rows - cut)] {
        let window = Window { first_row, rows, ..whole };
        let output = output[first_row * whole.out_width * pixel..].as_mut_ptr();
        // SAFETY: the buffers above have the sizes that the window says.
        unsafe {
            kernels.depthwise(&Depthwise { window, weights: packed.as_ptr(), output, out_pixel: pixel })
        };
    }
    for row in 0..whole.rows {
        for column in 0..whole.out_width {
            for channel in 0..channels {
                let product = |&(tap, at): &(usize, usize)| {
                    f64::from(input[at + channel]) * f64::from(weights[tap * channels + channel])
                };
                let sum: f64 = taps(&whole, row, column).iter().map(product).sum();
                let context = format!("{image:?} size {size} stride {stride} at {row},{column},{channel}");
                assert_close(output[(row * whole.out_width + column) * pixel + channel], sum, &context);
            }
        }
    }
}

#[test]
fn pools_treat_the_border_as_each_dialect_says() {
    for kernels in Kernels::available() {
        eprintln!("pools on {}", kernels.kind().as_str());
        for image in IMAGES {
            for (count_padding, scale) in [(false, 1.0), (false, 2.0), (true, 1.0)] {
                for stride in [1, 2] {
                    pool(kernels, image, stride, PoolKind::Average { count_padding, scale });
                }
            }
            for see_padding in [false, true] {
                pool(kernels, image, 2, PoolKind::Max { see_padding });
            }
        }
    }
}

fn pool(kernels: Kernels, image: (usize, usize, usize), stride: usize, kind: PoolKind) {
    let (height, width, channels) = image;
    let mut input = noise(height * width * padded(channels), 3);
    input.iter_mut().for_each(|value| *value -= 0.7); // mostly negative, so that zeros in the padding would show
    let window = window(&input, image, 3, stride);
    let pixels = window.rows * window.out_width;
    let pixel = padded(channels);
    let mut addend = noise(pixels * pixel, 4);
    let (mut raw, mut relu) = (vec![f32::NAN; pixels * pixel], vec![f32::NAN; pixels * pixel]);
    let pool = Pool {
        window,
        kind,
        addend: rows(&mut addend, pixel),
        raw: rows(&mut raw, pixel),
        relu: rows(&mut relu, pixel),
    };
    // SAFETY: the buffers above have the sizes that the window says.
    unsafe { kernels.pool(&pool) };
    for place in 0..pixels {
        let taps = taps(&window, place / window.out_width, place % window.out_width);
        for channel in 0..channels {
            let values = taps.iter().map(|&(_, at)| f64::from(input[at + channel]));
            let pooled = match kind {
                PoolKind::Average { count_padding, scale } => {
                    values.sum::<f64>() * f64::from(scale)
                        / if count_padding { 9.0 } else { taps.len() as f64 }
                }
                PoolKind::Max { see_padding } => {
                    let zero = (see_padding && taps.len() < 9).then_some(0.0);
                    values.chain(zero).fold(f64::NEG_INFINITY, f64::max)
                }
            };
            let expected = pooled + f64::from(addend[place * pixel + channel]);
            let context = format!("{kind:?} stride {stride} of {image:?} at {place},{channel}");
            assert_close(raw[place * pixel + channel], expected, &context);
            assert_close(relu[place * pixel + channel], expected.max(0.0), &context);
        }
    }
}
