//! Choices that people have about decoding, by the names of their flags.

use crate::image::names::stable_names;

/// In what detail large JPEGs are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Detail {
    /// Every pixel.
    #[default]
    Exact,
    /// At 1/2, 1/4 or 1/8, the smallest that leaves twice the pixels that resizing needs in each direction
    /// (Pillow's `draft` with its `reducing_gap=2`).
    Fast,
}

stable_names!(Detail, "decoding", { Exact => "exact", Fast => "fast" });

/// What becomes of a JPEG or PNG that ends before its pixels do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Cut {
    /// It is an error.
    #[default]
    Error,
    /// It is answered from what is there, as Pillow does with `LOAD_TRUNCATED_IMAGES`.
    Accept,
}

stable_names!(Cut, "treatment of truncated images", { Error => "error", Accept => "accept" });

/// The size (H, W) to which an upright image of a size (H, W) is going to be resized.
pub type Resized<'a> = &'a dyn Fn((u32, u32)) -> (u32, u32);

/// The fraction 1/n of which an upright image of `size` (H, W) is decoded where it is going to be resized to
/// `resized` (H, W).
pub(super) fn denominator(size: (u32, u32), resized: (u32, u32)) -> u32 {
    let gap = |side: u32, resized: u32| side / resized.saturating_mul(2).max(1);
    let gap = gap(size.0, resized.0).min(gap(size.1, resized.1));
    [8, 4, 2].into_iter().find(|denominator| gap >= *denominator).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_the_pixels_that_are_needed_are_left_in_each_direction() {
        let of = |height, width| denominator((height, width), (256, 341));
        assert_eq!(of(3000, 4000), 4);
        assert_eq!(of(256 * 16, 341 * 16), 8);
        assert_eq!(of(256 * 16 - 1, 341 * 16), 4);
        assert_eq!(of(256 * 16, 341 * 4), 2);
        assert_eq!(of(256 * 4 - 1, 341 * 99), 1);
        assert_eq!(denominator((9, 9), (0, 0)), 8);
    }
}
