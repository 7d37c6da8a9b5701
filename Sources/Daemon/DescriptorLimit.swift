import Glibc

/// Descriptors that the process may hold: `ulimit -n`.
public enum DescriptorLimit {
    /// More than this is not asked for: no city needs more, and other programs grow slow with the number.
    private static let enough: rlim_t = 65_536

    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    /// Raises the soft limit towards the hard one.
    public static func raise() {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        let wanted = min(limit.rlim_max, enough)
        guard limit.rlim_cur < wanted else { return }
        limit.rlim_cur = wanted
        setrlimit(resource, &limit)
    }

    /// The limit that holds now.
    public static var current: Int {
        var limit = rlimit()
        // POSIX promises 20 at least; Linux always tells.
        return getrlimit(resource, &limit) == 0 ? Int(clamping: limit.rlim_cur) : 20
    }

    /// Descriptors that are open now; nil if the system does not tell.
    public static var inUse: Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Without `.`, `..` and the folder itself.
        return max(count - 3, 0)
    }
}
