public import Geometry
public import Works

/// Figures on the rows that came in, by which a person sees whether a mapping is right.
public struct ImportAccount: Hashable, Sendable {
    /// Rows that came in without a place: they are in lists and not on the map.
    public var withoutPlace = 0
    /// Extent of the places.
    public var extent: Bounds?
    /// Earliest and latest of the times of reports, starts, deadlines and completions.
    public var earliest: Instant?
    public var latest: Instant?
    /// Values that a table of the mapping does not list, the most frequent first.
    public var unlisted: [UnlistedValue] = []

    public init() {}

    mutating func note(_ draft: WorkDraft) {
        note(draft.geometry)
        note(draft.reportedAt)
        note(draft.startsAt)
        note(draft.dueAt)
        note(draft.completedAt)
    }

    mutating func note(_ geometry: Geometry?) {
        guard let box = geometry?.bounds else {
            withoutPlace += 1
            return
        }
        extent = extent?.union(box) ?? box
    }

    private mutating func note(_ instant: Instant?) {
        guard let instant else { return }
        earliest = earliest.map { min($0, instant) } ?? instant
        latest = latest.map { max($0, instant) } ?? instant
    }

    /// Adds the figures of another part of the same file.
    mutating func add(_ other: ImportAccount) {
        withoutPlace += other.withoutPlace
        if let box = other.extent { extent = extent?.union(box) ?? box }
        note(other.earliest)
        note(other.latest)
        for value in other.unlisted {
            if let known = unlisted.firstIndex(where: { $0.field == value.field && $0.value == value.value }) {
                unlisted[known].count += value.count
            } else {
                unlisted.append(value)
            }
        }
    }
}

/// A value of a source that a table of the mapping does not list.
public struct UnlistedValue: Hashable, Sendable {
    /// Property that the table is for.
    public var field: String
    public var value: String
    /// Rows with the value.
    public var count: Int
    /// Consequence: the row was refused, or the default or the value itself was taken.
    public var outcome: Outcome

    public enum Outcome: Hashable, Sendable {
        case refused
        /// The table's default, or nothing.
        case instead(String?)
        case kept
    }
}

/// Counts of values that tables do not list.
///
/// A class, because the mapper that fills it is a value that is handed on from row to row.
final class UnlistedValues {
    private var counts: [MappedField: [String: (count: Int, outcome: UnlistedValue.Outcome)]] = [:]

    /// Different values that are counted of each property.
    private static let limit = 200

    func note(_ text: String, _ field: MappedField, _ otherwise: FieldExpression.Otherwise) {
        guard !text.isEmpty else { return }
        let value = String(text.prefix(200))
        let known = counts[field]?[value]?.count
        guard known != nil || counts[field]?.count ?? 0 < Self.limit else { return }
        let outcome: UnlistedValue.Outcome =
            switch otherwise {
            case .refuse: .refused
            case .value(let value): .instead(value)
            case .nothing: .instead(nil)
            case .keep: .kept
            }
        counts[field, default: [:]][value] = ((known ?? 0) + 1, outcome)
    }

    var all: [UnlistedValue] {
        counts.flatMap { field, values in
            values.map {
                UnlistedValue(field: field.rawValue, value: $0.key, count: $0.value.count, outcome: $0.value.outcome)
            }
        }.sorted { ($1.count, $0.field, $0.value) < ($0.count, $1.field, $1.value) }
    }
}
