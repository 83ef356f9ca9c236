//! Against libjpeg-turbo-rs, whose own pixels are compared with Pillow's in `jpeg/tests.rs`.

use libjpeg_turbo_rs::{Decoder, PixelFormat, ScalingFactor};

use super::super::super::test_support::fixture;
use super::*;

/// Plain files of which all components can be decoded at a fraction, and at which.
const PLAIN: [(&str, &[u32]); 10] = [
    ("adobe_ycc.jpg", &[4, 8]),
    ("baseline_1x1.jpg", &[2, 4, 8]),
    ("baseline_2x2.jpg", &[4, 8]),
    ("grey.jpg", &[2, 4, 8]),
    ("neither_jfif_nor_adobe.jpg", &[4, 8]),
    ("quality_100.jpg", &[4, 8]),
    ("restarts_every_3_blocks.jpg", &[4, 8]),
    ("size_16x15_2x2.jpg", &[4, 8]),
    ("size_17x33_2x2.jpg", &[4, 8]),
    ("two_images.mpo", &[4, 8]),
];

fn read(name: &str) -> Vec<u8> {
    std::fs::read(fixture(&format!("jpeg/{name}"))).unwrap()
}

/// What the other decoder gives, if it finds no fault.
fn expected(bytes: &[u8], denominator: u32) -> Option<Vec<u8>> {
    let mut decoder = Decoder::new(bytes).ok()?;
    let grey = decoder.header().components.len() == 1;
    decoder.set_output_format(if grey { PixelFormat::Grayscale } else { PixelFormat::Rgb });
    decoder.set_scale(ScalingFactor::try_new(1, denominator).unwrap());
    decoder.decode_image().ok().map(|image| image.data)
}

fn decoded(bytes: &[u8], denominator: u32) -> Option<Vec<u8>> {
    decode(bytes, denominator, &mut Vec::new()).map(DynamicImage::into_bytes)
}

#[test]
fn plain_files_are_decoded_here_to_the_bit() {
    for (name, denominators) in PLAIN {
        let bytes = read(name);
        for denominator in [2, 4, 8] {
            let decoded = decoded(&bytes, denominator);
            assert_eq!(decoded.is_some(), denominators.contains(&denominator), "{name} at 1/{denominator}");
            if decoded.is_some() {
                assert_eq!(decoded, expected(&bytes, denominator), "{name} at 1/{denominator}");
            }
        }
    }
}

#[test]
fn instructions_do_not_change_the_pixels() {
    let bytes = read("baseline_2x2.jpg");
    let header = Header::read(&bytes).unwrap();
    let mut plan = Plan::new(&header, 4).unwrap();
    let mut pixels = vec![0; plan.width * plan.height * 3];
    scan(&header, &mut plan, &mut pixels).unwrap();
    assert_eq!(Some(pixels), decoded(&bytes, 4));
}

#[test]
fn of_damaged_files_only_what_the_other_decoder_finds_whole_is_decoded_here() {
    let files = PLAIN.map(|(name, _)| read(name));
    let mut taken = 0;
    arbtest::arbtest(|random| {
        let mut bytes = files[random.choose_index(files.len())?].clone();
        for _ in 0..random.int_in_range(1..=3)? {
            let at = random.choose_index(bytes.len())?;
            bytes[at] = random.arbitrary()?;
        }
        let denominator = *random.choose(&[2, 4, 8])?;
        if let Some(decoded) = decoded(&bytes, denominator) {
            taken += 1;
            assert_eq!(Some(decoded), expected(&bytes, denominator));
        }
        Ok(())
    })
    .budget_ms(2_000);
    assert!(taken > 20, "{taken}");
}

#[test]
fn every_colour_is_libjpegs() {
    // Y, Cb and Cr of all values, in fixed point of libjpeg's tables.
    for (blue, red) in (0..=255u8).flat_map(|blue| (0..=255u8).map(move |red| (blue, red))) {
        let luma: [u8; 3] = [0, 128, 255];
        let mut pixels = [0; 9];
        write_rgb(&luma, &[blue; 3], &[red; 3], &mut pixels);
        let (b, r) = (f64::from(blue) - 128.0, f64::from(red) - 128.0);
        for (pixel, luma) in pixels.chunks_exact(3).zip(luma) {
            let exact = [1.402 * r, -0.344_136_286 * b - 0.714_136_286 * r, 1.772 * b];
            for (value, chroma) in pixel.iter().zip(exact) {
                let exact = (f64::from(luma) + chroma).clamp(0.0, 255.0);
                assert!(
                    (f64::from(*value) - exact).abs() <= 0.503,
                    "{luma} {blue} {red}: {value}, not {exact}"
                );
            }
        }
    }
}
