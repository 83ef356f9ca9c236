//! No intrinsics: four lanes as an array, for processors that have none of the other instruction sets,
//! and as the second opinion of the tests.

use std::marker::PhantomData;

use super::isa::{Isa, Job};

/// The instruction set that every processor has, with the products of `D`.
pub struct Generic<D>(PhantomData<D>);

impl<D> Clone for Generic<D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for Generic<D> {}

/// A step of a product, in one lane.
pub trait Dot: 'static {
    /// Whether a lane holds two bf16.
    const BF16: bool;
    /// `c` and the product of `a` and `b`.
    fn dot(a: f32, b: f32, c: f32) -> f32;
}

/// Products of f32.
pub struct Single;

impl Dot for Single {
    const BF16: bool = false;
    fn dot(a: f32, b: f32, c: f32) -> f32 {
        // Rounded twice: a fused one is a library call where the processor has none.
        a * b + c
    }
}

/// `vdpbf16ps` of x86: the second product is added first, the first one then, each rounded once. For tests: it is slow.
#[cfg(test)]
pub struct PairsOfX86;

#[cfg(test)]
impl Dot for PairsOfX86 {
    const BF16: bool = true;
    fn dot(a: f32, b: f32, c: f32) -> f32 {
        let ([a0, a1], [b0, b1]) = (pair(a), pair(b));
        normal(a0.mul_add(b0, normal(a1.mul_add(b1, normal(c)))))
    }
}

/// `bfdot` of Arm: the products are added to each other and then to the sum, rounded to odd. For tests.
#[cfg(test)]
pub struct PairsOfArm;

#[cfg(test)]
impl Dot for PairsOfArm {
    const BF16: bool = true;
    fn dot(a: f32, b: f32, c: f32) -> f32 {
        let ([a0, a1], [b0, b1]) = (pair(a), pair(b));
        add_to_odd(add_to_odd(normal(a0 * b0), normal(a1 * b1)), normal(c)) // products of bf16 are exact
    }
}

/// A sum that keeps its last bit set unless it is exact.
#[cfg(test)]
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

#[inline(always)]
fn zip(a: [f32; 4], b: [f32; 4], f: impl Fn(f32, f32) -> f32) -> [f32; 4] {
    [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
}

/// The two bf16 of a lane, the lower one first.
#[cfg(test)]
fn pair(lane: f32) -> [f32; 2] {
    let bits = lane.to_bits();
    [bits << 16, bits & 0xffff_0000].map(|bits| normal(f32::from_bits(bits)))
}

/// Zero for what lies below the smallest normal number.
#[cfg(test)]
fn normal(value: f32) -> f32 {
    if value.abs() < f32::MIN_POSITIVE { 0f32.copysign(value) } else { value }
}

// SAFETY: plain arithmetic; pointers are read and written unaligned, four numbers at a time.
unsafe impl<D: Dot> Isa for Generic<D> {
    type Vector = [f32; 4];
    const LANES: usize = 4;
    const TILE_ROWS: [usize; 3] = [8, 4, 3];
    const STRIP: usize = 7;
    const BF16: bool = D::BF16;

    #[inline(always)]
    unsafe fn enter<J: Job>(job: J) {
        #[inline(never)]
        unsafe fn compiled<J: Job>(job: J) {
            unsafe { job.run() }
        }
        unsafe { compiled(job) }
    }
    #[inline(always)]
    unsafe fn zero() -> [f32; 4] {
        [0.0; 4]
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> [f32; 4] {
        [value; 4]
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> [f32; 4] {
        unsafe { from.cast::<[f32; 4]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, vector: [f32; 4]) {
        unsafe { to.cast::<[f32; 4]>().write_unaligned(vector) }
    }
    #[inline(always)]
    unsafe fn store_first(to: *mut f32, vector: [f32; 4], count: usize) {
        for (lane, value) in vector.iter().enumerate().take(count) {
            unsafe { to.add(lane).write(*value) }
        }
    }
    #[inline(always)]
    unsafe fn fma(a: [f32; 4], b: [f32; 4], c: [f32; 4]) -> [f32; 4] {
        std::array::from_fn(|lane| Single::dot(a[lane], b[lane], c[lane]))
    }
    #[inline(always)]
    unsafe fn dot(a: [f32; 4], b: [f32; 4], c: [f32; 4]) -> [f32; 4] {
        std::array::from_fn(|lane| D::dot(a[lane], b[lane], c[lane]))
    }
    #[inline(always)]
    unsafe fn add(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        zip(a, b, |a, b| a + b)
    }
    #[inline(always)]
    unsafe fn mul(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        zip(a, b, |a, b| a * b)
    }
    #[inline(always)]
    unsafe fn max(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        zip(a, b, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    unsafe fn prefetch(_at: *const f32) {}
    #[inline(always)]
    unsafe fn prefetch_near(_at: *const f32) {}
}
