//! From a network's scores to named answers: labels, softmax and temperature, the best classes of those that compete,
//! WordNet groups, rules, and the record of one image's answer. Nothing here knows devices or files of images.

pub mod classes;
pub mod finder;
pub mod groups;
pub mod keywords;
pub mod labels;
pub mod nearest;
pub mod policy;
pub mod predictions;
pub mod rollup;
pub mod rules;
pub mod temperature;
