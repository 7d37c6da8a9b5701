import Glibc
import Works

/// The file that outlives the database and says what was erased, so that a restored backup does not bring it back: `erasures` in the city's
/// folder.
///
/// Lines are only ever added. Each is an ``Erasure`` and a check of it, so that one that was cut or changed is told from a whole one. It holds
/// nothing personal: ids and digests of random secrets.
public struct ErasureJournal: Sendable {
    public let path: String
    private let folder: String
    /// The database whose owner the file is made for.
    private let database: String

    private static let head = """
        # WorksMap: names of what was erased and revoked. `worksmap restore` takes it away again from older backups: keep this file.

        """

    init(inCity folder: String, of database: String) {
        self.folder = folder
        self.database = database
        path = folder + (folder.hasSuffix("/") ? "erasures" : "/erasures")
    }

    // MARK: Writing

    /// Adds erasures; they are on the disk when the call returns.
    ///
    /// - Throws: ``StoreError/unwritable(path:reason:)``; nothing is added then.
    func append(_ erasures: [Erasure]) throws {
        guard !erasures.isEmpty else { return }
        let isNew = access(path, F_OK) != 0
        if isNew { try makeFolder() }
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        // Closing it gives the lock back.
        defer { close(descriptor) }
        var status = stat()
        guard flock(descriptor, LOCK_EX) == 0, fstat(descriptor, &status) == 0 else { throw failure() }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreError.unwritable(path: path, reason: "it is no regular file")
        }
        if isNew { giveToOwner { fchown(descriptor, $0, $1) } }
        var text = ""
        var size = status.st_size
        if size == 0 {
            text = Self.head
        } else if let rest = try unfinishedLine(descriptor, size) {
            if Self.erasure(rest) != nil {
                text = "\n"
            } else {
                // It was cut before anybody was told that something is erased.
                size -= off_t(rest.utf8.count)
                guard ftruncate(descriptor, size) == 0 else { throw failure() }
            }
        }
        for erasure in erasures { text += "\(erasure.line) \(Self.check(of: erasure.line))\n" }
        guard write(text, to: descriptor), fsync(descriptor) == 0 else {
            let failure = failure()
            ftruncate(descriptor, size)
            throw failure
        }
        if isNew { try synchronizeFolder(folder) }
    }

    /// The end of the file after its last line feed; nil if there is nothing.
    private func unfinishedLine(_ descriptor: Int32, _ size: off_t) throws -> String? {
        var tail = [UInt8](repeating: 0, count: Int(min(size, 4096)))
        guard pread(descriptor, &tail, tail.count, size - off_t(tail.count)) == tail.count else { throw failure() }
        let rest = tail.suffix(from: (tail.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1)
        return rest.isEmpty ? nil : String(decoding: rest, as: UTF8.self)
    }

    private func write(_ text: String, to descriptor: Int32) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                guard count > 0 || errno == EINTR else { return false }
                rest = rest.dropFirst(max(count, 0))
            }
            return true
        }
    }

    private func makeFolder() throws {
        guard mkdir(folder, 0o750) == 0 else {
            guard errno == EEXIST else { throw failure() }
            return
        }
        giveToOwner { chown(folder, $0, $1) }
        try synchronizeFolder(String(folder.lastIndex(of: "/").map { folder[...$0] } ?? "."))
    }

    /// Has what the superuser makes belong to whom the database belongs to, as the service writes there too.
    private func giveToOwner(_ change: (uid_t, gid_t) -> Int32) {
        var status = stat()
        guard geteuid() == 0, stat(database, &status) == 0 else { return }
        _ = change(status.st_uid, status.st_gid)
    }

    private func synchronizeFolder(_ folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure() }
    }

    private func failure() -> StoreError { .unwritable(path: path, reason: String(cString: strerror(errno))) }

    // MARK: Reading

    /// Content of the file.
    struct Reading: Hashable {
        var erasures: [Erasure] = []
        /// Lines that are not whole, counted from 1, but for a last one that was cut.
        var broken: [Int] = []
        /// True if the last line was cut: its erasure was never finished.
        var isCut = false
    }

    /// State in which the file was found.
    enum State {
        /// There is no folder to look in.
        case noFolder
        case read(Reading)
        case unreadable(reason: String)
    }

    /// Reads what is there. A folder without the file is one where nothing was erased.
    func state() -> State {
        var status = stat()
        guard stat(folder, &status) == 0 else {
            return errno == ENOENT || errno == ENOTDIR
                ? .noFolder : .unreadable(reason: String(cString: strerror(errno)))
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            return errno == ENOENT ? .read(Reading()) : .unreadable(reason: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return .unreadable(reason: "it is no regular file")
        }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            guard count >= 0 || errno == EINTR else { return .unreadable(reason: String(cString: strerror(errno))) }
            if count == 0 { break }
            bytes += part.prefix(max(count, 0))
        }
        return .read(Self.parse(bytes))
    }

    private static func parse(_ bytes: [UInt8]) -> Reading {
        var reading = Reading()
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, bytes) in lines.enumerated() where !bytes.isEmpty && bytes.first != UInt8(ascii: "#") {
            if let erasure = erasure(String(decoding: bytes, as: UTF8.self)) {
                reading.erasures.append(erasure)
            } else if index == lines.count - 1 {
                reading.isCut = true
            } else {
                reading.broken.append(index + 1)
            }
        }
        return reading
    }

    /// The erasure of a whole line.
    private static func erasure(_ line: String) -> Erasure? {
        guard let space = line.lastIndex(of: " "), line[line.index(after: space)...] == check(of: line[..<space]) else {
            return nil
        }
        return Erasure(line: line[..<space])
    }

    /// FNV-1a of 64 bits, in 16 hexadecimal digits.
    private static func check(of line: some StringProtocol) -> String {
        let hash = line.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
