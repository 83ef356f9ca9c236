//! Makes the allocator keep the memory of one image for the next.
//!
//! glibc returns buffers of this size to the system at once, and the next image pays for new pages: a tenth of the
//! time for a folder of small photos. Other allocators keep them anyway.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use super::memory::{address_space, available};

/// Sets this once, at the start.
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

/// Other allocators need no setting.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn keep_freed_memory() {}
