//! Flags that say how an image becomes the network's input.

use clap::Args;

use super::values::{Alpha, Cut, Detail, Filter, Preset, Resize, bytes};

#[derive(Debug, Args)]
#[command(next_help_heading = "Preprocessing")]
pub struct Images {
    #[command(flatten)]
    pub preprocessing: Preprocessing,

    /// What happens to transparency
    #[arg(long, value_enum, default_value_t = Alpha::White, hide_short_help = true)]
    pub alpha: Alpha,

    /// Ignore the EXIF orientation
    #[arg(long, hide_short_help = true)]
    pub no_exif: bool,

    /// The detail of large JPEGs
    ///
    /// fast decodes them at 1/2, 1/4 or 1/8: the smallest of these that leaves twice the pixels that resizing needs in
    /// each direction, as Pillow's draft with a reducing gap of 2. Scores change a little.
    #[arg(long, value_enum, default_value_t = Detail::Exact, hide_short_help = true)]
    pub decode: Detail,

    /// What happens to a JPEG or PNG that ends early
    ///
    /// accept answers it from the pixels that Pillow gives with LOAD_TRUNCATED_IMAGES; its record says "truncated": true.
    #[arg(long, value_enum, default_value_t = Cut::Error, hide_short_help = true)]
    pub truncated: Cut,

    /// Refuse images of more pixels than this [default: 178956970, Pillow's limit]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), hide_short_help = true)]
    pub max_pixels: Option<u64>,

    /// Memory for images while they are decoded, over all threads, such as 800M or 2G
    ///
    /// Images that do not fit beside the others wait; one that never fits fails as too_large. [default: two thirds of the
    /// memory that is free, within the limits of a control group or of ulimit -v]
    #[arg(long, value_name = "SIZE", value_parser = bytes, hide_short_help = true)]
    pub memory: Option<u64>,
}

/// What a weights file can record, and a run can change.
#[derive(Debug, Args)]
pub struct Preprocessing {
    /// The reference whose resizing and cropping is used [default: what the model records, else timm]
    #[arg(long, value_enum, hide_short_help = true)]
    pub preset: Option<Preset>,

    /// What happens to an image whose aspect ratio is not the input's
    #[arg(long, value_enum, hide_short_help = true)]
    pub resize: Option<Resize>,

    /// How pixels are resampled
    #[arg(long, value_enum, hide_short_help = true)]
    pub filter: Option<Filter>,

    /// The share of the short side that a crop keeps, at most 1
    #[arg(long, value_name = "F", hide_short_help = true)]
    pub crop_pct: Option<f64>,
}
