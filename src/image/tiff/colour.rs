//! What the samples of a pixel mean, and how luma and chroma make colours.

/// What the samples of a pixel mean.
#[derive(Debug)]
pub(super) enum Colour {
    Grey { inverted: bool },
    Rgb,
    Palette(Vec<[u8; 3]>),
    Cmyk,
    YCbCr(Luma),
    Lab { signed: bool },
}

impl Colour {
    /// How many samples a colour takes.
    pub fn samples(&self) -> usize {
        match self {
            Colour::Grey { .. } | Colour::Palette(_) => 1,
            Colour::Rgb | Colour::YCbCr(_) | Colour::Lab { .. } => 3,
            Colour::Cmyk => 4,
        }
    }

    /// The name of it in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Colour::Grey { .. } => "grey",
            Colour::Palette(_) => "a palette",
            Colour::Rgb => "RGB",
            Colour::YCbCr(_) => "YCbCr",
            Colour::Lab { .. } => "L*a*b*",
            Colour::Cmyk => "CMYK",
        }
    }

    /// Whether samples are places in a palette.
    pub fn is_palette(&self) -> bool {
        matches!(self, Colour::Palette(_))
    }
}

/// How luma and chroma encode colours (TIFF 6.0, section 21).
#[derive(Debug)]
pub(super) struct Luma {
    /// Shares of red and blue, and how much of each chroma is green.
    red: f64,
    blue: f64,
    green: (f64, f64),
    /// Black and white of luma, then of both chromas.
    reference: [f64; 6],
    /// Pixels that share a chroma, across and down.
    pub steps: (usize, usize),
}

impl Luma {
    /// From the tags, or what holds without them.
    pub fn new(coefficients: &[f64], reference: &[f64], steps: (usize, usize)) -> Self {
        let [red, green, blue] = match *coefficients {
            // Shares of one light; damaged files have others.
            [red, green, blue] if green > 0.0 && (red + green + blue - 1.0).abs() < 0.05 => {
                [red, green, blue]
            }
            _ => [0.299, 0.587, 0.114],
        };
        let reference = match *reference {
            [a, b, c, d, e, f] if a != b && c != d && e != f => [a, b, c, d, e, f],
            _ => [0.0, 255.0, 128.0, 255.0, 128.0, 255.0],
        };
        let (of_red, of_blue) = (2.0 - 2.0 * red, 2.0 - 2.0 * blue);
        let green = (red * of_red / green, blue * of_blue / green);
        Luma { red: of_red, blue: of_blue, green, reference, steps }
    }

    pub fn rgb(&self, [luma, chroma_blue, chroma_red]: [u8; 3]) -> [u8; 3] {
        let spread = |value: u8, at: usize, range: f64| {
            let (black, white) = (self.reference[at], self.reference[at + 1]);
            ((f64::from(value) - black) * range / (white - black)).trunc()
        };
        let luma = spread(luma, 0, 255.0);
        let (blue, red) = (spread(chroma_blue, 2, 127.0), spread(chroma_red, 4, 127.0));
        let green = luma - self.green.0 * red - self.green.1 * blue;
        [luma + self.red * red, green, luma + self.blue * blue].map(|value| (value + 0.5).floor() as u8)
    }

    /// The bytes of a piece: blocks of luma, each with one pair of chromas behind it.
    pub fn packed_size(&self, width: usize, rows: usize, count: usize) -> usize {
        let (across, down) = self.steps;
        width.div_ceil(across) * rows.div_ceil(down) * (across * down + count - 1)
    }

    /// Gives each pixel its luma and the chromas of its block.
    pub fn spread(&self, packed: &[u8], width: usize, rows: usize, count: usize) -> Vec<u8> {
        let (across, down) = self.steps;
        let columns = width.div_ceil(across);
        let block = across * down + count - 1;
        let mut samples = Vec::with_capacity(width * rows * count);
        for y in 0..rows {
            for x in 0..width {
                let start = (y / down * columns + x / across) * block;
                samples.push(packed[start + y % down * across + x % across]);
                samples.extend_from_slice(&packed[start + across * down..start + block]);
            }
        }
        samples
    }
}

/// CIE L*a*b* of a white at 5000 K to sRGB, by the formulas of CIE 15 and IEC 61966-2-1 with Bradford's adaptation.
pub(super) fn from_lab([lightness, a, b]: [u8; 3], signed: bool) -> [u8; 3] {
    let opponent = |value: u8| if signed { f64::from(value as i8) } else { f64::from(value) - 128.0 };
    let y = (f64::from(lightness) * 100.0 / 255.0 + 16.0) / 116.0;
    let (x, z) = (y + opponent(a) / 500.0, y - opponent(b) / 200.0);
    let linear = |value: f64| {
        let cube = value * value * value;
        if cube > 216.0 / 24389.0 { cube } else { (116.0 * value - 16.0) * 27.0 / 24389.0 }
    };
    let xyz = [linear(x) * 0.9642, linear(y), linear(z) * 0.8249];
    const TO_RGB: [[f64; 3]; 3] = [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ];
    TO_RGB.map(|row| {
        let light: f64 = row.iter().zip(xyz).map(|(share, value)| share * value).sum();
        let light = light.clamp(0.0, 1.0);
        let curved = if light <= 0.0031308 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
        (curved * 255.0).round() as u8
    })
}
