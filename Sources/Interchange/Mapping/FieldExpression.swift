/// A column that a mapping names: a CSV column, a property of a feature, or a path into one (`core_details.road_names`).
struct ColumnReference: Hashable, Sendable {
    /// As the mapping names it, without the `?` of an optional one.
    var name: String
    /// Where in the mapping's list of columns it stands.
    var slot: Int

    /// The feature's own `id`.
    static let featureID = "@id"
    /// The number of the row or feature in its file, from 1.
    static let row = "@row"
    /// The file's name without folders and endings.
    static let file = "@file"
    /// The first position of the row's geometry, as `longitude,latitude`.
    static let position = "@position"
    /// Kind of the row's geometry: `point`, `line` or `area`.
    static let geometry = "@geometry"
    /// 16 hexadecimal digits of the whole geometry.
    static let geometryHash = "@geometry_hash"
    /// Followed by a path: a member of the feature collection.
    static let collection = "@collection."
}

/// How a value of ours comes from a row's columns.
indirect enum FieldExpression: Hashable, Sendable {
    case column(ColumnReference)
    case constant(String)
    /// Literal text and columns in turn; nothing if the first of the columns is empty.
    case template([TemplatePart])
    case firstNonEmpty([FieldExpression])
    /// All values that are there, one after another.
    case join([FieldExpression], separator: String)
    case table(FieldExpression, TextTable, otherwise: Otherwise)
    /// What belongs to the highest bound that a number reaches; nothing below the lowest.
    case steps(FieldExpression, [Step])
    /// One part of a text that is cut at a separator; the last one is −1.
    case split(FieldExpression, at: String, take: Int)
    /// The first group of the first match, or all of it where the pattern has no group.
    case match(FieldExpression, pattern: String)
    /// Filled up at the left to a number of characters.
    case pad(FieldExpression, length: Int, with: Character)
    /// The value of the first of the entries whose text, in small letters, occurs in ours.
    case contains(FieldExpression, [Word], otherwise: Otherwise)
    /// A value for rows that have none.
    case withDefault(FieldExpression, String)
    /// A value for rows of which all conditions hold.
    case when([Mapping.Condition], FieldExpression)

    enum TemplatePart: Hashable, Sendable {
        case literal(String)
        case column(ColumnReference)
    }

    /// A text to look for, in small letters, and its value; nil for none.
    struct Word: Hashable, Sendable {
        var text: String
        var value: String?
    }

    struct Step: Hashable, Sendable {
        var from: Double
        var value: String
    }

    /// What becomes of a value that the table does not list.
    enum Otherwise: Hashable, Sendable {
        case value(String)
        /// The source's own text is taken.
        case keep
        case nothing
        case refuse
    }
}

extension FieldExpression {
    /// The columns that the expression reads, in two kinds: those whose text it passes on and those that it only looks up.
    func visitColumns(passedOn: Bool = true, _ body: (ColumnReference, _ passedOn: Bool) -> Void) {
        switch self {
        case .column(let column): body(column, passedOn)
        case .constant: break
        case .template(let parts):
            for case .column(let column) in parts { body(column, passedOn) }
        case .firstNonEmpty(let alternatives), .join(let alternatives, _):
            for alternative in alternatives { alternative.visitColumns(passedOn: passedOn, body) }
        case .table(let inner, _, let otherwise): inner.visitColumns(passedOn: passedOn && otherwise == .keep, body)
        case .steps(let inner, _), .split(let inner, _, _), .match(let inner, _), .contains(let inner, _, _):
            inner.visitColumns(passedOn: false, body)
        case .pad(let inner, _, _): inner.visitColumns(passedOn: passedOn, body)
        case .withDefault(let inner, _): inner.visitColumns(passedOn: passedOn, body)
        case .when(let conditions, let inner):
            for condition in conditions { body(condition.column, false) }
            inner.visitColumns(passedOn: passedOn, body)
        }
    }

    /// Every text that the mapping itself can give for the field.
    var ownValues: [String] {
        switch self {
        case .column, .template, .join, .split, .match, .pad: []
        case .constant(let value): [value]
        case .firstNonEmpty(let alternatives): alternatives.flatMap(\.ownValues)
        case .table(_, let table, let otherwise):
            if case .value(let value) = otherwise {
                table.values.compactMap(\.self) + [value]
            } else {
                table.values.compactMap(\.self)
            }
        case .contains(_, let words, let otherwise):
            if case .value(let value) = otherwise {
                words.compactMap(\.value) + [value]
            } else {
                words.compactMap(\.value)
            }
        case .steps(_, let steps): steps.map(\.value)
        case .withDefault(let inner, let value): inner.ownValues + [value]
        case .when(_, let inner): inner.ownValues
        }
    }
}

/// Texts and their values, looked up by bytes. Numbers that are written otherwise are one text: `2`, `2.0` and `2.00`.
struct TextTable: Hashable, Sendable {
    private var buckets: [Int32]
    private(set) var keys: [[UInt8]]
    private(set) var values: [String?]

    /// - Parameter entries: A nil value says that the text stands for nothing.
    init(_ entries: [(key: String, value: String?)]) {
        keys = entries.map { Array($0.key.utf8) }
        values = entries.map(\.value)
        // Numbers stand in the table a second time, in their shortest form.
        for (key, value) in entries {
            let short = DecimalSpelling.shortest(key)
            guard let short, !keys.contains(Array(short.utf8)) else { continue }
            keys.append(Array(short.utf8))
            values.append(value)
        }
        var size = 16
        while size < keys.count * 2 { size *= 2 }
        buckets = [Int32](repeating: -1, count: size)
        for (index, key) in keys.enumerated() {
            var bucket = key.withUnsafeBufferPointer { $0.hash } & (size - 1)
            while buckets[bucket] >= 0 { bucket = (bucket + 1) & (size - 1) }
            buckets[bucket] = Int32(index)
        }
    }

    /// The texts that are listed.
    var texts: [String] { keys.map { String(decoding: $0, as: UTF8.self) } }

    /// The index of a text, or nil if it is not listed.
    func index(of text: UnsafeBufferPointer<UInt8>) -> Int? {
        if let found = exact(text) { return found }
        guard var short = DecimalSpelling.shortest(text) else { return nil }
        return short.withUTF8 { exact($0) }
    }

    private func exact(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        let mask = buckets.count - 1
        var bucket = text.hash & mask
        while case let index = Int(buckets[bucket]), index >= 0 {
            if keys[index].elementsEqual(text) { return index }
            bucket = (bucket + 1) & mask
        }
        return nil
    }
}

/// Decimal numbers that are written in several ways.
enum DecimalSpelling {
    /// A number without the zeros at the end of its fraction: `2` for `2.00`, `2.5` for `2.50`; nil if there are none or it is no number.
    static func shortest(_ text: UnsafeBufferPointer<UInt8>) -> String? {
        guard let point = text.firstIndex(of: UInt8(ascii: ".")), text.last == UInt8(ascii: "0") else { return nil }
        let digits = text.first == UInt8(ascii: "-") ? 1 : 0
        guard point > digits, text[digits..<point].allSatisfy({ $0 &- 48 < 10 }),
            text[(point + 1)...].allSatisfy({ $0 &- 48 < 10 })
        else { return nil }
        var end = text.count
        while text[end - 1] == UInt8(ascii: "0") { end -= 1 }
        if text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        return String(decoding: text[..<end], as: UTF8.self)
    }

    static func shortest(_ text: String) -> String? {
        var text = text
        return text.withUTF8 { shortest($0) }
    }

    /// A JSON number: a whole one without a fraction, however it was written.
    static func text(_ value: Double) -> String {
        value.magnitude < 1e15 && value == value.rounded() ? "\(Int(value))" : "\(value)"
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// FNV-1a (Fowler, Noll, Vo), 64 bits: good enough for the short texts of tables.
    var hash: Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in self { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return Int(truncatingIfNeeded: hash >> 8)
    }

    /// Without white space at both ends, be it of ASCII or of Unicode.
    @inline(__always)
    var trimmed: UnsafeBufferPointer<UInt8> {
        var (start, end) = (0, count)
        while start < end, self[start] <= 0x20 { start += 1 }
        while end > start, self[end - 1] <= 0x20 { end -= 1 }
        let ascii = UnsafeBufferPointer(rebasing: self[start..<end])
        guard end > start, self[start] >= 0xC2 || self[end - 1] >= 0x80 else { return ascii }
        return ascii.trimmedOfUnicode
    }
}

/// Strings that come again and again, such as streets and services, made once.
///
/// A class, because it is a memory that all fields of a mapping share.
final class StringPool {
    // Unchecked as in CSVReader, for the same reason.
    @exclusivity(unchecked) private var entries = [String?](repeating: nil, count: 1 << 12)

    func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        // Up to 15 bytes a string holds its text itself; long texts rarely come twice.
        guard (16...64).contains(bytes.count) else { return String(decoding: bytes, as: UTF8.self) }
        let place = bytes.hash & (entries.count - 1)
        if let known = entries[place] {
            let isSame = known.utf8.withContiguousStorageIfAvailable {
                $0.count == bytes.count && $0.elementsEqual(bytes)
            }
            if isSame ?? false { return known }
        }
        let string = String(decoding: bytes, as: UTF8.self)
        entries[place] = string
        return string
    }
}
