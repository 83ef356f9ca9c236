//! How much memory this process can still get: the least of what the machine, the control group and the limit on
//! address space leave.

/// Bytes that are free for this process; `None` where the system does not say.
#[cfg(target_os = "linux")]
pub fn available() -> Option<u64> {
    linux::available()
}

/// Reading it on other systems is not worth a dependency.
#[cfg(not(target_os = "linux"))]
pub fn available() -> Option<u64> {
    None
}

/// The limit on the address space of this process, if there is one.
#[cfg(unix)]
pub fn address_space() -> Option<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: it writes the two numbers of the struct that it is given.
    let known = unsafe { libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) } == 0;
    (known && limit.rlim_cur != libc::RLIM_INFINITY).then_some(limit.rlim_cur)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::read_to_string;
    use std::path::{Path, PathBuf};

    use super::address_space;

    pub fn available() -> Option<u64> {
        let machine = of_meminfo(&read_to_string("/proc/meminfo").ok()?);
        let groups = read_to_string("/proc/self/cgroup").unwrap_or_default();
        let group = of_groups(&groups, Path::new("/sys/fs/cgroup"));
        // The first number of statm is the size of the address space, in pages.
        let pages = read_to_string("/proc/self/statm").unwrap_or_default();
        let pages = pages.split(' ').next().and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default();
        // SAFETY: it only returns a number.
        let page = u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096);
        let space = address_space().map(|limit| limit.saturating_sub(pages * page));
        [machine, group, space].into_iter().flatten().min()
    }

    /// Of /proc/meminfo (proc_meminfo(5)), what can be had without swapping.
    fn of_meminfo(text: &str) -> Option<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
    }

    /// The least that a group of /proc/self/cgroup or one above it leaves (cgroups(7)); file systems of both versions
    /// are mounted below `root`.
    fn of_groups(text: &str, root: &Path) -> Option<u64> {
        let left = text.lines().filter_map(|line| {
            // Number, controllers, path; the second version has no controllers.
            let mut parts = line.splitn(3, ':').skip(1);
            let (controllers, path) = (parts.next()?, parts.next()?);
            let path = path.trim_start_matches('/');
            match controllers {
                "" => left(root, path, ["memory.max", "memory.current", "inactive_file"]),
                controllers if controllers.split(',').any(|name| name == "memory") => {
                    let names = ["memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"];
                    left(&root.join("memory"), path, names)
                }
                _ => None,
            }
        });
        left.min()
    }

    /// The least that a group and those above it leave. In a container the group's own path is often not there, but
    /// what is at the root is the container's.
    fn left(root: &Path, path: &str, [limit, usage, cache]: [&str; 3]) -> Option<u64> {
        let folder: PathBuf = root.join(path);
        let folders = folder.ancestors().take_while(|folder| folder.starts_with(root));
        let number = |file: PathBuf| read_to_string(file).ok()?.trim().parse::<u64>().ok();
        let left = folders.filter_map(|folder| {
            let (limit, usage) = (number(folder.join(limit))?, number(folder.join(usage))?);
            let stat = read_to_string(folder.join("memory.stat")).unwrap_or_default();
            let cache = stat.lines().find_map(|line| line.strip_prefix(cache)?.trim().parse::<u64>().ok());
            Some(limit.saturating_sub(usage.saturating_sub(cache.unwrap_or_default())))
        });
        left.min()
    }

    #[cfg(test)]
    mod tests {
        use std::fs;

        use super::*;

        #[test]
        fn the_machine_says_what_can_be_had_without_swapping() {
            let text = "MemTotal:       24000 kB\nMemFree:     100 kB\nMemAvailable:   17000 kB\n";
            assert_eq!(of_meminfo(text), Some(17000 * 1024));
            assert_eq!(of_meminfo("MemTotal: 1 kB\n"), None);
            assert!(available().is_some_and(|bytes| bytes > 1 << 20));
        }

        #[test]
        fn the_tightest_group_counts_and_its_cache_can_be_had() {
            let root = tempfile::tempdir().unwrap();
            let write = |path: &str, text: &str| {
                let file = root.path().join(path);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, text).unwrap();
            };
            write("a/memory.max", "1000\n");
            write("a/memory.current", "700\n");
            write("a/memory.stat", "anon 600\ninactive_file 60\nactive_file 40\n");
            write("a/b/memory.max", "max\n");
            write("a/b/memory.current", "100\n");
            assert_eq!(of_groups("0::/a/b\n", root.path()), Some(360));
            assert_eq!(of_groups("0::/\n", root.path()), None);
            write("memory/c/memory.limit_in_bytes", "500\n");
            write("memory/c/memory.usage_in_bytes", "450\n");
            assert_eq!(of_groups("5:cpu,memory:/c\n4:cpuset:/x\n0::/a\n", root.path()), Some(50));
        }
    }
}
