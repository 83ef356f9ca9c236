//! From a network's scores to named predictions: labels, softmax and the best classes, and the record of one image's answer.
//! Nothing here knows devices or files of images.

pub mod labels;
pub mod predictions;
