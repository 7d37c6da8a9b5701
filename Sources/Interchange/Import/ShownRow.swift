import Foundation
import Geometry
import Works

/// A row as it would become a work, each property with the column that it came from.
public struct ShownRow: Hashable, Sendable {
    public struct Property: Hashable, Sendable {
        public var name: String
        /// As it would be stored; times by the clocks of the mapping's zone.
        public var value: String
        /// Columns and what stood in them, or `constant`, `layer`.
        public var origin: String
    }

    /// Line on which the row begins, from 1.
    public var line: Int
    public var properties: [Property] = []
    /// Columns that are published and columns for staff only, as JSON objects.
    public var published: String?
    public var withheld: String?

    // MARK: Works

    init(
        _ draft: WorkDraft, of row: some SourceRecord, line: Int, _ mapping: Mapping, layer: ImportLayer,
        hasDistricts: Bool
    ) {
        self.line = line
        let clock = TimeZone(identifier: mapping.timeZone) ?? .gmt
        func text(_ instant: Instant?) -> String? { instant.map { Self.local($0, clock) } }
        let values: [(MappedField, String?)] = [
            (.source, draft.source), (.sourceID, draft.sourceID), (.kind, draft.kind?.rawValue),
            (.category, draft.category),
            (.title, draft.title), (.description, draft.description), (.address, draft.address),
            (.district, draft.district), (.organisation, draft.organisation), (.contractor, draft.contractor),
            (.status, draft.status?.rawValue), (.severity, draft.severity?.rawValue),
            (.trafficImpact, draft.trafficImpact?.rawValue), (.reportedAt, text(draft.reportedAt)),
            (.startsAt, text(draft.startsAt)), (.originalDueAt, text(draft.firstDueAt)), (.dueAt, text(draft.dueAt)),
            (.completedAt, text(draft.completedAt)), (.onSiteAt, text(draft.onSiteAt)),
            (.dailyFrom, draft.dailyFrom?.description), (.dailyUntil, draft.dailyUntil?.description),
            (.observedAt, text(draft.observedAt)),
        ]
        for (field, value) in values {
            guard let value else { continue }
            var origin = Self.origin(of: field, row, mapping)
            if field == .district, hasDistricts { origin = "districts of the database" }
            if field == .kind, mapping.fields[.kind] == nil { origin = "layer \(layer.rawValue)" }
            properties.append(Property(name: field.rawValue, value: value, origin: origin))
        }
        addPlace(draft.geometry, row, mapping)
        published = draft.extra?.published
        withheld = draft.extra?.withheld
    }

    init(_ feature: ReferenceFeature, of row: some SourceRecord, line: Int, _ mapping: Mapping) {
        self.line = line
        let values: [(MappedField, String?)] = [
            (.sourceID, feature.sourceID), (.name, feature.name), (.featureClass, feature.featureClass),
        ]
        for case (let field, let value?) in values {
            properties.append(
                Property(name: field.rawValue, value: value, origin: Self.origin(of: field, row, mapping)))
        }
        addPlace(feature.geometry, row, mapping)
        published = feature.extra
        withheld = feature.privateExtra
    }

    private mutating func addPlace(_ geometry: Geometry?, _ row: some SourceRecord, _ mapping: Mapping) {
        var places = mapping
        places.fields = [:]
        let columns = places.passedOnColumns.sorted()
        let origin = columns.isEmpty ? "the row's own geometry" : columns.joined(separator: ", ")
        guard let geometry, let first = geometry.firstPosition else {
            properties.append(Property(name: "geometry", value: "none: not on the map", origin: origin))
            return
        }
        properties.append(
            Property(
                name: "geometry", value: "\(geometry.kindName ?? "collection") \(first.longitude), \(first.latitude)",
                origin: origin))
    }

    // MARK: Origins

    /// Characters of a column's text that are shown.
    private static let shownLength = 60

    private static func origin(of field: MappedField, _ row: some SourceRecord, _ mapping: Mapping) -> String {
        guard let rule = mapping.fields[field] else {
            return field == .source ? "mapping or file" : field == .observedAt ? "time of the list" : ""
        }
        guard let expression = rule.expression else { return "time of the start" }
        var parts: [String] = []
        expression.visitColumns { column, _ in
            let text = try? row.withText(column.slot) { text throws(RowRefusal) in
                text.map { String(decoding: $0, as: UTF8.self) }
            }
            guard let text = text ?? nil else { return }
            let short = text.count > shownLength ? text.prefix(shownLength - 1) + "…" : text[...]
            let part = "\(column.name) “\(short)”"
            if !parts.contains(part) { parts.append(part) }
        }
        return parts.isEmpty ? "constant" : parts.joined(separator: ", ")
    }

    /// A moment as clocks in a zone show it, with the zone's name: `2026-11-23 09:00:00 Europe/Moscow`.
    private static func local(_ instant: Instant, _ zone: TimeZone) -> String {
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(instant.secondsSinceEpoch)))
        let shown = Instant(secondsSinceEpoch: instant.secondsSinceEpoch + Int64(offset)).clamped.description
        return shown.dropLast().replacing("T", with: " ") + " "
            + (zone.secondsFromGMT() == 0 && zone.identifier.hasSuffix("GMT") ? "UTC" : zone.identifier)
    }
}
