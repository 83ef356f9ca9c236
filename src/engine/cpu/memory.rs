//! Memory for weights and activations: page aligned, zeroed by the system, in huge pages where there are.

use memmap2::MmapMut;

use crate::error::{Error, Result};

/// Floats at a page's start.
pub(super) struct Memory {
    map: Option<MmapMut>,
    len: usize,
}

impl Memory {
    /// So many zeros.
    pub(super) fn new(len: usize) -> Result<Memory> {
        if len == 0 {
            return Ok(Memory { map: None, len });
        }
        let map = MmapMut::map_anon(len * size_of::<f32>())
            .map_err(|error| Error::Memory(format!("no memory for {} bytes: {error}", len * 4)))?;
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage); // fewer page faults and TLB misses; not everywhere to be had
        Ok(Memory { map: Some(map), len })
    }

    /// Makes room for at least this many floats. Old contents may be lost.
    pub(super) fn reserve(&mut self, len: usize) -> Result<()> {
        if self.len < len {
            *self = Memory::new(0)?; // give back first
            *self = Memory::new(len)?;
        }
        Ok(())
    }

    /// The first.
    pub(super) fn as_ptr(&self) -> *const f32 {
        self.map.as_ref().map_or(std::ptr::null(), |map| map.as_ptr().cast())
    }
}

/// A place in memory that several threads work on, each in parts of its own.
#[derive(Clone, Copy)]
pub(super) struct Shared(*mut f32);

// SAFETY: it is only an address; whoever writes through it says why nobody else does.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    /// All of a memory.
    pub(super) fn new(memory: &mut Memory) -> Shared {
        Shared(memory.map.as_mut().map_or(std::ptr::null_mut(), |map| map.as_mut_ptr().cast()))
    }

    /// A slice whose parts are written by several threads.
    pub(super) fn from_slice(slice: &mut [f32]) -> Shared {
        Shared(slice.as_mut_ptr())
    }

    /// The part from an offset on.
    pub(super) fn part(self, offset: usize) -> Shared {
        Shared(self.0.wrapping_add(offset))
    }

    /// The address.
    pub(super) fn as_ptr(self) -> *mut f32 {
        self.0
    }
}
