import Geometry
import Works

/// Why an incident was not used.
public enum LeftOutReason: String, Sendable, CaseIterable, Codable {
    /// It has no location.
    case noLocation = "no_location"
    /// A period was asked for and it has no time.
    case noTime = "no_time"
    /// It was reported before or after the period. Those of the equally long period before serve the trend.
    case outsidePeriod = "outside_period"
    /// It is done or rejected, and only open ones were asked for.
    case notOpen = "not_open"
    /// It is at a position that the question leaves out.
    case excluded = "excluded_at"
    /// It is outside of the area that chance is measured against.
    case outsideArea = "outside_area"
    /// It is far from all others, and no boundary says that it belongs to the city.
    case farAway = "far_away"
}

/// The incidents that a question is about, and how many others there were.
struct IncidentSelection: Sendable {
    var coordinates = [Coordinate]()
    var weights = [Double]()
    var isOpen = [Bool]()
    var isOverdue = [Bool]()
    var times = [Instant?]()
    /// Row ids of the works; 0 for incidents that come from no store.
    var rows = [Int64]()
    /// Where the incidents of the equally long period before were; nil if the period has no beginning.
    var before: [Coordinate]?
    /// The first moment of which there are incidents, whatever the period.
    private(set) var earliest: Instant?
    var leftOut = [Int](repeating: 0, count: LeftOutReason.allCases.count)

    private let start: Instant?
    private let earlierStart: Instant?
    private let end: Instant
    private let hasPeriod: Bool
    private let openOnly: Bool
    private let isEndStated: Bool
    private let excluded: [Bounds]

    /// No incident yet.
    ///
    /// - Parameter end: The end of the period, which belongs to the next one if the question states it.
    init(for question: HotspotQuestion, until end: Instant) {
        start = question.since
        earlierStart = start.map { $0 - (end - $0) }
        self.end = end
        hasPeriod = start != nil || question.until != nil
        openOnly = question.openOnly
        isEndStated = question.until != nil
        excluded = question.excluded.map(\.surrounding)
        if start != nil { before = [] }
    }

    init(_ incidents: [Incident], for question: HotspotQuestion, until end: Instant) {
        self.init(for: question, until: end)
        for incident in incidents { add(incident) }
    }

    /// Takes the incident in, or counts why not.
    ///
    /// - Parameter row: Row id of the work, if it is of a store.
    mutating func add(_ incident: Incident, row: Int64 = 0) {
        if let time = incident.reportedAt { earliest = earliest.map { min($0, time) } ?? time }
        guard let position = incident.position, position.isValid else { return leave(.noLocation) }
        if excluded.contains(where: { $0.contains(position) }) { return leave(.excluded) }
        if openOnly, !incident.isOpen { return leave(.notOpen) }
        if hasPeriod {
            guard let time = incident.reportedAt else { return leave(.noTime) }
            if isBefore(time) { before?.append(position) }
            if isAfter(time) || start.map({ time < $0 }) ?? false { return leave(.outsidePeriod) }
        }
        coordinates.append(position)
        weights.append(incident.weight)
        isOpen.append(incident.isOpen)
        isOverdue.append(incident.isOverdue)
        times.append(incident.reportedAt)
        rows.append(row)
    }

    /// The weights, of which one at least is above 0 if there are any.
    ///
    /// - Throws: ``HotspotError/noWeight``.
    func checkedWeights() throws(HotspotError) -> [Double] {
        guard weights.isEmpty || weights.contains(where: { $0 > 0 }) else { throw .noWeight }
        return weights
    }

    /// Leaves out those that are not kept, and counts them.
    mutating func keep(_ isKept: [Bool], elseFor reason: LeftOutReason) {
        let kept = isKept.indices.filter { isKept[$0] }
        guard kept.count < isKept.count else { return }
        leftOut[LeftOutReason.allCases.firstIndex(of: reason)!] += isKept.count - kept.count
        coordinates = kept.map { coordinates[$0] }
        weights = kept.map { weights[$0] }
        isOpen = kept.map { isOpen[$0] }
        isOverdue = kept.map { isOverdue[$0] }
        times = kept.map { times[$0] }
        rows = kept.map { rows[$0] }
    }

    /// Takes in those of another selection for the same question, behind its own.
    mutating func append(_ other: IncidentSelection) {
        coordinates += other.coordinates
        weights += other.weights
        isOpen += other.isOpen
        isOverdue += other.isOverdue
        times += other.times
        rows += other.rows
        before? += other.before ?? []
        if let first = other.earliest { earliest = earliest.map { min($0, first) } ?? first }
        for reason in leftOut.indices { leftOut[reason] += other.leftOut[reason] }
    }

    /// ``before``, where there are data of then; nil otherwise.
    var knownBefore: [Coordinate]? {
        guard let start, let earliest, earliest < start else { return nil }
        return before
    }

    /// Days of the period and of the one before it, from the first incident that there is and up to `now`; nil without data of both.
    func coverage(at now: Instant) -> TrendCoverage? {
        guard let start, let earlierStart, let earliest, earliest < start else { return nil }
        let (past, present) = (start - max(earlierStart, earliest), min(end, now) - start)
        guard past > 0, present > 0 else { return nil }
        return TrendCoverage(before: Double(past) / 86_400, now: Double(present) / 86_400)
    }

    /// True if a moment is in the equally long period before.
    func isBefore(_ time: Instant?) -> Bool {
        guard let time, let start, let earlierStart else { return false }
        return time < start && time >= earlierStart
    }

    /// A stated end belongs to the next period; the moment of asking belongs to this one.
    private func isAfter(_ time: Instant) -> Bool { isEndStated ? time >= end : time > end }

    private mutating func leave(_ reason: LeftOutReason) {
        leftOut[LeftOutReason.allCases.firstIndex(of: reason)!] += 1
    }
}
