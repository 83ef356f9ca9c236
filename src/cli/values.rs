//! The values that flags can have. `settings` turns each one into the library's own type: a value that is added here
//! does not compile until it is handled there.

use clap::ValueEnum;

/// A number of things.
///
/// # Errors
/// Says what was expected.
pub fn whole_number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "expected a whole number".to_owned())
}

/// A number of bytes, in kilo-, mega- or gigabytes.
///
/// # Errors
/// Says what was expected.
pub fn bytes(text: &str) -> Result<u64, String> {
    let upper = text.to_ascii_uppercase();
    let upper = upper.strip_suffix('B').unwrap_or(&upper);
    let (number, unit) = match upper.char_indices().next_back() {
        Some((end, 'K')) => (&upper[..end], 1000),
        Some((end, 'M')) => (&upper[..end], 1_000_000),
        Some((end, 'G')) => (&upper[..end], 1_000_000_000),
        _ => (upper, 1),
    };
    let number = number.parse().ok().and_then(|number: u64| number.checked_mul(unit));
    number.ok_or_else(|| "expected a number of bytes, such as 800M or 2G".to_owned())
}

/// When colour is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Also in pipes and files
    Always,
    /// Nowhere
    Never,
}

/// How strided pools treat the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dialect {
    /// As Keras: zeros count in maxima and averages
    Keras,
    /// As TF-slim: zeros never count
    Slim,
    /// As timm: zeros count in averages only
    Timm,
}

/// The function that makes the answer of the last layer's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Activation {
    /// Probabilities that add up to 1
    Softmax,
    /// A probability for each class by itself; of one output, for yes against no
    Sigmoid,
    /// The numbers as they are
    Linear,
    /// Hyperbolic tangent
    Tanh,
}

/// What the sidecar of photo.jpg is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SidecarName {
    /// photo.jpg.xmp, as digiKam and darktable have it
    Full,
    /// photo.xmp, as Lightroom has it
    Stem,
}

/// The number type of the arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dtype {
    /// 32-bit floats
    F32,
    /// TensorFloat-32 products, 32-bit sums
    Tf32,
    /// 16-bit IEEE floats
    F16,
    /// bfloat16
    Bf16,
}

/// A tool that reads exported weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Weights in an .h5 file for Keras
    Keras,
    /// Safetensors for timm's nasnetalarge
    Timm,
    /// An ONNX model that gives probabilities
    Onnx,
}

/// The number type of a weights file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StoredDtype {
    /// 32-bit floats
    F32,
    /// 16-bit IEEE floats
    F16,
    /// bfloat16
    Bf16,
}

/// A reference's way to prepare images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// Resize the short side, crop the centre, bicubic
    Timm,
    /// Resize both sides whatever the aspect ratio, nearest
    Keras,
    /// Crop the centre, then resize both sides, bilinear (as TensorFlow 1)
    Slim,
}

/// What happens to an image whose aspect ratio is not the input's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Resize {
    /// Cut off what is too long
    Crop,
    /// Change the aspect ratio
    Squash,
    /// Keep everything and fill the rest
    Pad,
}

/// How pixels are resampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Filter {
    /// The nearest pixel
    Nearest,
    /// The mean of the pixels below
    Box,
    /// Linear
    Bilinear,
    /// Cubic
    Bicubic,
    /// Lanczos with three lobes
    Lanczos,
}

/// What happens to transparency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Alpha {
    /// A white background
    White,
    /// A black background
    Black,
    /// Ignore it and keep the colours
    Drop,
}

/// The detail of large JPEGs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Detail {
    /// Every pixel
    Exact,
    /// A fraction of the pixels, at least twice those that resizing needs
    Fast,
}

/// What happens to an image that ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Cut {
    /// It is an error
    Error,
    /// It is answered from what is there
    Accept,
}

/// How a feature map becomes features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Pooling {
    /// The mean over all pixels
    Avg,
    /// The maximum over all pixels
    Max,
    /// The map itself: height, width, channels
    None,
}

/// What the score of a class is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scores {
    /// Softmax over all classes: 0 to 1
    Probability,
    /// The number before softmax
    Logit,
}

/// Formats of predictions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text for people
    Table,
    /// One JSON document
    Json,
    /// One JSON record a line, written as soon as it is known
    Jsonl,
    /// One prediction a row
    Csv,
    /// One image a row; needs --output and a build with this feature
    Parquet,
}

/// Formats of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VectorFormat {
    /// A NumPy array, with the paths in FILE.jsonl
    Npy,
    /// A NumPy archive: features, paths and failures
    Npz,
    /// A tensor `features`, with the paths in FILE.jsonl
    Safetensors,
    /// One JSON record a line
    Jsonl,
    /// One image a row
    Csv,
}

/// Formats of records on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RecordFormat {
    /// Text for people
    Table,
    /// One JSON document
    Json,
    /// One JSON record a line, written as soon as it is known
    Jsonl,
}

/// Formats of joined outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MergeFormat {
    /// The rows as they are
    Jsonl,
    /// One image a row; needs --output and a build with this feature
    Parquet,
}

/// Formats of a summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SummaryFormat {
    /// Text for people
    Table,
    /// One JSON document
    Json,
}
