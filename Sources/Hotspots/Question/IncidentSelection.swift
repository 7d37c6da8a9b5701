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
}

/// The incidents that a question is about, and how many others there were.
struct IncidentSelection: Sendable {
    var coordinates = [Coordinate]()
    var weights = [Double]()
    var isOpen = [Bool]()
    var isOverdue = [Bool]()
    var times = [Instant?]()
    /// Where the incidents of the equally long period before were; nil if the period has no beginning.
    var before: [Coordinate]?
    var leftOut = [Int](repeating: 0, count: LeftOutReason.allCases.count)

    /// - Parameter end: The end of the period, which belongs to it.
    init(_ incidents: [Incident], for question: HotspotQuestion, until end: Instant) {
        let start = question.since
        let earlierStart = start.map { $0 - (end - $0) }
        if start != nil { before = [] }
        let hasPeriod = start != nil || question.until != nil
        coordinates.reserveCapacity(incidents.count)
        times.reserveCapacity(incidents.count)
        for incident in incidents {
            guard let position = incident.position, position.isValid else {
                leave(.noLocation)
                continue
            }
            if question.openOnly, !incident.isOpen {
                leave(.notOpen)
                continue
            }
            if hasPeriod {
                guard let time = incident.reportedAt else {
                    leave(.noTime)
                    continue
                }
                if let start, let earlierStart, time < start, time >= earlierStart { before?.append(position) }
                if time > end || start.map({ time < $0 }) ?? false {
                    leave(.outsidePeriod)
                    continue
                }
            }
            coordinates.append(position)
            weights.append(incident.weight)
            isOpen.append(incident.isOpen)
            isOverdue.append(incident.isOverdue)
            times.append(incident.reportedAt)
        }
    }

    private mutating func leave(_ reason: LeftOutReason) {
        leftOut[LeftOutReason.allCases.firstIndex(of: reason)!] += 1
    }
}
