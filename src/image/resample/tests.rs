//! The resampler against Pillow's results (`fixtures/resample.json`), on every instruction set here.

use super::super::test_support::{hex, json, noise, sides};
use super::*;

#[test]
fn every_kernel_gives_pillows_bytes_at_every_size_on_every_instruction_set() {
    let goldens = json("resample.json");
    let cases = goldens["cases"].as_array().unwrap();
    assert!(cases.len() >= 90);
    println!("instruction sets: {:?}", Isa::available());
    for case in cases {
        let (height, width) = sides(case, "source");
        let image = noise(height, width, case["seed"].as_u64().unwrap());
        let (height, width) = sides(case, "target");
        let kernel: Kernel = case["filter"].as_str().unwrap().parse().unwrap();
        for isa in Isa::available() {
            let whole = resample_on(isa, &image, (height, width), kernel, PixelWindow::whole(height, width));
            assert_eq!(hex(&whole.pixels), case["sha256"], "{isa:?} {case}");
        }
    }
}

#[test]
fn a_window_holds_the_bytes_of_the_whole_cut_to_it() {
    let image = noise(53, 88, 4);
    for kernel in Kernel::ALL.iter().copied() {
        for (height, width) in [(31, 40), (53, 40), (31, 88), (53, 88), (90, 130)] {
            let whole = resample(&image, height, width, kernel, PixelWindow::whole(height, width));
            for window in [
                PixelWindow { left: 3, top: 5, width: 29, height: 11 },
                PixelWindow { left: width - 1, top: height - 2, width: 1, height: 2 },
            ] {
                let cut: Vec<u8> = (window.top..window.top + window.height)
                    .flat_map(|y| {
                        let first = (y * width + window.left) as usize * 3;
                        &whole.pixels[first..first + window.width as usize * 3]
                    })
                    .copied()
                    .collect();
                for isa in Isa::available() {
                    let part = resample_on(isa, &image, (height, width), kernel, window);
                    assert_eq!((part.width, part.height), (window.width, window.height));
                    assert!(part.pixels == cut, "{isa:?} {kernel} {height}x{width} {window:?}");
                }
            }
        }
    }
}

#[test]
fn every_instruction_set_gives_the_same_bytes_around_the_widths_of_its_registers() {
    for width in 1..45 {
        let image = noise(9, width, u64::from(width));
        for (height, width) in [(5, 12), (7, 33), (14, 3)] {
            for kernel in [Kernel::Bicubic, Kernel::Lanczos] {
                let whole = PixelWindow::whole(height, width);
                let expected = resample_on(Isa::Scalar, &image, (height, width), kernel, whole);
                for isa in Isa::available() {
                    assert!(
                        resample_on(isa, &image, (height, width), kernel, whole) == expected,
                        "{isa:?} {image:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_constant_image_keeps_its_colour() {
    let image = Rgb8 { width: 70, height: 41, pixels: [255, 0, 7].repeat(70 * 41) };
    for kernel in Kernel::ALL.iter().copied() {
        let resized = resample(&image, 16, 29, kernel, PixelWindow::whole(16, 29));
        assert!(resized.pixels.as_chunks::<3>().0.iter().all(|pixel| *pixel == [255, 0, 7]), "{kernel}");
    }
}
