//! Unpacks the data of one strip or tile, with a library for each compression.
//!
//! Output never exceeds the bytes that the layout needs, whatever the data says; fewer bytes are an error.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use ::image::codecs::webp::WebPDecoder;
use ::image::{DynamicImage, ImageDecoder, Limits};

use super::fax::{self, Fax};
use super::{corrupt, truncated, unsupported};
use crate::error::{ImageError, ImageErrorKind};
use crate::image::jpeg;
use crate::image::limits::{Cut, DecodeOptions};

/// Samples of a pixel of inks.
const INKS: usize = 4;

/// How pieces are compressed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Compression<'a> {
    None,
    PackBits,
    Lzw,
    Deflate,
    Zstandard,
    Fax(Fax),
    /// With the tables that all pieces share; `ycbcr` is what the three colours of a pixel are.
    Jpeg {
        tables: Option<&'a [u8]>,
        ycbcr: bool,
    },
    WebP,
}

/// The size of a piece that is compressed as an image of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct ImageSize {
    width: usize,
    rows: usize,
    channels: usize,
}

impl<'a> Compression<'a> {
    /// The compression with `code`; `tables` are those of JPEG.
    ///
    /// # Errors
    /// `unsupported`, with the name, for what is not read.
    pub fn read(code: u64, fax_options: u64, tables: Option<&'a [u8]>) -> Result<Self, ImageError> {
        let name = match code {
            1 => return Ok(Compression::None),
            2 => return Ok(Compression::Fax(Fax::Modified)),
            3 if fax_options & 2 != 0 => "uncompressed mode of fax compression",
            3 => return Ok(Compression::Fax(Fax::Group3 { two_dimensional: fax_options & 1 != 0 })),
            4 => return Ok(Compression::Fax(Fax::Group4)),
            5 => return Ok(Compression::Lzw),
            7 => return Ok(Compression::Jpeg { tables, ycbcr: false }),
            8 | 32946 => return Ok(Compression::Deflate),
            32773 => return Ok(Compression::PackBits),
            50000 => return Ok(Compression::Zstandard),
            50001 => return Ok(Compression::WebP),
            9 | 10 | 34661 => "JBIG compression",
            6 => "JPEG compression of before 1995",
            32766 => "NeXT compression",
            32771 => "CCITT RLE compression by words",
            32809 => "ThunderScan compression",
            32908 | 32909 => "Pixar compression",
            33003 | 33005 | 34712 => "JPEG 2000 compression",
            34676 | 34677 => "SGI Log compression",
            34887 => "LERC compression",
            34892 => "lossy DNG compression",
            34925 => "LZMA compression",
            50002 | 52546 => "JPEG XL compression",
            _ => return Err(unsupported(format!("compression {code}"))),
        };
        Err(unsupported(name))
    }

    /// Whether pixels come out as RGB although the file calls them YCbCr.
    pub fn gives_rgb(self) -> bool {
        matches!(self, Compression::Jpeg { .. } | Compression::WebP)
    }

    /// Whether a predictor counts; it is ignored with the others, as libtiff does.
    pub fn may_be_differenced(self) -> bool {
        matches!(self, Compression::Lzw | Compression::Deflate | Compression::Zstandard)
    }

    /// Whether the compression itself defines the order of bits in a byte.
    pub fn keeps_bit_order(self) -> bool {
        self.gives_rgb()
    }

    /// The size of a piece, where pieces are images of their own.
    pub fn image_size(self, width: usize, rows: usize, count: usize) -> Option<ImageSize> {
        self.gives_rgb().then_some(ImageSize { width, rows, channels: count })
    }

    /// Unpacks `data` to `length` bytes, which hold `rows` of `width` pixels.
    ///
    /// # Errors
    /// `decode` for corrupt data, or for less of it.
    pub fn unpack<'d>(
        self,
        data: Cow<'d, [u8]>,
        length: usize,
        (width, rows): (usize, usize),
    ) -> Result<Cow<'d, [u8]>, ImageError> {
        let unpacked = match self {
            Compression::PackBits => unpack_bits(&data, length),
            Compression::Lzw => unpack_lzw(&data, length)?,
            Compression::Deflate => read_up_to(flate2::read::ZlibDecoder::new(&*data), length)?,
            Compression::Zstandard => {
                read_up_to(ruzstd::decoding::StreamingDecoder::new(&*data).map_err(corrupt)?, length)?
            }
            Compression::Fax(kind) => fax::decode(&data, kind, width, rows)?,
            _ => {
                return match data {
                    _ if data.len() < length => Err(truncated()),
                    Cow::Borrowed(data) => Ok(Cow::Borrowed(&data[..length])),
                    Cow::Owned(data) => Ok(Cow::Owned(data)),
                };
            }
        };
        if unpacked.len() < length { Err(truncated()) } else { Ok(Cow::Owned(unpacked)) }
    }

    /// Decodes a piece that is a JPEG or a WebP: a byte a sample.
    ///
    /// # Errors
    /// `decode` for corrupt data, or a smaller image than `size`; `unsupported` for channels that are not read;
    /// `too_large` over `options`.
    pub fn decode_image(
        self,
        data: &[u8],
        size: ImageSize,
        options: &DecodeOptions,
    ) -> Result<Vec<u8>, ImageError> {
        let stream = match self {
            Compression::WebP => return decode_webp(data, size),
            Compression::Jpeg { tables, ycbcr } => Cow::Owned(with_tables(data, tables, ycbcr)),
            _ => Cow::Borrowed(data),
        };
        let within = |error: ImageError| {
            let words = format!("JPEG compression: {error}");
            match error.kind {
                ImageErrorKind::Unsupported => unsupported(words),
                ImageErrorKind::TooLarge => error,
                _ => corrupt(words),
            }
        };
        if size.channels == INKS {
            let (width, height, inks) = jpeg::inks(&stream, options).map_err(within)?;
            return size.cut_out((width as usize, height as usize, INKS), inks, "JPEG");
        }
        // Pieces are whole, or the file is not.
        let options = DecodeOptions { cut: Cut::Error, ..*options };
        let decoded = jpeg::decode(&stream, &options, &|_, _| 1, &mut Vec::new());
        let image = decoded.map_err(within)?.image;
        size.cut_out_of(image, "JPEG")
    }
}

/// A piece that is a WebP.
fn decode_webp(data: &[u8], size: ImageSize) -> Result<Vec<u8>, ImageError> {
    let failed = |error| corrupt(format!("WebP compression: {error}"));
    let mut decoder = WebPDecoder::new(Cursor::new(data)).map_err(failed)?;
    let mut limits = Limits::no_limits();
    limits.max_image_width = u32::try_from(2 * size.width + 64).ok();
    limits.max_image_height = u32::try_from(2 * size.rows + 64).ok();
    decoder.set_limits(limits).map_err(failed)?;
    size.cut_out_of(DynamicImage::from_decoder(decoder).map_err(failed)?, "WebP")
}

impl ImageSize {
    /// The samples of `image` that belong to the piece.
    fn cut_out_of(self, image: DynamicImage, name: &str) -> Result<Vec<u8>, ImageError> {
        let channels = usize::from(image.color().channel_count());
        self.cut_out((image.width() as usize, image.height() as usize, channels), image.into_bytes(), name)
    }

    /// The samples of `pixels`, of a width, a height and channels, that belong to the piece; tiles may be rounded up.
    fn cut_out(
        self,
        (width, height, channels): (usize, usize, usize),
        mut pixels: Vec<u8>,
        name: &str,
    ) -> Result<Vec<u8>, ImageError> {
        let size = self;
        if channels != size.channels {
            let needed = size.channels;
            return Err(unsupported(format!(
                "{name} compression of {needed} samples, {channels} in its data"
            )));
        }
        // Twice the piece, for tiles that were rounded up; what is far larger is not this piece.
        if width < size.width
            || height < size.rows
            || width > 2 * size.width + 64
            || height > 2 * size.rows + 64
        {
            let expected = format!("{}x{}", size.width, size.rows);
            return Err(corrupt(format!("its {name} is {width}x{height}, not {expected}")));
        }
        if width > size.width {
            let rows = pixels.chunks_exact(width * channels);
            pixels = rows.flat_map(|row| &row[..size.width * channels]).copied().collect();
        }
        pixels.truncate(size.width * size.rows * channels);
        Ok(pixels)
    }
}

/// A whole JPEG from a piece and the tables it shares. An Adobe marker says what its colours are, since a JPEG in
/// a TIFF leaves that to the TIFF.
fn with_tables(data: &[u8], tables: Option<&[u8]>, ycbcr: bool) -> Vec<u8> {
    const START: &[u8] = b"\xff\xd8";
    const END: &[u8] = b"\xff\xd9";
    let mut whole = START.to_vec();
    whole.extend(b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0");
    whole.push(u8::from(ycbcr));
    let tables = tables.unwrap_or_default();
    let tables = tables.strip_prefix(START).unwrap_or(tables);
    whole.extend(tables.strip_suffix(END).unwrap_or(tables));
    whole.extend(data.strip_prefix(START).unwrap_or(data));
    whole
}

/// Runs and literals, as Apple's PackBits has them.
fn unpack_bits(data: &[u8], length: usize) -> Vec<u8> {
    let mut unpacked = Vec::with_capacity(length);
    let mut rest = data;
    while unpacked.len() < length
        && let [control, following @ ..] = rest
    {
        let control = *control as i8;
        if control >= 0 {
            let count = (control as usize + 1).min(following.len());
            unpacked.extend_from_slice(&following[..count]);
            rest = &following[count..];
        } else if control == i8::MIN {
            rest = following;
        } else if let [value, after @ ..] = following {
            unpacked.resize(unpacked.len() + 1 + usize::from(control.unsigned_abs()), *value);
            rest = after;
        } else {
            break;
        }
    }
    unpacked.truncate(length);
    unpacked
}

/// LZW as TIFF 6.0 has it, or with the lowest bit first as TIFF 5.0 writers had it.
fn unpack_lzw(data: &[u8], length: usize) -> Result<Vec<u8>, ImageError> {
    use weezl::{BitOrder, LzwStatus, decode::Decoder};
    // The first code is always the one that clears the table: 256 in nine bits.
    let old = matches!(data, [0, second, ..] if second & 1 == 1);
    let mut decoder =
        if old { Decoder::new(BitOrder::Lsb, 8) } else { Decoder::with_tiff_size_switch(BitOrder::Msb, 8) };
    let mut unpacked = vec![0; length];
    let (mut read, mut written) = (0, 0);
    while written < length {
        let step = decoder.decode_bytes(&data[read..], &mut unpacked[written..]);
        read += step.consumed_in;
        written += step.consumed_out;
        match step.status {
            Ok(LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
            Ok(_) => break,
            Err(error) => return Err(corrupt(error)),
        }
    }
    unpacked.truncate(written);
    Ok(unpacked)
}

/// At most `length` bytes of what `reader` unpacks.
fn read_up_to(reader: impl Read, length: usize) -> Result<Vec<u8>, ImageError> {
    let mut unpacked = Vec::with_capacity(length);
    match reader.take(length as u64).read_to_end(&mut unpacked) {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(truncated()),
        Err(error) => Err(corrupt(error)),
        Ok(_) => Ok(unpacked),
    }
}
