import Works

/// The columns by which a row of our own exports is known, whatever their format.
///
/// Such a row can be trusted to say all that is public of a work or a feature, and the ids that we gave.
struct ExportMarks: Hashable, Sendable {
    var id: ColumnReference
    var featureID: ColumnReference
    var source: ColumnReference
    var sourceID: ColumnReference
    var revision: ColumnReference
    var state: ColumnReference

    /// The id of the work in a row of an export: one of ours, beside a revision and the state of a deadline, which nobody else has.
    func work(_ row: some SourceRecord) throws(RowRefusal) -> WorkID? {
        guard try text(revision, row) != nil, try text(state, row) != nil else { return nil }
        return try self.id(row).flatMap { WorkID($0) }
    }

    /// True for a row of an exported layer: its id is made of its source and its name there.
    func isFeature(_ row: some SourceRecord) throws(RowRefusal) -> Bool {
        guard let id = try id(row), let source = try text(source, row), let sourceID = try text(sourceID, row) else {
            return false
        }
        return id == "\(source):\(sourceID)"
    }

    /// The id that our export gave a work or a feature; nil for rows that are not of an export.
    func exportedID(_ row: some SourceRecord) throws(RowRefusal) -> String? {
        if let work = try work(row) { return work.description }
        return try isFeature(row) ? id(row) : nil
    }

    private func id(_ row: some SourceRecord) throws(RowRefusal) -> String? {
        if let id = try text(featureID, row) { return id }
        return try text(id, row)
    }

    private func text(_ column: ColumnReference, _ row: some SourceRecord) throws(RowRefusal) -> String? {
        try row.withText(column.slot) { text throws(RowRefusal) in text.map { String(decoding: $0, as: UTF8.self) } }
    }
}
