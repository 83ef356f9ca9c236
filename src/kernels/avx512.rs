//! AVX-512 F: sixteen lanes, thirty-two registers, masked stores.

use std::arch::x86_64::*;

use super::isa::{Isa, Job};

/// The instruction set.
#[derive(Clone, Copy)]
pub struct Avx512;

// SAFETY: each function is the intrinsic that its name says; `enter` switches the instruction set on.
unsafe impl Isa for Avx512 {
    type Vector = __m512;
    const LANES: usize = 16;
    const TILE_ROWS: [usize; 3] = [14, 12, 9];
    const STRIP: usize = 14;

    #[inline(always)]
    unsafe fn enter<J: Job>(job: J) {
        #[target_feature(enable = "avx512f,avx2,fma")]
        unsafe fn compiled<J: Job>(job: J) {
            unsafe { job.run() }
        }
        unsafe { compiled(job) }
    }
    #[inline(always)]
    unsafe fn zero() -> __m512 {
        unsafe { _mm512_setzero_ps() }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> __m512 {
        unsafe { _mm512_set1_ps(value) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m512 {
        unsafe { _mm512_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, vector: __m512) {
        unsafe { _mm512_storeu_ps(to, vector) }
    }
    #[inline(always)]
    unsafe fn store_first(to: *mut f32, vector: __m512, count: usize) {
        unsafe { _mm512_mask_storeu_ps(to, (1u16 << count) - 1, vector) }
    }
    #[inline(always)]
    unsafe fn fma(a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    unsafe fn add(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_add_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn mul(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_mul_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn max(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_max_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn prefetch(at: *const f32) {
        unsafe { _mm_prefetch::<_MM_HINT_T1>(at.cast()) }
    }
}
