import Geometry
import Works

/// Which columns of `works` a statement selects, and where in its rows they stand.
struct RowLayout {
    /// What stands between SELECT and FROM.
    let selection: String
    private let columns: [WorkColumn]
    private let hasGeometry: Bool

    init(columns wanted: WorkColumns, geometry: Bool) {
        columns = WorkColumn.allCases.filter(wanted.contains)
        hasGeometry = geometry
        let names = ["fid", "due_changes", "revision"] + (geometry ? ["geom"] : []) + columns.map(\.propertyName)
        selection = names.joined(separator: ", ")
    }

    /// Lets `body` read rows off a statement, with one buffer for all of them.
    ///
    /// - Parameter body: Gets a function that makes a ``WorkRow`` of the row that the statement stands on, valid until its next step.
    func withRows<Result>(
        of statement: PreparedStatement, _ body: (_ row: () throws -> WorkRow) throws -> Result
    ) throws -> Result {
        try withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: WorkColumn.allCases.count) {
            texts in
            texts.initialize(repeating: UnsafeRawBufferPointer(start: nil, count: 0))
            let first: Int32 = hasGeometry ? 4 : 3
            return try columns.withUnsafeBufferPointer { columns in
                try body {
                    var index = first
                    for column in columns {
                        texts[column.rawValue] = statement.utf8(index)
                        index += 1
                    }
                    let blob = hasGeometry ? statement.blob(3) : UnsafeRawBufferPointer(start: nil, count: 0)
                    return WorkRow(
                        number: statement.integer(0), dueChanges: Int(statement.integer(1)),
                        revision: Int(statement.integer(2)),
                        geometry: blob.baseAddress == nil ? nil : .spatiaLite(blob),
                        columns: UnsafeBufferPointer(texts))
                }
            }
        }
    }
}
