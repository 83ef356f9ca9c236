//! A colour scale from violet over red to yellow in Oklab. Its lightness rises evenly, so that greater values look
//! greater, also to colour-blind people and on paper.

/// A colour: red, green, blue.
pub type Rgb = [u8; 3];

/// Lightness, chroma and hue in degrees at the two ends and between them; hues go upwards through 360.
const PATH: [(f64, f64, f64); 3] = [(0.35, 0.15, 290.0), (0.64, 0.20, 380.0), (0.93, 0.17, 465.0)];

/// Colours from the least to the greatest.
pub fn scale() -> [Rgb; 256] {
    std::array::from_fn(|step| at(step as f64 / 255.0))
}

/// The colour of a value from 0 to 1.
fn at(value: f64) -> Rgb {
    let place = value * (PATH.len() - 1) as f64;
    let index = (place as usize).min(PATH.len() - 2);
    let share = place - index as f64;
    let ((l, c, h), (to_l, to_c, to_h)) = (PATH[index], PATH[index + 1]);
    let mix = |from: f64, to: f64| from + (to - from) * share;
    let (chroma, hue) = (mix(c, to_c), mix(h, to_h).to_radians());
    from_oklab(mix(l, to_l), chroma * hue.cos(), chroma * hue.sin())
}

/// Oklab to sRGB by the matrices of <https://bottosson.github.io/posts/oklab/>; clipped to what a screen can show.
fn from_oklab(lightness: f64, a: f64, b: f64) -> Rgb {
    let cone = |along_a: f64, along_b: f64| (lightness + along_a * a + along_b * b).powi(3);
    let l = cone(0.396_337_777_4, 0.215_803_757_3);
    let m = cone(-0.105_561_345_8, -0.063_854_172_8);
    let s = cone(-0.089_484_177_5, -1.291_485_548);
    [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s,
    ]
    .map(to_srgb)
}

/// Linear light to a byte, by the curve of IEC 61966-2-1.
fn to_srgb(light: f64) -> u8 {
    let light = light.clamp(0.0, 1.0);
    let value = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colours_come_out_of_oklab() {
        assert_eq!(from_oklab(1.0, 0.0, 0.0), [255, 255, 255]);
        assert_eq!(from_oklab(0.0, 0.0, 0.0), [0, 0, 0]);
        // Red, as the source of the matrices gives it for sRGB (1, 0, 0).
        let [red, green, blue] = from_oklab(0.627_955, 0.224_863, 0.125_846);
        assert!(red >= 254 && green <= 1 && blue <= 1, "{red} {green} {blue}");
    }

    #[test]
    fn more_is_lighter_at_every_step() {
        let luma = |[red, green, blue]: Rgb| {
            let linear = |byte: u8| (f64::from(byte) / 255.0).powf(2.2);
            0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
        };
        let colours = scale();
        for pair in colours.windows(2) {
            assert!(luma(pair[1]) >= luma(pair[0]) - 2e-3, "{pair:?}");
        }
        for pair in colours.chunks(16).collect::<Vec<_>>().windows(2) {
            assert!(luma(pair[1][0]) > luma(pair[0][0]), "{pair:?}");
        }
    }
}
