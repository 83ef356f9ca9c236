//! What holds for every image and size: against sums over all pixels, without windows, tables or instruction sets.

use std::f64::consts::PI;

use arbtest::arbitrary::{self, Unstructured};
use arbtest::arbtest;

use super::super::test_support::noise;
use super::*;

const KERNELS: [Kernel; 4] = [Kernel::Box, Kernel::Bilinear, Kernel::Bicubic, Kernel::Lanczos];

/// A kernel and how far it may leave the range of its pixels, as a share of that: what its negative lobes weigh.
fn overshoot(kernel: Kernel) -> f64 {
    match kernel {
        Kernel::Nearest | Kernel::Box | Kernel::Bilinear => 0.0,
        Kernel::Bicubic => 0.15,
        Kernel::Lanczos => 0.35,
    }
}

/// The textbook's formulas.
fn weight(kernel: Kernel, distance: f64) -> f64 {
    let x = distance.abs();
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
    match kernel {
        Kernel::Nearest | Kernel::Box => f64::from(u8::from(distance > -0.5 && distance <= 0.5)),
        Kernel::Bilinear => f64::max(1.0 - x, 0.0),
        Kernel::Bicubic if x < 1.0 => 1.5 * x.powi(3) - 2.5 * x.powi(2) + 1.0,
        Kernel::Bicubic if x < 2.0 => -0.5 * x.powi(3) + 2.5 * x.powi(2) - 4.0 * x + 2.0,
        Kernel::Lanczos if x < 3.0 => sinc(x) * sinc(x / 3.0),
        Kernel::Bicubic | Kernel::Lanczos => 0.0,
    }
}

/// A row of `values` as `target` values, each a weighted sum of all; none where a pixel lies on the edge of a box, since
/// rounding then decides whether it counts.
fn resized(values: &[f64], target: u32, kernel: Kernel) -> Vec<Option<f64>> {
    let scale = values.len() as f64 / f64::from(target);
    let reach = f64::max(scale, 1.0);
    let value = |index: u32| {
        let centre = (f64::from(index) + 0.5) * scale;
        let distances = (0..values.len()).map(|x| (x as f64 + 0.5 - centre) / reach);
        if kernel == Kernel::Box && distances.clone().any(|distance| (distance.abs() - 0.5).abs() < 1e-9) {
            return None;
        }
        let weights = distances.map(|distance| weight(kernel, distance));
        let total: f64 = weights.clone().sum();
        Some(weights.zip(values).map(|(weight, value)| weight / total * value).sum())
    };
    (0..target).map(value).collect()
}

fn size(random: &mut Unstructured<'_>) -> arbitrary::Result<u32> {
    random.int_in_range(1..=40)
}

/// An image and another width for it, on every instruction set, with the bytes of each red row.
fn each_row(mut check: impl FnMut(Kernel, &[f64], &[f64], u32)) {
    arbtest(|random| {
        let (height, width, target) = (size(random)?.min(5), size(random)?, size(random)?);
        let kernel = *random.choose(&KERNELS)?;
        let image = noise(height, width, u64::from(random.arbitrary::<u32>()?));
        let red = |image: &Rgb8| -> Vec<Vec<f64>> {
            let rows = image.pixels.chunks_exact(3 * image.width as usize);
            rows.map(|row| row.iter().step_by(3).map(|value| f64::from(*value)).collect()).collect()
        };
        for isa in Isa::available() {
            let whole = PixelWindow::whole(height, target);
            let found = resample_on(isa, &image, (height, target), kernel, whole);
            for (source, row) in red(&image).iter().zip(red(&found)) {
                check(kernel, source, &row, target);
            }
        }
        Ok(())
    });
}

#[test]
fn every_row_is_the_weighted_sum_of_all_pixels() {
    each_row(|kernel, source, found, target| {
        for (found, expected) in found.iter().zip(resized(source, target, kernel)) {
            let gap = expected.map_or(0.0, |expected: f64| (found - expected.clamp(0.0, 255.0)).abs());
            assert!(gap <= 1.0, "{kernel}: {found}, {expected:?} is expected");
        }
    });
}

#[test]
fn no_pixel_leaves_the_range_of_its_row_by_more_than_its_kernel_overshoots() {
    each_row(|kernel, source, found, _| {
        let least = source.iter().copied().fold(255.0, f64::min);
        let most = source.iter().copied().fold(0.0, f64::max);
        let room = overshoot(kernel) * (most - least) + 0.5;
        for value in found {
            assert!((least - room..=most + room).contains(value), "{kernel}: {value} of {least} to {most}");
        }
    });
}

#[test]
fn both_axes_at_once_are_one_after_the_other() {
    arbtest(|random| {
        let (source, target) = ((size(random)?, size(random)?), (size(random)?, size(random)?));
        let kernel = *random.choose(Kernel::ALL)?;
        let image = noise(source.0, source.1, u64::from(random.arbitrary::<u32>()?));
        let to = |image: &Rgb8, height, width| {
            resample(image, height, width, kernel, PixelWindow::whole(height, width))
        };
        let steps = if vertical_first(source, target) {
            to(&to(&image, target.0, source.1), target.0, target.1)
        } else {
            to(&to(&image, source.0, target.1), target.0, target.1)
        };
        assert!(to(&image, target.0, target.1) == steps, "{kernel} {source:?} to {target:?}");
        Ok(())
    });
}

#[test]
fn one_colour_stays_that_colour_at_every_size() {
    arbtest(|random| {
        let (height, width, rows, columns) = (size(random)?, size(random)?, size(random)?, size(random)?);
        let colour: [u8; 3] = random.arbitrary()?;
        let kernel = *random.choose(Kernel::ALL)?;
        let image = Rgb8 { width, height, pixels: colour.repeat((width * height) as usize) };
        let resized = resample(&image, rows, columns, kernel, PixelWindow::whole(rows, columns));
        assert!(resized.pixels == colour.repeat((rows * columns) as usize), "{kernel} {colour:?}");
        Ok(())
    });
}
