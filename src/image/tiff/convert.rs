//! Samples of a pixel, a byte each, to RGB, with transparency as the file has it.

use super::colour::{Colour, from_lab};
use super::corrupt;
use super::layout::{Layout, Opacity};
use crate::error::ImageError;

/// Converts a row of `samples` to `pixels`: R, G, B, and the opacity where the layout has one.
///
/// # Errors
/// `decode` for a pixel outside its palette.
pub(super) fn convert(layout: &Layout, samples: &[u8], pixels: &mut [u8]) -> Result<(), ImageError> {
    let count = layout.samples.count;
    let channels = if layout.opacity.is_some() { 4 } else { 3 };
    if matches!(layout.colour, Colour::Rgb) && count == 3 {
        pixels.copy_from_slice(samples);
        return Ok(());
    }
    for (pixel, samples) in pixels.chunks_exact_mut(channels).zip(samples.chunks_exact(count)) {
        let rgb = match &layout.colour {
            Colour::Grey { inverted } => [if *inverted { !samples[0] } else { samples[0] }; 3],
            Colour::Rgb => [samples[0], samples[1], samples[2]],
            Colour::Palette(colours) => *colours
                .get(usize::from(samples[0]))
                .ok_or_else(|| corrupt("a pixel lies outside its palette"))?,
            Colour::Cmyk => from_cmyk([samples[0], samples[1], samples[2], samples[3]]),
            Colour::YCbCr(luma) => luma.rgb([samples[0], samples[1], samples[2]]),
            Colour::Lab { signed } => from_lab([samples[0], samples[1], samples[2]], *signed),
        };
        match layout.opacity {
            None => pixel.copy_from_slice(&rgb),
            Some(Opacity { sample, premultiplied }) => {
                let alpha = samples[sample];
                let rgb = if premultiplied { divided(rgb, alpha) } else { rgb };
                pixel.copy_from_slice(&[rgb[0], rgb[1], rgb[2], alpha]);
            }
        }
    }
    Ok(())
}

/// Undoes the multiplication of colours by `alpha` (rounded down, as Pillow does).
fn divided(rgb: [u8; 3], alpha: u8) -> [u8; 3] {
    match alpha {
        0 => [0; 3],
        255 => rgb,
        _ => rgb.map(|colour| (u32::from(colour) * 255 / u32::from(alpha)).min(255) as u8),
    }
}

/// Ink on white, without a profile, as Pillow's `convert("RGB")` has it.
fn from_cmyk([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let light = u32::from(!black);
    [cyan, magenta, yellow].map(|ink| {
        let product = u32::from(ink) * light + 128;
        (light - (((product >> 8) + product) >> 8)) as u8
    })
}
