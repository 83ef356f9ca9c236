//! Products of bf16 pairs, as two processors define them. For tests: they are slow.

use super::Dot;

/// `vdpbf16ps` of x86: the second product is added first, the first one then, each rounded once.
#[derive(Clone, Copy)]
pub struct OfX86;

impl Dot for OfX86 {
    const BF16: bool = true;
    fn dot(a: f32, b: f32, c: f32) -> f32 {
        let ([a0, a1], [b0, b1]) = (pair(a), pair(b));
        normal(a0.mul_add(b0, normal(a1.mul_add(b1, normal(c)))))
    }
}

/// `bfdot` of Arm: the products are added to each other and then to the sum, rounded to odd.
#[derive(Clone, Copy)]
pub struct OfArm;

impl Dot for OfArm {
    const BF16: bool = true;
    fn dot(a: f32, b: f32, c: f32) -> f32 {
        let ([a0, a1], [b0, b1]) = (pair(a), pair(b));
        add_to_odd(add_to_odd(normal(a0 * b0), normal(a1 * b1)), normal(c)) // products of bf16 are exact
    }
}

/// A sum that keeps its last bit set unless it is exact.
fn add_to_odd(a: f32, b: f32) -> f32 {
    // What a sum in double precision leaves out is known, too: Knuth's two-sum.
    let (x, y) = (f64::from(a), f64::from(b));
    let sum = x + y;
    let rest = (x - (sum - (sum - x))) + (y - (sum - x));
    // Towards zero, whatever it was rounded to.
    let sum =
        if rest != 0.0 && (rest < 0.0) != (sum < 0.0) { f64::from_bits(sum.to_bits() - 1) } else { sum };
    let rounded = sum as f32;
    let cut =
        if f64::from(rounded).abs() > sum.abs() { f32::from_bits(rounded.to_bits() - 1) } else { rounded };
    let exact = rest == 0.0 && f64::from(cut) == sum;
    normal(if exact { cut } else { f32::from_bits(cut.to_bits() | 1) })
}

/// The two bf16 of a lane, the lower one first.
pub fn pair(lane: f32) -> [f32; 2] {
    let bits = lane.to_bits();
    [bits << 16, bits & 0xffff_0000].map(|bits| normal(f32::from_bits(bits)))
}

/// Zero for what lies below the smallest normal number.
pub fn normal(value: f32) -> f32 {
    if value.abs() < f32::MIN_POSITIVE { 0f32.copysign(value) } else { value }
}
