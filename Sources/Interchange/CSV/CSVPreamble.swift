import Geometry

/// Lines in front of the header of a CSV file: a title, notes, or what Excel calls its separator by (`sep=;`).
struct CSVPreamble {
    /// Start of the header, in bytes.
    private(set) var offset = 0
    /// Lines before it.
    private(set) var lines = 0
    /// Separator of fields; nil if nothing says it.
    private(set) var delimiter: UInt8?
    private(set) var hasSeparatorLine = false

    /// Lines that are looked at for a header.
    private static let limit = 30

    /// - Parameters:
    ///   - headerRow: The line that has the names of the columns, if that is known.
    ///   - delimiter: What separates fields, if that is known.
    ///   - name: The name of the file.
    ///   - isHeader: True for the names of columns that are a header without doubt; the first line counts if no line is.
    init(
        of start: UnsafeBufferPointer<UInt8>, headerRow: Int?, delimiter given: UInt8?, name: String,
        isHeader: ([String]) -> Bool
    ) {
        delimiter = given
        if headerRow == nil { readSeparator(start) }
        if let headerRow {
            while lines < headerRow - 1, skipLine(start) {}
            return
        }
        let first = self
        for _ in 0..<Self.limit {
            let rest = UnsafeBufferPointer(rebasing: start[offset...])
            let delimiter = delimiter ?? CSVDialect.delimiter(of: rest, name: name)
            if isHeader(Self.names(rest, delimiter)) { return }
            guard skipLine(start) else { break }
        }
        self = first
    }

    /// Goes over a line `sep=;`, which says what separates fields.
    private mutating func readSeparator(_ start: UnsafeBufferPointer<UInt8>) {
        var end = 0
        while end < start.count, start[end] != 0x0A, start[end] != 0x0D { end += 1 }
        var line = UnsafeBufferPointer(rebasing: start[..<end])
        if line.count > 2, line.first == UInt8(ascii: "\""), line.last == UInt8(ascii: "\"") {
            line = UnsafeBufferPointer(rebasing: line[1..<line.count - 1])
        }
        // The separator itself may stand behind it once more, where a program took the line for a row.
        guard line.count >= 5, String(decoding: line[..<4], as: UTF8.self).lowercased() == "sep=",
            line[5...].allSatisfy({ $0 == line[4] }), line[4] < 0x80, line[4] != UInt8(ascii: "\"")
        else { return }
        if delimiter == nil { delimiter = line[4] }
        hasSeparatorLine = skipLine(start)
    }

    private mutating func skipLine(_ start: UnsafeBufferPointer<UInt8>) -> Bool {
        var at = offset
        while at < start.count, start[at] != 0x0A, start[at] != 0x0D { at += 1 }
        guard at < start.count else { return false }
        if start[at] == 0x0D, at + 1 < start.count, start[at + 1] == 0x0A { at += 1 }
        guard at + 1 < start.count else { return false }
        offset = at + 1
        lines += 1
        return true
    }

    /// The fields of the line that a text begins with.
    private static func names(_ text: UnsafeBufferPointer<UInt8>, _ delimiter: UInt8) -> [String] {
        var names: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        func end() {
            names.append(String(String(decoding: field, as: UTF8.self).trimmingSpaces()))
            field = []
        }
        for byte in text {
            if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if !isQuoted, byte == delimiter {
                end()
                if names.count > CSVReader.maximumFields { return names }
            } else if !isQuoted, byte == 0x0A || byte == 0x0D {
                break
            } else {
                field.append(byte)
            }
        }
        end()
        return names
    }
}
