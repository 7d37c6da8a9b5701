import Glibc

/// A group of users of this machine.
enum FileGroup {
    /// Number of the group of this name.
    ///
    /// - Throws: ``Failure`` if there is none, or this process may not give files to it.
    static func number(of name: String) throws -> gid_t {
        guard let entry = getgrnam(name) else { throw Failure("--group \(name): there is no such group") }
        let number = entry.pointee.gr_gid
        guard geteuid() == 0 || own.contains(number) else {
            throw Failure("--group \(name): this user is not in the group, so it cannot give files to it")
        }
        return number
    }

    /// Groups of this process.
    private static var own: Set<gid_t> {
        var groups = [gid_t](repeating: 0, count: Int(max(getgroups(0, nil), 0)))
        let count = getgroups(Int32(groups.count), &groups)
        return Set(groups.prefix(Int(max(count, 0)))).union([getegid()])
    }
}
