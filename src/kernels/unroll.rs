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
