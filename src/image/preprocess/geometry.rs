//! Decides which pixels of an image go where in an input: sizes, crops and borders, by the references' arithmetic. It
//! computes no pixels.

use super::super::decode::Rgb8;
use super::super::resample::PixelWindow;
use super::{Preprocessing, Resize};

/// A float as a side of an image: at least one pixel.
fn to_size(side: f64) -> u32 {
    (side as u32).max(1)
}

/// Size to which timm resizes before its centre crop of `target` divided by crop_pct (H, W).
fn timm_size(image: (u32, u32), target: (u32, u32)) -> (u32, u32) {
    if target.0 != target.1 {
        return keep_ratio(image, target, f64::min);
    }
    // torchvision's `Resize(int)`: the long side is cut, not rounded.
    let (height, width) = image;
    let (short, long) = (height.min(width), height.max(width));
    let long = to_size(f64::from(target.0) * f64::from(long) / f64::from(short));
    if width <= height { (long, target.0) } else { (target.0, long) }
}

/// timm's `ResizeKeepRatio`: `choose` is `min` to cover the target and `max` to fit inside it.
fn keep_ratio(image: (u32, u32), target: (u32, u32), choose: fn(f64, f64) -> f64) -> (u32, u32) {
    let ratio = |image: u32, target: u32| f64::from(image) / f64::from(target);
    let ratio = choose(ratio(image.0, target.0), ratio(image.1, target.1));
    let side = |side: u32| to_size((f64::from(side) / ratio).round_ties_even());
    (side(image.0), side(image.1))
}

/// Where the pixels of an input come from, one axis: from `from` on in the resized image, to `to` on in the
/// input, `count` of them. torchvision's `center_crop` pads with zeros what an image lacks.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: u32,
    to: u32,
    count: u32,
}

fn centre(resized: u32, input: u32) -> Span {
    if resized < input {
        return Span { from: 0, to: (input - resized) / 2, count: resized };
    }
    // Python's `round` takes a half to the even neighbour.
    let from = (f64::from(resized - input) / 2.0).round_ties_even() as u32;
    Span { from, to: 0, count: input }
}

/// A part of an image, in its pixels, whose edges lie between pixels and may lie beyond the image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// Left edge; 0 is the image's.
    pub left: f64,
    /// Top edge; 0 is the image's.
    pub top: f64,
    /// Pixels across.
    pub width: f64,
    /// Pixels down.
    pub height: f64,
}

impl Region {
    /// The same part of a copy of the image that is `to` (H, W) where the image is `from` (H, W).
    pub fn scaled(self, from: (u32, u32), to: (u32, u32)) -> Self {
        let (down, across) = (f64::from(to.0) / f64::from(from.0), f64::from(to.1) / f64::from(from.1));
        Region {
            left: self.left * across,
            top: self.top * down,
            width: self.width * across,
            height: self.height * down,
        }
    }
}

/// A resize and a centred crop or border.
pub(super) struct ResizePlan {
    /// Size (H, W) to which the image is resized.
    pub size: (u32, u32),
    rows: Span,
    columns: Span,
}

impl ResizePlan {
    /// The plan of `preprocessing` for an image of `image` (H, W; for [`Resize::Central`] its centre) and an
    /// input of `input` (H, W).
    pub fn new(image: (u32, u32), input: (u32, u32), preprocessing: &Preprocessing) -> Self {
        match preprocessing.resize {
            Resize::Squash | Resize::Central => ResizePlan::centred(input, input),
            Resize::Crop => {
                let scaled = |size: u32| to_size((f64::from(size) / preprocessing.share()).floor());
                ResizePlan::centred(timm_size(image, (scaled(input.0), scaled(input.1))), input)
            }
            Resize::Pad => ResizePlan::centred(keep_ratio(image, input, f64::max), input),
        }
    }

    fn centred(size: (u32, u32), input: (u32, u32)) -> Self {
        ResizePlan { size, rows: centre(size.0, input.0), columns: centre(size.1, input.1) }
    }

    /// The part of the resized image that the input shows.
    pub fn window(&self) -> PixelWindow {
        let (rows, columns) = (self.rows, self.columns);
        PixelWindow { left: columns.from, top: rows.from, width: columns.count, height: rows.count }
    }

    /// Rows of `from` (H, W, C of the window) set into rows of `into` (H, W, C of the input).
    pub fn place<T, U>(&self, from: &[T], into: &mut [U], width: usize, convert: impl Fn(&T) -> U) {
        let columns = self.columns.count as usize * 3;
        let begin = self.columns.to as usize * 3;
        let rows = into.chunks_exact_mut(width * 3).skip(self.rows.to as usize);
        for (from, into) in from.chunks_exact(columns).zip(rows) {
            for (from, into) in from.iter().zip(&mut into[begin..begin + columns]) {
                *into = convert(from);
            }
        }
    }

    /// The part of an image of `image` (H, W) that the whole input stands for, borders included.
    pub fn region(&self, image: (u32, u32), input: (u32, u32)) -> Region {
        let axis = |image: u32, size: u32, input: u32, span: Span| {
            let scale = f64::from(image) / f64::from(size);
            ((f64::from(span.from) - f64::from(span.to)) * scale, f64::from(input) * scale)
        };
        let (top, height) = axis(image.0, self.size.0, input.0, self.rows);
        let (left, width) = axis(image.1, self.size.1, input.1, self.columns);
        Region { left, top, width, height }
    }

    /// Whether the window is all of an input of `input` (H, W).
    pub fn fills(&self, input: (u32, u32)) -> bool {
        (self.rows.count, self.columns.count) == input
    }
}

/// What TF-slim cuts off either end of a side, by the arithmetic of `tf.image.central_crop`.
pub(super) fn central_margin(side: u32, share: f64) -> u32 {
    let side = f64::from(side);
    ((side - side * share) / 2.0) as u32
}

/// The centre that TF-slim keeps.
pub(super) fn central_crop(image: &Rgb8, share: f64) -> Rgb8 {
    let (left, top) = (central_margin(image.width, share), central_margin(image.height, share));
    let (width, height) = (image.width - left * 2, image.height - top * 2);
    let row_bytes = image.width as usize * 3;
    let cut = left as usize * 3..(left + width) as usize * 3;
    let mut pixels = Vec::with_capacity(cut.len() * height as usize);
    for row in image.pixels.chunks_exact(row_bytes).skip(top as usize).take(height as usize) {
        pixels.extend_from_slice(&row[cut.clone()]);
    }
    Rgb8 { width, height, pixels }
}
