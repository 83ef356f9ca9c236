//! Nearest neighbour by Pillow's affine route.

use std::ops::Range;

use crate::image::decode::Rgb8;

/// Source position of each target in `wanted`, by accumulation from half a step as in Pillow's
/// `ImagingScaleAffine`: the sum's rounding, not the product's, decides ties.
fn positions(source: u32, target: u32, wanted: Range<u32>) -> Vec<usize> {
    let scale = f64::from(source) / f64::from(target);
    let mut place = scale * 0.5;
    let mut found = Vec::with_capacity(wanted.len());
    for index in 0..wanted.end {
        if index >= wanted.start {
            found.push((place as usize).min(source as usize - 1));
        }
        place += scale;
    }
    found
}

/// Nearest neighbour: `columns` and `rows` of `image` resized to `(height, width)`.
pub(super) fn nearest(
    image: &Rgb8,
    (height, width): (u32, u32),
    columns: Range<u32>,
    rows: Range<u32>,
) -> Rgb8 {
    let size = (columns.len() as u32, rows.len() as u32);
    let sources: Vec<usize> = positions(image.width, width, columns).iter().map(|x| x * 3).collect();
    let row_bytes = image.width as usize * 3;
    let mut pixels = Vec::with_capacity(sources.len() * rows.len() * 3);
    for y in positions(image.height, height, rows) {
        let row = &image.pixels[y * row_bytes..(y + 1) * row_bytes];
        for &x in &sources {
            pixels.extend_from_slice(&row[x..x + 3]);
        }
    }
    Rgb8 { width: size.0, height: size.1, pixels }
}
