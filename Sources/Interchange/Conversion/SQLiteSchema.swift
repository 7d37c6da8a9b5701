import Glibc

/// The tables, views, indexes and triggers of an SQLite database, read from the bytes of the file as text
/// (https://www.sqlite.org/fileformat2.html): no statement of a stranger's file is run to find out what it would do.
struct SQLiteSchema {
    struct Entry: Hashable {
        /// `table`, `index`, `view` or `trigger`, as the file says.
        var type: String
        var name: String
        var sql: String
    }

    private(set) var entries: [Entry] = []

    static let magic = Array("SQLite format 3\0".utf8)
    /// Bytes of all statements together.
    static let limit = 64 << 20
    private static let entryLimit = 100_000

    /// The file is no SQLite database, or its schema is damaged or larger than it may be.
    enum Fault: Error {
        case damaged
        case tooLarge
    }

    private let file: FileSource
    private let pageSize: Int
    /// Bytes of a page that hold something.
    private let usable: Int
    private let encoding: Int
    private var pagesLeft: Int
    private var size = 0

    /// - Throws: ``Fault`` or ``InputError``.
    init(path: String) throws {
        file = try FileSource(path: path)
        let header = try file.bytes(at: 0, count: 100)
        guard header.count == 100, header.starts(with: Self.magic) else { throw Fault.damaged }
        let stated = Self.number(header, 16, 2)
        pageSize = stated == 1 ? 65536 : stated
        usable = pageSize - Int(header[20])
        encoding = Self.number(header, 56, 4)
        guard pageSize >= 512, pageSize & (pageSize - 1) == 0, usable >= 480, encoding <= 3 else { throw Fault.damaged }
        // Every page of a tree is read once; more of them than the file has means that it leads back to itself.
        pagesLeft = (file.byteCount ?? 0) / pageSize + 1
        try readTree(page: 1, depth: 0)
    }

    // MARK: The tree of the schema's table

    private mutating func page(_ number: Int) throws -> [UInt8] {
        pagesLeft -= 1
        guard number > 0, pagesLeft >= 0 else { throw Fault.damaged }
        let bytes = try file.bytes(at: (number - 1) * pageSize, count: pageSize)
        guard bytes.count == pageSize else { throw Fault.damaged }
        return bytes
    }

    private mutating func readTree(page number: Int, depth: Int) throws {
        guard depth < 32 else { throw Fault.damaged }
        let page = try page(number)
        let start = number == 1 ? 100 : 0
        let cells = Self.number(page, start + 3, 2)
        switch page[start] {
        case 0x0D:
            guard start + 8 + cells * 2 <= usable else { throw Fault.damaged }
            for cell in 0..<cells { try readRow(page, at: Self.number(page, start + 8 + cell * 2, 2)) }
        case 0x05:
            guard start + 12 + cells * 2 <= usable else { throw Fault.damaged }
            for cell in 0..<cells {
                let offset = Self.number(page, start + 12 + cell * 2, 2)
                guard offset + 4 <= usable else { throw Fault.damaged }
                try readTree(page: Self.number(page, offset, 4), depth: depth + 1)
            }
            try readTree(page: Self.number(page, start + 8, 4), depth: depth + 1)
        default: throw Fault.damaged
        }
    }

    private mutating func readRow(_ page: [UInt8], at offset: Int) throws {
        var position = offset
        let length = try Self.varint(page, &position, usable)
        _ = try Self.varint(page, &position, usable)
        guard length >= 0 else { throw Fault.damaged }
        size += min(length, Self.limit + 1)
        guard size <= Self.limit, entries.count < Self.entryLimit else { throw Fault.tooLarge }
        let local = Self.local(length, usable)
        guard position + local <= usable else { throw Fault.damaged }
        var payload = Array(page[position..<position + local])
        if local < length {
            guard position + local + 4 <= usable else { throw Fault.damaged }
            var next = Self.number(page, position + local, 4)
            while payload.count < length {
                let overflow = try self.page(next)
                next = Self.number(overflow, 0, 4)
                payload += overflow[4..<4 + min(usable - 4, length - payload.count)]
            }
        }
        entries.append(try entry(payload))
    }

    /// Bytes of a row that lie in its page; the rest follows in pages of its own.
    private static func local(_ length: Int, _ usable: Int) -> Int {
        guard length > usable - 35 else { return length }
        let least = (usable - 12) * 32 / 255 - 23
        let fitting = least + (length - least) % (usable - 4)
        return fitting <= usable - 35 ? fitting : least
    }

    /// A row of the table (type, name, tbl_name, rootpage, sql).
    private func entry(_ payload: [UInt8]) throws -> Entry {
        var position = 0
        let headerLength = try Self.varint(payload, &position, payload.count)
        guard headerLength >= position, headerLength <= payload.count else { throw Fault.damaged }
        var offset = headerLength
        var columns: [String] = []
        while position < headerLength {
            let type = try Self.varint(payload, &position, headerLength)
            let length = try Self.length(of: type)
            guard length <= payload.count - offset else { throw Fault.damaged }
            columns.append(type >= 12 ? text(payload[offset..<offset + length]) : "")
            offset += length
        }
        guard columns.count >= 5 else { throw Fault.damaged }
        return Entry(type: columns[0], name: columns[1], sql: columns[4])
    }

    private static func length(of type: Int) throws -> Int {
        switch type {
        case 0, 8, 9: 0
        case 1...4: type
        case 5: 6
        case 6, 7: 8
        case 12...: (type - 12) / 2
        default: throw Fault.damaged
        }
    }

    private func text(_ bytes: ArraySlice<UInt8>) -> String {
        guard encoding > 1 else { return String(decoding: bytes, as: UTF8.self) }
        let units = stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map { index in
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return encoding == 2 ? first | second << 8 : first << 8 | second
        }
        return String(decoding: units, as: UTF16.self)
    }

    // MARK: Numbers, big-endian

    private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
        bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
    }

    private static func varint(_ bytes: [UInt8], _ position: inout Int, _ end: Int) throws -> Int {
        var value: UInt64 = 0
        for index in 0..<9 {
            guard position < end else { throw Fault.damaged }
            let byte = bytes[position]
            position += 1
            if index == 8 { return Int(truncatingIfNeeded: value << 8 | UInt64(byte)) }
            value = value << 7 | UInt64(byte & 0x7F)
            if byte < 0x80 { break }
        }
        return Int(truncatingIfNeeded: value)
    }
}
