import Works

/// What works have in common: everything that is drawn or asked for but times and places.
///
/// A city has few distinct combinations, so a work keeps the number of its combination, and a filter is answered once for each.
struct WorkTrait: Hashable, Sendable {
    var kind: WorkKind
    var status: WorkStatus
    var severity: Severity
    /// Nil if nobody knows it.
    var trafficImpact: TrafficImpact?
    /// Numbers in ``Traits/texts``; ``Traits/absent`` if there is none.
    var category: UInt32
    var district: UInt32
    var organisation: UInt32
    var contractor: UInt32
    /// True if a deadline was moved after it had passed.
    var isMovedLate: Bool
    /// The text of the districts by class.
    var districts = Traits.absent
    /// True if nobody stated the end.
    var isCompletedEstimated = false
}

/// All combinations that occur; it only grows, so that numbers stay valid.
struct Traits: Sendable {
    static let absent = UInt32.max
    /// More combinations than this are not told apart any more: numbers are kept in 24 bits.
    static let limit = 1 << 24

    /// Where numbers come from: those of the same origin mean the same.
    final class Origin: Sendable {}

    let origin = Origin()
    private(set) var all: [WorkTrait] = []
    /// The status of each.
    private(set) var statuses: [WorkStatus] = []
    var texts = TextTable()
    private var numbers: [WorkTrait: UInt32] = [:]

    mutating func number(of trait: WorkTrait) throws -> UInt32 {
        if let number = numbers[trait] { return number }
        guard all.count < Self.limit else {
            throw StoreError.corrupt("more than \(Self.limit) combinations of properties")
        }
        let number = UInt32(all.count)
        all.append(trait)
        statuses.append(trait.status)
        numbers[trait] = number
        return number
    }

    /// What a trait has in a field of a style; nil if it has nothing there.
    func value(of field: StyleField, trait: Int) -> String? {
        let trait = all[trait]
        return switch field {
        case .kind: trait.kind.rawValue
        case .category: text(trait.category)
        case .status: trait.status.rawValue
        case .severity: trait.severity.rawValue
        case .trafficImpact: trait.trafficImpact?.rawValue
        case .deadlineState, .featureClass, .structure: nil
        }
    }

    func text(_ number: UInt32) -> String? { number == Self.absent ? nil : texts.texts[Int(number)] }

    var bytes: Int { all.count * (MemoryLayout<WorkTrait>.stride * 2 + 12) + texts.bytes }
}
