//! HEIF files: HEIC of phones, and AVIF. The container says which item is the image, which tiles make it up and how
//! it is turned; codecs decode items to planes.

#[cfg(feature = "avif")]
mod av1;
mod hevc;
mod picture;

use std::cell::Cell;

use ::image::{DynamicImage, RgbImage, RgbaImage};
use heifer_isobmff::boxes::{ColorInfo, Property};
use heifer_isobmff::{BoxIter, Error as ContainerError, HeifFile, ItemId};

use crate::error::{ImageError, ImageErrorKind};
use crate::image::limits::{DecodeOptions, check_memory_of, check_size};
use picture::{Colour, Picture, Plane};

/// The most bytes of lists in the container. The parser's time grows with the product of their lengths.
const MAX_LIST_BYTES: usize = 256 << 10;

/// Columns and rows that a codec may add to a picture: it codes whole blocks, and cuts them off again.
const BLOCK: u64 = 64;

/// Bytes at the peak, as measured on 6 and 24 megapixels: 4 to 7 for HEIC and AVIF of 8 bits, up to 13 with opacity.
const MEMORY_PER_PIXEL: u64 = 13;

/// Pixels that are decoded for each one of the image: at most four by tiles that reach over its edges, and as many for
/// its opacity. More are tiles cut out of large images, over and over: small files that would take hours.
const DECODED_PER_PIXEL: u64 = 8;

/// Pixels that may be decoded for an image of any size.
const DECODED_AT_LEAST: u64 = 1 << 20;

/// Derived images within derived images.
const MAX_DEPTH: usize = 4;

/// The auxiliary images that are opacity (ISO/IEC 23008-12, 6.5.8).
const ALPHA: [&str; 2] = ["urn:mpeg:hevc:2015:auxid:1", "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"];

/// Decodes the primary image, upright.
///
/// # Errors
/// As [`crate::image::decode::decode`].
pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<DynamicImage, ImageError> {
    check_lists(bytes)?;
    let file = HeifFile::parse(bytes).map_err(|error| container_error(&error))?;
    let id = file.primary_id;
    let mut pixels = options.max_pixels;
    if let Some((width, height)) = file.image_size(id).map_err(|error| container_error(&error))? {
        check_size(width, height, u64::from(width) * u64::from(height) * 3, options)?;
        check_memory_of(width, height, MEMORY_PER_PIXEL, options)?;
        pixels = u64::from(width) * u64::from(height);
    }
    let left = Cell::new(pixels.saturating_mul(DECODED_PER_PIXEL).max(DECODED_AT_LEAST));
    let reader = Reader { file: &file, options, left };
    let mut picture = reader.item(id, 0)?;
    picture.alpha = reader.alpha(id, &picture)?;
    if file.items.iter().any(|item| &item.item_type.0 == b"av01") {
        picture.interpolate_chroma();
    }
    reader.transform(id, &mut picture)?;
    let pixels = picture.to_rgb()?;
    let (width, height) = (picture.luma.width as u32, picture.luma.height as u32);
    // The pixels are as many as the size says, so these are never the empty image.
    Ok(match picture.alpha {
        None => DynamicImage::ImageRgb8(RgbImage::from_raw(width, height, pixels).unwrap_or_default()),
        Some(alpha) => {
            let with_alpha = pixels.as_chunks::<3>().0.iter().zip(&alpha.samples);
            let pixels = with_alpha.flat_map(|([r, g, b], a)| [*r, *g, *b, *a]).collect();
            DynamicImage::ImageRgba8(RgbaImage::from_raw(width, height, pixels).unwrap_or_default())
        }
    })
}

/// The EXIF of the primary image, a TIFF.
pub(super) fn exif_block(bytes: &[u8]) -> Option<Vec<u8>> {
    check_lists(bytes).ok()?;
    let file = HeifFile::parse(bytes).ok()?;
    file.exif(file.primary_id).ok()?
}

struct Reader<'a> {
    file: &'a HeifFile<'a>,
    options: &'a DecodeOptions,
    /// Pixels that codecs may still decode.
    left: Cell<u64>,
}

impl Reader<'_> {
    /// An image as it is stored, without its own turns.
    fn item(&self, id: ItemId, depth: usize) -> Result<Picture, ImageError> {
        if depth > MAX_DEPTH {
            return Err(corrupt("HEIF", "images within images without end"));
        }
        let item = self.file.item(id).map_err(|error| container_error(&error))?;
        let mut picture = match &item.item_type.0 {
            b"hvc1" | b"hev1" => hevc::decode(self.file, id, self.max_coded(id)?)?,
            #[cfg(feature = "avif")]
            b"av01" => av1::decode(self.file, id, self.max_coded(id)?)?,
            #[cfg(not(feature = "avif"))]
            b"av01" => return Err(super::without_feature("AVIF", "avif")),
            b"grid" => return self.grid(id, depth),
            b"iden" => {
                let source = *self
                    .sources(id)
                    .first()
                    .ok_or_else(|| corrupt("HEIF", "a derived image without a source"))?;
                let mut picture = self.item(source, depth + 1)?;
                self.transform(source, &mut picture)?;
                return Ok(picture);
            }
            kind => {
                let kind = kind.escape_ascii();
                let message = format!("a kind of HEIF that is not read: its image is of type {kind}");
                return Err(ImageError::new(ImageErrorKind::Unsupported, message));
            }
        };
        let decoded = (picture.luma.width * picture.luma.height) as u64;
        let left = self.left.get().checked_sub(decoded);
        self.left.set(left.ok_or_else(|| corrupt("HEIF", "its tiles have far more pixels than the image"))?);
        self.declare_colour(id, &mut picture)?;
        // The container has the last word on the size; codecs add columns and rows to fill their blocks.
        if let Some((width, height)) = self.size(id)? {
            let (width, height) = (width as usize, height as usize);
            if width > picture.luma.width || height > picture.luma.height {
                return Err(corrupt("HEIF", "an image is smaller than the container says"));
            }
            if (width, height) != (picture.luma.width, picture.luma.height) {
                picture.crop(0, 0, width, height)?;
            }
        }
        Ok(picture)
    }

    /// Tiles put together.
    fn grid(&self, id: ItemId, depth: usize) -> Result<Picture, ImageError> {
        let grid = self.file.grid(id).map_err(|error| container_error(&error))?;
        let (width, height) = (grid.output_width, grid.output_height);
        check_size(width, height, u64::from(width) * u64::from(height) * 3, self.options)?;
        check_memory_of(width, height, MEMORY_PER_PIXEL, self.options)?;
        let (width, height) = (width as usize, height as usize);
        let (rows, columns) = (usize::from(grid.rows), usize::from(grid.columns));
        let tiles = self.sources(id);
        if tiles.len() != rows * columns {
            return Err(corrupt("HEIF", format!("{} tiles instead of {rows} x {columns}", tiles.len())));
        }
        let mut whole: Option<(Picture, (usize, usize))> = None;
        for (index, tile) in tiles.iter().enumerate() {
            let mut picture = self.item(*tile, depth + 1)?;
            self.transform(*tile, &mut picture)?;
            let size = (picture.luma.width, picture.luma.height);
            let (across, down) = picture.sampling();
            let (whole, first_size) = match &mut whole {
                Some(whole) => whole,
                none => {
                    // Neither tiles that do not fill the image nor some that stand outside of it.
                    let fits = |tile: usize, count: usize, length: usize| {
                        tile * count >= length && tile * (count - 1) < length
                    };
                    if !fits(size.0, columns, width) || !fits(size.1, rows, height) {
                        let message =
                            format!("{rows} x {columns} tiles of {size:?} are no {width}x{height} image");
                        return Err(corrupt("HEIF", message));
                    }
                    let chroma = || Plane::filled(width.div_ceil(across), height.div_ceil(down), 128);
                    let whole = Picture {
                        luma: Plane::filled(width, height, 0),
                        chroma: picture.chroma.as_ref().map(|_| [chroma(), chroma()]),
                        alpha: None,
                        colour: picture.colour,
                    };
                    none.insert((whole, size))
                }
            };
            if size != *first_size || whole.chroma.is_some() != picture.chroma.is_some() {
                return Err(corrupt("HEIF", "its tiles differ in size or channels"));
            }
            let (left, top) = (index % columns * size.0, index / columns * size.1);
            whole.luma.paste(&picture.luma, left, top);
            if let (Some(whole), Some(tile)) = (&mut whole.chroma, &picture.chroma) {
                for (whole, tile) in whole.iter_mut().zip(tile) {
                    whole.paste(tile, left / across, top / down);
                }
            }
        }
        let (mut whole, _) = whole.ok_or_else(|| corrupt("HEIF", "a grid without tiles"))?;
        self.declare_colour(id, &mut whole)?;
        Ok(whole)
    }

    /// The opacity of an image, where there is an auxiliary image for it.
    fn alpha(&self, id: ItemId, of: &Picture) -> Result<Option<Plane>, ImageError> {
        for aux in self.file.referencing_items(id, b"auxl") {
            let mut properties = self.file.item_properties(aux).map_err(|error| container_error(&error))?;
            let is_alpha = |kind: &str| ALPHA.contains(&kind.trim_end_matches('\0'));
            let is_alpha = properties.any(|property| match property {
                Property::AuxiliaryType(kind) => is_alpha(kind),
                _ => false,
            });
            if is_alpha {
                let alpha = self.item(aux, 0)?.luma;
                if (alpha.width, alpha.height) != (of.luma.width, of.luma.height) {
                    let message = "a kind of HEIF that is not read: opacity of another size than the image";
                    return Err(ImageError::new(ImageErrorKind::Unsupported, message));
                }
                return Ok(Some(alpha));
            }
        }
        Ok(None)
    }

    /// Crops, turns and mirrors as the item's properties say, in their order.
    fn transform(&self, id: ItemId, picture: &mut Picture) -> Result<(), ImageError> {
        for property in self.file.item_properties(id).map_err(|error| container_error(&error))? {
            match *property {
                Property::CleanAperture { width, height, horiz_offset, vert_offset } => {
                    let (left, columns) = aperture(picture.luma.width, width, horiz_offset)?;
                    let (top, rows) = aperture(picture.luma.height, height, vert_offset)?;
                    picture.crop(left, top, columns, rows)?;
                }
                Property::Rotation(quarters) => picture.rotate(quarters),
                Property::Mirror(top_bottom) => picture.mirror(top_bottom),
                _ => {}
            }
        }
        Ok(())
    }

    /// The container's colour description overrides the codec's, except where it leaves values unspecified.
    fn declare_colour(&self, id: ItemId, picture: &mut Picture) -> Result<(), ImageError> {
        for property in self.file.item_properties(id).map_err(|error| container_error(&error))? {
            if let Property::Color(ColorInfo::Nclx { matrix, full_range, .. }) = *property {
                let Colour { matrix: coded, full_range: coded_full } = picture.colour;
                let matrix = if matrix == 2 { coded } else { matrix };
                picture.colour = Colour { matrix, full_range: full_range || coded_full };
            }
        }
        Ok(())
    }

    fn sources(&self, id: ItemId) -> &[ItemId] {
        self.file.referenced_items(id, b"dimg")
    }

    fn size(&self, id: ItemId) -> Result<Option<(u32, u32)>, ImageError> {
        self.file.image_size(id).map_err(|error| container_error(&error))
    }

    /// The most pixels that a codec may make of an item: those that the container declares, plus partial blocks at
    /// the edges.
    fn max_coded(&self, id: ItemId) -> Result<u64, ImageError> {
        let Some((width, height)) = self.size(id)? else { return Ok(self.options.max_pixels) };
        check_size(width, height, u64::from(width) * u64::from(height) * 3, self.options)?;
        Ok((u64::from(width) + BLOCK) * (u64::from(height) + BLOCK))
    }
}

/// The first place and the length of what a clean aperture keeps of `length` (ISO/IEC 14496-12, 12.1.4).
fn aperture(
    length: usize,
    (kept, part): (u32, u32),
    (offset, of): (i32, u32),
) -> Result<(usize, usize), ImageError> {
    if part == 0 || of == 0 {
        return Err(corrupt("HEIF", "a crop with a zero denominator"));
    }
    let kept = f64::from(kept) / f64::from(part);
    let centre = f64::from(offset) / f64::from(of) + (length as f64 - 1.0) / 2.0;
    let first = (centre - (kept - 1.0) / 2.0).round().max(0.0);
    let last = (centre + (kept - 1.0) / 2.0).round().min(length as f64 - 1.0);
    Ok((first as usize, (last - first + 1.0).max(0.0) as usize))
}

/// Refuses lists of items that would take the parser too long.
fn check_lists(bytes: &[u8]) -> Result<(), ImageError> {
    let too_long = |within: &[u8]| {
        let lists = BoxIter::new(within).map_while(Result::ok);
        lists.into_iter().any(|list| {
            matches!(&list.header.box_type.0, b"iinf" | b"iloc" | b"iref" | b"ipma")
                && list.content.len() > MAX_LIST_BYTES
        })
    };
    for part in BoxIter::new(bytes).map_while(Result::ok).filter(|part| &part.header.box_type.0 == b"meta") {
        let meta = part.content.get(4..).unwrap_or_default();
        let properties =
            BoxIter::new(meta).map_while(Result::ok).filter(|part| &part.header.box_type.0 == b"iprp");
        if too_long(meta) || properties.into_iter().any(|part| too_long(part.content)) {
            return Err(corrupt("HEIF", "its list of items is too long"));
        }
    }
    Ok(())
}

/// The error for a damaged file.
fn corrupt(kind: &str, what: impl std::fmt::Display) -> ImageError {
    ImageError::new(ImageErrorKind::Decode, format!("corrupt {kind}: {what}"))
}

fn container_error(error: &ContainerError) -> ImageError {
    match error {
        ContainerError::UnexpectedEof => {
            ImageError::new(ImageErrorKind::Decode, "truncated HEIF: it ends before its pixels do")
        }
        error => corrupt("HEIF", error),
    }
}
