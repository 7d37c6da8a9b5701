/// A time in a filter: a moment, or a day.
///
/// A day compared with a moment is compared as days are: whether the moment is in it, before it, or after it.
public enum FilterTime: Hashable, Sendable {
    case day(CivilDate)
    /// A moment and the fraction of a second that is past since, in nanoseconds of 0..<1 000 000 000. Records hold whole seconds.
    case moment(Instant, nanoseconds: Int)
}

extension FilterTime {
    /// Reads an RFC 3339 moment in UTC, with or without a fraction, or a day; nil for anything else.
    public init?(_ text: String) {
        if let day = CivilDate(text) {
            self = .day(day)
            return
        }
        guard text.hasSuffix("Z"), text.dropFirst(10).first == "T", let instant = Instant(text) else { return nil }
        var fraction = text.dropFirst(19).dropLast().dropFirst().prefix(9)
        guard fraction.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        while fraction.count < 9 { fraction += "0" }
        self = .moment(instant, nanoseconds: Int(fraction) ?? 0)
    }

    /// The day that the time is in.
    public var day: CivilDate {
        switch self {
        case .day(let day): day
        case .moment(let instant, _):
            CivilDate(daysSinceEpoch: Int(instant.secondsSinceEpoch.floorDivided(by: 86_400)))
        }
    }

    /// The first moment of the time.
    public var start: TimeKey {
        switch self {
        case .day(let day): .moment(Instant(year: day.year, month: day.month, day: day.day), 0)
        case .moment(let instant, let nanoseconds): .moment(instant, nanoseconds)
        }
    }

    /// The last moment of the time; of a day its last second.
    public var end: TimeKey {
        switch self {
        case .day(let day): .moment(Instant(year: day.year, month: day.month, day: day.day) + 86_399, 0)
        case .moment: start
        }
    }
}

extension FilterTime: CustomStringConvertible {
    /// RFC 3339; a fraction only where there is one.
    public var description: String {
        switch self {
        case .day(let day): return day.description
        case .moment(let instant, 0): return instant.description
        case .moment(let instant, let nanoseconds):
            return instant.description.dropLast() + "." + TimeKey.digits(nanoseconds) + "Z"
        }
    }
}

/// An end of a stretch of time, in the order of time.
public enum TimeKey: Hashable, Comparable, Sendable {
    case beforeEverything
    case moment(Instant, Int)
    case afterEverything

    /// A text whose order among other such texts, and among the texts of whole seconds, is that of time.
    ///
    /// The fraction stands behind the `Z`, because there it makes a text greater than that of its whole second and less than that of the next.
    public var text: String {
        switch self {
        case .beforeEverything: ""
        case .moment(let instant, 0): instant.description
        case .moment(let instant, let nanoseconds): instant.description + "." + Self.digits(nanoseconds)
        case .afterEverything: "~"
        }
    }

    /// The digits of a fraction of a second, without zeros at the end.
    static func digits(_ nanoseconds: Int) -> String {
        var digits = String(1_000_000_000 + nanoseconds).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return String(digits)
    }
}

/// How two stretches of time lie to each other; the raw values are CQL2's names in JSON. A moment is a stretch of no length.
public enum TemporalRelation: String, Sendable, CaseIterable {
    case after = "t_after"
    case before = "t_before"
    case contains = "t_contains"
    case disjoint = "t_disjoint"
    case during = "t_during"
    case equals = "t_equals"
    case finishedBy = "t_finishedBy"
    case finishes = "t_finishes"
    case intersects = "t_intersects"
    case meets = "t_meets"
    case metBy = "t_metBy"
    case overlappedBy = "t_overlappedBy"
    case overlaps = "t_overlaps"
    case startedBy = "t_startedBy"
    case starts = "t_starts"
}

extension TemporalRelation {
    /// An end of the first or the second stretch.
    public enum End: Sendable {
        case start1, end1, start2, end2
    }

    /// What has to hold, all of it, for the relation to hold (OGC 21-065r2, section 7.9); for ``disjoint`` what must not.
    public var conditions: [(End, FilterComparison, End)] {
        switch self {
        case .after: [(.start1, .greater, .end2)]
        case .before: [(.end1, .less, .start2)]
        case .contains: [(.start1, .less, .start2), (.end1, .greater, .end2)]
        case .during: [(.start1, .greater, .start2), (.end1, .less, .end2)]
        case .equals: [(.start1, .equal, .start2), (.end1, .equal, .end2)]
        case .finishedBy: [(.start1, .less, .start2), (.end1, .equal, .end2)]
        case .finishes: [(.start1, .greater, .start2), (.end1, .equal, .end2)]
        case .intersects, .disjoint: [(.start1, .lessOrEqual, .end2), (.end1, .greaterOrEqual, .start2)]
        case .meets: [(.end1, .equal, .start2)]
        case .metBy: [(.start1, .equal, .end2)]
        case .overlappedBy: [(.start1, .greater, .start2), (.start1, .less, .end2), (.end1, .greater, .end2)]
        case .overlaps: [(.start1, .less, .start2), (.end1, .greater, .start2), (.end1, .less, .end2)]
        case .startedBy: [(.start1, .equal, .start2), (.end1, .greater, .end2)]
        case .starts: [(.start1, .equal, .start2), (.end1, .less, .end2)]
        }
    }
}
