import Geometry
import HTTPEdge
import Works

/// What a member of staff writes to change a work: the fields of a ``WorkChange``, or a link to the work that it duplicates.
struct WorkDecision {
    private(set) var change = WorkChange()
    /// Whether the link to an original changes: to a work, or to none.
    private(set) var original: WorkID??
    private(set) var fields: [String] = []

    static let names = [
        "status", "due_at", "starts_at", "organisation", "contractor", "category", "severity", "traffic_impact",
        "on_site_at", "completed_at", "duplicate_of", "reason", "confirm",
    ]

    init(_ value: JSONValue) throws(Problem) {
        guard let object = value.object else { throw WorkSubmission.malformed("body", "an object is wanted") }
        for (name, value) in object {
            if name == "duplicate_of" {
                if value.isNull {
                    original = .some(nil)
                } else {
                    guard let id = value.string.flatMap({ WorkID($0) }) else {
                        throw WorkSubmission.malformed(name, "the id of a work is wanted, or null")
                    }
                    original = id
                }
            } else {
                try take(name, value)
            }
            fields.append(name)
        }
        if original != nil, fields.contains(where: { !["duplicate_of", "reason", "confirm"].contains($0) }) {
            throw WorkSubmission.malformed("duplicate_of", "goes with a reason and nothing else")
        }
    }

    private mutating func take(_ name: String, _ value: JSONValue) throws(Problem) {
        switch name {
        case "status": change.status = try WorkSubmission.choice(name, value)
        case "due_at": change.dueAt = try WorkSubmission.instant(name, value)
        case "starts_at": change.startsAt = try WorkSubmission.instant(name, value)
        case "organisation": change.organisation = try WorkSubmission.line(name, value)
        case "contractor": change.contractor = try WorkSubmission.line(name, value)
        case "category": change.category = try WorkSubmission.line(name, value)
        case "severity": change.severity = try WorkSubmission.choice(name, value)
        case "traffic_impact": change.trafficImpact = try WorkSubmission.choice(name, value)
        case "on_site_at": change.onSiteAt = try WorkSubmission.instant(name, value)
        case "completed_at": change.completedAt = try WorkSubmission.instant(name, value)
        case "confirm": change.isConfirmed = try WorkSubmission.flag(name, value)
        case "reason": change.reason = try WorkSubmission.text(name, value)
        default:
            throw .malformedParameter(name, "cannot be changed; what can: \(Self.names.joined(separator: ", "))")
        }
    }
}
