import Glibc

/// How many descriptors this process may have open.
enum DescriptorLimit {
    /// Kept for files, epoll, the sampler, the server under test.
    private static let reserve = 128

    /// Raises the soft limit to the hard one, and says how many connections that leaves room for.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 - reserve }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            _ = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        // RLIM_INFINITY does not fit an Int.
        let soft = Int(exactly: limit.rlim_cur) ?? Int.max
        return max(min(soft, 1 << 24) - reserve, 1)
    }
}
