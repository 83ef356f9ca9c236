//! Any pixel layout to RGB bytes.

use ::image::{DynamicImage, RgbImage};

use super::limits::Alpha;

/// `image` as RGB: grey is repeated, deep samples are scaled and rounded, floats count from 0 to 1, and
/// transparency is treated as `alpha` says.
pub(super) fn to_rgb(image: DynamicImage, alpha: Alpha) -> RgbImage {
    let background = match alpha {
        Alpha::White => 255,
        Alpha::Black => 0,
        Alpha::Drop => return image.into_rgb8(),
    };
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let (width, height) = (image.width(), image.height());
    let rgba = image.into_rgba8().into_raw();
    let over = |pixel: &[u8; 4]| [0, 1, 2].map(|channel| over(pixel[channel], pixel[3], background));
    let pixels = rgba.as_chunks::<4>().0.iter().flat_map(over).collect();
    // The pixels are as many as the size says, so this is never the empty image.
    RgbImage::from_raw(width, height, pixels).unwrap_or_default()
}

/// `colour` of opacity `alpha` over an opaque `background`, rounded as Pillow's `alpha_composite` does
/// (`src/libImaging/AlphaComposite.c`, with an opaque destination).
fn over(colour: u8, alpha: u8, background: u8) -> u8 {
    let (colour, alpha, background) = (u32::from(colour), u32::from(alpha), u32::from(background));
    // Pillow keeps seven bits below the product, and divides by 255 with shifts.
    let sum = (colour * alpha + background * (255 - alpha) + 128) << 7;
    ((((sum >> 8) + sum) >> 8) >> 7) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compositing_keeps_opaque_colours_and_shows_the_background_through_the_rest() {
        for colour in 0..=255 {
            assert_eq!((over(colour, 255, 255), over(colour, 0, 255), over(colour, 0, 0)), (colour, 255, 0));
        }
        assert_eq!(over(10, 128, 255), 132);
    }
}
