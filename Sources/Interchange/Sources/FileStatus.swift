import Glibc

/// Status of a file as the system tells it.
package struct FileStatus: Hashable, Sendable {
    package var isRegular: Bool
    package var isFolder: Bool
    /// In octets.
    package var size: Int
    /// Permissions, the last nine bits.
    package var permissions: UInt32
    /// Text that differs once the file is replaced or written to.
    package var stamp: String

    /// Nil if there is no such file; links are followed.
    package init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    package init?(descriptor: CInt) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        isRegular = status.st_mode & S_IFMT == S_IFREG
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        size = Int(status.st_size)
        permissions = status.st_mode & 0o777
        stamp = "\(status.st_ino)-\(status.st_size)-\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
}
