//! What the tests of this room share.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::decode::Rgb8;

/// The path of a fixture.
pub(super) fn fixture(name: &str) -> String {
    format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A JSON fixture.
pub(super) fn json(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(fixture(name)).unwrap()).unwrap()
}

/// The sha256 of `bytes` in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The generators' `noise`: bytes by an integer formula.
pub(super) fn noise(height: u32, width: u32, seed: u64) -> Rgb8 {
    let byte = |index: u64| {
        let value = (index + seed * 7919).wrapping_mul(2_654_435_761) & 0xffff_ffff;
        let value = (value ^ (value >> 15)).wrapping_mul(2_246_822_519) & 0xffff_ffff;
        (value >> 24) as u8
    };
    let pixels = (0..u64::from(height) * u64::from(width) * 3).map(byte).collect();
    Rgb8 { width, height, pixels }
}

/// Two numbers of a case, as sides of an image.
pub(super) fn sides(case: &Value, name: &str) -> (u32, u32) {
    let side = |index: usize| case[name][index].as_u64().unwrap() as u32;
    (side(0), side(1))
}
