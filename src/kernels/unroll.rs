//! Loops that are written out before the compiler sees them. Arrays of vectors stay in registers only
//! where every index is a constant, and the compiler's own unrolling gives up on tiles of this size.

/// Repeats a block with a constant that counts from 0 to below `count`, a constant of at most the number
/// behind `of`.
macro_rules! unroll {
    ($index:ident < $count:expr, of 3, $body:block) => {
        $crate::kernels::unroll::unroll!(@ $index, $count, $body, 0 1 2);
    };
    ($index:ident < $count:expr, of 7, $body:block) => {
        $crate::kernels::unroll::unroll!(@ $index, $count, $body, 0 1 2 3 4 5 6);
    };
    ($index:ident < $count:expr, of 14, $body:block) => {
        $crate::kernels::unroll::unroll!(@ $index, $count, $body, 0 1 2 3 4 5 6 7 8 9 10 11 12 13);
    };
    ($index:ident < $count:expr, of 15, $body:block) => {
        $crate::kernels::unroll::unroll!(@ $index, $count, $body, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14);
    };
    ($index:ident < $count:expr, of 33, $body:block) => {
        $crate::kernels::unroll::unroll!(@ $index, $count, $body,
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
    };
    (@ $index:ident, $count:expr, $body:block, $($at:literal)*) => {
        $(if $at < $count {
            #[allow(non_upper_case_globals)]
            const $index: usize = $at;
            $body
        })*
    };
}
pub(super) use unroll;

/// Places at equal distances, visited in order by an unrolled loop. Left to itself, the compiler computes all of them in
/// front of the loops around, keeps them in memory and reads each back before its use.
pub(super) struct Places {
    at: *const f32,
    stride: usize,
}

impl Places {
    #[inline(always)]
    pub(super) fn new(first: *const f32, stride: usize) -> Places {
        Places { at: first, stride }
    }

    /// The place of an index, a constant: the one behind that of the last call.
    #[inline(always)]
    pub(super) fn next(&mut self, index: usize) -> *const f32 {
        // Four places are within reach of what an instruction can add.
        if index > 0 && index.is_multiple_of(4) {
            self.at = hidden(self.at.wrapping_add(4 * self.stride));
        }
        self.at.wrapping_add(index % 4 * self.stride)
    }
}

/// The same pointer, of which the compiler does not know where it comes from.
#[inline(always)]
#[allow(clippy::pointers_in_nomem_asm_block)] // the block is empty
fn hidden(mut pointer: *const f32) -> *const f32 {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    // SAFETY: no instruction at all.
    unsafe {
        std::arch::asm!("/* {0} */", inout(reg) pointer, options(pure, nomem, nostack, preserves_flags));
    }
    pointer
}
