import GRDB
import Geometry
import Works

/// Reads one reference layer within one transaction.
struct FeatureReader {
    let database: Database
    let budget: TimeBudget
    let layer: ReferenceLayer

    private static let columns = "fid, id, name, class, source, source_id, extra, geom"

    func feature(_ id: String) throws -> ReferenceFeature? {
        let statement = try PreparedStatement(
            database, "SELECT \(Self.columns) FROM \(layer.rawValue) WHERE id = ?")
        defer { statement.reset() }
        statement.bind(1, id)
        return try statement.step() ? feature(of: statement) : nil
    }

    func forEachFeature(
        bounds: Bounds?, after: Int64?, limit: Int?, _ body: (Int64, ReferenceFeature) throws -> Void
    ) throws {
        var left = limit ?? .max
        guard left > 0 else { return }
        let box = bounds.map {
            " AND \(SearchFunctions.meetsBox)(geom, \($0.west), \($0.south), \($0.east), \($0.north))"
        }
        let rows = try database.integer("SELECT max(fid) FROM \(layer.rawValue)") ?? 0
        let numbers = try bounds.flatMap {
            try BoxSearch(database: database, table: layer.rawValue).numbers(
                meeting: $0, after: after, limit: BoxSearch.limit(rows: rows, page: limit))
        }
        let statement = try PreparedStatement(
            database,
            """
            SELECT \(Self.columns) FROM \(layer.rawValue)
            WHERE fid \(numbers == nil ? ">" : "=") ?\(box ?? "") ORDER BY fid
            """, isKept: bounds == nil)
        defer { statement.reset() }
        if let numbers {
            for number in numbers where left > 0 {
                try budget.check()
                statement.reset()
                statement.bind(1, number)
                guard try statement.step() else { continue }
                left -= 1
                try body(number, feature(of: statement))
            }
        } else {
            statement.bind(1, after ?? .min)
            while left > 0, try statement.step() {
                try budget.check()
                left -= 1
                try body(statement.integer(0), feature(of: statement))
            }
        }
    }

    private func feature(of statement: PreparedStatement) throws -> ReferenceFeature {
        guard let id = statement.text(1) else {
            throw StoreError.corrupt("\(layer.rawValue) \(statement.integer(0)) has no id")
        }
        let blob = statement.blob(7)
        return ReferenceFeature(
            id: id, name: statement.text(2), featureClass: statement.text(3), source: statement.text(4),
            sourceID: statement.text(5), extra: statement.text(6),
            geometry: blob.baseAddress == nil ? nil : try SpatiaLiteBlob.decode(blob))
    }
}
