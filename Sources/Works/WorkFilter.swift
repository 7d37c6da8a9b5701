public import Geometry

/// Which works somebody asks for. An empty set asks for nothing in particular, so the default matches every work.
public struct WorkFilter: Hashable, Sendable {
    /// Works whose geometry intersects this box, and works without a geometry.
    public var bounds: Bounds?
    /// Works that are there at some moment of the period, as ``Presence`` has it.
    public var period: Period?
    public var kinds: Set<WorkKind> = []
    public var statuses: Set<WorkStatus> = []
    public var severities: Set<Severity> = []
    public var deadlineStates: Set<DeadlineState> = []
    public var categories: Set<String> = []
    public var districts: Set<String> = []
    /// Names of districts by class.
    public var districtsByClass: [String: Set<String>] = [:]
    public var organisations: Set<String> = []
    public var contractors: Set<String> = []
    /// Only works on which something is still to be done.
    public var openOnly = false
    /// Only works whose deadline was moved after it had passed, or only the others.
    public var movedLate: Bool?
    /// Only works changed at or after this moment.
    public var updatedSince: Instant?
    /// Only works whose title, description or address holds every one of these words, whatever the case of their letters.
    public var words: [String] = []
    /// Positions, each about a metre wide, at which no work counts. The snapshot that tiles are drawn from does not know them either.
    public var excluded: [Coordinate] = []
    /// Only works for which this holds. The snapshot that tiles are drawn from does not know it; the stores do.
    public var expression: FilterExpression?
    /// The moment as of which works are told, filtered and judged, as ``Work/asOf(_:_:)`` has it; nil for the works as they are.
    public var asOf: Instant?

    public init() {}

    /// A filter that matches every work.
    public static let all = WorkFilter()

    /// The smallest box known in which all works are that can match and have a geometry; nil if that is the world.
    public var searchBounds: Bounds? { .smaller(bounds, expression?.normalized.necessaryBounds) }

    /// Whether the passing of time alone can change what matches.
    public var movesWithTheClock: Bool {
        asOf == nil && (!deadlineStates.isEmpty || expression?.movesWithTheClock == true)
    }

    /// The moment as of which deadlines are judged, for somebody who asks at `now`.
    public func moment(_ now: Instant = .now) -> Instant { asOf ?? now }
}

/// A stretch of time with both ends in it; a missing end is open.
public struct Period: Hashable, Sendable {
    public var from: Instant?
    public var until: Instant?

    public init(from: Instant?, until: Instant?) {
        self.from = from
        self.until = until
    }

    /// Whether a stretch from `start` to `end`, either of which may be open, shares a moment with the period.
    @inlinable
    public func overlaps(start: Instant?, end: Instant?) -> Bool {
        if let until, let start, start > until { return false }
        if let from, let end, end < from { return false }
        return true
    }
}

extension WorkFilter {
    /// Whether a work matches, as of the moment `now`: the meaning of every filter, which the database's SQL has to agree with.
    ///
    /// The work is taken as it is given, whatever ``asOf`` says.
    ///
    /// - Parameter relate: Judges the spatial relations of the ``expression``; without it they are unknown.
    public func matches(_ work: Work, at now: Instant, relate: SpatialJudge = { _, _, _ in nil }) -> Bool {
        if let bounds, let geometry = work.geometry, !bounds.intersects(geometry) { return false }
        if !excluded.isEmpty, let box = work.geometry?.bounds, excluded.contains(where: { $0.surrounding.holds(box) }) {
            return false
        }
        if let period {
            let start = Presence.start(startsAt: work.startsAt, reportedAt: work.reportedAt)
            let end = Presence.end(work.status, completedAt: work.completedAt, updatedAt: work.updatedAt)
            guard period.overlaps(start: start, end: end) else { return false }
        }
        func admits<Value>(_ wanted: Set<Value>, _ value: Value?) -> Bool {
            wanted.isEmpty || value.map(wanted.contains) ?? false
        }
        guard admits(kinds, work.kind), admits(statuses, work.status), admits(severities, work.severity),
            admits(categories, work.category), admits(districts, work.district),
            admits(organisations, work.organisation), admits(contractors, work.contractor),
            districtsByClass.allSatisfy({ admits($0.value, work.district(in: $0.key)) }),
            deadlineStates.isEmpty || deadlineStates.contains(work.deadlineState(at: now)),
            !openOnly || work.status.isOpen, movedLate ?? work.isMovedLate == work.isMovedLate,
            updatedSince.map({ work.updatedAt >= $0 }) ?? true,
            expression.map({ $0.truth(of: { work.filterValue($0, at: now) }, relate: relate) == true }) ?? true
        else { return false }
        guard !words.isEmpty else { return true }
        let text = [work.title, work.description, work.address].compactMap { $0?.lowercased() }
        return words.allSatisfy { word in
            let word = word.lowercased()
            return text.contains { $0.contains(word) }
        }
    }
}

extension Coordinate {
    /// The box around a position that holds what is at it, about a metre to each side.
    public var surrounding: Bounds {
        let reach = 1e-5
        return Bounds(
            west: longitude - reach, south: latitude - reach, east: longitude + reach, north: latitude + reach)
    }
}

extension Bounds {
    /// True if a box that does not cross the antimeridian is inside of this one.
    fileprivate func holds(_ box: Bounds) -> Bool {
        box.west >= west && box.east <= east && box.south >= south && box.north <= north
    }
}
