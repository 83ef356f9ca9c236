//! No intrinsics: four lanes as an array, for processors that have none of the other instruction sets,
//! and as the second opinion of the tests.

#[cfg(test)]
pub mod pairs;
#[cfg(test)]
pub mod tiles;

use std::marker::PhantomData;

use super::isa::{Isa, Job};

/// The instruction set that every processor has, with the products of `D`.
#[derive(Clone, Copy)]
pub struct Generic<D>(PhantomData<D>);

/// A step of a product, in one lane.
pub trait Dot: Copy + 'static {
    /// Whether a lane holds two bf16.
    const BF16: bool;
    /// `c` and the product of `a` and `b`.
    fn dot(a: f32, b: f32, c: f32) -> f32;
}

/// Products of f32.
#[derive(Clone, Copy)]
pub struct Single;

impl Dot for Single {
    const BF16: bool = false;
    fn dot(a: f32, b: f32, c: f32) -> f32 {
        // Rounded twice: a fused one is a library call where the processor has none.
        a * b + c
    }
}

#[inline(always)]
fn zip(a: [f32; 4], b: [f32; 4], f: impl Fn(f32, f32) -> f32) -> [f32; 4] {
    [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
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
