//! Depthwise convolution for candle, whose own grouped convolution runs one convolution a group: a
//! custom operation on the CPU, and shifts, products and sums of whole tensors on other devices.

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use crate::graph::{same_padding, strided};

/// Depthwise convolution with SAME padding, on a CPU.
///
/// `x`: N, H, W, C; `kernel`: rows, columns, C, f32.
pub fn on_cpu(x: &Tensor, kernel: &Tensor, stride: usize) -> Result<Tensor> {
    x.contiguous()?.apply_op2_no_bwd(&kernel.contiguous()?, &Depthwise { stride })
}

/// The same on any device: the sum over the window of (the image shifted to that tap) * (the tap's weights).
pub fn by_shifts(x: &Tensor, kernel: &Tensor, stride: usize) -> Result<Tensor> {
    let (size, _, _) = kernel.dims3()?;
    let (_, height, width, _) = x.dims4()?;
    let pick = |x: &Tensor, axis: usize, length: usize, tap: usize| -> Result<Tensor> {
        let (before, after) = same_padding(length, size, stride);
        let from = tap as u32;
        let wanted: Vec<u32> =
            (0..strided(length, stride) as u32).map(|i| from + i * stride as u32).collect();
        let index = Tensor::new(wanted, x.device())?;
        x.pad_with_zeros(axis, before, after)?.force_contiguous()?.index_select(&index, axis)
    };
    let mut sum: Option<Tensor> = None;
    for i in 0..size {
        let rows = pick(x, 1, height, i)?;
        for j in 0..size {
            let tap = kernel.get(i)?.get(j)?.force_contiguous()?;
            let product = pick(&rows, 2, width, j)?.broadcast_mul(&tap)?;
            sum = Some(match sum {
                Some(sum) => (sum + product)?,
                None => product,
            });
        }
    }
    sum.ok_or_else(|| candle_core::Error::Msg("a depthwise kernel without taps".to_owned()))
}

struct Depthwise {
    stride: usize,
}

impl CustomOp2 for Depthwise {
    fn name(&self) -> &'static str {
        "depthwise-nhwc"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        kernel: &CpuStorage,
        kernel_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (batch, height, width, channels) = x_layout.shape().dims4()?;
        let (size, _, _) = kernel_layout.shape().dims3()?;
        let x = contiguous(x, x_layout)?;
        let kernel = contiguous(kernel, kernel_layout)?;
        let (out_height, out_width) = (strided(height, self.stride), strided(width, self.stride));
        let (top, left) =
            (same_padding(height, size, self.stride).0, same_padding(width, size, self.stride).0);

        let mut out = vec![0f32; batch * out_height * out_width * channels];
        out.par_chunks_mut(out_width * channels).enumerate().for_each(|(row, out_row)| {
            let (image, row) = (row / out_height, row % out_height);
            let x = &x[image * height * width * channels..][..height * width * channels];
            for i in inside(row * self.stride, top, size, height) {
                let x_row = &x[(row * self.stride + i - top) * width * channels..][..width * channels];
                for (column, pixel) in out_row.chunks_exact_mut(channels).enumerate() {
                    for j in inside(column * self.stride, left, size, width) {
                        let x_pixel = &x_row[(column * self.stride + j - left) * channels..][..channels];
                        let tap = &kernel[(i * size + j) * channels..][..channels];
                        for ((sum, x), weight) in pixel.iter_mut().zip(x_pixel).zip(tap) {
                            *sum += x * weight;
                        }
                    }
                }
            }
        });
        Ok((CpuStorage::F32(out), Shape::from((batch, out_height, out_width, channels))))
    }
}

/// The taps of a window that starts at `start - before` and lie within an axis of `length`.
fn inside(start: usize, before: usize, size: usize, length: usize) -> std::ops::Range<usize> {
    before.saturating_sub(start)..size.min((length + before).saturating_sub(start))
}

fn contiguous<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let values = storage.as_slice::<f32>()?;
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&values[start..end]),
        None => candle_core::bail!("depthwise-nhwc needs contiguous tensors, got {layout:?}"),
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn the_cpu_operation_and_the_shifts_agree_at_every_size_and_stride() -> Result<()> {
        for (size, stride) in [(3, 1), (5, 1), (7, 1), (3, 2), (5, 2), (7, 2)] {
            for (height, width) in [(9, 6), (4, 7), (1, 2), (2, 1)] {
                let x = Tensor::randn(0f32, 1.0, (2, height, width, 3), &Device::Cpu)?;
                let kernel = Tensor::randn(0f32, 1.0, (size, size, 3), &Device::Cpu)?;
                let one = on_cpu(&x, &kernel, stride)?;
                let other = by_shifts(&x, &kernel, stride)?;
                assert_eq!(one.dims(), other.dims());
                let off = (one - other)?.abs()?.max_all()?.to_scalar::<f32>()?;
                assert!(off < 1e-5, "{size}/{stride} on {height}x{width}: {off}");
            }
        }
        Ok(())
    }
}
