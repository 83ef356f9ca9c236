//! The size to which a decoded image is going to be resized.

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
