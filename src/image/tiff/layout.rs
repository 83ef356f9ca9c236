//! Reads what a directory says about its image: sizes, samples, colours, and where the data is.
//!
//! Unsupported kinds are refused here, by name, before any data is read.

use ::image::metadata::Orientation;

use super::codec::Compression;
use super::colour::{Colour, Luma};
use super::directory::Directory;
use super::{corrupt, unsupported};
use crate::error::ImageError;
use crate::image::limits::{DecodeOptions, check_memory, check_size};
use crate::image::orientation;

/// Numbers of tags (TIFF 6.0, appendix A).
pub(super) mod tag {
    pub const WIDTH: u16 = 256;
    pub const HEIGHT: u16 = 257;
    pub const BITS: u16 = 258;
    pub const COMPRESSION: u16 = 259;
    pub const PHOTOMETRIC: u16 = 262;
    pub const FILL_ORDER: u16 = 266;
    pub const STRIP_OFFSETS: u16 = 273;
    pub const ORIENTATION: u16 = 274;
    pub const SAMPLES: u16 = 277;
    pub const ROWS_PER_STRIP: u16 = 278;
    pub const STRIP_LENGTHS: u16 = 279;
    pub const PLANAR: u16 = 284;
    pub const FAX_OPTIONS: u16 = 292;
    pub const PREDICTOR: u16 = 317;
    pub const COLOUR_MAP: u16 = 320;
    pub const TILE_WIDTH: u16 = 322;
    pub const TILE_HEIGHT: u16 = 323;
    pub const TILE_OFFSETS: u16 = 324;
    pub const TILE_LENGTHS: u16 = 325;
    pub const EXTRA_SAMPLES: u16 = 338;
    pub const SAMPLE_FORMAT: u16 = 339;
    pub const JPEG_TABLES: u16 = 347;
    pub const XMP: u16 = 700;
    pub const JPEG_OFFSET: u16 = 513;
    pub const JPEG_LENGTH: u16 = 514;
    pub const YCBCR_COEFFICIENTS: u16 = 529;
    pub const YCBCR_SUBSAMPLING: u16 = 530;
    pub const REFERENCE_BLACK_WHITE: u16 = 532;
}

/// The samples of a pixel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Samples {
    /// How many a pixel has, extra ones included.
    pub count: usize,
    /// Bits of each.
    pub bits: u16,
    /// Whether they are IEEE floats; integers without a sign otherwise.
    pub float: bool,
    /// Whether the bytes of a sample begin with the highest.
    pub big_endian: bool,
}

impl Samples {
    /// Bytes of a row of `width` pixels of `count` samples each.
    pub fn row(self, width: usize, count: usize) -> usize {
        (width * count * usize::from(self.bits)).div_ceil(8)
    }
}

/// Transparency.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opacity {
    /// Which sample of a pixel it is.
    pub sample: usize,
    /// Whether the colours are multiplied by it already.
    pub premultiplied: bool,
}

/// How rows are differenced before they are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Predictor {
    None,
    Horizontal,
    Float,
}

/// Strips or tiles: a grid of pieces that are compressed one by one.
#[derive(Debug)]
pub(super) struct Pieces {
    pub width: u32,
    pub height: u32,
    pub tiled: bool,
    /// Whether each sample has a grid of its own, one after another.
    pub planar: bool,
    /// Where each piece begins, and its length; 0 where the file does not say it.
    pub places: Vec<(u64, u64)>,
}

/// All that is needed to read an image's data.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    pub width: u32,
    pub height: u32,
    pub samples: Samples,
    pub colour: Colour,
    pub opacity: Option<Opacity>,
    pub pieces: Pieces,
    pub compression: Compression<'a>,
    pub predictor: Predictor,
    /// Whether the first pixel of a byte is in its lowest bit.
    pub lowest_bit_first: bool,
    pub orientation: Orientation,
}

impl<'a> Layout<'a> {
    /// Reads what `directory` says.
    ///
    /// # Errors
    /// `decode` for what contradicts itself, `unsupported` for what is not read, `too_large` over `options`.
    pub fn read(directory: &Directory<'a>, options: &DecodeOptions) -> Result<Self, ImageError> {
        let side = |tag| directory.number(tag).and_then(|side| u32::try_from(side).ok());
        let (Some(width), Some(height)) = (side(tag::WIDTH), side(tag::HEIGHT)) else {
            return Err(corrupt("it does not say its size"));
        };
        check_size(width, height, 0, options)?;
        let code = directory.number(tag::COMPRESSION).unwrap_or(1);
        let fax_options = directory.number(tag::FAX_OPTIONS).unwrap_or(0);
        let mut compression = Compression::read(code, fax_options, directory.bytes_of(tag::JPEG_TABLES))?;
        let samples = samples(directory)?;
        // A file that does not say what its numbers mean has a black of 0 if they are floats, and a white otherwise.
        let photometric = directory.number(tag::PHOTOMETRIC).unwrap_or(u64::from(samples.float));
        if let Compression::Jpeg { ycbcr, .. } = &mut compression {
            *ycbcr = photometric == 6;
        }
        let planar = directory.number(tag::PLANAR) == Some(2) && samples.count > 1;
        let colour = colour(directory, photometric, samples, compression.gives_rgb() && !planar)?;
        if samples.count < colour.samples() {
            let (count, needed) = (samples.count, colour.samples());
            return Err(corrupt(format!("{} has {needed} samples a pixel, not {count}", colour.name())));
        }
        let bytes = samples.row(width as usize, samples.count) as u64 * u64::from(height);
        check_size(width, height, bytes.max(u64::from(width) * u64::from(height) * 3), options)?;
        if matches!(compression, Compression::Fax(_)) && (samples.bits, samples.count) != (1, 1) {
            return Err(corrupt("fax compression of more than black and white"));
        }
        let pieces = pieces(directory, (width, height), samples, planar, options)?;
        if let Colour::YCbCr(luma) = &colour
            && pieces.planar
            && luma.steps != (1, 1)
        {
            return Err(unsupported("YCbCr with smaller planes of colour"));
        }
        let predictor = predictor(directory, &compression, samples, &colour)?;
        let opacity = opacity(directory, samples, &colour)?;
        let lowest_bit_first = directory.number(tag::FILL_ORDER) == Some(2);
        let orientation = turn(directory);
        let pixels = u64::from(width) * u64::from(height);
        let piece = samples.row(pieces.width as usize, samples.count) as u64 * u64::from(pieces.height);
        // A piece is held as it is unpacked and as it is converted; a turned or composited image as two.
        let image = pixels * if opacity.is_some() { 7 } else { 6 };
        check_memory(image + piece.saturating_mul(2), options)?;
        Ok(Layout {
            width,
            height,
            samples,
            colour,
            opacity,
            pieces,
            compression,
            predictor,
            lowest_bit_first,
            orientation,
        })
    }
}

/// The turn that the image needs.
pub(super) fn turn(directory: &Directory) -> Orientation {
    let by_xmp = || directory.bytes_of(tag::XMP).and_then(orientation::by_xmp);
    orientation::upright(orientation_tag(directory).or_else(by_xmp))
}

/// Whether the image is compressed as JPEG was before 1995.
pub(super) fn is_old_jpeg(directory: &Directory) -> bool {
    directory.number(tag::COMPRESSION) == Some(6)
}

/// The orientation that a directory says its image has.
pub(super) fn orientation_tag(directory: &Directory) -> Option<u64> {
    directory.number(tag::ORIENTATION)
}

/// What the samples of a pixel are.
fn samples(directory: &Directory) -> Result<Samples, ImageError> {
    let count = directory.number(tag::SAMPLES).unwrap_or(1) as usize;
    if !(1..=usize::from(u16::MAX)).contains(&count) {
        return Err(corrupt(format!("{count} samples a pixel")));
    }
    let same = |tag, what: &str| {
        let mut values = directory.numbers(tag);
        // One value may stand for all samples, and some writers give too many.
        values.truncate(count);
        let first = values.first().copied().unwrap_or(1);
        let differs = values.iter().any(|value| *value != first);
        if differs { Err(unsupported(format!("samples of different {what}"))) } else { Ok(first) }
    };
    let bits = same(tag::BITS, "numbers of bits")?;
    let format = same(tag::SAMPLE_FORMAT, "formats")?;
    let float = match format {
        3 => true,
        // Grey bytes are shown as they are, as libtiff and Pillow do: most files that give them a sign have none.
        2 if bits != 8 || directory.number(tag::PHOTOMETRIC).is_some_and(|colour| colour > 1) => {
            return Err(unsupported(format!("samples of {bits} bits with a sign")));
        }
        5 | 6 => return Err(unsupported("complex numbers")),
        // Unsigned or undefined.
        _ => false,
    };
    let known = if float { matches!(bits, 16 | 32 | 64) } else { matches!(bits, 1..=16 | 24 | 32 | 64) };
    if !known {
        let kind = if float { "floats" } else { "samples" };
        return Err(unsupported(format!("{kind} of {bits} bits")));
    }
    Ok(Samples { count, bits: bits as u16, float, big_endian: directory.big_endian })
}

/// What the samples mean; `converted` is whether the data comes out as RGB where the file calls it YCbCr.
fn colour(
    directory: &Directory,
    photometric: u64,
    samples: Samples,
    converted: bool,
) -> Result<Colour, ImageError> {
    let eight_bits = |name| {
        let fits = samples.bits == 8 && !samples.float;
        if fits { Ok(()) } else { Err(unsupported(format!("{name} of {} bits", samples.bits))) }
    };
    match photometric {
        0 => Ok(Colour::Grey { inverted: true }),
        1 => Ok(Colour::Grey { inverted: false }),
        2 => Ok(Colour::Rgb),
        3 if samples.bits > 8 || samples.float => {
            Err(unsupported(format!("a palette with indices of {} bits", samples.bits)))
        }
        3 => {
            // All reds, then all greens, then all blues, 16 bits each, of which the upper eight count (as in Pillow).
            let map = directory.numbers(tag::COLOUR_MAP);
            let size = map.len() / 3;
            let colour = |index| [0, 1, 2].map(|channel| (map[channel * size + index] >> 8) as u8);
            Ok(Colour::Palette((0..size.min(256)).map(colour).collect()))
        }
        4 => Err(unsupported("a transparency mask alone")),
        5 => Ok(Colour::Cmyk),
        // Some write grey as YCbCr without the colours; JPEG and WebP convert on their way.
        6 if samples.count < 3 => Ok(Colour::Grey { inverted: false }),
        6 if converted => Ok(Colour::Rgb),
        6 => {
            eight_bits("YCbCr")?;
            if samples.count > 3 {
                return Err(unsupported("YCbCr with extra samples"));
            }
            let steps = directory.numbers(tag::YCBCR_SUBSAMPLING);
            let step = |at: usize| match steps.get(at).copied().unwrap_or(2) {
                step @ (1 | 2 | 4) => Ok(step as usize),
                other => Err(corrupt(format!("YCbCr with a subsampling of {other}"))),
            };
            let coefficients = directory.fractions(tag::YCBCR_COEFFICIENTS);
            let reference = directory.fractions(tag::REFERENCE_BLACK_WHITE);
            Ok(Colour::YCbCr(Luma::new(&coefficients, &reference, (step(0)?, step(1)?))))
        }
        8 => eight_bits("CIE L*a*b*").map(|()| Colour::Lab { signed: true }),
        9 => eight_bits("ICC L*a*b*").map(|()| Colour::Lab { signed: false }),
        10 => Err(unsupported("ITU L*a*b*")),
        32803 => Err(unsupported("a camera's raw mosaic")),
        34892 => Err(unsupported("a camera's linear raw data")),
        32844 | 32845 => Err(unsupported("SGI LogLuv")),
        other => Err(unsupported(format!("photometric interpretation {other}"))),
    }
}

/// The sample that is transparency, if any. Unspecified extra samples are not.
fn opacity(directory: &Directory, samples: Samples, colour: &Colour) -> Result<Option<Opacity>, ImageError> {
    let extra = directory.numbers(tag::EXTRA_SAMPLES);
    // RGB of four samples that says nothing of the fourth means transparency by it, as Pillow has it.
    if extra.is_empty() && matches!(colour, Colour::Rgb) && samples.count == 4 {
        return Ok(Some(Opacity { sample: 3, premultiplied: false }));
    }
    // 999 is what Corel Draw writes for straight transparency.
    let Some(at) = extra.iter().position(|kind| matches!(kind, 1 | 2 | 999)) else { return Ok(None) };
    let sample = colour.samples() + at;
    let premultiplied = extra[at] == 1;
    if sample >= samples.count {
        return Ok(None);
    }
    if premultiplied && !matches!(colour, Colour::Rgb | Colour::Grey { inverted: false }) {
        return Err(unsupported(format!("{} that is multiplied by its transparency", colour.name())));
    }
    Ok(Some(Opacity { sample, premultiplied }))
}

fn predictor(
    directory: &Directory,
    compression: &Compression,
    samples: Samples,
    colour: &Colour,
) -> Result<Predictor, ImageError> {
    if !compression.may_be_differenced() {
        return Ok(Predictor::None);
    }
    let subsampled = matches!(colour, Colour::YCbCr(luma) if luma.steps != (1, 1));
    match directory.number(tag::PREDICTOR).unwrap_or(1) {
        1 => Ok(Predictor::None),
        2 if !subsampled && matches!(samples.bits, 8 | 16 | 32 | 64) => Ok(Predictor::Horizontal),
        3 if samples.float => Ok(Predictor::Float),
        other => Err(unsupported(format!("predictor {other} on {} of {} bits", colour.name(), samples.bits))),
    }
}

/// The strips or tiles, as many as the image needs.
fn pieces(
    directory: &Directory,
    (width, height): (u32, u32),
    samples: Samples,
    planar: bool,
    options: &DecodeOptions,
) -> Result<Pieces, ImageError> {
    let side = |tag| directory.number(tag).map(|side| side.min(u64::from(u32::MAX)) as u32);
    let tile = side(tag::TILE_WIDTH).zip(side(tag::TILE_HEIGHT));
    let (offsets, lengths) = match tile {
        Some(_) if !directory.numbers(tag::TILE_OFFSETS).is_empty() => (tag::TILE_OFFSETS, tag::TILE_LENGTHS),
        // Some writers call the offsets of tiles those of strips.
        _ => (tag::STRIP_OFFSETS, tag::STRIP_LENGTHS),
    };
    let rows = side(tag::ROWS_PER_STRIP).filter(|rows| *rows > 0).unwrap_or(height).min(height);
    let (piece_width, piece_height) = tile.unwrap_or((width, rows));
    check_size(piece_width, piece_height, 0, options)?;
    let bytes = samples.row(piece_width as usize, samples.count) as u64 * u64::from(piece_height);
    check_size(piece_width, piece_height, bytes, options)?;
    let grid = u64::from(width.div_ceil(piece_width)) * u64::from(height.div_ceil(piece_height));
    let needed = grid.saturating_mul(if planar { samples.count as u64 } else { 1 });
    let (offsets, lengths) = (directory.numbers(offsets), directory.numbers(lengths));
    if (offsets.len() as u64) < needed {
        return Err(corrupt(format!(
            "{needed} pieces of image data are needed, {} are there",
            offsets.len()
        )));
    }
    let lengths = lengths.into_iter().chain(std::iter::repeat(0));
    let places = offsets.into_iter().zip(lengths).take(needed as usize).collect();
    Ok(Pieces { width: piece_width, height: piece_height, tiled: tile.is_some(), planar, places })
}
