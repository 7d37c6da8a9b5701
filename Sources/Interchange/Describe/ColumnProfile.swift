import Geometry

/// Values seen in one column: how many, how often each, and between which numbers.
struct ColumnProfile: Sendable {
    let name: String
    /// Rows with a value.
    private(set) var rows = 0
    /// The first different values, and how often each came.
    private(set) var counts: [String: Int] = [:]
    /// The first different values, in the order in which they came.
    private(set) var order: [String] = []
    /// True while all different values are in ``counts``.
    private(set) var isComplete = true
    /// Rows whose value is a number, and the lowest and highest of these.
    private(set) var numbers = 0
    private(set) var lowest = Double.infinity
    private(set) var highest = -Double.infinity
    /// Values of the first rows, as long as no value has come twice.
    private var seen: Set<Int>? = []
    /// True while each value is the number of its row.
    private(set) var countsRows = true
    /// True if values are GeoJSON geometries.
    var holdsGeometry = false

    private static let valueLimit = 1000
    private static let byteLimit = 128 << 10
    private static let longest = 400
    /// Rows in which values are compared with all before.
    static let comparedRows = 20_000
    private var bytes = 0

    init(name: String) { self.name = name }

    /// Notes the value of a row, which has no white space around it; an empty one is none.
    mutating func note(_ text: UnsafeBufferPointer<UInt8>, row: Int) {
        guard !text.isEmpty else { return }
        rows += 1
        if seen != nil, rows <= Self.comparedRows, !seen!.insert(text.hash).inserted { seen = nil }
        if let number = Decimal.parse(text) {
            numbers += 1
            lowest = min(lowest, number)
            highest = max(highest, number)
            if countsRows, number != Double(row) { countsRows = false }
        } else {
            countsRows = false
        }
        let value = String(decoding: text.prefix(Self.longest), as: UTF8.self)
        if let known = counts[value] {
            counts[value] = known + 1
        } else if isComplete, counts.count < Self.valueLimit, bytes < Self.byteLimit {
            counts[value] = 1
            order.append(value)
            bytes += value.utf8.count
        } else {
            isComplete = false
        }
    }

    /// True if no value came twice in the rows that were compared.
    var isUnique: Bool { seen != nil && rows > 1 }

    /// Number of different values; those that were counted if there are more.
    var distinct: Int { counts.count }
}
