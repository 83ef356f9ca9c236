//! No intrinsics: four lanes as an array, for processors that have none of the other instruction sets,
//! and as the second opinion of the tests.

use super::isa::{Isa, Job};

/// The instruction set that every processor has.
#[derive(Clone, Copy)]
pub struct Generic;

#[inline(always)]
fn zip(a: [f32; 4], b: [f32; 4], f: impl Fn(f32, f32) -> f32) -> [f32; 4] {
    [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
}

// SAFETY: plain arithmetic; pointers are read and written unaligned, four numbers at a time.
unsafe impl Isa for Generic {
    type Vector = [f32; 4];
    const LANES: usize = 4;
    const TILE_ROWS: [usize; 3] = [8, 4, 3];
    const STRIP: usize = 7;

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
}
