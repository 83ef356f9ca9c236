//! Kernels for NVIDIA cards: their source, and what they are called with. [`launch`] compiles and starts them,
//! [`product`] leaves matrix products to cuBLAS; the tests run the same source on a CPU.
//!
//! Activations are N, H, W, C, with channels padded to [`CHANNELS`]; what lies in the padding is zero.

#[cfg(feature = "cuda")]
pub mod launch;
#[cfg(feature = "cuda")]
pub mod product;

use super::Precision;

/// Channels are padded to a multiple of this: 16 bytes of the smallest numbers.
pub const CHANNELS: usize = 8;

/// The source of all kernels, for numbers of a kind.
pub fn source(precision: Precision) -> String {
    let number = match precision {
        Precision::F32 | Precision::Tf32 => 0,
        Precision::F16 => 1,
        Precision::Bf16 => 2,
    };
    let parts = [
        include_str!("cuda/common.cu"),
        include_str!("cuda/depthwise.cu"),
        include_str!("cuda/pool.cu"),
        include_str!("cuda/move.cu"),
    ];
    format!("#define NUMBER {number}\n{}", parts.concat())
}

/// Bytes of a number.
pub fn bytes(precision: Precision) -> usize {
    match precision {
        Precision::F32 | Precision::Tf32 => 4,
        Precision::F16 | Precision::Bf16 => 2,
    }
}

/// An address on the card; 0 is nowhere.
pub type Address = u64;

/// An image of which windows are taken: `Window` in `common.cu`. Blocks are 16 bytes.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Rows of the input.
    pub height: u32,
    /// Columns of the input.
    pub width: u32,
    /// Rows of the output.
    pub out_height: u32,
    /// Columns of the output.
    pub out_width: u32,
    /// Blocks of the channels.
    pub blocks: u32,
    /// Blocks from pixel to pixel of the input.
    pub pixel: u32,
    /// Padding above.
    pub top: u32,
    /// Padding on the left.
    pub left: u32,
}

/// `depthwise_S_T`, by the window's side and the stride.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Depthwise {
    /// Pixel (0, 0) of the first image.
    pub input: Address,
    /// Rows, columns, channels.
    pub weights: Address,
    /// The first pixel.
    pub output: Address,
    /// What it slides over.
    pub window: Window,
    /// Blocks from pixel to pixel of the output.
    pub out_pixel: u32,
    /// 1 for relu of the input.
    pub relu: u32,
    /// One for each strip of [`STRIP`] pixels of a row, and each block.
    pub threads: u32,
}

/// Output pixels of a row that a thread of a depthwise convolution computes.
pub const STRIP: usize = 4;

/// `average` and `maximum`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Pool {
    /// Pixel (0, 0) of the first image.
    pub input: Address,
    /// Added to the result.
    pub addend: Address,
    /// Results as they are.
    pub raw: Address,
    /// Results after relu.
    pub relu: Address,
    /// What it slides over.
    pub window: Window,
    /// Blocks from pixel to pixel.
    pub addend_pixel: u32,
    /// Blocks from pixel to pixel.
    pub raw_pixel: u32,
    /// Blocks from pixel to pixel.
    pub relu_pixel: u32,
    /// 1 or 2.
    pub stride: u32,
    /// 1 where zeros beyond the border count.
    pub see_padding: u32,
    /// Of averages.
    pub scale: f32,
    /// One for each block of each output pixel.
    pub threads: u32,
}

/// `gather`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Gather {
    /// Pixel (0, 0) of the first image.
    pub input: Address,
    /// The first pixel.
    pub output: Address,
    /// Sizes, without padding.
    pub window: Window,
    /// Blocks from pixel to pixel of the output.
    pub out_pixel: u32,
    /// 1 for every pixel, 2 for every second one.
    pub step: u32,
    /// The first pixel's row and column.
    pub offset: u32,
    /// 1 for relu.
    pub relu: u32,
    /// One for each block of each output pixel.
    pub threads: u32,
}

/// `patches`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Patches {
    /// N, H, W, 3 in f32.
    pub input: Address,
    /// The first pixel.
    pub output: Address,
    /// H.
    pub height: u32,
    /// W.
    pub width: u32,
    /// Rows of the output.
    pub out_height: u32,
    /// Columns of the output.
    pub out_width: u32,
    /// Blocks of an output pixel.
    pub blocks: u32,
    /// One for each block of each output pixel.
    pub threads: u32,
}

/// `copy`, `mean` and `result`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    /// The first pixel's first channel.
    pub input: Address,
    /// The same of the output.
    pub output: Address,
    /// That one number of the output is made of.
    pub pixels: u32,
    /// How many are read.
    pub channels: u32,
    /// How many are written; zeros behind those that are read.
    pub out_channels: u32,
    /// Numbers from pixel to pixel of the input.
    pub pixel: u32,
    /// Numbers from pixel to pixel of the output.
    pub out_pixel: u32,
    /// 1 for relu.
    pub relu: u32,
    /// One for each number of the output.
    pub threads: u32,
}

/// What a kernel is called with.
#[derive(Debug, Clone, Copy)]
pub enum Arguments {
    /// For depthwise convolutions.
    Depthwise(Depthwise),
    /// For pools.
    Pool(Pool),
    /// For pixels side by side.
    Gather(Gather),
    /// For patches of the image.
    Patches(Patches),
    /// For single numbers.
    Numbers(Numbers),
}

/// A kernel's call.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// Its name in the source.
    pub kernel: &'static str,
    /// What it is called with.
    pub arguments: Arguments,
}

impl Call {
    /// Threads that it needs.
    pub fn threads(&self) -> u32 {
        match self.arguments {
            Arguments::Depthwise(arguments) => arguments.threads,
            Arguments::Pool(arguments) => arguments.threads,
            Arguments::Gather(arguments) => arguments.threads,
            Arguments::Patches(arguments) => arguments.threads,
            Arguments::Numbers(arguments) => arguments.threads,
        }
    }
}

/// `left x filters + bias (+ addend)`, perhaps with relu: rows are pixels.
#[derive(Debug, Clone, Copy)]
pub struct Gemm {
    /// Pixels.
    pub rows: usize,
    /// Numbers of a row of the left side that count.
    pub depth: usize,
    /// Filters.
    pub columns: usize,
    /// The first row.
    pub left: Address,
    /// Numbers from row to row.
    pub left_pixel: usize,
    /// A row a filter, `depth` numbers each.
    pub filters: Address,
    /// A number a filter.
    pub bias: Address,
    /// The first row of the addend, if there is one, and numbers from row to row.
    pub addend: Option<(Address, usize)>,
    /// The first row of the result.
    pub output: Address,
    /// Numbers from row to row.
    pub out_pixel: usize,
    /// Whether negative results become zeros.
    pub relu: bool,
}
