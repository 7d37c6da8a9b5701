import CSpatiaLite
import Glibc
import Synchronization
import Works

/// Follows the write-ahead log of a database: every page that any process commits, in order and without a gap.
///
/// A read transaction of its own keeps the log from beginning anew before all of it was seen, and there is never a moment without one: the next
/// begins before the last ends. From https://www.sqlite.org/walformat.html: the log begins anew only when it was moved into the database as a
/// whole and nobody reads from it. A reader that began when all was moved lets it begin anew once, and then keeps the next round from being
/// moved. So between two looks the log begins anew at most once, and what it held before was seen.
///
/// A class, because it owns connections and descriptors. It belongs to one thread at a time.
final class WriteAheadLog {
    /// Pages by their numbers as of the last commit, and the size of the database then.
    struct Change {
        var pages: [UInt32: [UInt8]]
        var databasePages: UInt32
    }

    let pageSize: Int
    private let path: String
    private let index: LogIndex
    /// The connection that keeps the log, and the one that takes its turn.
    private var reader: OpaquePointer?
    private var relief: OpaquePointer?
    /// Position up to which the log was read: its round, and frames of it.
    private var round: LogIndex.Round
    private var frame: UInt32

    /// Follows the log from now on.
    init(of path: String) throws {
        self.path = path
        reader = try Self.connect(path)
        do {
            try Self.beginReading(reader, path)
            relief = try Self.connect(path)
            pageSize = try Self.pageSize(reader, path)
            index = try LogIndex.open(path + "-shm")
            let header = try index.header()
            (round, frame) = (header.round, header.frames)
        } catch {
            sqlite3_close_v2(reader)
            sqlite3_close_v2(relief)
            throw error
        }
    }

    deinit {
        sqlite3_close_v2(reader)
        sqlite3_close_v2(relief)
    }

    /// Frames in the log.
    var length: UInt32 { frame }

    /// Hands over what was committed since the last call, in parts of at most about `limit` bytes; the last part alone ends in a whole state.
    ///
    /// The reader is renewed in any case: an old one would keep the log from being emptied.
    func advance(limit: Int, _ body: (_ change: Change, _ isLast: Bool) throws -> Void) throws {
        var header = try index.header()
        guard header.round != round || header.frames > 0 else { return }
        try Self.beginReading(relief, path)
        do {
            header = try index.header()
            let start = header.round == round ? frame : 0
            if header.frames > start { try read(from: start, to: header, limit, body) }
            (round, frame) = (header.round, header.frames)
        } catch {
            sqlite3_exec(relief, "ROLLBACK", nil, nil, nil)
            throw error
        }
        sqlite3_exec(reader, "COMMIT", nil, nil, nil)
        swap(&reader, &relief)
    }

    private func read(
        from start: UInt32, to header: LogIndex.Header, _ limit: Int,
        _ body: (_ change: Change, _ isLast: Bool) throws -> Void
    ) throws {
        let file = try RawFile(path + "-wal", O_RDONLY)
        let head = try file.read(32, at: 0)
        guard head.count == 32, Array(head[16..<24]) == header.round.salt else {
            throw StoreError.corrupt("\(path)-wal is not the log that its index is of")
        }
        let frameSize = 24 + pageSize
        func offset(_ frame: UInt32) -> Int { 32 + Int(frame) * frameSize }
        // The last frame of each page counts.
        var last: [UInt32: UInt32] = [:]
        for frame in start..<header.frames {
            let head = try file.read(24, at: offset(frame))
            guard head.count == 24, Array(head[8..<16]) == header.round.salt else {
                throw StoreError.corrupt("\(path)-wal has a frame of another round")
            }
            last[Self.number(head, 0)] = frame
        }
        var change = Change(pages: [:], databasePages: header.databasePages)
        var size = 0
        for (index, (page, frame)) in last.sorted(by: { $0.key < $1.key }).enumerated() {
            change.pages[page] = try file.read(pageSize, at: offset(frame) + 24)
            size += pageSize
            let isLast = index == last.count - 1
            guard size >= limit || isLast else { continue }
            try body(change, isLast)
            change.pages = [:]
            size = 0
        }
    }

    /// Numbers of the pages in the log beside a database, those of a transaction that is under way among them; none if there is no log.
    static func pages(of path: String, pageSize: Int) -> Set<UInt32> {
        var pages: Set<UInt32> = []
        guard let file = try? RawFile(path + "-wal", O_RDONLY), let head = try? file.read(32, at: 0), head.count == 32
        else { return pages }
        var offset = 32
        while let frame = try? file.read(24, at: offset), frame.count == 24, frame[8..<16] == head[16..<24] {
            pages.insert(number(frame, 0))
            offset += 24 + pageSize
        }
        return pages
    }

    private static func number(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func connect(_ path: String) throws -> OpaquePointer? {
        var connection: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(path, &connection, flags, nil) == SQLITE_OK,
            sqlite3_busy_timeout(connection, 5000) == SQLITE_OK
        else {
            defer { sqlite3_close_v2(connection) }
            throw StoreError.named(SQLiteFailure(connection), path: path)
        }
        return connection
    }

    private static func beginReading(_ connection: OpaquePointer?, _ path: String) throws {
        guard sqlite3_exec(connection, "BEGIN; SELECT count(*) FROM sqlite_master", nil, nil, nil) == SQLITE_OK else {
            let failure = SQLiteFailure(connection)
            sqlite3_exec(connection, "ROLLBACK", nil, nil, nil)
            throw StoreError.named(failure, path: path)
        }
    }

    private static func pageSize(_ connection: OpaquePointer?, _ path: String) throws -> Int {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(connection, "PRAGMA page_size", -1, &statement, nil) == SQLITE_OK,
            sqlite3_step(statement) == SQLITE_ROW
        else { throw StoreError.named(SQLiteFailure(connection), path: path) }
        return Int(sqlite3_column_int64(statement, 0))
    }
}

/// The head of a log's index in shared memory: where the last commit ends.
///
/// https://www.sqlite.org/walformat.html, section 2.1: two copies of 48 bytes, in the machine's order of bytes. A commit is written to the first
/// and then to the second; where they differ one is under way.
final class LogIndex: Sendable {
    /// A round of the log: it begins anew with other salts.
    struct Round: Equatable {
        /// As in the frames of the log.
        var salt: [UInt8]
    }

    struct Header {
        var round: Round
        /// Frames up to the end of the last commit.
        var frames: UInt32
        /// Pages of the database after it.
        var databasePages: UInt32
    }

    private let path: String
    private let descriptor: Int32

    private struct File: Hashable {
        var device: dev_t
        var inode: ino_t
    }

    /// Files that were opened. They stay open: closing one would end all locks that the process has on it.
    private static let opened = Mutex<[File: LogIndex]>([:])

    private init(_ path: String, _ descriptor: Int32) { (self.path, self.descriptor) = (path, descriptor) }

    static func open(_ path: String) throws -> LogIndex {
        try opened.withLock { opened in
            var status = stat()
            guard stat(path, &status) == 0 else { throw failure(path) }
            let file = File(device: status.st_dev, inode: status.st_ino)
            if let known = opened[file] { return known }
            let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw failure(path) }
            let index = LogIndex(path, descriptor)
            opened[file] = index
            return index
        }
    }

    func header() throws -> Header {
        var bytes = [UInt8](repeating: 0, count: 96)
        for _ in 0..<1000 {
            guard pread(descriptor, &bytes, 96, 0) == 96 else { throw Self.failure(path) }
            if bytes[0..<48].elementsEqual(bytes[48..<96]), bytes[12] == 1 {
                func number(_ offset: Int) -> UInt32 {
                    bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
                }
                return Header(
                    round: Round(salt: Array(bytes[32..<40])), frames: number(16), databasePages: number(20))
            }
            usleep(1000)
        }
        throw StoreError.corrupt("\(path) is being changed all the time")
    }

    private static func failure(_ path: String) -> StoreError {
        .unopened(path: path, reason: String(cString: strerror(errno)))
    }
}
