//! What others report of the two published networks, each with its source.

use serde::Serialize;

use crate::nasnet::Config;

/// Accuracy on the ImageNet validation set, single crop, in per cent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Published {
    /// The best class is the true one.
    pub top1: f64,
    /// The true one is among the five best.
    pub top5: f64,
    /// Who says so.
    pub source: &'static str,
}

const fn published(top1: f64, top5: f64, source: &'static str) -> Published {
    Published { top1, top5, source }
}

const AUTHORS: &str = "Zoph et al. 2018, ImageNet validation, single crop";

const MOBILE: [Published; 2] =
    [published(74.0, 91.6, AUTHORS), published(74.080, 91.740, "Cadene's port, ImageNet validation")];

const LARGE: [Published; 3] = [
    published(82.7, 96.2, AUTHORS),
    published(82.638, 96.066, "timm, ImageNet validation"),
    published(82.566, 96.086, "Cadene's port, ImageNet validation"),
];

/// The figures of a configuration, those of the authors first; none for other classes, cells or sizes.
pub fn figures(config: &Config) -> &'static [Published] {
    if *config == Config::mobile() {
        &MOBILE
    } else if *config == Config::large() {
        &LARGE
    } else {
        &[]
    }
}
