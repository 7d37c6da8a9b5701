import Geometry
import Glibc
import Sealing
public import Works

/// The end of a backup file behind the pages of the database: the city's files, what the backup is of, and digests of every byte.
///
///     pages of the database    as any SQLite program reads them: it passes over what stands behind
///     files of the city        sealed, see ``CityFiles``
///     seal                     JSON
///     footer, 56 bytes         SHA-256 of the seal; lengths of the files and of the seal; the letters WMAPSEAL
///
/// A program that writes to the database cuts the end off, as it is behind the last page. A backup that has its seal is therefore exactly
/// what was written once, or damaged.
public struct BackupSeal: Hashable, Sendable {
    /// Moment of the state, in milliseconds since 1970.
    public var at: Int64
    public var identity: StoreIdentity
    public var schema: Int
    public var works: Int
    public var pageSize: Int
    public var pages: Int
    /// SHA-256 of the pages, without what a program changes in the first 100 bytes by opening the file.
    public var pagesDigest: String
    public var filesDigest: String
    public var files: Int
    /// Name of the journal's segment that was open then; nil without a journal.
    public var segment: String?

    static let footerSize = 56
    private static let magic = Array("WMAPSEAL".utf8)

    /// The state of a backup file.
    public enum State: Hashable, Sendable {
        /// The file has no seal: it was not made by `backup`, or was written to since.
        case unsealed
        case whole(BackupSeal)
        /// The reason says what differs.
        case damaged(String)
    }

    // MARK: Text

    var json: JSONValue {
        [
            "at": .integer(Int(at)), "store": .string(identity.store), "commit": .integer(Int(identity.commit)),
            "token": .integer(Int(identity.token)), "schema": .integer(schema), "works": .integer(works),
            "page_size": .integer(pageSize), "pages": .integer(pages), "pages_sha256": .string(pagesDigest),
            "files_sha256": .string(filesDigest), "files": .integer(files),
            "segment": segment.map { .string($0) } ?? .null,
        ]
    }

    init?(_ json: JSONValue) {
        guard let at = json.object?["at"]?.integer, let store = json.object?["store"]?.string,
            let commit = json.object?["commit"]?.integer, let token = json.object?["token"]?.integer,
            let schema = json.object?["schema"]?.integer, let works = json.object?["works"]?.integer,
            let pageSize = json.object?["page_size"]?.integer, let pages = json.object?["pages"]?.integer,
            let pagesDigest = json.object?["pages_sha256"]?.string,
            let filesDigest = json.object?["files_sha256"]?.string, let files = json.object?["files"]?.integer
        else { return nil }
        self.at = Int64(at)
        identity = StoreIdentity(store: store, commit: Int64(commit), token: Int64(token))
        (self.schema, self.works, self.pageSize, self.pages) = (schema, works, pageSize, pages)
        (self.pagesDigest, self.filesDigest, self.files) = (pagesDigest, filesDigest, files)
        segment = json.object?["segment"]?.string
    }

    init(at: Int64, identity: StoreIdentity, schema: Int, works: Int, segment: String?) {
        self.at = at
        self.identity = identity
        (self.schema, self.works, self.segment) = (schema, works, segment)
        (pageSize, pages, pagesDigest, filesDigest, files) = (0, 0, "", "", 0)
    }

    // MARK: Writing

    /// Writes the end of a backup: the city's files and the seal. The file is on the disk when the call returns.
    mutating func write(to path: String, files city: CityFiles?) throws {
        let file = try RawFile(path, O_RDWR)
        let size = try file.size()
        (pageSize, pages) = try Self.pages(of: file, size: size)
        let end = pageSize * pages
        guard size == end else { throw StoreError.corrupt("\(path): \(size) bytes are no whole number of pages") }
        pagesDigest = try Self.digest(of: file, from: 0, to: end)
        var filesSize = 0
        var digest = ContentDigest()
        try city?.forEachPiece { piece in
            digest.update(piece)
            try file.write(piece, at: end + filesSize)
            filesSize += piece.count
        }
        files = city?.count ?? 0
        filesDigest = digest.hex()
        let text = Array(json.description.utf8)
        var footer = ContentDigest()
        footer.update(text)
        var last = footer.bytes()
        for length in [filesSize, text.count] { withUnsafeBytes(of: UInt64(length).littleEndian) { last += $0 } }
        try file.write(text + last + Self.magic, at: end + filesSize)
        try file.synchronize()
        file.forgetCached()
    }

    // MARK: Reading

    /// Reads the whole file and compares it with its seal.
    ///
    /// - Throws: `StoreError` if it cannot be read.
    public static func verify(_ path: String) throws -> State {
        let file = try RawFile(path, O_RDONLY)
        let size = try file.size()
        let found: (seal: BackupSeal, filesSize: Int)
        do {
            guard let read = try read(file, size) else { return .unsealed }
            found = read
        } catch let fault as Fault {
            return .damaged(fault.reason)
        }
        let seal = found.seal
        let end = seal.pageSize * seal.pages
        guard try digest(of: file, from: 0, to: end) == seal.pagesDigest else {
            return .damaged("the pages are not those that were written: bits of them have changed")
        }
        var files = ContentDigest()
        try file.forEachPiece(from: end, to: end + found.filesSize) { files.update($0) }
        guard files.hex() == seal.filesDigest else {
            return .damaged("the city's files in it are not those that were written: bits of them have changed")
        }
        return .whole(seal)
    }

    /// The seal of a file that is not read as a whole; nil if it has none.
    static func read(_ path: String) throws -> (seal: BackupSeal, filesSize: Int)? {
        let file = try RawFile(path, O_RDONLY)
        do { return try read(file, try file.size()) } catch let fault as Fault {
            throw StoreError.corrupt("\(path): \(fault.reason)")
        }
    }

    /// True if a file ends with a seal, broken or not.
    static func isSealed(_ path: String) throws -> Bool {
        let file = try RawFile(path, O_RDONLY)
        let size = try file.size()
        return try size > footerSize && file.read(8, at: size - 8) == magic
    }

    private struct Fault: Error {
        var reason: String
    }

    private static func read(_ file: RawFile, _ size: Int) throws -> (seal: BackupSeal, filesSize: Int)? {
        guard size > footerSize else { return nil }
        let footer = try file.read(footerSize, at: size - footerSize)
        guard Array(footer.suffix(8)) == magic else { return nil }
        func number(_ offset: Int) -> UInt64 {
            footer[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        let (filesSize, length) = (number(32), number(40))
        let limit = UInt64(size - footerSize)
        guard filesSize <= limit, length <= min(limit, 1 << 20), filesSize + length <= limit else {
            throw Fault(reason: "its seal is broken")
        }
        let text = try file.read(Int(length), at: size - footerSize - Int(length))
        var digest = ContentDigest()
        digest.update(text)
        guard digest.bytes() == Array(footer.prefix(32)), let json = try? JSONParser.parse(text),
            let seal = BackupSeal(json)
        else { throw Fault(reason: "its seal is broken: bits of it have changed") }
        guard seal.pageSize > 0, seal.pages > 0,
            seal.pageSize * seal.pages + Int(filesSize + length) + footerSize == size
        else { throw Fault(reason: "it has \(size) bytes, which is not the size that it was written with") }
        return (seal, Int(filesSize))
    }

    private static func pages(of file: RawFile, size: Int) throws -> (size: Int, count: Int) {
        let header = try file.read(min(100, size), at: 0)
        guard header.count == 100 else { throw StoreError.corrupt("the copy is empty") }
        let stated = Int(header[16]) << 8 | Int(header[17])
        let pageSize = stated == 1 ? 65_536 : stated
        guard pageSize >= 512 else { throw StoreError.corrupt("the copy has no pages") }
        return (pageSize, size / pageSize)
    }

    /// Bytes of the header that opening a file changes: modes of reading and writing, counters of changes, version of the library. Section 1.3 of
    /// https://www.sqlite.org/fileformat.html.
    private static let changeable = [18..<20, 24..<28, 92..<100]

    private static func digest(of file: RawFile, from start: Int, to end: Int) throws -> String {
        var digest = ContentDigest()
        var isFirst = true
        try file.forEachPiece(from: start, to: end) { piece in
            if isFirst {
                isFirst = false
                var header = Array(piece.prefix(100))
                for range in changeable where range.upperBound <= header.count {
                    for index in range { header[index] = 0 }
                }
                digest.update(header)
                digest.update(UnsafeRawBufferPointer(rebasing: piece.dropFirst(100)))
            } else {
                digest.update(piece)
            }
        }
        return digest.hex()
    }
}

/// A file that is read and written at positions.
///
/// A class, because it owns the descriptor. Closing one ends all locks that the process has on the file, so none is opened on a database in use.
final class RawFile {
    let path: String
    private let descriptor: Int32
    private static let piece = 1 << 20

    init(_ path: String, _ flags: Int32, mode: mode_t = 0o640) throws {
        self.path = path
        descriptor = open(path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw Self.failure(path, flags) }
    }

    deinit { close(descriptor) }

    func size() throws -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreError.foreign(path: path, reason: "it is no regular file")
        }
        return Int(status.st_size)
    }

    /// Bytes at a position; fewer where the file ends.
    func read(_ count: Int, at offset: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let read = try bytes.withUnsafeMutableBytes { try fill($0, at: offset) }
        return read == count ? bytes : Array(bytes.prefix(read))
    }

    func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
            guard count >= 0 || errno == EINTR else { throw failure() }
            if count == 0 { break }
            done += max(count, 0)
        }
        return done
    }

    func forEachPiece(from start: Int, to end: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.piece, alignment: 16)
        defer { buffer.deallocate() }
        var offset = start
        while offset < end {
            let wanted = min(Self.piece, end - offset)
            let count = try fill(UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: offset)
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            guard count == wanted else { return }
            offset += count
        }
    }

    func write(_ bytes: [UInt8], at offset: Int) throws { try bytes.withUnsafeBytes { try write($0, at: offset) } }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        var done = 0
        while done < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
            guard count > 0 || errno == EINTR else { throw failure() }
            done += max(count, 0)
        }
    }

    func truncate(to size: Int) throws {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw failure() }
    }

    func synchronize() throws {
        guard fsync(descriptor) == 0 else { throw failure() }
    }

    /// Has the system read from the disk what is read next.
    func forgetCached() { posix_fadvise(descriptor, 0, 0, Int32(POSIX_FADV_DONTNEED)) }

    private func failure() -> StoreError {
        .unwritable(path: path, reason: String(cString: strerror(errno)))
    }

    private static func failure(_ path: String, _ flags: Int32) -> StoreError {
        if errno == ENOENT || errno == ENOTDIR, flags & O_CREAT == 0 { return .missing(path: path) }
        return flags & (O_WRONLY | O_RDWR) == 0
            ? .unopened(path: path, reason: String(cString: strerror(errno)))
            : .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
}
