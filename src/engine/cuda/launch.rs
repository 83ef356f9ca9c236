//! Launches of kernels and products: first with places in the arena, then with the addresses and sizes of a batch.

use super::arena::Place;
use super::parameters::Parameters;
use crate::graph::{Shape, same_padding, strided};
use crate::kernels::cuda::{self as kernels, Address, Arguments, Call, Gemm, STRIP, Window};
use crate::kernels::pool::PoolKind;

/// One thing that a card does. Shapes are those of the input; channels are padded.
#[derive(Debug, Clone, PartialEq)]
pub enum Launch {
    /// Patches of the image.
    Patches {
        /// The image.
        shape: Shape,
        /// Where they go.
        to: Place,
    },
    /// A depthwise convolution.
    Depthwise {
        /// What it slides over.
        from: Place,
        /// Its shape.
        shape: Shape,
        /// Side of the window.
        size: usize,
        /// 1 or 2.
        stride: usize,
        /// Of what is read after relu.
        relu: bool,
        /// Where its weights start.
        windows: usize,
        /// Where the result goes.
        to: Place,
    },
    /// Every pixel, or every second one from `offset` on.
    Gather {
        /// What is read.
        from: Place,
        /// Its shape.
        shape: Shape,
        /// 1 or 2.
        step: usize,
        /// 0 or 1.
        offset: usize,
        /// After relu.
        relu: bool,
        /// Where it goes.
        to: Place,
    },
    /// A 3 x 3 pool.
    Pool {
        /// What it slides over.
        from: Place,
        /// Its shape.
        shape: Shape,
        /// The operation on a window.
        kind: PoolKind,
        /// 1 or 2.
        stride: usize,
        /// Added to the result.
        addend: Option<Place>,
        /// Where the result goes as it is.
        raw: Option<Place>,
        /// Where it goes after relu.
        relu: Option<Place>,
    },
    /// Some channels, wherever they start.
    Copy {
        /// What is read.
        from: Place,
        /// Its shape, without padding.
        shape: Shape,
        /// Only their mean over all pixels.
        mean: bool,
        /// After relu.
        relu: bool,
        /// Where they go.
        to: Place,
        /// Channels that are written: zeros follow.
        channels: usize,
    },
    /// A product over all pixels.
    Product {
        /// In [`Parameters::filters`].
        filters: usize,
        /// The left side.
        left: Place,
        /// Of the result.
        pixels: usize,
        /// Added to the result.
        addend: Option<Place>,
        /// After relu.
        relu: bool,
        /// Where the result goes.
        to: Place,
    },
    /// Some channels of a result, as f32 and without padding.
    Result {
        /// What is read.
        from: Place,
        /// Its shape.
        shape: Shape,
        /// The first number of the result that they become.
        first: usize,
        /// Numbers of the result from pixel to pixel.
        row: usize,
    },
}

/// Where things are on the card, and how large a number is.
#[derive(Debug, Clone, Copy)]
pub struct Bases {
    /// The arena.
    pub arena: Address,
    /// All weights.
    pub parameters: Address,
    /// The images: N, H, W, 3 in f32.
    pub input: Address,
    /// Results in f32.
    pub results: Address,
    /// Bytes of a number in arena and weights.
    pub bytes: usize,
}

/// A launch with its addresses.
#[derive(Debug, Clone, Copy)]
pub enum Ready {
    /// A kernel of our own.
    Kernel(Call),
    /// A product.
    Product(Gemm),
}

impl Launch {
    /// The launch for this many images.
    pub fn ready(&self, parameters: &Parameters, images: usize, bases: &Bases) -> Ready {
        let address =
            |place: Place| bases.arena + ((place.offset * images + place.channel) * bases.bytes) as Address;
        let lanes = 16 / bases.bytes;
        let blocks = |numbers: usize| (numbers / lanes) as u32;
        let window = |shape: &Shape, from: &Place, size: usize, stride: usize| Window {
            height: shape.height as u32,
            width: shape.width as u32,
            out_height: strided(shape.height, stride) as u32,
            out_width: strided(shape.width, stride) as u32,
            blocks: blocks(shape.channels),
            pixel: blocks(from.pixel),
            top: same_padding(shape.height, size, stride).0 as u32,
            left: same_padding(shape.width, size, stride).0 as u32,
        };
        let per_pixel =
            |window: &Window| images as u32 * window.out_height * window.out_width * window.blocks;
        let (kernel, arguments) = match self {
            Launch::Product { filters, left, pixels, addend, relu, to } => {
                let filters = &parameters.filters[*filters];
                let parameter = |offset: usize| bases.parameters + (offset * bases.bytes) as Address;
                return Ready::Product(Gemm {
                    rows: images * pixels,
                    depth: filters.depth(),
                    columns: filters.columns,
                    left: address(*left),
                    left_pixel: left.pixel,
                    filters: parameter(filters.filters),
                    bias: parameter(filters.bias),
                    addend: addend.map(|place| (address(place), place.pixel)),
                    output: address(*to),
                    out_pixel: to.pixel,
                    relu: *relu,
                });
            }
            Launch::Patches { shape, to } => {
                let (out_height, out_width) = ((shape.height - 1) / 2, (shape.width - 1) / 2);
                let blocks = blocks(to.pixel);
                let arguments = kernels::Patches {
                    input: bases.input,
                    output: address(*to),
                    height: shape.height as u32,
                    width: shape.width as u32,
                    out_height: out_height as u32,
                    out_width: out_width as u32,
                    blocks,
                    threads: (images * out_height * out_width) as u32 * blocks,
                };
                ("patches", Arguments::Patches(arguments))
            }
            Launch::Depthwise { from, shape, size, stride, relu, windows, to } => {
                let window = window(shape, from, *size, *stride);
                let strips = window.out_width.div_ceil(STRIP as u32);
                let arguments = kernels::Depthwise {
                    input: address(*from),
                    weights: bases.parameters + (windows * bases.bytes) as Address,
                    output: address(*to),
                    window,
                    out_pixel: blocks(to.pixel),
                    relu: u32::from(*relu),
                    threads: images as u32 * window.out_height * strips * window.blocks,
                };
                let kernel = match (size, stride) {
                    (3, 1) => "depthwise_3_1",
                    (3, 2) => "depthwise_3_2",
                    (5, 1) => "depthwise_5_1",
                    (5, 2) => "depthwise_5_2",
                    (7, 1) => "depthwise_7_1",
                    (7, 2) => "depthwise_7_2",
                    _ => unreachable!("a depthwise window of {size} with stride {stride}"),
                };
                (kernel, Arguments::Depthwise(arguments))
            }
            Launch::Gather { from, shape, step, offset, relu, to } => {
                let window = window(shape, from, 1, *step);
                let arguments = kernels::Gather {
                    input: address(*from),
                    output: address(*to),
                    window,
                    out_pixel: blocks(to.pixel),
                    step: *step as u32,
                    offset: *offset as u32,
                    relu: u32::from(*relu),
                    threads: per_pixel(&window),
                };
                ("gather", Arguments::Gather(arguments))
            }
            Launch::Pool { from, shape, kind, stride, addend, raw, relu } => {
                let window = window(shape, from, 3, *stride);
                let (kernel, see_padding, scale) = match *kind {
                    PoolKind::Average { count_padding, scale } => ("average", count_padding, scale),
                    PoolKind::Max { see_padding } => ("maximum", see_padding, 1.0),
                };
                let at = |place: &Option<Place>| {
                    place.map_or((0, 0), |place| (address(place), blocks(place.pixel)))
                };
                let ((addend, addend_pixel), (raw, raw_pixel), (relu, relu_pixel)) =
                    (at(addend), at(raw), at(relu));
                let arguments = kernels::Pool {
                    input: address(*from),
                    addend,
                    raw,
                    relu,
                    window,
                    addend_pixel,
                    raw_pixel,
                    relu_pixel,
                    stride: *stride as u32,
                    see_padding: u32::from(see_padding),
                    scale,
                    threads: per_pixel(&window),
                };
                (kernel, Arguments::Pool(arguments))
            }
            Launch::Copy { from, shape, mean, relu, to, channels } => {
                let made_of = if *mean { shape.pixels() } else { 1 };
                let arguments = kernels::Numbers {
                    input: address(*from),
                    output: address(*to),
                    pixels: made_of as u32,
                    channels: shape.channels as u32,
                    out_channels: *channels as u32,
                    pixel: from.pixel as u32,
                    out_pixel: to.pixel as u32,
                    relu: u32::from(*relu),
                    threads: (images * shape.pixels() / made_of * channels) as u32,
                };
                (if *mean { "mean" } else { "copy" }, Arguments::Numbers(arguments))
            }
            Launch::Result { from, shape, first, row } => {
                let arguments = kernels::Numbers {
                    input: address(*from),
                    output: bases.results + (first * size_of::<f32>()) as Address,
                    pixels: 1,
                    channels: shape.channels as u32,
                    out_channels: shape.channels as u32,
                    pixel: from.pixel as u32,
                    out_pixel: *row as u32,
                    relu: 0,
                    threads: (images * shape.elements()) as u32,
                };
                ("result", Arguments::Numbers(arguments))
            }
        };
        Ready::Kernel(Call { kernel, arguments })
    }
}
