//! What a kernel needs of an instruction set: one vector type and a dozen operations on it. Kernels are
//! written once over [`Isa`]; a file per instruction set maps the operations to intrinsics.

/// An instruction set.
///
/// # Safety
/// Every function may only be called where the processor has the instruction set. [`super::Kernels`]
/// hands out kernels of detected instruction sets only. Vector operations are `#[inline(always)]` and
/// must be reached through [`Isa::enter`], which compiles the job with the instruction set switched on.
pub unsafe trait Isa: Copy + 'static {
    /// A vector of [`Isa::LANES`] f32.
    type Vector: Copy;
    /// Numbers in a vector; divides [`super::CHANNEL_ALIGN`].
    const LANES: usize;
    /// The most rows of a register tile that is 1, 2 or 3 vectors wide. The tile, one row of weights and
    /// one broadcast must fit the registers; no entry may be above 14.
    const TILE_ROWS: [usize; 3];
    /// The same of a tile that is 1 or 2 vectors wide, behind which rows share vectors; multiples of 4.
    const SHARING_ROWS: [usize; 2] = [0; 2];
    /// The widest strip of output pixels that a depthwise window or a pool keeps in registers.
    const STRIP: usize;
    /// Whether products multiply bf16, two numbers in each lane, instead of f32.
    const BF16: bool = false;

    /// Runs a job compiled for the instruction set.
    ///
    /// # Safety
    /// The processor has the instruction set, and the job's own contract holds.
    unsafe fn enter<J: Job>(job: J);

    /// All lanes zero.
    unsafe fn zero() -> Self::Vector;
    /// All lanes the same.
    unsafe fn splat(value: f32) -> Self::Vector;
    /// Reads a vector; no alignment needed.
    unsafe fn load(from: *const f32) -> Self::Vector;
    /// Writes a vector; no alignment needed.
    unsafe fn store(to: *mut f32, vector: Self::Vector);
    /// Writes the first `count` lanes, `count < LANES`, and touches nothing behind them.
    unsafe fn store_first(to: *mut f32, vector: Self::Vector, count: usize);
    /// `a * b + c`, rounded once where the instruction set can.
    unsafe fn fma(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// A step of a product: [`Isa::fma`] of f32; of bf16 pairs, what the processor makes of `a0 * b0 + a1 * b1 + c`, see
    /// `generic/pairs.rs`. Numbers below the smallest normal one count as zero.
    #[inline(always)]
    unsafe fn dot(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        unsafe { Self::fma(a, b, c) }
    }
    /// Rounds `count <= LANES` numbers to bf16, the nearest or the even one of two.
    #[inline(always)]
    unsafe fn to_bf16(from: *const f32, to: *mut u16, count: usize) {
        for index in 0..count {
            // SAFETY: the caller's.
            unsafe { to.add(index).write(bf16(*from.add(index)) as u16) }
        }
    }
    /// `a + b`.
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b`.
    unsafe fn mul(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// The larger of `a` and `b`, lane by lane.
    unsafe fn max(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// The first `count` lanes of `a`, then the others of `b`. Here and in [`Isa::slide`], counts are constants that
    /// four divides; only instruction sets whose rows share vectors need both.
    #[inline(always)]
    unsafe fn blend(_a: Self::Vector, _b: Self::Vector, _count: usize) -> Self::Vector {
        unreachable!("rows share no vectors")
    }
    /// `a` without its first `count` lanes, then the first lanes of `b`.
    #[inline(always)]
    unsafe fn slide(_a: Self::Vector, _b: Self::Vector, _count: usize) -> Self::Vector {
        unreachable!("rows share no vectors")
    }
    /// Prefetches a cache line into the second level. Any address is allowed.
    unsafe fn prefetch(at: *const f32);
    /// [`Isa::prefetch`], into the first level.
    unsafe fn prefetch_near(at: *const f32);
}

/// Instructions that multiply tiles of bf16 pairs: [`TILE`](super::pack::TILE) rows and as many steps of depth by a
/// vector of columns.
///
/// # Safety
/// As [`Isa`].
pub unsafe trait Tiles: Copy + 'static {
    /// The vectors beside them.
    type Vectors: Isa;

    /// Prepares this thread's tiles.
    unsafe fn enter();
    /// Multiplies two tiles' rows by two vectors of columns, over the depth of some tiles, and writes the sums: two
    /// vectors for each row. They are those of `tdpbf16ps` of x86, from zero on, see `generic/tiles.rs`.
    unsafe fn multiply(operands: &Operands, sums: *mut f32);
    /// Gives this thread's tiles back.
    unsafe fn leave();
}

/// What [`Tiles::multiply`] reads.
#[derive(Debug, Clone, Copy)]
pub struct Operands {
    /// The first row of each tile.
    pub left: [*const f32; 2],
    /// Lanes from row to row.
    pub left_stride: usize,
    /// Both vectors of the first step of depth.
    pub right: [*const f32; 2],
    /// Lanes from step to step.
    pub right_stride: usize,
    /// Tiles of depth, at least one.
    pub depth: usize,
}

/// The 16 bits of a number rounded to bf16 as processors do it: the nearest, or the even one of two; what has no normal
/// bf16 becomes zero. Without branches, so that loops over it become vectors.
#[inline(always)]
pub fn bf16(value: f32) -> u32 {
    let bits = value.to_bits();
    let magnitude = bits & 0x7fff_ffff;
    let nearest = bits.wrapping_add(0x7fff + ((bits >> 16) & 1)) >> 16;
    let rounded = if magnitude < f32::MIN_POSITIVE.to_bits() { (bits >> 16) & 0x8000 } else { nearest };
    if magnitude > f32::INFINITY.to_bits() { (bits >> 16) | 0x40 } else { rounded }
}

/// A piece of work to be compiled for an instruction set. `run` must be `#[inline(always)]`.
pub trait Job {
    /// Does the work.
    ///
    /// # Safety
    /// As the job says; called through [`Isa::enter`] only.
    unsafe fn run(self);
}
