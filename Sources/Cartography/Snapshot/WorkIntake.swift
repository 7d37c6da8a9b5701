import Geometry
import Works

/// Takes works from the store's rows into a staging area.
struct WorkIntake {
    /// What of a row is needed.
    static let columns = WorkColumns(
        .id, .kind, .category, .status, .severity, .district, .organisation, .contractor, .reportedAt, .startsAt,
        .dueAt,
        .passedDueAt, .completedAt, .updatedAt, .trafficImpact, .districts, .completedEstimated)

    var traits: Traits
    var staging = SegmentStaging()
    /// Rows that could not be taken in; at most ``refusalLimit`` are described.
    var refusals: [String] = []
    private let geometries = GeometryIntake()
    private var last: (trait: WorkTrait, number: UInt32)?

    static let refusalLimit = 20

    init(traits: Traits) {
        self.traits = traits
    }

    /// What became of a row.
    enum Outcome {
        case point(WorldPosition)
        case shape
        /// The work has no place, or its row could not be read.
        case nowhere
    }

    @discardableResult
    mutating func take(_ row: WorkRow) throws -> (work: StagedWork, outcome: Outcome)? {
        guard let number = UInt32(exactly: row.number) else {
            return refuse(row, "its number is beyond \(UInt32.max)")
        }
        guard let id = row.utf8(.id).flatMap({ WorkID(utf8: $0) }), let trait = trait(of: row) else {
            return refuse(row, "its id, kind, status or severity is none")
        }
        let work = StagedWork(
            number: number, id: id, trait: try code(of: trait), due: Moment(row.judgedDueAt(trait.status)),
            start: Moment(row.instant(.startsAt) ?? row.instant(.reportedAt)),
            completed: Moment(row.instant(.completedAt)),
            updated: Moment(row.instant(.updatedAt)))
        guard let encoded = row.geometry else { return (work, .nowhere) }
        do {
            switch try geometries.take(encoded, into: &staging.shapes) {
            case .point(let position):
                staging.add(work, at: position)
                return (work, .point(position))
            case .shape:
                staging.addShape(work)
                return (work, .shape)
            case .empty: return (work, .nowhere)
            }
        } catch let error as WKBError {
            refuse(row, "\(error)")
            return (work, .nowhere)
        }
    }

    @discardableResult
    private mutating func refuse(_ row: WorkRow, _ reason: String) -> (work: StagedWork, outcome: Outcome)? {
        if refusals.count < Self.refusalLimit { refusals.append("work \(row.number) is not on the map: \(reason)") }
        return nil
    }

    private mutating func code(of trait: WorkTrait) throws -> UInt32 {
        if let last, last.trait == trait { return last.number }
        let number = try traits.number(of: trait)
        last = (trait, number)
        return number
    }

    private mutating func trait(of row: WorkRow) -> WorkTrait? {
        guard let kind: WorkKind = Self.value(row, .kind), let status: WorkStatus = Self.value(row, .status),
            let severity: Severity = Self.value(row, .severity), let category = row.utf8(.category)
        else { return nil }
        func number(_ column: WorkColumn) -> UInt32 {
            row.utf8(column).map { traits.texts.number(of: $0) } ?? Traits.absent
        }
        return WorkTrait(
            kind: kind, status: status, severity: severity, trafficImpact: Self.value(row, .trafficImpact),
            category: traits.texts.number(of: category), district: number(.district),
            organisation: number(.organisation),
            contractor: number(.contractor), isMovedLate: row.isSet(.passedDueAt), districts: number(.districts),
            isCompletedEstimated: row.isSet(.completedEstimated))
    }

    /// The enumeration value in a column, found without making a string.
    private static func value<Value: RawRepresentable & CaseIterable>(_ row: WorkRow, _ column: WorkColumn) -> Value?
    where Value.RawValue == String {
        guard let text = row.utf8(column) else { return nil }
        return Value.allCases.first { value in
            let name = value.rawValue.utf8
            return name.count == text.count && name.elementsEqual(text)
        }
    }
}
