import Works

/// A filter made ready for one snapshot: most of it is answered once for each combination of properties.
struct CompiledFilter: Sendable {
    /// One bit for each number in ``Traits``; nil if all pass.
    private let traits: [UInt64]?
    private let period: (from: UInt32, until: UInt32)?
    /// For each number in ``Traits`` true if its works are open; empty where no period asks for it.
    private let isOpen: [Bool]
    private let updatedSince: UInt32
    private let boxes: [WorldBox]?
    /// One bit for each case of `DeadlineState`.
    private let states: UInt8
    private let numbers: Set<UInt32>?
    /// Whether it asks for nothing but kinds, so that of two works of one kind both pass or none.
    let asksForKindsOnly: Bool
    /// Nothing passes at all.
    let isNothing: Bool

    /// Whether it asks for nothing but traits, so that of two works with the same one both pass or none.
    var asksForTraitsOnly: Bool {
        period == nil && updatedSince == 0 && boxes == nil && states == 0xFF && numbers == nil
    }

    static let nothing = CompiledFilter(traits: [], isNothing: true)

    private init(traits: [UInt64]?, isNothing: Bool) {
        self.traits = traits
        self.isNothing = isNothing
        asksForKindsOnly = true
        period = nil
        isOpen = []
        updatedSince = 0
        boxes = nil
        states = 0xFF
        numbers = nil
    }

    /// - Parameter numbers: The works that match the filter's words, if it has any.
    init(_ filter: WorkFilter, _ all: Traits, at now: Instant, numbers: Set<UInt32>? = nil) {
        assert(filter.expression == nil, "tiles are not filtered by expressions")
        isNothing = false
        self.numbers = numbers
        period = filter.period.map {
            (Moment($0.from ?? Instant(secondsSinceEpoch: 0)).seconds, $0.until.map { Moment($0).seconds } ?? .max)
        }
        isOpen = filter.period == nil ? [] : all.all.map(\.status.isOpen)
        updatedSince = filter.updatedSince.map { Moment($0).seconds } ?? 0
        boxes = filter.bounds.map(WorldBox.boxes(of:))
        states =
            filter.deadlineStates.isEmpty ? 0xFF : filter.deadlineStates.reduce(0) { $0 | 1 << UInt8($1.index) }

        func codes(_ texts: Set<String>) -> Set<UInt32>? {
            texts.isEmpty ? nil : Set(texts.compactMap { all.texts.known($0) })
        }
        let (categories, districts) = (codes(filter.categories), codes(filter.districts))
        let (organisations, contractors) = (codes(filter.organisations), codes(filter.contractors))
        asksForKindsOnly =
            period == nil && updatedSince == 0 && boxes == nil && states == 0xFF && numbers == nil
            && [categories, districts, organisations, contractors].allSatisfy { $0 == nil } && !filter.openOnly
            && filter.statuses.isEmpty && filter.severities.isEmpty && filter.movedLate == nil
            && filter.districtsByClass.isEmpty
        guard
            categories != nil || districts != nil || organisations != nil || contractors != nil || filter.openOnly
                || !filter.kinds.isEmpty || !filter.statuses.isEmpty || !filter.severities.isEmpty
                || filter.movedLate != nil || !filter.districtsByClass.isEmpty
        else {
            traits = nil
            return
        }
        var bits = [UInt64](repeating: 0, count: all.all.count / 64 + 1)
        var choice = DistrictChoice(filter.districtsByClass)
        for (number, trait) in all.all.enumerated() {
            guard filter.kinds.isEmpty || filter.kinds.contains(trait.kind),
                filter.statuses.isEmpty || filter.statuses.contains(trait.status),
                filter.severities.isEmpty || filter.severities.contains(trait.severity),
                !filter.openOnly || trait.status.isOpen,
                filter.movedLate ?? trait.isMovedLate == trait.isMovedLate,
                categories?.contains(trait.category) ?? true,
                districts?.contains(trait.district) ?? true, organisations?.contains(trait.organisation) ?? true,
                contractors?.contains(trait.contractor) ?? true, choice.admits(trait, all)
            else { continue }
            bits[number >> 6] |= 1 << UInt64(number & 63)
        }
        traits = bits
    }

    /// Whether works with these properties can pass.
    @inline(__always)
    func admits(trait: Int) -> Bool { traits.map { $0[trait >> 6] >> UInt64(trait & 63) & 1 != 0 } ?? true }

    /// True if a work passes whose trait does, whatever the state of its deadline.
    ///
    /// - Parameter meets: True if the work's geometry and a box share a point.
    @inline(__always)
    func admits(_ facts: WorkFacts, _ row: Int, meets: (WorldBox) -> Bool) -> Bool {
        if let period {
            // `Presence` on moments of 32 bits.
            if facts.start[row] != .none, facts.start[row].seconds > period.until { return false }
            if !isOpen[facts.trait(row)] {
                let end = facts.completed[row] == .none ? facts.updated[row] : facts.completed[row]
                if end.seconds < period.from { return false }
            }
        }
        if facts.updated[row].seconds < updatedSince { return false }
        if let boxes, !boxes.contains(where: meets) { return false }
        if let numbers, !numbers.contains(facts.number[row]) { return false }
        return true
    }

    /// Whether it asks for states of the deadline, which change as time goes by.
    var asksForStates: Bool { states != 0xFF }

    @inline(__always)
    func admits(_ state: DeadlineState) -> Bool { states >> UInt8(state.index) & 1 != 0 }
}

extension DeadlineState {
    /// The place among all states.
    @inline(__always)
    var index: Int {
        switch self {
        case .none: 0
        case .onTime: 1
        case .dueSoon: 2
        case .overdue: 3
        case .met: 4
        case .missed: 5
        }
    }
}
