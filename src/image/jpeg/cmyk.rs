//! Converts CMYK to RGB, as Pillow does.

/// The RGB of `inks`: C, M, Y, K as JPEGs store them, inverted (255 is no ink), whatever Adobe's marker says: Pillow
/// takes every JPEG of four components so.
pub(super) fn to_rgb(inks: &[u8]) -> Vec<u8> {
    let pixels = inks.as_chunks::<4>().0;
    pixels.iter().flat_map(|[c, m, y, k]| [c, m, y].map(|ink| light(255 - ink, 255 - k))).collect()
}

/// What light an ink leaves over a black of `key` (`src/libImaging/Convert.c`, `cmyk2rgb`).
fn light(ink: u8, key: u8) -> u8 {
    let white = 255 - u32::from(key);
    // Pillow's division by 255 with rounding, exact for products of two bytes.
    let product = u32::from(ink) * white + 128;
    (white - (((product >> 8) + product) >> 8)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_ink_is_white_and_a_full_key_is_black() {
        assert_eq!(
            to_rgb(&[255, 255, 255, 255, 0, 255, 255, 255, 9, 99, 199, 0]),
            [255, 255, 255, 0, 255, 255, 0, 0, 0]
        );
        assert_eq!(light(100, 50), 205 - 80);
    }
}
