import CISAL
import Geometry
import Glibc
import Sealing
import Works

/// A file of the change journal: pages of the database as commits left them, with the moments by which they were seen.
///
///     head line           JSON: store, page size, the segment that it follows, the wrapped key if records are encrypted
///     records             length (4 bytes), chained digest (16 bytes), content
///     content             moment (8), size of the database in pages (4), flags (4), raw length (4), deflated pages
///     pages               number (4), bytes, for each
///
/// Each digest covers the one before, so that a record that is missing, moved or changed is noticed. A last record that was cut is passed over.
enum JournalSegment {
    struct Head: Hashable {
        var store: String
        var pageSize: Int
        /// Name of the segment before; nil if this one begins a chain at a backup.
        var follows: String?
        /// The key of the records, encrypted for the recipient.
        var key: String?

        var line: [UInt8] {
            let json: JSONValue = [
                "worksmap_journal": 1, "store": .string(store), "page_size": .integer(pageSize),
                "follows": follows.map { .string($0) } ?? .null, "key": key.map { .string($0) } ?? .null,
            ]
            return Array(json.description.utf8) + [10]
        }
    }

    /// Pages of one record.
    struct Record {
        /// Milliseconds since 1970; all that was committed before is in this record and those before it.
        var at: Int64
        var databasePages: UInt32
        /// True if the database is in a whole state after it.
        var isLast: Bool
        var pages: [(number: UInt32, bytes: [UInt8])]
    }

    private static let headLimit = 65_536

    static func head(_ path: String) throws -> Head { try readHead(RawFile(path, O_RDONLY)).head }

    private static func readHead(_ file: RawFile) throws -> (head: Head, size: Int) {
        let bytes = try file.read(headLimit, at: 0)
        guard let end = bytes.firstIndex(of: 10), let json = try? JSONParser.parse(Array(bytes[..<end])).object,
            json["worksmap_journal"]?.integer == 1, let store = json["store"]?.string,
            let pageSize = json["page_size"]?.integer, (512...65_536).contains(pageSize)
        else { throw StoreError.corrupt("\(file.path): its head is broken") }
        return (
            Head(store: store, pageSize: pageSize, follows: json["follows"]?.string, key: json["key"]?.string), end + 1
        )
    }

    // MARK: Writing

    /// Appends records to a segment. A class, because it owns the file.
    final class Writer {
        let name: String
        private let file: RawFile
        private let cipher: RecordCipher?
        private(set) var size: Int
        /// True as long as nothing was appended.
        var isEmpty: Bool { position == 0 }
        private var digest: [UInt8]
        private var position: UInt64 = 0

        init(_ name: String, in folder: BackupFolder, _ head: Head, secret: [UInt8]?) throws {
            self.name = name
            file = try RawFile("\(folder.path)/\(name)", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW)
            cipher = secret.map { RecordCipher(secret: $0) }
            let line = head.line
            try file.write(line, at: 0)
            try file.synchronize()
            try folder.synchronize()
            size = line.count
            digest = JournalSegment.first(line)
        }

        func append(_ change: WriteAheadLog.Change, at moment: Int64, isLast: Bool) throws {
            var raw: [UInt8] = []
            for (number, bytes) in change.pages.sorted(by: { $0.key < $1.key }) {
                withUnsafeBytes(of: number.littleEndian) { raw += $0 }
                raw += bytes
            }
            var content: [UInt8] = []
            withUnsafeBytes(of: moment.littleEndian) { content += $0 }
            for word in [change.databasePages, isLast ? 1 : 0, UInt32(raw.count)] {
                withUnsafeBytes(of: word.littleEndian) { content += $0 }
            }
            content += Deflate.compress(raw)
            if let cipher { content = cipher.seal(content, position: position) }
            let next = JournalSegment.next(digest, content)
            try file.write(
                withUnsafeBytes(of: UInt32(content.count).littleEndian) { Array($0) } + next + content, at: size)
            digest = next
            size += 20 + content.count
            position += 1
        }

        /// Has all that was appended written to the disk.
        func synchronize() throws { try file.synchronize() }
    }

    private static func first(_ line: [UInt8]) -> [UInt8] { next([], line) }

    private static func next(_ digest: [UInt8], _ content: [UInt8]) -> [UInt8] {
        var hash = ContentDigest()
        hash.update(digest)
        hash.update(content)
        return Array(hash.bytes().prefix(16))
    }

    // MARK: Reading

    /// Hands out the records in order, up to the end or to a record that was cut.
    ///
    /// - Parameter identity: File with the identity of `age` that opens encrypted records.
    /// - Throws: `StoreError.corrupt` for a record in the middle that is not what was written.
    static func forEachRecord(
        _ path: String, identity: String?, _ body: (Record) throws -> Bool
    ) throws {
        let file = try RawFile(path, O_RDONLY)
        let end = try file.size()
        let (head, headSize) = try readHead(file)
        var cipher: RecordCipher?
        if let key = head.key {
            guard let identity else {
                throw StoreError.unopened(path: path, reason: "it is encrypted; name the identity with --identity")
            }
            cipher = RecordCipher(secret: try AgeCipher.unwrap(key, identity: identity, about: path))
        }
        var digest = first(try file.read(headSize, at: 0))
        var (offset, position) = (headSize, UInt64(0))
        while offset + 20 <= end {
            let start = try file.read(20, at: offset)
            let length = start.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            guard offset + 20 + length <= end else { return }
            var content = try file.read(length, at: offset + 20)
            let next = next(digest, content)
            guard next == Array(start.suffix(16)) else {
                // The last record may have been cut by a loss of power in any part of it.
                if offset + 20 + length == end { return }
                throw StoreError.corrupt("\(path): record \(position) is not what was written: bits of it have changed")
            }
            if let cipher {
                guard let plain = try? cipher.open(content, position: position) else {
                    throw StoreError.corrupt("\(path): record \(position) does not open")
                }
                content = plain
            }
            digest = next
            offset += 20 + length
            position += 1
            guard try body(try record(content, head.pageSize, path)) else { return }
        }
    }

    private static func record(_ content: [UInt8], _ pageSize: Int, _ path: String) throws -> Record {
        func number(_ offset: Int, _ count: Int) -> UInt64 {
            content[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard content.count >= 20,
            let raw = Deflate.expand(Array(content[20...]), size: Int(number(16, 4))),
            raw.count.isMultiple(of: 4 + pageSize)
        else { throw StoreError.corrupt("\(path): a record cannot be read") }
        var record = Record(
            at: Int64(bitPattern: number(0, 8)), databasePages: UInt32(number(8, 4)), isLast: number(12, 4) & 1 == 1,
            pages: [])
        for start in stride(from: 0, to: raw.count, by: 4 + pageSize) {
            let page = raw[start..<start + 4].reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
            record.pages.append((page, Array(raw[(start + 4)..<(start + 4 + pageSize)])))
        }
        return record
    }
}

/// Raw deflate (RFC 1951) of whole buffers, by ISA-L.
private enum Deflate {
    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        let levelSize = 512 * 1024
        let stream = UnsafeMutablePointer<isal_zstream>.allocate(capacity: 1)
        let level = UnsafeMutablePointer<UInt8>.allocate(capacity: levelSize)
        defer {
            stream.deallocate()
            level.deallocate()
        }
        isal_deflate_init(stream)
        stream.pointee.level = 1
        stream.pointee.level_buf = level
        stream.pointee.level_buf_size = UInt32(levelSize)
        stream.pointee.end_of_stream = 1
        var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 1000 + 1024)
        var input = bytes
        let count = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output -> Int in
                stream.pointee.next_in = input.baseAddress
                stream.pointee.avail_in = UInt32(input.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(output.count)
                let status = isal_deflate(stream)
                precondition(status == COMP_OK && stream.pointee.avail_in == 0, "deflate needs no more room than that")
                return output.count - Int(stream.pointee.avail_out)
            }
        }
        return Array(output.prefix(count))
    }

    static func expand(_ bytes: [UInt8], size: Int) -> [UInt8]? {
        guard size <= 1 << 30 else { return nil }
        let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)
        defer { state.deallocate() }
        isal_inflate_init(state)
        var (input, output) = (bytes, [UInt8](repeating: 0, count: size))
        let isWhole = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                state.pointee.next_in = input.baseAddress
                state.pointee.avail_in = UInt32(input.count)
                state.pointee.next_out = output.baseAddress
                state.pointee.avail_out = UInt32(output.count)
                return isal_inflate(state) == ISAL_DECOMP_OK && state.pointee.avail_out == 0
            }
        }
        return isWhole ? output : nil
    }
}
