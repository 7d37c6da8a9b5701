import Crypto
import Foundation
import Glibc

/// A file of keys that only its owner reads.
///
/// It is plain text: lines that begin with `#` are remarks, every other one is a key, the oldest first: id, moment in RFC 3339, and the secret in
/// 64 hexadecimal digits, with a space between. A key is added to it by adding its line.
public struct KeyFile: Sendable {
    public let path: String

    /// Bytes that a file of keys has at most: some hundreds of keys.
    private static let sizeLimit = 1 << 16

    private static let head = """
        # WorksMap: the keys of what is private in a city's database. Nobody reads that without this file, and whoever has
        # both reads it: keep a copy of this file in a safe place, apart from the backups of the database.
        # One key a line: id, moment of making, secret. The last one seals what is new; the others open what is older.

        """

    public init(path: String) { self.path = path }

    // MARK: Reading

    /// State of the file by which a change is noticed; nil if there is no file.
    public struct Stamp: Equatable, Sendable {
        let device: dev_t
        let inode: ino_t
        let size: off_t
        let seconds: Int
        let nanoseconds: Int

        init(_ status: stat) {
            device = status.st_dev
            inode = status.st_ino
            size = status.st_size
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }

    public var stamp: Stamp? {
        var status = stat()
        return stat(path, &status) == 0 ? Stamp(status) : nil
    }

    /// The file's mode, such as `0o600`; nil if there is no file.
    public var mode: UInt32? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    /// Reads the keys.
    ///
    /// - Throws: ``KeyFileError``: also if anybody but the owner may read or write the file.
    public func read() throws(KeyFileError) -> [SealingKey] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw errno == ENOENT || errno == ENOTDIR
                ? .missing(path: path) : .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: path, reason: "it is no regular file")
        }
        guard status.st_mode & 0o077 == 0 else { throw .open(path: path, mode: status.st_mode & 0o777) }
        var bytes = [UInt8](repeating: 0, count: Self.sizeLimit + 1)
        var count = 0
        while count < bytes.count {
            let read = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress! + count, $0.count - count)
            }
            guard read >= 0 || errno == EINTR else {
                throw .unreadable(path: path, reason: String(cString: strerror(errno)))
            }
            if read == 0 { break }
            count += max(read, 0)
        }
        guard count <= Self.sizeLimit else { throw .unreadable(path: path, reason: "it is too large for a key file") }
        return try parse(String(decoding: bytes.prefix(count), as: UTF8.self))
    }

    private func parse(_ text: String) throws(KeyFileError) -> [SealingKey] {
        var keys: [SealingKey] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            func malformed(_ reason: String) -> KeyFileError {
                .malformed(path: path, line: index + 1, reason: reason)
            }
            guard words.count == 3, let id = KeyID(first), let secret = Self.bytes(words[2]), secret.count == 32 else {
                throw malformed("an id, a moment and 64 hexadecimal digits are wanted")
            }
            let key = SealingKey(secret: SymmetricKey(data: secret), createdAt: words[1])
            guard key.id == id else { throw malformed("the secret is not that of key \(id): a digit of it is wrong") }
            guard !keys.contains(where: { $0.id == id }) else { throw malformed("key \(id) stands there twice") }
            keys.append(key)
        }
        guard !keys.isEmpty else { throw .malformed(path: path, line: 1, reason: "there is no key in it") }
        return keys
    }

    private static func bytes(_ digits: String) -> [UInt8]? {
        guard digits.utf8.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        var rest = Substring(digits)
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16), rest.prefix(2).allSatisfy(\.isHexDigit) else {
                return nil
            }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    // MARK: Writing

    /// User and group that files are made for.
    public struct Owner: Sendable {
        let user: uid_t
        let group: gid_t

        /// The owner of a file, where this process may make files for others; nil otherwise.
        public init?(of path: String) {
            var status = stat()
            guard geteuid() == 0, stat(path, &status) == 0 else { return nil }
            user = status.st_uid
            group = status.st_gid
        }
    }

    /// Makes the file with one key, and the folder that it lies in (0750) if there is none. The file is on the disk when the call returns.
    ///
    /// - Parameter owner: Whose the folder and the file will be; this process's user if nil.
    /// - Throws: ``KeyFileError``: ``KeyFileError/exists(path:)`` if there is a file already, which is not touched.
    public func make(_ key: SealingKey, for owner: Owner? = nil) throws(KeyFileError) {
        try makeFolder(for: owner)
        let unfinished = try write([key], for: owner)
        defer { unlink(unfinished) }
        // A link is never made over what is there, which a move would be.
        guard link(unfinished, path) == 0 else {
            throw errno == EEXIST ? .exists(path: path) : failure()
        }
        try synchronizeFolder()
    }

    /// Puts other keys in the place of those in the file, all at once: whoever reads it sees the old ones or the new ones. Callers take turns.
    ///
    /// - Throws: ``KeyFileError``; the old ones are in place then.
    public func replace(with keys: [SealingKey]) throws(KeyFileError) {
        let unfinished = try write(keys, for: Owner(of: path))
        guard rename(unfinished, path) == 0 else {
            let failure = failure()
            unlink(unfinished)
            throw failure
        }
        removeUnfinished()
        try synchronizeFolder()
    }

    /// Removes what writers have left that were killed: it holds keys.
    private func removeUnfinished() {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        for file in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where file.hasPrefix(name + ".") && file.hasSuffix(".part") {
            unlink(folder + "/" + file)
        }
    }

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private func makeFolder(for owner: Owner?) throws(KeyFileError) {
        guard mkdir(folder, 0o750) == 0 else {
            guard errno == EEXIST else { throw failure() }
            return
        }
        if let owner { chown(folder, owner.user, owner.group) }
        let above = KeyFile(path: folder)
        try above.synchronizeFolder()
    }

    /// Writes keys to a new file beside the file's place, and returns its name.
    private func write(_ keys: [SealingKey], for owner: Owner?) throws(KeyFileError) -> String {
        let name = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 36)).part"
        let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        let lines = keys.map { key in
            "\(key.id) \(key.createdAt) \(key.secret.withUnsafeBytes { hexadecimal($0) })\n"
        }
        var text = Self.head + lines.joined()
        let isWritten = text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                guard count > 0 || errno == EINTR else { return false }
                rest = rest.dropFirst(max(count, 0))
            }
            return true
        }
        let isOwned = owner.map { fchown(descriptor, $0.user, $0.group) == 0 } ?? true
        guard isWritten, isOwned, fsync(descriptor) == 0 else {
            let failure = failure()
            unlink(name)
            throw failure
        }
        return name
    }

    private func synchronizeFolder() throws(KeyFileError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure() }
    }

    /// The failure of the last system call.
    private func failure() -> KeyFileError {
        .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
}

/// Reason why keys cannot be read from a file or written to it.
public enum KeyFileError: Error, Hashable, Sendable {
    case missing(path: String)
    case exists(path: String)
    /// Somebody else than the owner may read or write it.
    case open(path: String, mode: UInt32)
    case malformed(path: String, line: Int, reason: String)
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
}

extension KeyFileError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing(let path): "the key file \(path) is missing"
        case .exists(let path): "there is a key file \(path) already"
        case .open(let path, let mode):
            "the key file \(path) is open to others than its owner (mode 0\(String(mode, radix: 8))): chmod 600 \(path)"
        case .malformed(let path, let line, let reason): "the key file \(path), line \(line): \(reason)"
        case .unreadable(let path, let reason): "the key file \(path) cannot be read: \(reason)"
        case .unwritable(let path, let reason): "the key file \(path) cannot be written: \(reason)"
        }
    }
}
