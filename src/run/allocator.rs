//! What the allocator does with the memory of an image that is done: keep it for the next one.
//!
//! glibc hands buffers of such sizes back to the system at once, and the next image pays for them page by
//! page: a tenth of all time in a folder of small photos. Other systems' allocators keep them of themselves.

/// Says so to the allocator, once, at the start.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn keep_freed_memory() {
    /// Freed memory at the end of a heap that is kept.
    const KEPT_BYTES: libc::c_int = 256 << 20;
    /// Larger pieces come from the system and go back to it; the most that glibc takes.
    const LARGE_BYTES: libc::c_int = 32 << 20;
    // SAFETY: mallopt only sets numbers, and is called before there are other threads.
    unsafe {
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_BYTES);
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BYTES);
    }
}

/// Nothing to say here.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn keep_freed_memory() {}
