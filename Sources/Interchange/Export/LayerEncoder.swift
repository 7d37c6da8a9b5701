import Geometry
import Works

/// Writes the rows of a layer in one of the forms in which layers are exported.
struct LayerEncoder: Sendable {
    private let format: ExportFormat
    private let now: Instant
    private let writer: WorkFeatureWriter
    private var json = JSONWriter()
    private var csv = CSVWriter()
    /// Rows written so far.
    private(set) var count = 0

    init(format: ExportFormat, now: Instant) {
        self.format = format
        self.now = now
        writer = WorkFeatureWriter(now: now)
    }

    /// Text since it was last removed.
    var bytes: [UInt8] { format == .csv ? csv.bytes : json.bytes }

    /// Length of ``bytes``.
    var size: Int { format == .csv ? csv.bytes.count : json.bytes.count }

    /// Removes the text and keeps the place in the document.
    mutating func removeAll() {
        json.removeAll()
        csv.removeAll()
    }

    mutating func begin(_ layer: ExportLayer) {
        switch (format, layer) {
        case (.geojson, _):
            json.beginObject()
            json.key("type")
            json.string("FeatureCollection")
            json.key("timeStamp")
            json.string(now.description)
            json.key("features")
            json.beginArray()
        case (.geojsonl, _): break
        case (.csv, .works):
            csv.row(
                WorkColumn.allCases.map(\.propertyName) + [
                    "due_changes", "moved_late", "deadline_state", "revision", "wkt",
                ])
        case (.csv, .reference): csv.row(["id", "name", "class", "source", "source_id", "extra", "wkt"])
        }
    }

    mutating func end() {
        guard format == .geojson else { return }
        json.endArray()
        json.endObject()
        json.newline()
    }

    mutating func add(_ row: WorkRow) throws {
        count += 1
        guard format != .csv else { return try addRow(row) }
        if format == .geojson { json.newline() }
        try writer.write(row, to: &json)
        if format == .geojsonl { json.newline() }
    }

    mutating func add(_ feature: ReferenceFeature) throws {
        count += 1
        guard format != .csv else { return addRow(feature) }
        if format == .geojson { json.newline() }
        try ReferenceFeatureWriter().write(feature, to: &json)
        if format == .geojsonl { json.newline() }
    }

    // MARK: Tables

    private mutating func addRow(_ row: WorkRow) throws {
        for column in WorkColumn.allCases {
            guard let text = row.utf8(column) else {
                csv.empty()
                continue
            }
            if column == .completedEstimated {
                csv.plain("true")
            } else if column == .extra, let cleaned = PublicExtra.cleaned(text) {
                cleaned.withUnsafeBufferPointer { csv.text(utf8: $0) }
            } else {
                csv.text(utf8: text)
            }
        }
        csv.plain("\(row.dueChanges)")
        csv.plain(row.isSet(.passedDueAt) ? "true" : "false")
        csv.plain(row.deadlineState(at: now).rawValue)
        csv.plain("\(row.revision)")
        csv.plain(try row.geometry.map { WKT.text(of: try $0.decoded()) } ?? "")
        csv.endRow()
    }

    private mutating func addRow(_ feature: ReferenceFeature) {
        csv.text(feature.id)
        csv.text(feature.name ?? "")
        csv.text(feature.featureClass ?? "")
        csv.text(feature.source ?? "")
        csv.text(feature.sourceID ?? "")
        csv.text(feature.extra ?? "")
        csv.plain(feature.geometry.map(WKT.text(of:)) ?? "")
        csv.endRow()
    }
}
