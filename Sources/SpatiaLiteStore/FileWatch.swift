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

    /// Compares the file's size with that of the database. A page that the write-ahead log does not have must be in the file.
    ///
    /// A file that was cut off stays so: what is written to it later makes it long again, not whole.
    ///
    /// - Parameter expected: Reads the size that the database has by its last commit. It is read again before the file is called cut off, as a
    ///   restore may make the database smaller in the meantime.
    func compareSize(_ expected: () throws -> DatabaseSize?) rethrows {
        for isSecond in [false, true] {
            guard let size = try expected() else { return }
            // Asked for before the file: a page leaves the log only after it has come into the file.
            let logged = WriteAheadLog.pages(of: path, pageSize: size.pageSize)
            var status = stat()
            guard stat(path, &status) == 0, size.hasPage(behind: Int(status.st_size), notIn: logged) else { return }
            if isSecond { refuse("it is cut off: it has \(status.st_size) of its \(size.pages * size.pageSize) bytes") }
        }
    }
}

/// Size of a database, with the pages that are in its write-ahead log only.
struct DatabaseSize {
    let pages: Int
    /// Bytes.
    let pageSize: Int

    /// Offset of the one page that the engine locks and never writes: https://www.sqlite.org/fileformat2.html, section 1.4.
    private static let lockOffset = 1 << 30

    /// Whether a page that is missing in a file of `bytes` bytes is not in the log either.
    func hasPage(behind bytes: Int, notIn logged: Set<UInt32>) -> Bool {
        let held = bytes / pageSize
        guard held < pages else { return false }
        return (held..<pages).contains { $0 != Self.lockOffset / pageSize && !logged.contains(UInt32($0 + 1)) }
    }
}
