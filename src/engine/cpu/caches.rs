//! How much fits where: the sizes of the processor's caches, found at run time, and the sizes of blocks that follow.
//!
//! The model is that of Low, Igual, Smith and Quintana-Orti, "Analytical Modeling Is Enough for High-Performance
//! BLIS" (2016), with two differences: associativity is left out, since pixels lie apart by another stride in every
//! layer; and a panel of weights streams from the second level of cache instead of staying in the first, which a tile
//! of 6 x 16 or 9 x 48 does not notice, while longer sums save trips to the results.
//!
//! - `kc` steps of depth, such that a panel of weights takes at most an eighth of the second level, and 128 rows of
//!   the left side at most half of it;
//! - `mc` rows of the left side, with as much of their depth, take half of it: they stay while all panels pass;
//! - depthwise results that feed a product are computed as many rows at a time as take half of it, too: their weights
//!   are read once for each such block.
//!
//! `cargo bench --bench blocks` holds the first two against other choices.

use crate::kernels::pack::Panels;

/// Bytes of cache that one core has to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caches {
    /// Second level.
    pub second: usize,
}

/// How a product is cut, see [`crate::kernels::gemm::Gemm`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocks {
    /// Rows of the left side.
    pub mc: usize,
    /// Steps of depth.
    pub kc: usize,
}

impl Caches {
    /// What is assumed where nothing can be found: smaller than most, since too small a block costs less than too
    /// large a one.
    pub const DEFAULT: Caches = Caches { second: 512 << 10 };

    /// Rows that a block should have at least: for each of them a panel is read once.
    const ROWS: usize = 128;

    /// The caches of this processor.
    pub fn found() -> Caches {
        let second = second_level().unwrap_or(Caches::DEFAULT.second);
        // A virtual machine may tell nonsense, and several cores may share what is larger.
        Caches { second: second.clamp(128 << 10, 4 << 20) }
    }

    /// Steps of depth of a panel this wide, in lanes of 32 bits, that go through all rows of a block.
    pub fn kc(self, panel: usize) -> usize {
        let of_panel = self.second / 8 / (panel * size_of::<f32>());
        of_panel.min(self.second / 2 / (Self::ROWS * size_of::<f32>())).max(64)
    }

    /// Rows that go through all panels with this many steps of their depth: `kc`, or less.
    pub fn mc(self, depth: usize) -> usize {
        (self.second / 2 / (depth * size_of::<f32>())).clamp(24, 512)
    }

    /// How a product is cut. Sums can wait in the results only where those take whole vectors, and never in tiles.
    pub fn blocks(self, panels: &Panels, sums_can_wait: bool) -> Blocks {
        let sums_can_wait = sums_can_wait && !panels.lanes.tiles;
        let kc = if sums_can_wait { self.kc(panels.widest()) } else { panels.steps() };
        // Where rows are rounded to bf16 for vectors, the next block's are prefetched beside them, in f32.
        let next = if panels.lanes.numbers == 1 || panels.lanes.tiles { 0 } else { panels.depth };
        Blocks { mc: self.mc(panels.steps().min(kc) + next), kc }
    }

    /// Floats of depthwise results that are computed before they are multiplied.
    pub fn scratch(self) -> usize {
        self.second / 2 / size_of::<f32>()
    }
}

/// What the processor says of itself: leaf 4 of Intel's `cpuid`, leaf 0x8000001d of AMD's, which have one layout.
#[cfg(target_arch = "x86_64")]
fn second_level() -> Option<usize> {
    #[allow(unused_unsafe)] // it is unsafe in older compilers
    let cpuid = |leaf, index| unsafe { std::arch::x86_64::__cpuid_count(leaf, index) };
    let (most, most_extended) = (cpuid(0, 0).eax, cpuid(0x8000_0000, 0).eax);
    let topology = most_extended >= 0x8000_001d && cpuid(0x8000_0001, 0).ecx & (1 << 22) != 0;
    let leaf = if topology {
        0x8000_001d
    } else if most >= 4 {
        4
    } else {
        return None;
    };
    for index in 0..8 {
        let cache = cpuid(leaf, index);
        let (kind, level) = (cache.eax & 0x1f, (cache.eax >> 5) & 7);
        let ways = (cache.ebx >> 22) + 1;
        let partitions = ((cache.ebx >> 12) & 0x3ff) + 1;
        let line = (cache.ebx & 0xfff) + 1;
        let bytes = ways as usize * partitions as usize * line as usize * (cache.ecx as usize + 1);
        match (kind, level) {
            (0, _) => return None,            // the last one was the last
            (1 | 3, 2) => return Some(bytes), // of data, or of data and instructions
            _ => {}
        }
    }
    None
}

/// What Linux says of the first processor.
#[cfg(all(not(target_arch = "x86_64"), target_os = "linux"))]
fn second_level() -> Option<usize> {
    let read = |index: usize, what: &str| {
        std::fs::read_to_string(format!("/sys/devices/system/cpu/cpu0/cache/index{index}/{what}")).ok()
    };
    (0..8).find(|&index| read(index, "level").is_some_and(|level| level.trim() == "2")).and_then(|index| {
        let kilobytes: usize = read(index, "size")?.trim().strip_suffix('K')?.parse().ok()?;
        Some(kilobytes << 10)
    })
}

#[cfg(all(not(target_arch = "x86_64"), not(target_os = "linux")))]
fn second_level() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caches_are_found_or_assumed_and_are_of_a_size_that_processors_have() {
        let Caches { second } = Caches::found();
        eprintln!("{second} bytes of second level");
        assert!((128 << 10..=4 << 20).contains(&second), "{second}");
    }

    #[test]
    fn blocks_grow_with_the_cache_and_shrink_with_what_goes_into_them() {
        let (small, large) = (Caches::DEFAULT, Caches { second: 2 << 20 });
        assert!(small.kc(16) < large.kc(16) && small.kc(48) < small.kc(16));
        assert!(small.mc(1008) < large.mc(1008) && small.mc(4032) < small.mc(1008));
        let bytes = 4 * (small.kc(16) * 16 + small.mc(1008) * 1008);
        assert!(bytes < small.second, "a panel and a block of rows fit at the same time");
    }
}
