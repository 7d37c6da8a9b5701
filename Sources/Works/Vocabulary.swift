/// What sort of work a record is about.
public enum WorkKind: String, Sendable, CaseIterable, Codable {
    case roadRepair = "road_repair"
    case outage
    case hazard
}

/// How far a work has come, in the order in which it usually goes.
public enum WorkStatus: String, Sendable, CaseIterable, Codable {
    /// Сообщено: somebody reported it, nobody has answered yet.
    case reported
    /// Принято: a service has taken it on.
    case accepted
    /// В работе.
    case inProgress = "in_progress"
    /// Выполнено.
    case done
    /// Отклонено: closed without work, for a stated reason.
    case rejected

    /// Whether something is still to be done.
    @inlinable
    public var isOpen: Bool {
        switch self {
        case .reported, .accepted, .inProgress: true
        case .done, .rejected: false
        }
    }
}

/// How bad it is for those who live or pass there.
public enum Severity: String, Sendable, CaseIterable, Codable, Comparable {
    case minor
    case moderate
    case severe

    public static func < (a: Severity, b: Severity) -> Bool {
        allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
    }
}

/// What a work does to traffic.
public enum TrafficImpact: String, Sendable, CaseIterable, Codable {
    case none
    case sidewalkClosed = "sidewalk_closed"
    case laneClosed = "lane_closed"
    case alternating
    case roadClosed = "road_closed"
}

/// A time of day by the city's clocks, to the minute: `HH:MM`.
public struct LocalTime: Hashable, Comparable, Sendable, LosslessStringConvertible {
    /// Minutes since midnight, 0…1439.
    public let minutes: Int

    /// Returns nil outside 00:00…23:59.
    public init?(hour: Int, minute: Int) {
        guard (0..<24).contains(hour), (0..<60).contains(minute) else { return nil }
        minutes = hour * 60 + minute
    }

    /// Reads `H:MM` or `HH:MM`, also with seconds, which are cut off.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), (1...2).contains(parts[0].count),
            parts.dropFirst().allSatisfy({ $0.count == 2 }),
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1])
        else { return nil }
        self.init(hour: hour, minute: minute)
    }

    /// `HH:MM`.
    public var description: String {
        let (hour, minute) = (minutes / 60, minutes % 60)
        return (hour < 10 ? "0\(hour)" : "\(hour)") + ":" + (minute < 10 ? "0\(minute)" : "\(minute)")
    }

    public static func < (a: LocalTime, b: LocalTime) -> Bool { a.minutes < b.minutes }
}
