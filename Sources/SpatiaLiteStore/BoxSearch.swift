import CSpatiaLite
import GRDB
import Geometry

/// Which rows of a table with a geometry may meet a box, by its R*Tree.
struct BoxSearch {
    let database: Database
    /// The table; its geometry column is `geom` and its R*Tree `idx_TABLE_geom`.
    let table: String

    /// The numbers greater than `after` of all rows that may meet the box, in order, and of those without a geometry.
    ///
    /// The index rounds boxes up to 32-bit floats, so a row that touches the edge may be among them without meeting it.
    ///
    /// - Returns: nil once there are more than `limit`, in which case the table's own order is the better way.
    func numbers(meeting bounds: Bounds, after: Int64?, limit: Int) throws -> [Int64]? {
        var numbers: [Int64] = []
        for part in bounds.split {
            let statement = try PreparedStatement(
                database,
                "SELECT pkid FROM idx_\(table)_geom WHERE xmin <= ? AND xmax >= ? AND ymin <= ? AND ymax >= ?")
            defer { statement.reset() }
            statement.bind([.real(part.east), .real(part.west), .real(part.north), .real(part.south)])
            while try statement.step() {
                let number = statement.integer(0)
                if let after, number <= after { continue }
                numbers.append(number)
                if numbers.count > limit { return nil }
            }
        }
        let elsewhere = try PreparedStatement(
            database,
            "SELECT fid FROM \(table) INDEXED BY \(table)_without_geometry WHERE geom IS NULL AND fid > ? LIMIT ?")
        defer { elsewhere.reset() }
        elsewhere.bind([.integer(after ?? .min), .integer(Int64(limit + 1))])
        while try elsewhere.step() { numbers.append(elsewhere.integer(0)) }
        guard numbers.count <= limit else { return nil }
        numbers.sort()
        if bounds.crossesAntimeridian { numbers = numbers.uniqued() }
        return numbers
    }

    /// How many rows meet the box, those without a geometry included.
    ///
    /// Only rows whose box in the index reaches over the edge are looked at themselves.
    func count(meeting bounds: Bounds) throws -> Int {
        var count =
            try database.integer(
                "SELECT count(*) FROM \(table) INDEXED BY \(table)_without_geometry WHERE geom IS NULL") ?? 0
        var counted: Set<Int64> = []
        let exact = try PreparedStatement(
            database, "SELECT \(SearchFunctions.meetsBox)(geom, ?, ?, ?, ?) FROM \(table) WHERE fid = ?")
        defer { exact.reset() }
        exact.bind([.real(bounds.west), .real(bounds.south), .real(bounds.east), .real(bounds.north)])
        for part in bounds.split {
            let statement = try PreparedStatement(
                database,
                """
                SELECT pkid, xmin >= ?2 AND xmax <= ?1 AND ymin >= ?4 AND ymax <= ?3 FROM idx_\(table)_geom
                WHERE xmin <= ?1 AND xmax >= ?2 AND ymin <= ?3 AND ymax >= ?4
                """)
            defer { statement.reset() }
            statement.bind([.real(part.east), .real(part.west), .real(part.north), .real(part.south)])
            while try statement.step() {
                if statement.integer(1) == 0 {
                    let number = statement.integer(0)
                    exact.reset()
                    exact.bind(5, number)
                    guard try exact.step(), exact.integer(0) != 0 else { continue }
                    // A long feature may reach both sides of the antimeridian.
                    guard !bounds.crossesAntimeridian || counted.insert(number).inserted else { continue }
                }
                count += 1
            }
        }
        return Int(count)
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

extension [Int64] {
    /// A sorted array without repetitions.
    fileprivate func uniqued() -> [Int64] {
        var result: [Int64] = []
        result.reserveCapacity(count)
        for value in self where value != result.last { result.append(value) }
        return result
    }
}
