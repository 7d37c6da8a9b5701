import Synchronization
import TimeBudgets
import Works

extension WorkIntake {
    /// Portions that all works are read in; more than cores, since some works have more vertices than others.
    private static let portions = 8

    /// Takes all works of a store: by portions of their numbers that are read side by side, each in a transaction of its own, and put together
    /// in the order of the numbers, so that the result is as if they had been read one after the other.
    ///
    /// What changes meanwhile is among the changes since a revision that was read before.
    ///
    /// - Parameters:
    ///   - filter: Which works, and as of when.
    ///   - smallest: Fewer numbers are not worth a portion of their own.
    static func all(
        of store: any WorksStore, matching filter: WorkFilter = .all, smallest: Int64 = 4096,
        budget: TimeBudget = .unlimited
    ) throws -> WorkIntake {
        let last = try store.lastWorkNumber()
        let portions = max(1, min(Self.portions, Int(last / smallest)))
        let step = last / Int64(portions)
        let taken = Mutex<[Int: Result<WorkIntake, any Error>]>([:])
        CoreThreads.perform(iterations: portions) { portion in
            let result = Result {
                try WorkIntake(
                    store, matching: filter, budget, after: portion == 0 ? nil : Int64(portion) * step,
                    upTo: portion == portions - 1 ? nil : Int64(portion + 1) * step)
            }
            taken.withLock { $0[portion] = result }
        }
        func take(_ portion: Int) throws -> WorkIntake? {
            try taken.withLock { $0.removeValue(forKey: portion) }?.get()
        }
        var whole = try take(0) ?? WorkIntake(traits: Traits())
        for portion in 1..<portions {
            if let next = try take(portion) { try whole.add(next) }
        }
        return whole
    }

    private init(
        _ store: any WorksStore, matching filter: WorkFilter, _ budget: TimeBudget, after: Int64?, upTo: Int64?
    ) throws {
        self.init(traits: Traits())
        var page = WorkPage(filter: filter, columns: Self.columns, after: after)
        page.upTo = upTo
        try store.forEachWork(page, at: .now, budget: budget) { row in try take(row) }
    }

    /// Adds what was taken of works with greater numbers.
    private mutating func add(_ next: WorkIntake) throws {
        let numbers = try traits.add(next.traits)
        staging.append(next.staging, traits: numbers)
        refusals += next.refusals.prefix(Self.refusalLimit - refusals.count)
    }
}

extension Traits {
    /// Adds the combinations of others in their order.
    ///
    /// - Returns: For each of theirs its number here.
    fileprivate mutating func add(_ others: Traits) throws -> [UInt32] {
        let numbers = others.texts.texts.map { texts.number(of: $0) }
        func here(_ text: UInt32) -> UInt32 { text == Self.absent ? text : numbers[Int(text)] }
        return try others.all.map { trait in
            var trait = trait
            trait.category = here(trait.category)
            trait.district = here(trait.district)
            trait.organisation = here(trait.organisation)
            trait.contractor = here(trait.contractor)
            trait.districts = here(trait.districts)
            return try number(of: trait)
        }
    }
}

extension SegmentStaging {
    /// - Parameter traits: For each number of a trait there its number here.
    fileprivate mutating func append(_ next: SegmentStaging, traits: [UInt32]) {
        pointFacts.append(contentsOf: next.pointFacts, traits: traits)
        x.append(contentsOf: next.x)
        y.append(contentsOf: next.y)
        shapeFacts.append(contentsOf: next.shapeFacts, traits: traits)
        shapes.append(contentsOf: next.shapes)
    }
}

extension WorkFacts {
    /// - Parameter traits: For each number of a trait there its number here.
    fileprivate mutating func append(contentsOf next: WorkFacts, traits: [UInt32]) {
        number.append(contentsOf: next.number)
        idHigh.append(contentsOf: next.idHigh)
        idLow.append(contentsOf: next.idLow)
        for row in 0..<next.count { append(trait: traits[next.trait(row)]) }
        due.append(contentsOf: next.due)
        start.append(contentsOf: next.start)
        completed.append(contentsOf: next.completed)
        updated.append(contentsOf: next.updated)
    }
}

extension ShapeGeometry {
    /// Adds features that are not arranged yet.
    fileprivate mutating func append(contentsOf next: ShapeGeometry) {
        let (vertices, parts) = (UInt32(x.count), UInt32(role.count))
        x.append(contentsOf: next.x)
        y.append(contentsOf: next.y)
        start.append(contentsOf: next.start.dropFirst().lazy.map { vertices + $0 })
        role.append(contentsOf: next.role)
        firstPart.append(contentsOf: next.firstPart.dropFirst().lazy.map { parts + $0 })
        box.append(contentsOf: next.box)
    }
}
