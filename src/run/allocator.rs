//! What the allocator does with the memory of an image that is done: keep it for the next one.
//!
//! glibc hands buffers of such sizes back to the system at once, and the next image pays for them page by
//! page: a tenth of all time in a folder of small photos. Other systems' allocators keep them of themselves.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use super::memory::{address_space, available};

/// Says so to the allocator, once, at the start.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn keep_freed_memory() {
    /// Freed memory at the end of a heap that is kept, at most.
    const KEPT_BYTES: u64 = 256 << 20;
    /// Larger pieces come from the system and go back to it; the most that glibc takes.
    const LARGE_BYTES: libc::c_int = 32 << 20;
    let kept = available().map_or(KEPT_BYTES, |free| (free / 32).min(KEPT_BYTES)) as libc::c_int;
    // SAFETY: mallopt only sets numbers, and is called before there are other threads.
    unsafe {
        libc::mallopt(libc::M_TRIM_THRESHOLD, kept);
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BYTES);
    }
    if address_space().is_some() {
        // Every heap takes 64 MiB of addresses, whatever it holds.
        // SAFETY: as above.
        unsafe { libc::mallopt(libc::M_ARENA_MAX, 2) };
    }
}

/// Nothing to say here.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn keep_freed_memory() {}
