//! AVX-512 F: sixteen lanes, thirty-two registers, masked stores; with AVX-512 BF16, products of bf16 pairs.

use std::arch::asm;
use std::arch::x86_64::*;
use std::mem::transmute;

use super::isa::{Isa, Job};

/// The instruction set, with or without products of bf16.
#[derive(Clone, Copy)]
pub struct Avx512<const BF16: bool>;

// SAFETY: each function is the intrinsic that its name says; `enter` switches the instruction set on.
unsafe impl<const BF16: bool> Isa for Avx512<BF16> {
    type Vector = __m512;
    const LANES: usize = 16;
    const TILE_ROWS: [usize; 3] = [14, 12, 9];
    const SHARING_ROWS: [usize; 2] = [8, 8];
    const STRIP: usize = 14;
    const BF16: bool = BF16;

    #[inline(always)]
    unsafe fn enter<J: Job>(job: J) {
        #[target_feature(enable = "avx512f,avx2,fma")]
        unsafe fn compiled<J: Job>(job: J) {
            unsafe { job.run() }
        }
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16,avx2,fma")]
        unsafe fn compiled_with_bf16<J: Job>(job: J) {
            unsafe { job.run() }
        }
        unsafe { if BF16 { compiled_with_bf16(job) } else { compiled(job) } }
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
    unsafe fn dot(a: __m512, b: __m512, c: __m512) -> __m512 {
        if !BF16 {
            return unsafe { Self::fma(a, b, c) };
        }
        unsafe { _mm512_dpbf16_ps(c, transmute::<__m512, __m512bh>(a), transmute::<__m512, __m512bh>(b)) }
    }
    #[inline(always)]
    unsafe fn to_bf16(from: *const f32, to: *mut u16, count: usize) {
        unsafe {
            if count == Self::LANES {
                let rounded = _mm512_cvtneps_pbh(_mm512_loadu_ps(from));
                _mm256_storeu_si256(to.cast(), transmute::<__m256bh, __m256i>(rounded));
            } else {
                let mask = (1u16 << count) - 1;
                let rounded = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, from));
                _mm256_mask_storeu_epi16(to.cast(), mask, transmute::<__m256bh, __m256i>(rounded));
            }
        }
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
    unsafe fn blend(a: __m512, b: __m512, count: usize) -> __m512 {
        // A mask that the compiler knows becomes a permutation, for which there are fewer units.
        let mut mask = (1u32 << count) - 1;
        unsafe {
            asm!("/* {0:e} */", inout(reg) mask, options(pure, nomem, nostack, preserves_flags));
            _mm512_mask_blend_ps(mask as u16, b, a)
        }
    }
    #[inline(always)]
    unsafe fn slide(a: __m512, b: __m512, count: usize) -> __m512 {
        unsafe {
            let (low, high) = (_mm512_castps_si512(a), _mm512_castps_si512(b));
            _mm512_castsi512_ps(match count {
                0 => low,
                4 => _mm512_alignr_epi32::<4>(high, low),
                8 => _mm512_alignr_epi32::<8>(high, low),
                12 => _mm512_alignr_epi32::<12>(high, low),
                _ => unreachable!("no slide by {count} lanes"),
            })
        }
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
