import CSpatiaLite
import GRDB
import Geometry

/// Which rows of a table with a geometry may meet a box, by its R*Tree.
struct BoxSearch {
    let database: Database
    /// The table; its geometry column is `geom` and its R*Tree `idx_TABLE_geom`.
    let table: String

    /// A row that may meet the box.
    struct Candidate: Hashable, Comparable {
        /// Twice the number, and one more if the row itself must be looked at: the order is that of the numbers.
        private let code: Int64

        init(number: Int64, isCertain: Bool) {
            code = number << 1 | (isCertain ? 0 : 1)
        }

        var number: Int64 { code >> 1 }
        /// Whether it meets the box by what the index says of it. The index rounds boxes up to 32-bit floats, so of one that reaches over the
        /// edge only the row knows.
        var isCertain: Bool { code & 1 == 0 }

        static func < (a: Candidate, b: Candidate) -> Bool { a.code < b.code }
    }

    /// All rows with a number greater than `after` that may meet the box, and those without a geometry; in no order, and twice those at
    /// both ends of a box over the antimeridian.
    ///
    /// - Returns: nil once there are more than `limit`, whatever their number, in which case another way is the better one.
    func candidates(meeting bounds: Bounds, after: Int64?, limit: Int = .max) throws -> [Candidate]? {
        let after = after ?? .min
        var candidates: [Candidate] = []
        try forEachWithoutGeometry(after: after, limit: limit) {
            candidates.append(Candidate(number: $0, isCertain: true))
        }
        var found = candidates.count
        for part in bounds.split where found <= limit {
            try forEachCell(meeting: part) { number, box in
                found += 1
                if number > after { candidates.append(Candidate(number: number, isCertain: box.isInside(part))) }
                return found <= limit
            }
        }
        return found <= limit ? candidates : nil
    }

    /// The numbers of the rows without a geometry, in order, at most one more than `limit`.
    func forEachWithoutGeometry(after: Int64, limit: Int = .max, _ body: (Int64) -> Void) throws {
        let statement = try PreparedStatement(
            database,
            "SELECT fid FROM \(table) INDEXED BY \(table)_without_geometry WHERE geom IS NULL AND fid > ? LIMIT ?")
        defer { statement.reset() }
        statement.bind([.integer(after), .integer(limit == .max ? -1 : Int64(limit) + 1)])
        while try statement.step() { body(statement.integer(0)) }
    }

    /// The boxes in the index that meet a box which does not cross the antimeridian, all of them if it is nil, as long as `body` wants more.
    ///
    /// The tree's nodes are read as they are: asked by SQL, the rtree module makes a row of each cell, which takes ten times as long.
    @inline(__always)
    func forEachCell(meeting bounds: Bounds?, _ body: (Int64, RTreeBox) -> Bool) throws {
        let statement = try PreparedStatement(database, "SELECT data FROM idx_\(table)_geom_node WHERE nodeno = ?")
        defer { statement.reset() }
        var waiting: [(node: Int64, height: Int?)] = [(1, nil)]
        while let (number, height) = waiting.popLast() {
            statement.reset()
            statement.bind(1, number)
            guard try statement.step() else { continue }
            let node = RTreeNode(statement.blob(0))
            let level = height ?? node.depth
            for index in 0..<node.count {
                let box = node.box(at: index)
                if let bounds, !box.meets(bounds) { continue }
                if level > 0 {
                    waiting.append((node.number(at: index), level - 1))
                } else if !body(node.number(at: index), box) {
                    return
                }
            }
        }
    }

    /// The numbers of the ``candidates(meeting:after:limit:)``, in order.
    func numbers(meeting bounds: Bounds, after: Int64?, limit: Int) throws -> [Int64]? {
        guard let candidates = try candidates(meeting: bounds, after: after, limit: limit) else { return nil }
        let numbers = candidates.map(\.number).sorted()
        return bounds.crossesAntimeridian ? numbers.uniqued() : numbers
    }

    /// What stands after FROM for the rows of these numbers, in their order.
    ///
    /// One statement that walks the list keeps the memory of a row's texts for the next; a statement run again for each number gives it
    /// back, which doubles the time.
    static func rows(_ numbers: [Int64], of table: String) -> SQLPiece {
        let list = SQLValue.text("[" + numbers.lazy.map(String.init).joined(separator: ",") + "]")
        return """
            (SELECT value AS number FROM json_each(\(value: list))) AS candidate \
            CROSS JOIN \(name: table) ON \(name: table).fid = candidate.number
            """
    }

    /// How many rows meet the box, those without a geometry included.
    ///
    /// Only rows whose box in the index reaches over the edge are looked at themselves.
    func count(meeting bounds: Bounds) throws -> Int {
        try count(try candidates(meeting: bounds, after: nil) ?? [], meeting: bounds)
    }

    /// How many of the candidates for a box meet it.
    func count(_ candidates: [Candidate], meeting bounds: Bounds) throws -> Int {
        var candidates = candidates
        // A long feature may reach both sides of the antimeridian.
        if bounds.crossesAntimeridian { candidates = Dictionary(grouping: candidates, by: \.number).map { $1.min()! } }
        let exact = try PreparedStatement(
            database, "SELECT \(SearchFunctions.meetsBox)(geom, ?, ?, ?, ?) FROM \(table) WHERE fid = ?")
        defer { exact.reset() }
        exact.bind([.real(bounds.west), .real(bounds.south), .real(bounds.east), .real(bounds.north)])
        var count = 0
        for candidate in candidates {
            if !candidate.isCertain {
                exact.reset()
                exact.bind(5, candidate.number)
                guard try exact.step(), exact.integer(0) != 0 else { continue }
            }
            count += 1
        }
        return count
    }

    /// How many rows may be looked up one by one before walking the table is cheaper.
    ///
    /// Looking up *n* rows costs about *n* for the search and twice the page for the rows; walking costs the table's share that holds a page.
    /// Both are equal where *n*² is the page times the table.
    static func limit(rows: Int64, page: Int?) -> Int {
        let quarter = Double(rows) / 4
        guard let page else { return max(Int(quarter), 256) }
        return max(Int(min(quarter, (2.5 * Double(page) * Double(rows)).squareRoot())), 256)
    }

    /// The box around everything in the table, from the root of its R*Tree; nil if there is nothing.
    func extent() throws -> Bounds? {
        let statement = try PreparedStatement(database, "SELECT data FROM idx_\(table)_geom_node WHERE nodeno = 1")
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return RTreeNode(statement.blob(0)).bounds
    }
}

extension RTreeBox {
    /// Whether it shares a point with a box that does not cross the antimeridian.
    @inline(__always)
    fileprivate func meets(_ bounds: Bounds) -> Bool {
        Double(west) <= bounds.east && Double(east) >= bounds.west && Double(south) <= bounds.north
            && Double(north) >= bounds.south
    }

    @inline(__always)
    fileprivate func isInside(_ bounds: Bounds) -> Bool {
        Double(west) >= bounds.west && Double(east) <= bounds.east && Double(south) >= bounds.south
            && Double(north) <= bounds.north
    }
}

extension [Int64] {
    /// A sorted array without repetitions.
    fileprivate func uniqued() -> [Int64] {
        var result: [Int64] = []
        result.reserveCapacity(count)
        for value in self where value != result.last { result.append(value) }
        return result
    }
}
