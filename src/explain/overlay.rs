//! Draws an activation map over its photo.

use super::ActivationMap;
use super::colour::{Rgb, scale};
use crate::image::decode::Rgb8;
use crate::image::preprocess::Region;

/// The opacity of the strongest place.
const STRONGEST: f64 = 0.7;

/// `photo` with `map` over it: the map's least value leaves the photo as it is, its greatest is yellow. What the
/// network was not shown is dark grey.
///
/// `region` is the part of `photo`, in its pixels, that the map covers. Between the middles of the map's cells
/// values are interpolated by Keys' cubic, beyond the outermost they stay. The scale is the map's own, since a score
/// counts only against the scores of the other classes.
pub fn overlay(photo: &Rgb8, map: &ActivationMap, region: Region) -> Rgb8 {
    let columns = neighbours(photo.width, region.left, region.width, map.width);
    let rows = neighbours(photo.height, region.top, region.height, map.height);
    let (low, high) = map.range();
    let reach = f64::from(high) - f64::from(low);
    // H of the map, W of the photo: the cubic across, made once for all rows of the photo.
    let across = |row: &[f32]| -> Vec<f64> {
        columns
            .iter()
            .map(|taps| taps.as_ref().map_or(0.0, |taps| taps.of(|at| f64::from(row[at]))))
            .collect()
    };
    let across: Vec<Vec<f64>> = map.values.chunks_exact(map.width.max(1)).map(across).collect();
    let colours = scale();
    let mut pixels = Vec::with_capacity(photo.pixels.len());
    let source = photo.pixels.as_chunks::<3>().0;
    for (row, taps) in source.chunks_exact(photo.width.max(1) as usize).zip(&rows) {
        for (x, (pixel, column)) in row.iter().zip(&columns).enumerate() {
            let colour = match (taps, column) {
                (Some(taps), Some(_)) => {
                    let value = taps.of(|at| across[at][x]) - f64::from(low);
                    // A constant map has nothing to show.
                    let share = if reach > 0.0 { (value / reach).clamp(0.0, 1.0) } else { 0.0 };
                    blend(*pixel, colours[(share * 255.0).round() as usize], share * STRONGEST)
                }
                _ => dimmed(*pixel),
            };
            pixels.extend(colour);
        }
    }
    Rgb8 { width: photo.width, height: photo.height, pixels }
}

/// Four cells of a map and their weights, which sum to one.
struct Taps([(usize, f64); 4]);

impl Taps {
    fn of(&self, value: impl Fn(usize) -> f64) -> f64 {
        self.0.iter().map(|(at, weight)| value(*at) * weight).sum()
    }
}

/// For each of `pixels` along an axis the cells that it lies between, where `cells` cells cover the photo from
/// `start` over `length` pixels; `None` outside.
fn neighbours(pixels: u32, start: f64, length: f64, cells: usize) -> Vec<Option<Taps>> {
    let taps = |pixel: u32| {
        let share = (f64::from(pixel) + 0.5 - start) / length;
        if !(0.0..1.0).contains(&share) || cells == 0 {
            return None;
        }
        let place = share * cells as f64 - 0.5;
        let first = place.floor();
        let cell = |offset: f64| (first + offset).clamp(0.0, (cells - 1) as f64) as usize;
        let tap = |offset: f64| (cell(offset), cubic(place - first - offset));
        Some(Taps([-1.0, 0.0, 1.0, 2.0].map(tap)))
    };
    (0..pixels).map(taps).collect()
}

/// Keys' cubic with a = -0.5, by the distance from the middle of a cell.
fn cubic(distance: f64) -> f64 {
    let x = distance.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

fn blend(photo: Rgb, colour: Rgb, share: f64) -> Rgb {
    let mix = |at: usize| f64::from(photo[at]) * (1.0 - share) + f64::from(colour[at]) * share;
    std::array::from_fn(|at| mix(at).round() as u8)
}

/// Half the luma of ITU-R BT.601.
fn dimmed([red, green, blue]: Rgb) -> Rgb {
    let luma = (u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1000;
    [(luma / 2) as u8; 3]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(height: usize, width: usize, values: &[f32]) -> ActivationMap {
        ActivationMap { class: 0, height, width, values: values.to_vec(), bias: 0.0 }
    }

    fn photo(width: u32, height: u32, byte: u8) -> Rgb8 {
        Rgb8 { width, height, pixels: vec![byte; (width * height * 3) as usize] }
    }

    fn pixel(image: &Rgb8, x: u32, y: u32) -> Rgb {
        image.pixels.as_chunks::<3>().0[(y * image.width + x) as usize]
    }

    #[test]
    fn a_map_lies_on_its_region_and_the_rest_is_dark() {
        let region = Region { left: 20.0, top: 10.0, width: 60.0, height: 40.0 };
        let drawn = overlay(&photo(100, 60, 200), &map(2, 3, &[0.0, 0.0, 9.0, 0.0, 0.0, 0.0]), region);
        assert_eq!((drawn.width, drawn.height), (100, 60));
        for (x, y) in [(19, 30), (80, 30), (50, 9), (50, 50), (0, 0), (99, 59)] {
            assert_eq!(pixel(&drawn, x, y), [100; 3], "{x} {y}");
        }
        // The middle of the last cell of the first row, and of the first cell of the last row.
        let (strong, weak) = (pixel(&drawn, 70, 20), pixel(&drawn, 29, 39));
        assert!(strong[2] < 120 && strong[0] > 200, "{strong:?}");
        assert_eq!(weak, [200; 3]);
        for (x, y) in [(20, 10), (79, 49)] {
            assert_ne!(pixel(&drawn, x, y), [100; 3], "{x} {y}");
        }
    }

    #[test]
    fn the_middle_of_a_cell_has_its_value_and_a_flat_map_shows_nothing() {
        let taps = neighbours(90, 0.0, 90.0, 3);
        for (cell, pixel) in [(0usize, 14), (1, 44), (2, 74)] {
            let value = taps[pixel].as_ref().unwrap().of(|at| f64::from(u8::from(at == cell)));
            assert!(value > 0.99, "{cell}: {value}");
        }
        for taps in taps.iter().flatten() {
            assert!((taps.of(|_| 1.0) - 1.0).abs() < 1e-12);
        }
        let whole = Region { left: 0.0, top: 0.0, width: 30.0, height: 20.0 };
        let same = photo(30, 20, 77);
        assert_eq!(overlay(&same, &map(2, 2, &[3.5; 4]), whole), same);
        assert_eq!(overlay(&same, &map(1, 1, &[-3.5]), whole), same);
    }

    #[test]
    fn a_padded_photo_shows_the_middle_of_its_map() {
        // The input is a square of 60 around a photo of 60 x 20: of three rows only the middle one lies on it.
        let region = Region { left: 0.0, top: -20.0, width: 60.0, height: 60.0 };
        let drawn = overlay(&photo(60, 20, 50), &map(3, 1, &[0.0, 5.0, 0.0]), region);
        let middle = pixel(&drawn, 30, 10);
        assert!(middle[0] > 150, "{middle:?}");
        assert_eq!(drawn.pixels[..30], drawn.pixels[57 * 3..][..3].repeat(10)[..], "rows are alike");
    }
}
