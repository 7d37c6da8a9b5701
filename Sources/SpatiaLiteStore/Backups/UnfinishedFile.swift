public import Glibc
import Works

/// A file that is being written beside the place where it belongs: `PATH.RANDOM.part`, held by a lock as long as its writer lives.
///
/// The lock ends with the process, however that ends, so that whoever comes next can tell what is left over from what is being written. Names are
/// random and locks are the kernel's: neither depends on process ids, which containers that share a folder give out twice.
///
/// A class, because the lock ends with its last user.
public final class UnfinishedFile {
    public let path: String
    private let descriptor: Int32

    /// Makes an empty file beside a path, for the owner to write and the group to read.
    ///
    /// - Throws: `StoreError.unwritable`.
    public init(beside path: String, mode: mode_t = 0o640) throws {
        while true {
            let name = Self.name(beside: path)
            // Made here, so that it is no link that somebody has put into a folder where everybody may.
            let descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
            guard descriptor >= 0 else {
                throw StoreError.unwritable(path: path, reason: String(cString: strerror(errno)))
            }
            // Between making and locking a cleaner may have taken it for a dead one.
            if Self.lock(descriptor), Self.isAt(name, descriptor) {
                (self.path, self.descriptor) = (name, descriptor)
                return
            }
            close(descriptor)
        }
    }

    /// Holds a file of such a name that was made otherwise; nil if it is not there.
    public init?(holding path: String) {
        let descriptor = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        guard Self.lock(descriptor) else {
            close(descriptor)
            return nil
        }
        (self.path, self.descriptor) = (path, descriptor)
    }

    deinit { close(descriptor) }

    /// A name that no other writer has.
    public static func name(beside path: String) -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 36)
        return "\(path).\(String(repeating: "0", count: 13 - digits.count))\(digits).part"
    }

    /// Removes the file, with the logs of a database.
    public func remove() {
        for suffix in Self.suffixes { unlink(path + suffix) }
    }

    // MARK: Cleaning

    private static let suffixes = ["", "-wal", "-shm", "-journal"]

    /// Removes what writers have left beside a path that were killed.
    public static func clean(beside path: String) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? "./"
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        clean(in: folder) { $0.hasPrefix(name + ".") && isRandom($0.dropFirst(name.utf8.count + 1).dropLast(5)) }
    }

    /// Removes the unfinished files in a folder that nobody writes any more and whose names `isOurs` accepts.
    static func clean(in folder: String, where isOurs: (String) -> Bool) {
        guard let stream = opendir(folder) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasSuffix(".part"), isOurs(name) else { continue }
            let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            let descriptor = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
            guard descriptor >= 0 else { continue }
            if lock(descriptor), isAt(path, descriptor) {
                for suffix in suffixes.reversed() { unlink(path + suffix) }
            }
            close(descriptor)
        }
    }

    /// True for the digits between a path's name and `.part`, and for those of a copy of a copy.
    private static func isRandom(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            (1...14).contains(part.utf8.count)
                && part.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 }
        }
    }

    private static func lock(_ descriptor: Int32) -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    private static func isAt(_ path: String, _ descriptor: Int32) -> Bool {
        var (named, held) = (stat(), stat())
        return lstat(path, &named) == 0 && fstat(descriptor, &held) == 0 && named.st_ino == held.st_ino
            && named.st_dev == held.st_dev
    }
}
