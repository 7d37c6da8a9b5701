import Geometry
import HTTPEdge
import Works

/// What a client writes about a work: a GeoJSON feature with our properties, or an object with the properties and a `geometry`.
///
/// A null says nothing, as a property that is missing. Names that we do not know, at the top or under `extra`, are for staff only, as no
/// mapping says that the city publishes them; columns that are public of the work already are brought up to date (``ExtraStatement``).
struct WorkSubmission {
    private(set) var draft = WorkDraft()
    /// Who told the sender of it; kept apart from the work.
    private(set) var contact = ReporterContact()
    /// Why, in words that everyone may read.
    private(set) var reason: String?
    /// True if the sender confirms what is unusual in it.
    private(set) var isConfirmed = false

    /// Characters of a line, such as a title, and of a text.
    static let lineLength = 500
    static let textLength = 4000
    /// Bytes of everything that is kept beside our properties.
    private static let extraLength = 64 * 1024

    /// The property by which staff read what is private of a work.
    static let privateExtra = "private_extra"

    /// What only this service sets.
    private static let own: Set<String> = [
        "id", "type", "district", "districts", "original_due_at", "updated_at", "due_changes", "moved_late",
        "passed_due_at", "deadline_state", "revision",
    ]

    init(_ value: JSONValue) throws(Problem) {
        guard var object = value.object else { throw Self.malformed("body", "an object is wanted") }
        if object["type"]?.string == "Feature" {
            let geometry = object["geometry"]
            object = object["properties"]?.object ?? JSONObject()
            object["geometry"] = geometry
        }
        if let value = object["reason"], !value.isNull { reason = try Self.text("reason", value) }
        if let value = object["confirm"], !value.isNull { isConfirmed = try Self.flag("confirm", value) }
        object["reason"] = nil
        object["confirm"] = nil
        var extra = JSONObject()
        var published: String?
        func keep(_ name: String, _ value: JSONValue) throws(Problem) {
            if let field = ReporterContact.fields[name] {
                contact[keyPath: field] = try Self.line(name, value)
            } else if name == WebAddress.mediaProperty, !(value.string.map(WebAddress.isPlain) ?? false) {
                throw Self.malformed(name, "an http or https address is wanted")
            } else {
                extra[name] = value
            }
        }
        for (name, value) in object where !value.isNull && !Self.own.contains(name) {
            if name == "extra" || name == Self.privateExtra {
                guard let more = value.object else { throw Self.malformed(name, "an object is wanted") }
                for (name, value) in more where !value.isNull { try keep(name, value) }
            } else if name == WebAddress.mediaProperty {
                // Beside the others it is a property that everybody knows from Open311, and a place on the web.
                guard let address = value.string, WebAddress.isPlain(address) else {
                    throw Self.malformed(name, "an http or https address is wanted")
                }
                published = JSONObject([(name, value)]).description
            } else if try !take(name, value) {
                try keep(name, value)
            }
        }
        if !extra.isEmpty || published != nil {
            let text = extra.isEmpty ? nil : extra.description
            guard text?.utf8.count ?? 0 <= Self.extraLength else {
                throw Self.malformed("extra", "more than \(Self.extraLength) octets")
            }
            draft.extra = ExtraStatement(published: published, withheld: text, isWhole: false)
        }
    }

    /// Takes a property over; false if it is none of ours.
    private mutating func take(_ name: String, _ value: JSONValue) throws(Problem) -> Bool {
        switch name {
        case "kind": draft.kind = try Self.choice(name, value)
        case "category": draft.category = try Self.line(name, value)
        case "title": draft.title = try Self.line(name, value)
        case "description": draft.description = try Self.text(name, value)
        case "address": draft.address = try Self.line(name, value)
        case "status": draft.status = try Self.choice(name, value)
        case "severity": draft.severity = try Self.choice(name, value)
        case "organisation": draft.organisation = try Self.line(name, value)
        case "contractor": draft.contractor = try Self.line(name, value)
        case "reported_at": draft.reportedAt = try Self.instant(name, value)
        case "starts_at": draft.startsAt = try Self.instant(name, value)
        case "due_at": draft.dueAt = try Self.instant(name, value)
        case "completed_at": draft.completedAt = try Self.instant(name, value)
        case "on_site_at": draft.onSiteAt = try Self.instant(name, value)
        case "daily_from": draft.dailyFrom = try Self.time(name, value)
        case "daily_until": draft.dailyUntil = try Self.time(name, value)
        case "traffic_impact": draft.trafficImpact = try Self.choice(name, value)
        case "source": draft.source = try Self.line(name, value)
        case "source_id":
            if let number = value.integer {
                draft.sourceID = String(number)
            } else {
                draft.sourceID = try Self.line(name, value)
            }
        case "geometry": draft.geometry = try Self.geometry(value)
        default: return false
        }
        return true
    }

    // MARK: Values

    static func line(_ name: String, _ value: JSONValue) throws(Problem) -> String {
        guard let text = value.string else { throw malformed(name, "a text is wanted") }
        guard !text.isEmpty, text.unicodeScalars.count <= lineLength else {
            throw malformed(name, "a text of 1…\(lineLength) characters is wanted")
        }
        guard !text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
            throw malformed(name, "a text without control characters is wanted")
        }
        return text
    }

    static func text(_ name: String, _ value: JSONValue) throws(Problem) -> String {
        guard let text = value.string else { throw malformed(name, "a text is wanted") }
        guard text.unicodeScalars.count <= textLength else {
            throw malformed(name, "a text of at most \(textLength) characters is wanted")
        }
        guard !text.unicodeScalars.contains("\0") else { throw malformed(name, "a text without NUL is wanted") }
        return text
    }

    static func flag(_ name: String, _ value: JSONValue) throws(Problem) -> Bool {
        guard let flag = value.bool else { throw malformed(name, "true or false is wanted") }
        return flag
    }

    static func instant(_ name: String, _ value: JSONValue) throws(Problem) -> Instant {
        guard let instant = value.string.flatMap({ Instant($0) }) else {
            throw malformed(name, "a moment is wanted as 2026-11-23T09:00:00Z")
        }
        return instant
    }

    static func choice<Value: RawRepresentable & CaseIterable>(
        _ name: String, _ value: JSONValue
    ) throws(Problem) -> Value where Value.RawValue == String {
        guard let choice = value.string.flatMap(Value.init(rawValue:)) else {
            throw malformed(name, "one of \(Value.allCases.map(\.rawValue).joined(separator: ", ")) is wanted")
        }
        return choice
    }

    private static func time(_ name: String, _ value: JSONValue) throws(Problem) -> LocalTime {
        guard let time = value.string.flatMap({ LocalTime($0) }) else {
            throw malformed(name, "a time of the day is wanted as 09:00")
        }
        return time
    }

    static func geometry(_ value: JSONValue) throws(Problem) -> Geometry? {
        let geometry: Geometry?
        do { geometry = try GeoJSON.geometry(from: value) } catch { throw malformed("geometry", "\(error)") }
        guard let geometry else { return nil }
        switch GeometryCheck.check(geometry) {
        case .valid(let checked), .repaired(let checked, _): return checked
        case .refused(let defect): throw malformed("geometry", "\(defect)")
        }
    }

    static func malformed(_ name: String, _ reason: String) -> Problem { .malformedParameter(name, reason) }
}
