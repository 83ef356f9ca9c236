//! Turns a network's scores into named answers: labels, softmax and temperature, the best classes of those that
//! compete, WordNet groups, rules, and the record of one image's answer. It knows neither devices nor image files.

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
