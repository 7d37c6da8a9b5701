import TimeBudgets
import Works

/// What a change of the store did to a snapshot: all that could look different.
struct SnapshotChange: Sendable {
    /// Works as they were and as they are, each with its box.
    var works: [ChangedWork] = []
    /// Layers that were read anew.
    var layers: Set<ReferenceLayer> = []

    /// True if all may look different: the store is in a state that did not follow from the one before.
    var isWhole = false

    var isEmpty: Bool { works.isEmpty && layers.isEmpty && !isWhole }
}

/// One version of a changed work.
struct ChangedWork: Hashable, Sendable {
    var work: StagedWork
    var box: WorldBox
    /// Whether this is the version that counts from now on.
    var isNew: Bool
}

/// Keeps a snapshot in step with the store. It belongs to one thread at a time.
struct SnapshotWriter {
    let store: any WorksStore
    private(set) var refusals: [String] = []
    /// Changes after the base that is being merged was handed out; nil while nothing is merged.
    private var sinceMerge: Set<UInt32>?
    /// True if the base that is being merged belongs to a state that was replaced.
    private var isMergeVoid = false

    /// So many changed works are carried beside the base before both are merged.
    static let deltaLimit = 4096

    init(store: any WorksStore) {
        self.store = store
    }

    // MARK: Loading

    /// Reads everything.
    mutating func load() throws -> Snapshot {
        let revision = try store.revision()
        let intake = try WorkIntake.all(of: store)
        refusals = intake.refusals
        let base = intake.staging.segment(ranked: intake.traits)
        var reference: [ReferenceLayer: ReferenceShelf] = [:]
        for layer in ReferenceLayer.allCases { reference[layer] = try ReferenceShelf.load(layer, from: store) }
        return Snapshot(
            revision: revision, generation: 0, traits: intake.traits, base: base, struck: StruckRows(base),
            delta: .empty,
            reference: reference, attribution: try store.note(.attribution))
    }

    // MARK: Changes

    /// Brings a snapshot up to date; nil if it is.
    mutating func update(_ snapshot: Snapshot) throws -> (Snapshot, SnapshotChange)? {
        let revision = try store.revision()
        guard revision != snapshot.revision else { return nil }
        if revision.stateOfWorks != snapshot.revision.stateOfWorks,
            try !store.continues(snapshot.revision.stateOfWorks)
        {
            return try loadAnew(after: snapshot)
        }
        var next = snapshot
        var change = SnapshotChange()
        if revision.stateOfWorks != snapshot.revision.stateOfWorks { try takeWorks(into: &next, change: &change) }
        for layer in revision.layers.keys where snapshot.revision.state(of: layer) != revision.state(of: layer) {
            next.reference[layer] = try ReferenceShelf.load(layer, from: store)
            change.layers.insert(layer)
        }
        next.attribution = try store.note(.attribution)
        next.revision = revision
        next.generation += 1
        return (next, change)
    }

    /// The snapshot of a store that was restored or replaced.
    private mutating func loadAnew(after snapshot: Snapshot) throws -> (Snapshot, SnapshotChange) {
        var next = try load()
        next.generation = snapshot.generation + 1
        // A merge that is under way is of what is no longer there.
        isMergeVoid = sinceMerge != nil
        var change = SnapshotChange()
        change.isWhole = true
        return (next, change)
    }

    /// Takes in the works that changed since the snapshot was made.
    ///
    /// - Parameter moment: As of when; nil for the works as they are.
    mutating func takeWorks(
        into next: inout Snapshot, change: inout SnapshotChange, asOf moment: Instant? = nil,
        budget: TimeBudget = .unlimited
    ) throws {
        var intake = WorkIntake(traits: next.traits)
        var seen: [StagedWork] = []
        var page = WorkPage(columns: WorkIntake.columns, changedSince: next.revision.works)
        page.filter.asOf = moment
        try store.forEachWork(page, at: .now, budget: budget) { row in
            if let (work, _) = try intake.take(row) { seen.append(work) }
        }
        var changed: Set<UInt32> = []
        if moment != nil {
            // Those that turn out not to have been known then are none of the rows.
            let page = WorkPage(columns: [], geometry: false, changedSince: next.revision.works)
            try store.forEachWork(page, at: .now, budget: budget) { row in
                if let number = UInt32(exactly: row.number) { changed.insert(number) }
            }
        }
        // Asked after the rows: what was hidden in between is in both, and gone.
        let hidden = Set(try store.numbersHidden(since: next.revision.works).compactMap { UInt32(exactly: $0) })
        next.traits = intake.traits
        if !intake.refusals.isEmpty { refusals = intake.refusals }
        guard !seen.isEmpty || !hidden.isEmpty || !changed.isEmpty else { return }

        let numbers = hidden.union(changed).union(seen.map(\.number))
        strike(numbers, in: &next, change: &change)
        var arrived = intake.staging.segment(ranked: nil)
        if seen.contains(where: { hidden.contains($0.number) }) {
            var shown = SegmentStaging()
            shown.add(arrived) { !hidden.contains($0) }
            arrived = shown.segment(ranked: nil)
        }
        arrived.forEach { work, box in change.works.append(ChangedWork(work: work, box: box, isNew: true)) }
        next.delta.forEach { work, box in
            if numbers.contains(work.number) { change.works.append(ChangedWork(work: work, box: box, isNew: false)) }
        }
        var staging = SegmentStaging()
        staging.add(next.delta) { !numbers.contains($0) }
        staging.add(arrived) { _ in true }
        // A large change is built as the base is; a small one is not worth ranking.
        next.delta = staging.segment(ranked: nil)
        sinceMerge?.formUnion(numbers)
    }

    /// Strikes out the works of the base that have changed, and notes how they were.
    private func strike(_ numbers: Set<UInt32>, in next: inout Snapshot, change: inout SnapshotChange) {
        var lost: [Int] = []
        next.base.points.facts.forEachRow(of: numbers) { row in
            guard !next.struck.hasPoint(row) else { return }
            next.struck.strikePoint(row)
            lost.append(row)
            let (x, y) = (next.base.points.x[row], next.base.points.y[row])
            change.works.append(
                ChangedWork(
                    work: next.base.points.facts[row], box: WorldBox(minX: x, minY: y, maxX: x, maxY: y), isNew: false))
        }
        for row in lost {
            PointLevels.promote(besides: row, in: &next)
            PointOverview.promote(besides: row, in: &next)
            PointCover.promote(besides: row, in: &next)
        }
        next.base.shapes.facts.forEachRow(of: numbers) { row in
            guard !next.struck.hasShape(row) else { return }
            next.struck.strikeShape(row)
            change.works.append(
                ChangedWork(work: next.base.shapes.facts[row], box: next.base.shapes.geometry.box[row], isNew: false))
        }
    }

    // MARK: Merging

    /// Whether so much has changed that base and delta should be merged.
    func isMergeDue(_ snapshot: Snapshot) -> Bool {
        sinceMerge == nil && snapshot.delta.count > max(Self.deltaLimit, snapshot.base.count / 20)
    }

    /// From now on notes what changes, for ``finish(_:into:)``.
    mutating func beginMerge() { sinceMerge = [] }

    /// One base of a snapshot's base and delta. Takes as long as building it; needs nothing but the snapshot.
    static func merged(_ snapshot: Snapshot) -> WorkSegment {
        var staging = SegmentStaging()
        staging.add(snapshot.base, struck: snapshot.struck)
        staging.add(snapshot.delta) { _ in true }
        return staging.segment(ranked: snapshot.traits)
    }

    /// The present snapshot upon a base that was merged from an earlier one: the same works, otherwise kept.
    mutating func finish(_ base: WorkSegment, into snapshot: Snapshot) -> Snapshot {
        let since = sinceMerge ?? []
        sinceMerge = nil
        if isMergeVoid {
            isMergeVoid = false
            return snapshot
        }
        var next = snapshot
        next.base = base
        next.struck = StruckRows(base)
        next.uncovered = [:]
        var change = SnapshotChange()
        strike(since, in: &next, change: &change)
        var staging = SegmentStaging()
        staging.add(snapshot.delta) { since.contains($0) }
        next.delta = staging.segment(ranked: nil)
        next.generation += 1
        return next
    }
}

extension WorkFacts {
    /// Calls `body` with the rows of these works, by one pass over all numbers.
    func forEachRow(of wanted: Set<UInt32>, _ body: (Int) -> Void) {
        guard let low = wanted.min(), let high = wanted.max() else { return }
        if wanted.count == 1 {
            for row in 0..<count where number[row] == low { body(row) }
        } else {
            for row in 0..<count where number[row] >= low && number[row] <= high && wanted.contains(number[row]) {
                body(row)
            }
        }
    }
}

extension WorkSegment {
    /// Calls `body` with each work and its box.
    func forEach(_ body: (StagedWork, WorldBox) -> Void) {
        for row in 0..<points.count {
            let (x, y) = (points.x[row], points.y[row])
            body(points.facts[row], WorldBox(minX: x, minY: y, maxX: x, maxY: y))
        }
        for row in 0..<shapes.count { body(shapes.facts[row], shapes.geometry.box[row]) }
    }
}

extension SegmentStaging {
    /// Adds the works of a segment that are not struck out.
    mutating func add(_ segment: WorkSegment, struck: StruckRows) {
        add(segment, wherePoint: { !struck.hasPoint($0) }, whereShape: { !struck.hasShape($0) })
    }

    /// Adds the works of a segment whose numbers `keeps` says yes to.
    mutating func add(_ segment: WorkSegment, where keeps: (_ number: UInt32) -> Bool) {
        let (points, shapes) = (segment.points.facts.number, segment.shapes.facts.number)
        add(segment, wherePoint: { keeps(points[$0]) }, whereShape: { keeps(shapes[$0]) })
    }
}
