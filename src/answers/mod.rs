//! From a model's scores to named answers: groups, subsets of classes, rules, temperature. It knows no devices and
//! opens no files.

pub mod classes;
pub mod finder;
pub mod groups;
pub mod policy;
pub mod rollup;
pub mod rules;
pub mod temperature;
