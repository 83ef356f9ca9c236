//! TensorFlow 1's bilinear resize, as TF-slim's evaluation uses it.
//!
//! `tf.compat.v1.image.resize_bilinear(align_corners=False, half_pixel_centers=False)`: the target pixel
//! `x` looks at source `x * scale` without half-pixel centres and without antialias, and the result is
//! not rounded to bytes. Arithmetic of `tensorflow/core/kernels/image/resize_bilinear_op.cc`, in `f32`.

use super::decode::Rgb8;
use super::resample::PixelWindow;

/// Two neighbours of a target pixel and the share of the second.
struct Between {
    lower: usize,
    upper: usize,
    share: f32,
}

fn neighbours(source: u32, target: u32, first: u32, count: u32) -> Vec<Between> {
    let scale = source as f32 / target as f32;
    let last = source as usize - 1;
    (first..first + count)
        .map(|index| {
            let place = index as f32 * scale;
            let lower = (place.floor() as usize).min(last);
            Between { lower, upper: (lower + 1).min(last), share: place - place.floor() }
        })
        .collect()
}

/// `image` resized to `(height, width)` and cut to `window`, as H, W, C floats from 0 to 1 in `out`.
///
/// Bytes become floats as `tf.image.convert_image_dtype` does it: times 1/255, before interpolation.
pub(super) fn resize(image: &Rgb8, (height, width): (u32, u32), window: PixelWindow, out: &mut [f32]) {
    let columns = neighbours(image.width, width, window.left, window.width);
    let rows = neighbours(image.height, height, window.top, window.height);
    let row_bytes = image.width as usize * 3;
    let unit = |bytes: &[u8], at: usize| f32::from(bytes[at]) * (1.0 / 255.0);
    for (row, out) in rows.iter().zip(out.chunks_exact_mut(columns.len() * 3)) {
        let upper = &image.pixels[row.lower * row_bytes..][..row_bytes];
        let lower = &image.pixels[row.upper * row_bytes..][..row_bytes];
        for (column, out) in columns.iter().zip(out.as_chunks_mut::<3>().0) {
            for (channel, out) in out.iter_mut().enumerate() {
                let (left, right) = (column.lower * 3 + channel, column.upper * 3 + channel);
                let mix = |row: &[u8]| {
                    let start = unit(row, left);
                    start + (unit(row, right) - start) * column.share
                };
                let (top, bottom) = (mix(upper), mix(lower));
                *out = top + (bottom - top) * row.share;
            }
        }
    }
}
