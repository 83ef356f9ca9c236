//! The arithmetic of the fast engines: matrix products, depthwise windows and pools over N, H, W, C data. For processors
//! they are written once over an instruction set and chosen at run time, for NVIDIA's cards see `cuda`. Nothing here
//! knows graphs or starts threads.

#[cfg(target_arch = "x86_64")]
mod amx;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(any(test, feature = "cuda"))]
pub mod cuda;
pub mod depthwise;
pub mod gemm;
mod generic;
mod isa;
#[cfg(target_arch = "aarch64")]
mod neon;
pub mod pack;
pub mod pool;
mod precision;
#[cfg(test)]
mod tests;
mod unroll;

#[cfg(target_arch = "x86_64")]
use amx::Amx;
#[cfg(target_arch = "x86_64")]
use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
use avx512::Avx512;
use depthwise::Depthwise;
use gemm::Gemm;
use generic::{Generic, Single};
use isa::Isa;
#[cfg(target_arch = "aarch64")]
use neon::Neon;
use pack::Lanes;
use pool::Pool;
pub use precision::Precision;

/// Pixels start at multiples of this many floats: a cache line, and the widest vector.
pub const CHANNEL_ALIGN: usize = 16;

/// An instruction set that kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IsaKind {
    /// AMX with BF16, for products of bf16.
    AmxBf16,
    /// AVX-512 F with BF16, for products of bf16.
    Avx512Bf16,
    /// AVX-512 F.
    Avx512,
    /// AVX2 and FMA.
    Avx2,
    /// NEON with FEAT_BF16, for products of bf16.
    NeonBf16,
    /// NEON.
    Neon,
    /// No intrinsics.
    Generic,
    /// No intrinsics, with products of bf16 as AMX computes them.
    #[cfg(test)]
    GenericBf16OfAmx,
    /// No intrinsics, with products of bf16 as AVX-512 computes them.
    #[cfg(test)]
    GenericBf16OfAvx512,
    /// No intrinsics, with products of bf16 as Arm computes them.
    #[cfg(test)]
    GenericBf16OfArm,
}

impl IsaKind {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            IsaKind::AmxBf16 => "amxbf16",
            IsaKind::Avx512Bf16 => "avx512bf16",
            IsaKind::Avx512 => "avx512",
            IsaKind::Avx2 => "avx2",
            IsaKind::NeonBf16 => "neonbf16",
            IsaKind::Neon => "neon",
            IsaKind::Generic => "generic",
            #[cfg(test)]
            IsaKind::GenericBf16OfAmx => "generic bf16 of AMX",
            #[cfg(test)]
            IsaKind::GenericBf16OfAvx512 => "generic bf16 of AVX-512",
            #[cfg(test)]
            IsaKind::GenericBf16OfArm => "generic bf16 of Arm",
        }
    }
}

/// The kernels of one instruction set that this processor has.
#[derive(Debug, Clone, Copy)]
pub struct Kernels {
    kind: IsaKind,
    lanes: Lanes,
    gemm: unsafe fn(&Gemm),
    /// Of what is packed as bf16; where that is in use.
    gemm_of_bf16: unsafe fn(&Gemm),
    depthwise: unsafe fn(&Depthwise),
    pool: unsafe fn(&Pool),
}

impl Kernels {
    /// The kernels of every instruction set that this processor has and that computes in f32, the fastest first.
    #[allow(clippy::vec_init_then_push)] // there is more to push on x86
    pub fn available() -> Vec<Kernels> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if avx2 && is_x86_feature_detected!("avx512f") {
                all.push(Kernels::of::<Avx512<false>, Avx512<false>>(IsaKind::Avx512));
            }
            if avx2 {
                all.push(Kernels::of::<Avx2, Avx2>(IsaKind::Avx2));
            }
        }
        #[cfg(target_arch = "aarch64")]
        all.push(Kernels::of::<Neon<false>, Neon<false>>(IsaKind::Neon));
        all.push(Kernels::of::<Generic<Single>, Generic<Single>>(IsaKind::Generic));
        all
    }

    /// The fastest kernels of this processor.
    pub fn best() -> Kernels {
        Kernels::available()[0]
    }

    /// The kernels of every instruction set that this processor has and whose products are of bf16, the fastest first.
    /// The rest is in f32.
    pub fn bf16() -> Vec<Kernels> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl");
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if avx2 && avx512 && is_x86_feature_detected!("avx512bf16") {
                if amx::is_usable() {
                    all.push(Kernels::of_tiles::<Avx512<false>, Amx>(IsaKind::AmxBf16));
                }
                all.push(Kernels::of::<Avx512<false>, Avx512<true>>(IsaKind::Avx512Bf16));
            }
        }
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("bf16") {
            all.push(Kernels::of::<Neon<false>, Neon<true>>(IsaKind::NeonBf16));
        }
        all
    }

    /// The arithmetic of every instruction set that [`Kernels::bf16`] may give, on any processor and to the bit.
    #[cfg(test)]
    pub fn emulated_bf16() -> [Kernels; 3] {
        use generic::{pairs, tiles};
        [
            Kernels::of_tiles::<Generic<Single>, tiles::OfX86>(IsaKind::GenericBf16OfAmx),
            Kernels::of::<Generic<Single>, Generic<pairs::OfX86>>(IsaKind::GenericBf16OfAvx512),
            Kernels::of::<Generic<Single>, Generic<pairs::OfArm>>(IsaKind::GenericBf16OfArm),
        ]
    }

    /// The fastest kernels of this processor for a number type; none where it has no instructions for it.
    pub fn computing_in(precision: Precision) -> Option<Kernels> {
        match precision {
            Precision::F32 => Some(Kernels::best()),
            Precision::Bf16 => Kernels::bf16().first().copied(),
            Precision::Tf32 | Precision::F16 => None,
        }
    }

    /// Kernels of `I`, with the products of `P`.
    fn of<I: Isa, P: Isa>(kind: IsaKind) -> Kernels {
        const { assert!(CHANNEL_ALIGN.is_multiple_of(I::LANES) && I::LANES == P::LANES) };
        Kernels {
            kind,
            lanes: Lanes { count: I::LANES, numbers: if P::BF16 { 2 } else { 1 }, tiles: false },
            gemm: gemm::run::<I>,
            gemm_of_bf16: gemm::run::<P>,
            depthwise: depthwise::run::<I>,
            pool: pool::run::<I>,
        }
    }

    /// Kernels of `I`, with the products of `T`.
    #[cfg(any(test, target_arch = "x86_64"))]
    fn of_tiles<I: Isa, T: isa::Tiles>(kind: IsaKind) -> Kernels {
        let kernels = Kernels::of::<I, T::Vectors>(kind);
        let lanes = Lanes { tiles: true, ..kernels.lanes };
        Kernels { lanes, gemm_of_bf16: gemm::matrix::run::<T>, ..kernels }
    }

    /// The instruction set.
    pub fn kind(&self) -> IsaKind {
        self.kind
    }

    /// What weights have to be packed for.
    pub fn lanes(&self) -> Lanes {
        self.lanes
    }

    /// See [`gemm::run`].
    ///
    /// # Safety
    /// That of [`gemm::run`], but for the instruction set, which has been detected.
    pub unsafe fn gemm(&self, gemm: &Gemm) {
        match gemm.panels.lanes.numbers {
            1 => unsafe { (self.gemm)(gemm) },
            _ => unsafe { (self.gemm_of_bf16)(gemm) },
        }
    }

    /// See [`depthwise::run`].
    ///
    /// # Safety
    /// That of [`depthwise::run`], but for the instruction set, which has been detected.
    pub unsafe fn depthwise(&self, depthwise: &Depthwise) {
        unsafe { (self.depthwise)(depthwise) }
    }

    /// See [`pool::run`].
    ///
    /// # Safety
    /// That of [`pool::run`], but for the instruction set, which has been detected.
    pub unsafe fn pool(&self, pool: &Pool) {
        unsafe { (self.pool)(pool) }
    }
}
