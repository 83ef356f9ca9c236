//! AVX2 and FMA: eight lanes, sixteen registers.

use std::arch::x86_64::*;

use super::isa::{Isa, Job};

/// The instruction set.
#[derive(Clone, Copy)]
pub struct Avx2;

/// Eight lanes switched on, then eight switched off: a window into it is a mask of any count.
static MASK: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

// SAFETY: each function is the intrinsic that its name says; `enter` switches the instruction set on.
unsafe impl Isa for Avx2 {
    type Vector = __m256;
    const LANES: usize = 8;
    const TILE_ROWS: [usize; 3] = [12, 6, 4];
    const SHARING_ROWS: [usize; 2] = [8, 4];
    const STRIP: usize = 7;

    #[inline(always)]
    unsafe fn enter<J: Job>(job: J) {
        #[target_feature(enable = "avx2,fma")]
        unsafe fn compiled<J: Job>(job: J) {
            unsafe { job.run() }
        }
        unsafe { compiled(job) }
    }
    #[inline(always)]
    unsafe fn zero() -> __m256 {
        unsafe { _mm256_setzero_ps() }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> __m256 {
        unsafe { _mm256_set1_ps(value) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m256 {
        unsafe { _mm256_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, vector: __m256) {
        unsafe { _mm256_storeu_ps(to, vector) }
    }
    #[inline(always)]
    unsafe fn store_first(to: *mut f32, vector: __m256, count: usize) {
        // `count < 8`, so the window of eight lies within the sixteen.
        unsafe {
            let mask = _mm256_loadu_si256(MASK.as_ptr().add(8 - count).cast());
            _mm256_maskstore_ps(to, mask, vector)
        }
    }
    #[inline(always)]
    unsafe fn fma(a: __m256, b: __m256, c: __m256) -> __m256 {
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    unsafe fn add(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_add_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn mul(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_mul_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn max(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_max_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn blend(a: __m256, b: __m256, count: usize) -> __m256 {
        debug_assert_eq!(count, 4);
        unsafe { _mm256_blend_ps::<0b1111_0000>(a, b) }
    }
    #[inline(always)]
    unsafe fn slide(a: __m256, b: __m256, count: usize) -> __m256 {
        if count == 0 {
            return a;
        }
        debug_assert_eq!(count, 4);
        unsafe { _mm256_permute2f128_ps::<0x21>(a, b) }
    }
    #[inline(always)]
    unsafe fn prefetch(at: *const f32) {
        unsafe { _mm_prefetch::<_MM_HINT_T1>(at.cast()) }
    }
    #[inline(always)]
    unsafe fn prefetch_near(at: *const f32) {
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) }
    }
}
