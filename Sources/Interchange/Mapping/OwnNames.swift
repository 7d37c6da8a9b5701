import Geometry
import Works

extension Mapping {
    /// The mapping of files whose columns bear our own names: those that we export, for instance.
    ///
    /// What we compute ourselves (`id`, `revision`, `due_changes`, `moved_late`, `passed_due_at`, `updated_at`, `deadline_state`) is not read. A feature's `id` stands in for
    /// a missing `source_id`.
    public static func ownNames(layer: ImportLayer) -> Mapping {
        var columns: [Column] = []
        func reference(_ name: String) -> ColumnReference {
            columns.append(Column(name: name, isOptional: true, isPassedOn: true, line: nil))
            return ColumnReference(name: name, slot: columns.count - 1)
        }
        var fields: [MappedField: FieldRule] = [:]
        for field in MappedField.allCases
        where field != .observedAt && (layer.reference == nil ? field.isOfWork : field.isOfReference) {
            fields[field] = FieldRule(expression: .column(reference(field.rawValue)))
        }
        for deadline in [MappedField.dueAt, .originalDueAt] { fields[deadline]?.endOfDay = true }
        let id = reference(layer.reference == nil ? ColumnReference.featureID : "id")
        let featureID = layer.reference == nil ? id : reference(ColumnReference.featureID)
        if let sourceID = fields[.sourceID]?.expression {
            fields[.sourceID]?.expression = .firstNonEmpty([sourceID, .column(id), .column(featureID)])
        }
        let marks = ExportMarks(
            id: reference("id"), featureID: reference(ColumnReference.featureID), source: reference("source"),
            sourceID: reference("source_id"), revision: reference("revision"), state: reference("deadline_state"))
        var mapping = Mapping(
            name: "own names", timeZone: "UTC", timeFormats: TimeFormat.usual, emptyValues: [], isFullSnapshot: false,
            geometry: .feature, conditions: [], refusals: [],
            omitted: layer.reference == nil
                ? [
                    "id", "revision", "due_changes", "moved_late", "passed_due_at", "updated_at", "deadline_state",
                    "districts",
                ] : [],
            fields: fields, columns: columns, hasOwnNames: true, variants: [])
        mapping.exportMarks = marks
        return mapping
    }
}
