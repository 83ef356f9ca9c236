//! NEON: four lanes, thirty-two registers. Every aarch64 processor has it; with FEAT_BF16, products of bf16 pairs.

use std::arch::aarch64::*;
use std::arch::asm;

use super::isa::{Isa, Job};

/// The instruction set, with or without products of bf16.
#[derive(Clone, Copy)]
pub struct Neon<const BF16: bool>;

// SAFETY: each function is the intrinsic that its name says; `enter` switches the instruction set on.
unsafe impl<const BF16: bool> Isa for Neon<BF16> {
    type Vector = float32x4_t;
    const LANES: usize = 4;
    const TILE_ROWS: [usize; 3] = [14, 12, 8];
    const STRIP: usize = 14;
    const BF16: bool = BF16;

    #[inline(always)]
    unsafe fn enter<J: Job>(job: J) {
        #[target_feature(enable = "neon")]
        unsafe fn compiled<J: Job>(job: J) {
            unsafe { job.run() }
        }
        #[target_feature(enable = "neon,bf16")]
        unsafe fn compiled_with_bf16<J: Job>(job: J) {
            unsafe { job.run() }
        }
        unsafe { if BF16 { compiled_with_bf16(job) } else { compiled(job) } }
    }
    #[inline(always)]
    unsafe fn zero() -> float32x4_t {
        unsafe { vdupq_n_f32(0.0) }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> float32x4_t {
        unsafe { vdupq_n_f32(value) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> float32x4_t {
        unsafe { vld1q_f32(from) }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, vector: float32x4_t) {
        unsafe { vst1q_f32(to, vector) }
    }
    #[inline(always)]
    unsafe fn store_first(to: *mut f32, vector: float32x4_t, count: usize) {
        let mut lanes = [0.0; 4];
        unsafe {
            vst1q_f32(lanes.as_mut_ptr(), vector);
            std::ptr::copy_nonoverlapping(lanes.as_ptr(), to, count);
        }
    }
    #[inline(always)]
    unsafe fn fma(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
        unsafe { vfmaq_f32(c, a, b) }
    }
    #[inline(always)]
    unsafe fn dot(a: float32x4_t, b: float32x4_t, mut c: float32x4_t) -> float32x4_t {
        if !BF16 {
            return unsafe { Self::fma(a, b, c) };
        }
        // No stable intrinsic yet.
        unsafe {
            asm!(
                "bfdot {c:v}.4s, {a:v}.8h, {b:v}.8h",
                a = in(vreg) a, b = in(vreg) b, c = inout(vreg) c,
                options(pure, nomem, nostack, preserves_flags)
            );
        }
        c
    }
    #[inline(always)]
    unsafe fn add(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        unsafe { vaddq_f32(a, b) }
    }
    #[inline(always)]
    unsafe fn mul(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        unsafe { vmulq_f32(a, b) }
    }
    #[inline(always)]
    unsafe fn max(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        unsafe { vmaxq_f32(a, b) }
    }
    #[inline(always)]
    unsafe fn prefetch(_at: *const f32) {}
    #[inline(always)]
    unsafe fn prefetch_near(_at: *const f32) {}
}
