import Geometry
public import TimeBudgets
public import Works

/// Writes a layer piece by piece; memory does not grow with it.
public struct LayerExport: Sendable {
    private let store: any WorksStore
    private let now: Instant

    /// How much is gathered before it is handed on, in octets.
    private static let pieceSize = 256 << 10

    /// - Parameter now: The moment as of which deadlines are judged.
    public init(store: any WorksStore, at now: Instant) {
        self.store = store
        self.now = now
    }

    /// Hands the layer to `write` in pieces.
    ///
    /// - Parameter filter: Which works; of a reference layer only its bounds count.
    /// - Returns: How many features it has.
    /// - Throws: what the store and `write` throw.
    @discardableResult
    public func write(
        _ layer: ExportLayer, as format: ExportFormat, filter: WorkFilter = .all, budget: TimeBudget = .unlimited,
        to write: ([UInt8]) throws -> Void
    ) throws -> Int {
        switch format {
        case .geojson, .geojsonl: try writeFeatures(layer, asCollection: format == .geojson, filter, budget, write)
        case .csv: try writeTable(layer, filter, budget, write)
        }
    }

    // MARK: GeoJSON

    private func writeFeatures(
        _ layer: ExportLayer, asCollection: Bool, _ filter: WorkFilter, _ budget: TimeBudget,
        _ write: ([UInt8]) throws -> Void
    ) throws -> Int {
        var json = JSONWriter(capacity: Self.pieceSize + 64 << 10)
        var count = 0
        if asCollection {
            json.beginObject()
            json.key("type")
            json.string("FeatureCollection")
            json.key("timeStamp")
            json.string(now.description)
            json.key("features")
            json.beginArray()
        }
        func feature(_ body: (inout JSONWriter) throws -> Void) throws {
            if asCollection { json.newline() }
            try body(&json)
            if !asCollection { json.newline() }
            count += 1
            if json.bytes.count >= Self.pieceSize {
                try write(json.bytes)
                json.removeAll()
            }
        }
        switch layer {
        case .works(let kind):
            let writer = WorkFeatureWriter(now: now)
            guard let filter = Self.narrowed(filter, to: kind) else { break }
            try store.forEachWork(WorkPage(filter: filter), at: now, budget: budget) { row in
                try feature { try writer.write(row, to: &$0) }
            }
        case .reference(let layer):
            let writer = ReferenceFeatureWriter()
            try store.forEachFeature(in: layer, bounds: filter.bounds, after: nil, limit: nil, budget: budget) {
                _, reference in
                try feature { try writer.write(reference, to: &$0) }
            }
        }
        if asCollection {
            json.endArray()
            json.endObject()
            json.newline()
        }
        if !json.bytes.isEmpty { try write(json.bytes) }
        return count
    }

    /// The filter for works of one kind; nil if it asks for other kinds only.
    private static func narrowed(_ filter: WorkFilter, to kind: WorkKind?) -> WorkFilter? {
        guard let kind else { return filter }
        guard filter.kinds.isEmpty || filter.kinds.contains(kind) else { return nil }
        var filter = filter
        filter.kinds = [kind]
        return filter
    }

    // MARK: Tables

    private func writeTable(
        _ layer: ExportLayer, _ filter: WorkFilter, _ budget: TimeBudget, _ write: ([UInt8]) throws -> Void
    ) throws -> Int {
        var csv = CSVWriter()
        var count = 0
        func endRow() throws {
            csv.endRow()
            count += 1
            if csv.bytes.count >= Self.pieceSize {
                try write(csv.bytes)
                csv.removeAll()
            }
        }
        switch layer {
        case .works(let kind):
            csv.row(WorkColumn.allCases.map(\.propertyName) + ["due_changes", "deadline_state", "revision", "wkt"])
            guard let filter = Self.narrowed(filter, to: kind) else { break }
            try store.forEachWork(WorkPage(filter: filter), at: now, budget: budget) { row in
                for column in WorkColumn.allCases {
                    guard let text = row.utf8(column) else {
                        csv.empty()
                        continue
                    }
                    if column == .extra, let cleaned = PublicExtra.cleaned(text) {
                        cleaned.withUnsafeBufferPointer { csv.text(utf8: $0) }
                    } else {
                        csv.text(utf8: text)
                    }
                }
                csv.plain("\(row.dueChanges)")
                csv.plain(row.deadlineState(at: now).rawValue)
                csv.plain("\(row.revision)")
                csv.plain(try row.geometry.map { WKT.text(of: try $0.decoded()) } ?? "")
                try endRow()
            }
        case .reference(let layer):
            csv.row(["id", "name", "class", "source", "source_id", "extra", "wkt"])
            try store.forEachFeature(in: layer, bounds: filter.bounds, after: nil, limit: nil, budget: budget) {
                _, feature in
                csv.text(feature.id)
                csv.text(feature.name ?? "")
                csv.text(feature.featureClass ?? "")
                csv.text(feature.source ?? "")
                csv.text(feature.sourceID ?? "")
                csv.text(feature.extra ?? "")
                csv.plain(feature.geometry.map(WKT.text(of:)) ?? "")
                try endRow()
            }
        }
        if !csv.bytes.isEmpty { try write(csv.bytes) }
        return count
    }
}
