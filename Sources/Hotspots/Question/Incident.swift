public import Geometry
public import Works

/// What a hotspot question needs to know of a work.
public struct Incident: Hashable, Sendable {
    /// Where it is; nil if nobody said.
    public var position: Coordinate?
    /// What it counts in weighted sums, by its severity.
    public var weight: Double
    public var reportedAt: Instant?
    public var isOpen: Bool
    public var isOverdue: Bool

    public init(
        position: Coordinate?, weight: Double = 1, reportedAt: Instant? = nil, isOpen: Bool = false,
        isOverdue: Bool = false
    ) {
        self.position = position
        self.weight = weight
        self.reportedAt = reportedAt
        self.isOpen = isOpen
        self.isOverdue = isOverdue
    }

    /// A work as of the moment `now`. What has no time of report counts from its planned start.
    public init(_ work: Work, at now: Instant, weights: SeverityWeights = SeverityWeights()) {
        self.init(
            position: work.geometry?.representativePoint, weight: weights[work.severity],
            reportedAt: work.reportedAt ?? work.startsAt, isOpen: work.status.isOpen,
            isOverdue: work.deadlineState(at: now) == .overdue)
    }

    /// The columns that ``init(_:at:weights:)-(WorkRow,_,_)`` reads, besides the geometry.
    public static let columns = WorkColumns(.status, .severity, .reportedAt, .startsAt, .dueAt)

    /// A work as the store steps over it.
    ///
    /// - Throws: ``StoreError`` for a status or severity that no work can have, `WKBError` for a broken geometry.
    public init(_ row: WorkRow, at now: Instant, weights: SeverityWeights = SeverityWeights()) throws {
        guard let status: WorkStatus = row.value(.status), let severity: Severity = row.value(.severity) else {
            throw StoreError.corrupt("work \(row.number) has no status or severity")
        }
        let isOverdue = status.isOpen && row.instant(.dueAt).map { now > $0 } ?? false
        self.init(
            position: try row.geometry.flatMap { try $0.plainPoint ?? $0.decoded().representativePoint },
            weight: weights[severity], reportedAt: row.instant(.reportedAt) ?? row.instant(.startsAt),
            isOpen: status.isOpen, isOverdue: isOverdue)
    }
}

/// How much an incident of each severity counts in weighted sums.
public struct SeverityWeights: Hashable, Sendable {
    public var minor: Double
    public var moderate: Double
    public var severe: Double

    /// 1, 2 and 3 unless said otherwise.
    public init(minor: Double = 1, moderate: Double = 2, severe: Double = 3) {
        self.minor = minor
        self.moderate = moderate
        self.severe = severe
    }

    /// Range of a weight.
    public static let range = NumberRange(0.0...1_000_000)

    public subscript(severity: Severity) -> Double {
        get {
            switch severity {
            case .minor: minor
            case .moderate: moderate
            case .severe: severe
            }
        }
        set {
            switch severity {
            case .minor: minor = newValue
            case .moderate: moderate = newValue
            case .severe: severe = newValue
            }
        }
    }

    /// Weights as `minor=1,moderate=3,severe=5`; a severity that is not named keeps its own.
    ///
    /// - Throws: ``SeverityWeightsError``.
    public init(_ text: String) throws(SeverityWeightsError) {
        self.init()
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            guard sides.count == 2, let severity = Severity(rawValue: sides[0]), let weight = Double(sides[1]),
                (try? Self.range.checked(weight)) != nil
            else { throw SeverityWeightsError(part: String(part.prefix(40))) }
            self[severity] = weight
        }
    }
}

/// A weight that cannot be read.
public struct SeverityWeightsError: Error, Hashable, CustomStringConvertible {
    public var part: String

    public var description: String {
        let names = Severity.allCases.map(\.rawValue).joined(separator: ", ")
        return "“\(part)” is not a severity (\(names)) and a number of 0…1000000, such as severe=5"
    }
}

/// What incidents are counted around: a school, a district, any feature of a reference layer.
public struct Place: Hashable, Sendable {
    public var id: String
    public var name: String?
    /// Points, lines or polygons; nil if the layer has none for it.
    public var geometry: Geometry?

    public init(id: String, name: String?, geometry: Geometry?) {
        self.id = id
        self.name = name
        self.geometry = geometry
    }

    public init(_ feature: ReferenceFeature) {
        self.init(id: feature.id, name: feature.name, geometry: feature.geometry)
    }
}
