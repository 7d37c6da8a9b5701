import GRDB
import Geometry
import TimeBudgets
import Works

/// Reads one reference layer within one transaction.
struct FeatureReader {
    let database: Database
    let budget: TimeBudget
    let layer: ReferenceLayer

    private static let columns = "fid, id, name, class, source, source_id, extra, geom"

    private var table: String { layer.rawValue }

    func feature(_ id: String) throws -> ReferenceFeature? {
        let statement = try PreparedStatement(database, "SELECT \(Self.columns) FROM \(table) WHERE id = ?")
        defer { statement.reset() }
        statement.bind(1, id)
        return try statement.step() ? feature(of: statement) : nil
    }

    func forEachFeature(
        matching filter: FeatureFilter, after: Int64?, limit: Int?, _ body: (Int64, ReferenceFeature) throws -> Void
    ) throws {
        guard limit ?? .max > 0 else { return }
        // A page is filled soon only if nothing but the box chooses its features.
        let rows = try rows(filter, after: after, page: filter.expression == nil ? limit : nil)
        let ending: SQLPiece = "LIMIT \(value: .integer(limit.map(Int64.init) ?? -1))"
        let statement = try statement("SELECT \(name: Self.columns) FROM \(rows) \(ending)", filter)
        defer { statement.reset() }
        while try statement.step() {
            try budget.check()
            try body(statement.integer(0), feature(of: statement))
        }
    }

    func count(matching filter: FeatureFilter) throws -> Int {
        guard filter.expression != nil else {
            guard let bounds = filter.bounds else {
                return Int(try database.integer("SELECT count(*) FROM \(table)") ?? 0)
            }
            return try BoxSearch(database: database, table: table).count(meeting: bounds)
        }
        let statement = try statement(
            "SELECT count(*) FROM (SELECT 1 FROM \(rows(filter, after: nil, page: nil)))", filter)
        defer { statement.reset() }
        return try statement.step() ? Int(statement.integer(0)) : 0
    }

    /// What stands after FROM for the features that match, in the order of their numbers.
    private func rows(_ filter: FeatureFilter, after: Int64?, page: Int?) throws -> SQLPiece {
        var conditions: [SQLPiece] = []
        if let bounds = filter.bounds { conditions.append(SearchFunctions.meets(bounds)) }
        if let expression = filter.expression {
            conditions.append("(\(FilterSQL(columns: .references).condition(expression)))")
        }
        guard let numbers = try candidates(for: filter, after: after, page: page) else {
            conditions.insert("fid > \(value: .integer(after ?? .min))", at: 0)
            return "\(name: table) WHERE \(conditions.joined(by: " AND ")) ORDER BY fid"
        }
        let condition: SQLPiece = conditions.isEmpty ? "" : " WHERE \(conditions.joined(by: " AND "))"
        return "\(BoxSearch.rows(numbers, of: table))\(condition)"
    }

    /// The numbers of the features to look up, where an index finds few enough of them; nil if the table's order is the better way.
    func candidates(for filter: FeatureFilter, after: Int64?, page: Int?) throws -> [Int64]? {
        if let numbers = filter.numbers { return numbers.filter { $0 > after ?? .min } }
        guard let bounds = filter.searchBounds else { return nil }
        let rows = try database.integer("SELECT max(fid) FROM \(table)") ?? 0
        return try BoxSearch(database: database, table: table).numbers(
            meeting: bounds, after: after, limit: BoxSearch.limit(rows: rows, page: page))
    }

    private func statement(_ sql: SQLPiece, _ filter: FeatureFilter) throws -> PreparedStatement {
        let statement = try PreparedStatement(database, sql.text, isKept: filter.expression == nil)
        statement.bind(sql.values)
        return statement
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
