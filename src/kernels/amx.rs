//! AMX with BF16: eight tiles of sixteen rows, each of sixteen lanes. The compiler has no stable intrinsics for them.

use std::arch::asm;
use std::arch::x86_64::{__cpuid_count, _xgetbv};

use super::avx512::Avx512;
use super::isa::{Operands, Tiles};
use super::pack::{TILE, TILES};

/// The instruction set.
#[derive(Clone, Copy)]
pub struct Amx;

/// What `ldtilecfg` reads: the sizes of all tiles.
#[repr(C, align(64))]
struct Config {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    row_bytes: [u16; 16],
    rows: [u8; 16],
}

/// Eight tiles, all of the same size.
static CONFIG: Config = Config {
    palette: 1,
    start_row: 0,
    reserved: [0; 14],
    row_bytes: [64, 64, 64, 64, 64, 64, 64, 64, 0, 0, 0, 0, 0, 0, 0, 0],
    rows: [16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0],
};

/// Whether processor and system have AMX with BF16. Linux gives tiles to processes that ask for them.
pub fn is_usable() -> bool {
    const TILES_AND_BF16: u32 = 1 << 24 | 1 << 22;
    const SAVED_TILES: u64 = 3 << 17;
    #[allow(unused_unsafe)] // `cpuid` is unsafe in older compilers
    let features = unsafe { __cpuid_count(7, 0) }.edx;
    if !is_x86_feature_detected!("xsave") || features & TILES_AND_BF16 != TILES_AND_BF16 {
        return false;
    }
    // SAFETY: the processor has `xgetbv`.
    let saved = unsafe { _xgetbv(0) };
    saved & SAVED_TILES == SAVED_TILES && is_permitted()
}

/// Asks for the process, and so for all its threads.
#[cfg(target_os = "linux")]
fn is_permitted() -> bool {
    const ARCH_REQ_XCOMP_PERM: libc::c_int = 0x1023;
    const XFEATURE_XTILE_DATA: libc::c_ulong = 18;
    // SAFETY: the call reads nothing but these numbers.
    unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILE_DATA) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn is_permitted() -> bool {
    false
}

// SAFETY: each function is the instructions that its name says.
unsafe impl Tiles for Amx {
    type Vectors = Avx512<true>;

    unsafe fn enter() {
        unsafe {
            asm!("ldtilecfg [{}]", in(reg) &raw const CONFIG, options(nostack, readonly, preserves_flags))
        }
    }

    unsafe fn multiply(operands: &Operands, sums: *mut f32) {
        const LANE: usize = size_of::<f32>();
        let Operands { left, left_stride, right, right_stride, depth } = *operands;
        unsafe {
            asm!(
                "tilezero tmm0",
                "tilezero tmm1",
                "tilezero tmm2",
                "tilezero tmm3",
                "2:",
                "tileloadd tmm4, [{left_0} + {left_stride}]",
                "tileloadd tmm6, [{right_0} + {right_stride}]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tileloadd tmm7, [{right_1} + {right_stride}]",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tileloadd tmm5, [{left_1} + {left_stride}]",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7",
                "add {left_0}, 64",
                "add {left_1}, 64",
                "add {right_0}, {right_step}",
                "add {right_1}, {right_step}",
                "dec {depth}",
                "jnz 2b",
                "tilestored [{sums} + {sums_stride}], tmm0",
                "tilestored [{sums} + {sums_stride} + 64], tmm1",
                "tilestored [{lower} + {sums_stride}], tmm2",
                "tilestored [{lower} + {sums_stride} + 64], tmm3",
                left_0 = inout(reg) left[0] => _,
                left_1 = inout(reg) left[1] => _,
                left_stride = in(reg) left_stride * LANE,
                right_0 = inout(reg) right[0] => _,
                right_1 = inout(reg) right[1] => _,
                right_stride = in(reg) right_stride * LANE,
                right_step = in(reg) right_stride * LANE * TILE,
                depth = inout(reg) depth => _,
                sums = in(reg) sums,
                lower = in(reg) sums.wrapping_add(TILES * TILE * TILE),
                sums_stride = in(reg) TILES * 64,
                out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
                options(nostack),
            );
        }
    }

    unsafe fn leave() {
        unsafe { asm!("tilerelease", options(nostack, nomem, preserves_flags)) }
    }
}
