//! No intrinsics: four lanes as an array, for processors that have none of the other instruction sets,
//! and as the second opinion of the tests.

use super::isa::{Isa, Job};

/// The instruction set that every processor has. Its products of bf16 are for tests: they are slow.
#[derive(Clone, Copy)]
pub struct Generic<const BF16: bool>;

#[inline(always)]
fn zip(a: [f32; 4], b: [f32; 4], f: impl Fn(f32, f32) -> f32) -> [f32; 4] {
    [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
}

/// The two bf16 of a lane, the lower one first.
fn pair(lane: f32) -> [f32; 2] {
    let bits = lane.to_bits();
    [bits << 16, bits & 0xffff_0000].map(|bits| normal(f32::from_bits(bits)))
}

/// Zero for what lies below the smallest normal number.
fn normal(value: f32) -> f32 {
    if value.abs() < f32::MIN_POSITIVE { 0f32.copysign(value) } else { value }
}

// SAFETY: plain arithmetic; pointers are read and written unaligned, four numbers at a time.
unsafe impl<const BF16: bool> Isa for Generic<BF16> {
    type Vector = [f32; 4];
    const LANES: usize = 4;
    const TILE_ROWS: [usize; 3] = [8, 4, 3];
    const STRIP: usize = 7;
    const BF16: bool = BF16;

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
        // Rounded twice: a fused one is a library call where the processor has none.
        zip(zip(a, b, |a, b| a * b), c, |product, c| product + c)
    }
    #[inline(always)]
    unsafe fn dot(a: [f32; 4], b: [f32; 4], c: [f32; 4]) -> [f32; 4] {
        if !BF16 {
            return unsafe { Self::fma(a, b, c) };
        }
        std::array::from_fn(|lane| {
            let ([a0, a1], [b0, b1]) = (pair(a[lane]), pair(b[lane]));
            normal(a0.mul_add(b0, normal(a1.mul_add(b1, normal(c[lane])))))
        })
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
