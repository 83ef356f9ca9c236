//! A decoded picture as planes of luma, chroma and opacity; its turns, and its conversion to RGB.
//!
//! The steps, their order and their rounding are those of libheif 1.23 for HEIC (chroma repeated, but interpolated
//! where an odd side turns over) and of libavif 1.4 for AVIF (chroma interpolated), so that pixels are the ones that
//! Python's readers see.

use crate::error::{ImageError, ImageErrorKind};

/// One channel: rows from the top, 8 bits a sample.
#[derive(Clone)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) samples: Vec<u8>,
}

/// The channels of a picture.
pub(super) struct Picture {
    pub(super) luma: Plane,
    /// Cb and Cr, as large as luma or half of that rounded up; none where there is only grey.
    pub(super) chroma: Option<[Plane; 2]>,
    /// As large as luma; 255 is opaque.
    pub(super) alpha: Option<Plane>,
    pub(super) colour: Colour,
}

/// How luma and chroma encode red, green and blue (ITU-T H.273).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour {
    /// MatrixCoefficients.
    pub(super) matrix: u16,
    /// Whether black is 0 and white 255, rather than 16 and 235.
    pub(super) full_range: bool,
}

impl Plane {
    pub(super) fn filled(width: usize, height: usize, value: u8) -> Self {
        Plane { width, height, samples: vec![value; width * height] }
    }

    fn row(&self, y: usize) -> &[u8] {
        &self.samples[y * self.width..][..self.width]
    }

    /// Puts as much of `tile` as there is room for at column `left` of row `top`.
    pub(super) fn paste(&mut self, tile: &Plane, left: usize, top: usize) {
        let columns = tile.width.min(self.width.saturating_sub(left));
        for y in 0..tile.height.min(self.height.saturating_sub(top)) {
            self.samples[(top + y) * self.width + left..][..columns].copy_from_slice(&tile.row(y)[..columns]);
        }
    }

    fn crop(&self, left: usize, top: usize, width: usize, height: usize) -> Plane {
        let rows = (top..top + height).flat_map(|y| &self.row(y)[left..left + width]).copied();
        Plane { width, height, samples: rows.collect() }
    }

    /// A quarter turn against the clock.
    fn turn(&self) -> Plane {
        let mut samples = Vec::with_capacity(self.samples.len());
        for x in (0..self.width).rev() {
            samples.extend((0..self.height).map(|y| self.samples[y * self.width + x]));
        }
        Plane { width: self.height, height: self.width, samples }
    }

    fn mirror_columns(&mut self) {
        self.samples.chunks_exact_mut(self.width.max(1)).for_each(<[u8]>::reverse);
    }

    fn mirror_rows(&mut self) {
        let rows: Vec<&[u8]> = self.samples.chunks_exact(self.width.max(1)).rev().collect();
        self.samples = rows.concat();
    }

    /// `width` x `height` samples where there were half as many in one direction or both: each is three parts of
    /// its nearest and one part of the next one, and chroma sits between the luma samples it belongs to.
    fn widened(&self, width: usize, height: usize) -> Plane {
        let mut samples = Vec::with_capacity(width * height);
        let (across, down) = (self.width < width, self.height < height);
        let mut blended = vec![0u16; self.width];
        for y in 0..height {
            let (near, far) = if down { neighbours(y, self.height) } else { (y, y) };
            // Quarters of a sample: three of the nearest row, one of the next.
            for ((sum, near), far) in blended.iter_mut().zip(self.row(near)).zip(self.row(far)) {
                *sum = 3 * u16::from(*near) + u16::from(*far);
            }
            samples.extend((0..width).map(|x| {
                let (near, far) = if across { neighbours(x, self.width) } else { (x, x) };
                // Sixteenths.
                ((3 * blended[near] + blended[far] + 8) / 16) as u8
            }));
        }
        Plane { width, height, samples }
    }
}

/// The nearest of `count` samples to place `at` of twice as many, and the next nearest.
fn neighbours(at: usize, count: usize) -> (usize, usize) {
    let near = (at / 2).min(count - 1);
    let far = if at.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(count - 1) };
    (near, far)
}

impl Picture {
    fn planes(&mut self) -> impl Iterator<Item = &mut Plane> {
        let Picture { luma, chroma, alpha, .. } = self;
        std::iter::once(luma).chain(chroma.iter_mut().flatten()).chain(alpha)
    }

    /// Columns and rows of luma to a sample of chroma: 1 or 2 each.
    pub(super) fn sampling(&self) -> (usize, usize) {
        let halved = |whole: usize, part: usize| if part < whole { 2 } else { 1 };
        self.chroma.as_ref().map_or((1, 1), |[chroma, _]| {
            (halved(self.luma.width, chroma.width), halved(self.luma.height, chroma.height))
        })
    }

    /// Makes chroma as large as luma, by interpolation.
    pub(super) fn interpolate_chroma(&mut self) {
        let (width, height) = (self.luma.width, self.luma.height);
        for plane in self.chroma.iter_mut().flatten() {
            if (plane.width, plane.height) != (width, height) {
                *plane = plane.widened(width, height);
            }
        }
    }

    /// Keeps a part.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn crop(
        &mut self,
        left: usize,
        top: usize,
        width: usize,
        height: usize,
    ) -> Result<(), ImageError> {
        if width == 0 || height == 0 || left + width > self.luma.width || top + height > self.luma.height {
            return Err(ImageError::new(ImageErrorKind::Decode, "corrupt HEIF: it is cropped to nothing"));
        }
        let (across, down) = self.sampling();
        if !left.is_multiple_of(across) || !top.is_multiple_of(down) {
            self.interpolate_chroma();
        }
        let whole = (self.luma.width, self.luma.height);
        let (across, down) = self.sampling();
        for plane in self.planes() {
            let (across, down) = if (plane.width, plane.height) == whole { (1, 1) } else { (across, down) };
            *plane = plane.crop(left / across, top / down, width.div_ceil(across), height.div_ceil(down));
        }
        Ok(())
    }

    /// Turns against the clock, `quarters` times.
    pub(super) fn rotate(&mut self, quarters: u8) {
        let (across, down) = self.sampling();
        let (odd_width, odd_height) =
            (!self.luma.width.is_multiple_of(2), !self.luma.height.is_multiple_of(2));
        // Where the last sample of chroma belongs to one sample of luma, it would belong to two after the turn.
        let moved = match (across, down, quarters % 4) {
            (2, 1, 1 | 3) => true,
            (2, 1, 2) => odd_height,
            (2, 2, 1) => odd_width,
            (2, 2, 2) => odd_width || odd_height,
            (2, 2, 3) => odd_height,
            _ => false,
        };
        if moved {
            self.interpolate_chroma();
        }
        for plane in self.planes() {
            match quarters % 4 {
                1 => *plane = plane.turn(),
                2 => plane.samples.reverse(),
                3 => {
                    *plane = plane.turn();
                    plane.samples.reverse();
                }
                _ => {}
            }
        }
    }

    /// Exchanges top and bottom, or left and right.
    pub(super) fn mirror(&mut self, top_bottom: bool) {
        let odd = |length: usize| !length.is_multiple_of(2);
        let moved = match self.sampling() {
            (2, 1) => !top_bottom && odd(self.luma.width),
            (2, 2) => odd(self.luma.width) || odd(self.luma.height),
            _ => false,
        };
        if moved {
            self.interpolate_chroma();
        }
        self.planes().for_each(if top_bottom { Plane::mirror_rows } else { Plane::mirror_columns });
    }

    /// H, W, 3.
    ///
    /// # Errors
    /// `unsupported` for colours that are no linear function of luma and chroma.
    pub(super) fn to_rgb(&self) -> Result<Vec<u8>, ImageError> {
        let (width, height) = (self.luma.width, self.luma.height);
        let levels = Levels::of(self.colour.full_range);
        let mut pixels = Vec::with_capacity(width * height * 3);
        let Some([cb, cr]) = &self.chroma else {
            let grey = |value: &u8| [levels.luma[usize::from(*value)]; 3];
            pixels.extend(self.luma.samples.iter().flat_map(grey));
            return Ok(pixels);
        };
        let (across, down) = self.sampling();
        let shift = across / 2;
        let mix = Mix::of(self.colour.matrix)?;
        for y in 0..height {
            let (cb, cr) = (cb.row(y / down), cr.row(y / down));
            let luma = self.luma.row(y);
            pixels.extend((0..width).flat_map(|x| {
                let at = x >> shift;
                mix.pixel(&levels, luma[x], cb[at], cr[at])
            }));
        }
        Ok(pixels)
    }
}

/// What a sample of 8 bits stands for in full range.
struct Levels {
    luma: [u8; 256],
    /// In 1/256, so that the rounding is that of the sum. Unused in full range.
    luma_256: [i32; 256],
    chroma_256: [i32; 256],
}

impl Levels {
    fn of(full_range: bool) -> Self {
        // 256 levels over 219 and 224, as libheif has it.
        let luma_256: [i32; 256] = std::array::from_fn(|value| match full_range {
            true => value as i32 * 256,
            false => (f64::from(value as i32 - 16) * (256.0 / 219.0) * 256.0).round() as i32,
        });
        let chroma_256 = std::array::from_fn(|value| match full_range {
            true => (value as i32 - 128) * 256,
            false => (f64::from(value as i32 - 128) * (256.0 / 224.0) * 256.0).round() as i32,
        });
        let luma = luma_256.map(|value| clipped((value + 128) >> 8));
        Levels { luma, luma_256, chroma_256 }
    }
}

/// How a matrix mixes its channels.
enum Mix {
    /// The channels are green, blue and red.
    Gbr,
    /// YCgCo.
    Green,
    /// In 1/256: what Cr adds to red, Cb and Cr to green, Cb to blue.
    Linear([i32; 4]),
}

impl Mix {
    fn of(matrix: u16) -> Result<Self, ImageError> {
        // The shares of red and blue in luma (ITU-T H.273, table 4).
        let (red, blue): (f64, f64) = match matrix {
            0 => return Ok(Mix::Gbr),
            8 => return Ok(Mix::Green),
            1 => (0.2126, 0.0722),
            4 => (0.30, 0.11),
            7 => (0.212, 0.087),
            9 => (0.2627, 0.0593),
            // 2 is "unspecified", which readers take for 6.
            2 | 5 | 6 => (0.299, 0.114),
            _ => {
                let message = format!("a kind of HEIF that is not read: matrix coefficients {matrix}");
                return Err(ImageError::new(ImageErrorKind::Unsupported, message));
            }
        };
        let green = 1.0 - red - blue;
        let shares = [
            2.0 * (1.0 - red),
            -2.0 * blue * (1.0 - blue) / green,
            -2.0 * red * (1.0 - red) / green,
            2.0 * (1.0 - blue),
        ];
        Ok(Mix::Linear(shares.map(|share| (share * 256.0).round() as i32)))
    }

    #[inline]
    fn pixel(&self, levels: &Levels, y: u8, cb: u8, cr: u8) -> [u8; 3] {
        let luma = levels.luma_256[usize::from(y)];
        let (blue, red) = (levels.chroma_256[usize::from(cb)], levels.chroma_256[usize::from(cr)]);
        match self {
            Mix::Gbr => [cr, y, cb].map(|value| levels.luma[usize::from(value)]),
            Mix::Green => {
                let rounded = |value: i32| clipped((value + 128) >> 8);
                [rounded(luma - blue + red), rounded(luma + blue), rounded(luma - blue - red)]
            }
            Mix::Linear([red_cr, green_cb, green_cr, blue_cb]) => {
                let rounded = |share: i32| clipped((luma * 256 + share + (1 << 15)) >> 16);
                [rounded(red_cr * red), rounded(green_cb * blue + green_cr * red), rounded(blue_cb * blue)]
            }
        }
    }
}

fn clipped(value: i32) -> u8 {
    value.clamp(0, 255) as u8
}
