import Geometry

/// Changes of a work by an import, kept so that they can be taken back.
///
/// It holds texts of the work, so a store keeps it as private.
public struct ImportChange: Hashable, Sendable {
    /// A field before and after, as text; nil where there was nothing.
    struct Values: Hashable, Sendable {
        var before: String?
        var after: String?
    }

    /// By the names of the properties.
    var fields: [String: Values] = [:]

    /// Columns that an import states; districts by class are found from the place.
    private static let columns = WorkColumn.allCases.filter {
        ![.id, .updatedAt, .source, .sourceID, .passedDueAt, .districts].contains($0)
    }
    private static let privateExtra = "private_extra"
    private static let geometry = "geometry"

    /// Differences in the second; nil if there are none.
    public init?(from before: Work, to after: Work) {
        func note(_ name: String, _ one: String?, _ other: String?) {
            if one != other { fields[name] = Values(before: one, after: other) }
        }
        for column in Self.columns { note(column.propertyName, before.text(column), after.text(column)) }
        note(Self.privateExtra, before.privateExtra, after.privateExtra)
        if before.geometry != after.geometry {
            note(Self.geometry, before.geometry?.geoJSON, after.geometry?.geoJSON)
        }
        guard !fields.isEmpty else { return nil }
    }

    /// The text of a JSON object: for each field a list of the value before and after.
    public var text: String {
        func value(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        var object = JSONObject()
        for (name, values) in fields.sorted(by: { $0.key < $1.key }) {
            object[name] = .array([value(values.before), value(values.after)])
        }
        return JSONValue.object(object).description
    }

    public init?(text: String) {
        guard let object = (try? JSONParser.parse(text))?.object else { return nil }
        for (name, value) in object {
            guard case .array(let pair) = value, pair.count == 2 else { return nil }
            fields[name] = Values(before: pair[0].string, after: pair[1].string)
        }
    }

    /// The work with every field as it was before, but for those that are something else by now or were redacted.
    func takenBack(from existing: Work, redacted: Set<RedactableField>) -> Work {
        var work = existing
        // A deadline that somebody has moved since stays, and the first promise with it.
        let keepsPromise = fields[WorkColumn.dueAt.propertyName].map { existing.text(.dueAt) != $0.after } ?? false
        for column in Self.columns where column != .originalDueAt || !keepsPromise {
            let name = column.propertyName
            guard let values = fields[name], existing.text(column) == values.after,
                !redacted.contains(where: { $0.covers(name) })
            else { continue }
            work.set(column, to: values.before)
        }
        if let values = fields[Self.privateExtra], existing.privateExtra == values.after,
            !redacted.contains(where: { $0.covers(Self.privateExtra) })
        {
            work.privateExtra = values.before
        }
        if let values = fields[Self.geometry], existing.geometry?.geoJSON == values.after {
            work.geometry = values.before.flatMap { try? GeoJSON.geometry(from: JSONParser.parse($0)) }
        }
        return work
    }
}

extension RedactableField {
    /// True if a redaction of the field may have taken something out of a property.
    fileprivate func covers(_ property: String) -> Bool {
        switch self {
        case .title, .description, .address: property == rawValue
        case .photo, .extra, .privateExtra: property == "extra" || property == "private_extra"
        }
    }
}

extension Work {
    /// Sets what stands in a column; a text that cannot stand there changes nothing.
    fileprivate mutating func set(_ column: WorkColumn, to text: String?) {
        func moment() -> Instant? { text.flatMap { Instant($0) } }
        switch column {
        case .kind: kind = text.flatMap(WorkKind.init(rawValue:)) ?? kind
        case .category: category = text ?? category
        case .title: title = text
        case .description: description = text
        case .address: address = text
        case .status: status = text.flatMap(WorkStatus.init(rawValue:)) ?? status
        case .severity: severity = text.flatMap(Severity.init(rawValue:)) ?? severity
        case .district: district = text
        case .organisation: organisation = text
        case .contractor: contractor = text
        case .reportedAt: reportedAt = moment()
        case .startsAt: startsAt = moment()
        case .dueAt: dueAt = moment()
        case .originalDueAt: originalDueAt = moment()
        case .completedAt: completedAt = moment()
        case .completedEstimated: isCompletedEstimated = text != nil
        case .dailyFrom: dailyFrom = text.flatMap { LocalTime($0) }
        case .dailyUntil: dailyUntil = text.flatMap { LocalTime($0) }
        case .onSiteAt: onSiteAt = moment()
        case .trafficImpact: trafficImpact = text.flatMap(TrafficImpact.init(rawValue:))
        case .extra: extra = text
        case .id, .updatedAt, .source, .sourceID, .passedDueAt, .districts: break
        }
    }
}
