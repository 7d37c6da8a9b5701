import Geometry
import Works

/// Columns of which a file has spoken so far.
///
/// A CSV file speaks of each column of its header. In JSON a row may leave out what it has no value for: a column counts as spoken of once
/// some row has it, be it with a null.
struct FileSpeech: Sendable {
    /// Slots of the columns that have occurred.
    private(set) var columns: Set<Int> = []
    private(set) var hasGeometry = false
    /// True if rows may lack columns of which others speak.
    var mayComeLater = false
    /// Slots that have not occurred yet.
    private var missing: [Int]

    init(_ mapping: Mapping) { missing = Array(mapping.columns.indices) }

    /// Takes a row into account.
    mutating func note(_ row: FeatureRow) {
        if !hasGeometry, row.feature.geometry != nil { hasGeometry = true }
        guard !missing.isEmpty else { return }
        missing.removeAll { slot in
            guard row.speaks(of: slot) else { return false }
            columns.insert(slot)
            return true
        }
    }

    /// True if a column that gives values of an expression has occurred.
    func has(_ expression: FieldExpression) -> Bool {
        if case .when(_, let inner) = expression { return has(inner) }
        var isThere = false
        expression.visitColumns { column, _ in if columns.contains(column.slot) { isThere = true } }
        return isThere
    }

    func has(_ geometry: GeometrySource) -> Bool {
        switch geometry {
        case .none, .feature: false
        case .columns(let longitude, let latitude):
            columns.contains(longitude.slot) && columns.contains(latitude.slot)
        case .wkt(let column), .wkb(let column), .pair(let column, _), .geoJSON(let column):
            columns.contains(column.slot)
        case .when(_, let source): has(source)
        case .first(let sources): sources.contains(where: has)
        }
    }
}
