import Glibc
import Synchronization
import Works

/// Notices that the file a store is open on is no longer the one at its path.
///
/// The system keeps an open file that was removed or replaced, and takes what is written to it; with the last connection it is lost. The file is
/// asked for by name and never opened: closing a file ends all locks that the process has on it.
///
/// A class, because all connections of a store share it.
final class FileWatch: Sendable {
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t
    }

    private let path: String
    private let opened: Identity
    /// Reason why nothing may be written any more, though the file is there.
    private let fault = Mutex<String?>(nil)

    /// Watches the file that is at the path now; nil if there is none.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.path = path
        opened = Identity(device: status.st_dev, inode: status.st_ino)
    }

    /// - Throws: ``StoreError/gone(path:reason:)`` if the file was removed, replaced, emptied or cut off.
    func check() throws {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw StoreError.gone(path: path, reason: "it is not there any more (\(String(cString: strerror(errno))))")
        }
        guard Identity(device: status.st_dev, inode: status.st_ino) == opened else {
            throw StoreError.gone(path: path, reason: "another file stands in its place")
        }
        guard status.st_size > 0 else { throw StoreError.gone(path: path, reason: "it is empty") }
        if let reason = fault.withLock({ $0 }) { throw StoreError.gone(path: path, reason: reason) }
    }

    /// Notes why nothing may be written any more.
    func refuse(_ reason: String) { fault.withLock { $0 = reason } }

    /// Compares the file's size with that of the database, where no part of it is in the write-ahead log only. A file that was cut off stays so:
    /// what is written to it later makes it long again, not whole.
    ///
    /// - Parameter expected: Reads the size in bytes that the database has; it is read again before the file is called cut off, as a restore may
    ///   make the database smaller in the meantime.
    func compareSize(_ expected: () throws -> Int?) rethrows {
        for isSecond in [false, true] {
            guard let bytes = try expected() else { return }
            var status = stat()
            guard stat(path, &status) == 0, status.st_size < bytes else { return }
            if isSecond { refuse("it is cut off: it has \(status.st_size) of its \(bytes) bytes") }
        }
    }
}
