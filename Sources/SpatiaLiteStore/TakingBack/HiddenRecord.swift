import CSpatiaLite
import GRDB
import Geometry
import Works

/// All that the tables hold of a hidden work: its row in `works` and its entries in `ledger`, as one blob of `hidden_works`.
///
/// The blob is private. Nothing but ``blob`` and ``init(blob:)`` knows its bytes.
struct HiddenRecord {
    /// The row without its geometry: the text of a JSON object, a member a column.
    var row: [UInt8]
    /// SpatiaLite's blob; nil if the work has no place.
    var geometry: [UInt8]?
    /// The entries: the text of a JSON array of arrays, whose members are ``ledgerColumns``.
    var ledger: [UInt8]

    static let ledgerColumns = ["fid", "revision", "at", "field", "old_value", "new_value", "reason", "recording"]

    /// First bytes of a blob: the layout and its version.
    private static let magic: [UInt8] = Array("WMH1".utf8)
    /// Length that stands for a missing geometry.
    private static let absent = UInt32.max

    init(row: [UInt8], geometry: [UInt8]?, ledger: [UInt8]) {
        self.row = row
        self.geometry = geometry
        self.ledger = ledger
    }

    /// Three parts, each with its length before it, in bytes, as 32 bits with the least significant byte first.
    var blob: [UInt8] {
        var bytes = Self.magic
        for part in [row, geometry, ledger] {
            let count = part.map { UInt32($0.count) } ?? Self.absent
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
            bytes += part ?? []
        }
        return bytes
    }

    /// - Throws: ``StoreError/corrupt(_:)`` for bytes that are no such blob.
    init(blob: UnsafeRawBufferPointer) throws {
        var rest = blob[...]
        func part() throws -> [UInt8]? {
            guard rest.count >= 4 else { throw Self.unreadable }
            let count = rest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            rest = rest.dropFirst(4)
            guard count != Self.absent else { return nil }
            guard rest.count >= count else { throw Self.unreadable }
            defer { rest = rest.dropFirst(Int(count)) }
            return Array(rest.prefix(Int(count)))
        }
        guard rest.starts(with: Self.magic) else { throw Self.unreadable }
        rest = rest.dropFirst(Self.magic.count)
        guard let row = try part() else { throw Self.unreadable }
        let geometry = try part()
        guard let ledger = try part(), rest.isEmpty else { throw Self.unreadable }
        self.init(row: row, geometry: geometry, ledger: ledger)
    }

    private static var unreadable: StoreError { .corrupt("the record of a hidden work cannot be read") }
}
