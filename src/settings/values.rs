//! The values of flags as the library's own types. Every value is written down, so that one which is added to a flag
//! does not compile before it has a meaning.

use crate::answers::predictions::Scores;
use crate::classifier::Pooling;
use crate::cli::values as flag;
use crate::graph::Activation;
use crate::image::decode::{Alpha, Cut, Detail};
use crate::image::preprocess::{Filter, Preset, Resize};
use crate::kernels::Precision;
use crate::nasnet::Dialect;
use crate::output::vectors::Form;
use crate::tensor::Dtype;

/// One type of `cli::values` to the library's.
macro_rules! meaning {
    ($flag:ident => $type:ident { $($value:ident => $variant:ident),+ $(,)? }) => {
        impl From<flag::$flag> for $type {
            fn from(value: flag::$flag) -> Self {
                match value {
                    $(flag::$flag::$value => $type::$variant),+
                }
            }
        }
    };
}

meaning!(Dialect => Dialect { Keras => Keras, Slim => Slim, Timm => Timm });
meaning!(Activation => Activation { Softmax => Softmax, Sigmoid => Sigmoid, Linear => Linear, Tanh => Tanh });
meaning!(Dtype => Precision { F32 => F32, Tf32 => Tf32, F16 => F16, Bf16 => Bf16 });
meaning!(StoredDtype => Dtype { F32 => F32, F16 => F16, Bf16 => Bf16 });
meaning!(Preset => Preset { Timm => Timm, Keras => Keras, Slim => Slim });
meaning!(Resize => Resize { Crop => Crop, Squash => Squash, Pad => Pad });
meaning!(Filter => Filter {
    Nearest => Nearest,
    Box => Box,
    Bilinear => Bilinear,
    Bicubic => Bicubic,
    Lanczos => Lanczos,
});
meaning!(Alpha => Alpha { White => White, Black => Black, Drop => Drop });
meaning!(Detail => Detail { Exact => Exact, Fast => Fast });
meaning!(Cut => Cut { Error => Error, Accept => Accept });
meaning!(Pooling => Pooling { Avg => Average, Max => Max, None => None });
meaning!(Scores => Scores { Probability => Probability, Logit => Logit });
meaning!(VectorFormat => Form {
    Npy => Npy,
    Npz => Npz,
    Safetensors => Safetensors,
    Jsonl => JsonLines,
    Csv => Csv,
});

/// Whether a summary is printed as JSON.
pub(super) fn is_json(format: flag::SummaryFormat) -> bool {
    match format {
        flag::SummaryFormat::Table => false,
        flag::SummaryFormat::Json => true,
    }
}
