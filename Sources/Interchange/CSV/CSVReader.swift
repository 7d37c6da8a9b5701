import Geometry

/// Records of a CSV file (RFC 4180), read in a stream.
///
/// The libraries of the field, SwiftCSV among them, load a file whole and make a string of each field. A city's file is larger than
/// what an import may hold in memory, and most of its fields are never looked at as strings, so this reader keeps one chunk and hands
/// out each field as bytes in it.
///
/// Beyond the standard: LF, CRLF and CR line ends, a byte order mark, any delimiter, quotes in the middle of an unquoted field as
/// they are. The file must be UTF-8; other encodings are converted before (``TranscodingSource``).
public final class CSVReader {
    /// Why a record cannot be used; the ones after it can.
    public enum Fault: Hashable, Sendable {
        /// The record has another number of fields than the header.
        case uneven(fields: Int, header: Int, isLast: Bool)
        /// Something follows a closing quote where the delimiter should.
        case textAfterQuote(field: Int)
        /// A byte that UTF-8 cannot have there.
        case encoding(byte: UInt8, field: Int)
    }

    /// The longest record, in bytes; a quote that is never closed runs into it.
    public static let maximumRecord = GeoJSONFeatureStream.maximumRecord

    /// The most fields of a record.
    public static let maximumFields = 1 << 16

    /// A column that bears another name here than in the file.
    public struct Renaming: Hashable, Sendable {
        /// Its name in the file; empty if it has none.
        public var from: String
        /// The name that no other column has.
        public var to: String
    }

    /// The names of the columns, white space around them removed; each name is there once.
    public private(set) var header: [String] = []
    /// The columns whose name is that of a column before, or empty.
    public private(set) var renamed: [Renaming] = []
    /// Lines before the header, which are not read.
    public private(set) var skippedLines = 0
    /// True if one of them is no more than a name for the separator.
    private(set) var hasSeparatorLine = false
    public let delimiter: UInt8
    /// The line on which the current record begins, from 1.
    public private(set) var line = 1
    /// What is wrong with the current record.
    public private(set) var fault: Fault?

    private let source: any ByteSource
    // Fields are asked for some thirty times a row; checking each access for exclusivity costs a quarter of the decoding.
    @exclusivity(unchecked) private var buffer: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// The bytes in the buffer that are not yet read are `position..<filled`.
    private var position = 0
    private var filled = 0
    private var sourceEnded = false
    private var nextLine = 1
    /// Start and end of each field of the current record.
    @exclusivity(unchecked) private var ends: [(start: Int, end: Int)] = []
    private var quoteFault: Int?
    /// Columns up to the last that has a name in the file.
    private var named = 0

    /// - Parameters:
    ///   - source: UTF-8, not compressed.
    ///   - delimiter: What separates fields; found out from the first records if nil.
    ///   - headerRow: The line that has the names of the columns, from 1; found out if nil.
    ///   - capacity: How much is read at a time, in bytes.
    ///   - isHeader: True for names that are the header without doubt, so that lines before it can be told.
    /// - Throws: ``InputError`` if the file is empty or its header cannot be read.
    public init(
        _ source: any ByteSource, delimiter: UInt8? = nil, headerRow: Int? = nil, capacity: Int = 1 << 18,
        isHeader: ([String]) -> Bool = { _ in true }
    ) throws {
        self.source = source
        self.capacity = capacity
        buffer = .allocate(capacity: capacity)
        var count = 0
        while count < capacity {
            let came = try source.read(
                into: UnsafeMutableRawBufferPointer(start: buffer + count, count: capacity - count))
            if came == 0 {
                sourceEnded = true
                break
            }
            count += came
        }
        filled = count
        if count >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF { position = 3 }
        let start = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(start: buffer, count: count)[position...])
        guard start.contains(where: { !CSVReader.isSpace($0) }) else {
            throw InputError(file: source.name, "the file is empty: not even a header row is in it")
        }
        let preamble = CSVPreamble(
            of: start, headerRow: headerRow, delimiter: delimiter, name: source.name, isHeader: isHeader)
        let table = UnsafeBufferPointer(rebasing: start[preamble.offset...])
        self.delimiter = preamble.delimiter ?? CSVDialect.delimiter(of: table, name: source.name)
        position += preamble.offset
        nextLine += preamble.lines
        skippedLines = preamble.lines
        hasSeparatorLine = preamble.hasSeparatorLine
        guard try scan() else { throw InputError(file: source.name, "the file is empty") }
        if let invalid = invalidByte() {
            throw InputError(
                file: source.name, line: line, EncodingAdvice.message(byte: invalid.byte, in: start))
        }
        header = (0..<ends.count).map {
            let text = String(decoding: field($0), as: UTF8.self)
            return String(text.trimmingSpaces())
        }
        named = (header.lastIndex { !$0.isEmpty } ?? header.count - 1) + 1
        renameColumns()
    }

    /// Gives columns names of their own: `Notes_2` for the second `Notes`, `column_4` for one without a name.
    private func renameColumns() {
        var taken = Set(header)
        var seen: Set<String> = []
        for (index, name) in header.enumerated() where name.isEmpty || !seen.insert(name).inserted {
            var number = name.isEmpty ? index + 1 : 2
            let stem = name.isEmpty ? "column" : name
            while taken.contains("\(stem)_\(number)") { number += 1 }
            header[index] = "\(stem)_\(number)"
            taken.insert(header[index])
            renamed.append(Renaming(from: name, to: header[index]))
        }
    }

    deinit { buffer.deallocate() }

    /// How many fields the current record has.
    public var fieldCount: Int { ends.count }

    /// A field of the current record, unquoted; valid until the next record is read.
    @inline(__always)
    public func field(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        let (start, end) = ends[index]
        return UnsafeBufferPointer(start: buffer + start, count: end - start)
    }

    /// The bytes of the file around the current record, for advice on their encoding.
    var sample: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: buffer, count: filled)
    }

    /// Moves on to the next record that is not an empty line; false at the end of the file.
    ///
    /// - Throws: ``InputError`` if the file ends inside quotes or cannot be read on.
    public func next() throws -> Bool {
        repeat {
            guard try scan() else { return false }
        } while ends.count == 1 && header.count > 1 && ends[0].start == ends[0].end
        fault = nil
        if let quoteFault {
            fault = .textAfterQuote(field: quoteFault)
        } else if ends.count != header.count, !evenOut() {
            fault = .uneven(fields: ends.count, header: header.count, isLast: sourceEnded && position >= filled)
        } else if let invalid = invalidByte() {
            fault = .encoding(byte: invalid.byte, field: invalid.field)
        }
        return true
    }

    /// Takes empty fields more than the header has for a separator too many at the end of the row, and columns without a name
    /// that a row lacks for empty; false if that does not make the row as long as the header.
    private func evenOut() -> Bool {
        while ends.count > header.count, let last = ends.last, field(ends.count - 1).trimmed.isEmpty,
            last.start <= last.end
        {
            ends.removeLast()
        }
        guard let last = ends.last, ends.count >= named else { return false }
        while ends.count < header.count { ends.append((last.end, last.end)) }
        return ends.count == header.count
    }

    // MARK: Scanning

    /// Finds the fields of the record that begins at `position`; false if there is none.
    private func scan() throws -> Bool {
        while true {
            if position == filled, try !refill() { return false }
            switch scanRecord() {
            case .complete: return true
            case .tooManyFields:
                throw InputError(
                    file: source.name, line: nextLine,
                    "the record that begins here has more than \(Self.maximumFields) fields; is the delimiter right?")
            case .incomplete: break
            }
            if try refill() { continue }
            // Now that the end is known, only an open quote is still incomplete.
            guard case .incomplete(let quotedSince?) = scanRecord() else { return true }
            throw InputError(
                file: source.name, line: quotedSince,
                "a quoted field begins here and never ends: the file was cut off, or a quote is missing")
        }
    }

    private enum Outcome {
        case complete
        case incomplete(quotedSince: Int?)
        case tooManyFields
    }

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D

    private func scanRecord() -> Outcome {
        let delimiter = self.delimiter
        let buffer = self.buffer
        let filled = self.filled
        var at = position
        var lines = 0
        var quoteFault: Int?
        ends.removeAll(keepingCapacity: true)
        while true {
            guard ends.count < Self.maximumFields else { return .tooManyFields }
            // One field; `at` is its first byte.
            if at < filled, buffer[at] == Self.quote {
                let opened = nextLine + lines
                at += 1
                let start = at
                // Two quotes are one: what follows is moved up over the first of them, but only once the record is known to be whole.
                var hasPairs = false
                while true {
                    while at < filled, buffer[at] != Self.quote {
                        if buffer[at] == Self.lineFeed { lines += 1 }
                        at += 1
                    }
                    if at + 1 >= filled, !(at < filled && sourceEnded) { return .incomplete(quotedSince: opened) }
                    if at + 1 < filled, buffer[at + 1] == Self.quote {
                        hasPairs = true
                        at += 2
                    } else {
                        break
                    }
                }
                ends.append((start, hasPairs ? -at : at))
                at += 1
                if at < filled, buffer[at] != delimiter, buffer[at] != Self.lineFeed, buffer[at] != Self.carriageReturn
                {
                    if quoteFault == nil { quoteFault = ends.count - 1 }
                    while at < filled, buffer[at] != delimiter, buffer[at] != Self.lineFeed,
                        buffer[at] != Self.carriageReturn
                    {
                        at += 1
                    }
                }
            } else {
                let start = at
                while at < filled {
                    let byte = buffer[at]
                    if byte == delimiter || byte == Self.lineFeed || byte == Self.carriageReturn { break }
                    at += 1
                }
                ends.append((start, at))
            }
            guard at < filled else {
                if sourceEnded { break }
                return .incomplete(quotedSince: nil)
            }
            let byte = buffer[at]
            at += 1
            if byte == delimiter { continue }
            lines += 1
            if byte == Self.carriageReturn {
                guard at < filled || sourceEnded else { return .incomplete(quotedSince: nil) }
                if at < filled, buffer[at] == Self.lineFeed { at += 1 }
            }
            break
        }
        for index in ends.indices where ends[index].end < 0 {
            ends[index].end = collapse(ends[index].start, -ends[index].end)
        }
        self.quoteFault = quoteFault
        line = nextLine
        nextLine += lines
        position = at
        return .complete
    }

    /// Makes one quote of two in place; the end of the field's text.
    private func collapse(_ start: Int, _ end: Int) -> Int {
        var from = start
        var to = start
        while from < end {
            buffer[to] = buffer[from]
            from += buffer[from] == Self.quote ? 2 : 1
            to += 1
        }
        return to
    }

    /// Reads on behind the bytes that are still needed; false at the end of the source.
    private func refill() throws -> Bool {
        guard !sourceEnded else { return false }
        if position > 0 {
            (buffer).update(from: buffer + position, count: filled - position)
            filled -= position
            position = 0
        }
        if filled == capacity {
            guard capacity < Self.maximumRecord else {
                throw InputError(
                    file: source.name, line: nextLine,
                    "the record that begins here does not end within \(Self.maximumRecord >> 20) MiB; is a quote missing?"
                )
            }
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2)
            larger.update(from: buffer, count: filled)
            buffer.deallocate()
            buffer = larger
            capacity *= 2
        }
        let room = UnsafeMutableRawBufferPointer(start: buffer + filled, count: capacity - filled)
        let count = try source.read(into: room)
        filled += count
        sourceEnded = count == 0
        return count > 0
    }

    /// The first byte of the record that is not UTF-8 and the field that it is in.
    private func invalidByte() -> (byte: UInt8, field: Int)? {
        guard let first = ends.first, let last = ends.last, first.start <= last.end else { return nil }
        // Nearly every record is ASCII or clean, so the whole of it is looked at before its fields are.
        let whole = UnsafeBufferPointer(start: buffer + first.start, count: last.end - first.start)
        if whole.isValidUTF8 { return nil }
        for index in ends.indices {
            let field = field(index)
            let valid = field.validUTF8Prefix
            if valid < field.count { return (field[valid], index) }
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}

extension CSVReader.Fault {
    /// In words for the user; `header` and `sample` make them more exact.
    func message(in reader: CSVReader) -> String {
        switch self {
        case .uneven(let fields, let header, let isLast):
            "the row has \(fields) \(fields == 1 ? "field" : "fields") where the header has \(header)"
                + (isLast && fields < header ? "; the file may have been cut off" : "")
        case .textAfterQuote(let field):
            "in column \(reader.header.indices.contains(field) ? reader.header[field] : "\(field + 1)") text follows the closing quote"
        case .encoding(let byte, let field):
            "column \(reader.header[field]): " + EncodingAdvice.message(byte: byte, in: reader.field(field))
        }
    }
}
