import Works

/// The works that a picture shows, in the order of drawing: by their numbers.
///
/// Made to be refilled: it keeps its memory.
struct WorkHits {
    /// Which shelf a row is in.
    enum Shelf: UInt8 {
        case basePoints, deltaPoints, baseShapes, deltaShapes

        var isPoints: Bool { self == .basePoints || self == .deltaPoints }
    }

    struct Hit {
        var row: UInt32
        var trait: UInt32
        /// Of single points the place in 1/256 pixel of the scene: looking it up by row, in the order of drawing, would miss the caches.
        var x: Int32 = 0
        var y: Int32 = 0
        var shelf: Shelf
        /// The place in the scene's list of copies of the world.
        var copy: UInt8
        /// The index of the deadline's state.
        var state: UInt8
    }

    /// How many of the works at single points are wanted, as far as the filter cannot tell apart what is left out.
    enum PointDetail: Hashable {
        case all
        /// One of each trait on each half pixel of a zoom, see ``PointLevels``.
        case traits(zoom: Int)
        /// The latest of each kind on each half pixel of a zoom, see ``PointOverview``.
        case latest(zoom: Int)
        /// Of those what is seen of opaque discs, see ``PointCover``.
        case discs(zoom: Int)

        /// What a filter allows.
        fileprivate func allowed(by filter: CompiledFilter) -> PointDetail {
            switch self {
            case .discs(let zoom) where filter.asksForKindsOnly && zoom <= PointCover.zooms.upperBound: self
            case .discs(let zoom): PointDetail.latest(zoom: zoom).allowed(by: filter)
            case .latest(let zoom) where filter.asksForKindsOnly && zoom <= PointOverview.zooms.upperBound: self
            case .latest(let zoom), .traits(let zoom): filter.asksForTraitsOnly ? .traits(zoom: zoom) : .all
            case .all: .all
            }
        }
    }

    /// What a drawing tells of deadlines, and so by what it changes as time goes by.
    enum DeadlineNeed: Int, Comparable {
        /// Nothing: the state of all hits is that of works without a deadline.
        case nothing
        case states
        /// Also by how many days works are late, which changes day by day.
        case days

        static func < (a: DeadlineNeed, b: DeadlineNeed) -> Bool { a.rawValue < b.rawValue }
    }

    private var hits: [Hit] = []
    /// In the order of drawing: the number of each hit's work and, below it, the place where the hit was found.
    private(set) var keys: [UInt64] = []
    private var spare: [UInt64] = []
    private(set) var ordered: [Hit] = []
    private var runs: [PackedTree.Run] = []
    private var rows: [UInt32] = []
    /// The places of those hits, in the order of drawing, that are no single points.
    private(set) var shapes: [Int32] = []
    /// When the first of the works changes its state by the clock alone.
    private(set) var expiresAt: Instant?
    private var nextChange: UInt32 = .max
    private var needs = DeadlineNeed.states

    var count: Int { ordered.count }

    /// The hits in the order of drawing.
    @inline(__always)
    subscript(index: Int) -> Hit { ordered[index] }

    /// Collects what is in a scene or reaches into it.
    ///
    /// - Parameters:
    ///   - reach: Pixels that drawings may reach from their geometries.
    ///   - detail: How many of the points are wanted.
    ///   - needs: What of deadlines the drawing tells.
    mutating func collect(
        _ view: SnapshotView, _ scene: Scene, reach: Double, detail: PointDetail, needs: DeadlineNeed = .states,
        budget: TimeBudget
    ) throws {
        self.needs = max(needs, view.filter.asksForStates ? .states : .nothing)
        hits.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
        nextChange = .max
        ordered.removeAll(keepingCapacity: true)
        shapes.removeAll(keepingCapacity: true)
        guard !view.filter.isNothing else {
            expiresAt = nil
            return
        }
        let detail = detail.allowed(by: view.filter)
        for (copy, part) in scene.copies(reach: reach).enumerated() {
            let copy = UInt8(min(copy, 255))
            let tracer = ShapeTracer(scene, offsetX: part.offsetX, reach: reach)
            try collect(
                view.snapshot.base.points, .basePoints, struck: view.snapshot.struck, view, part.box, tracer,
                copy: copy,
                detail: detail, budget: budget)
            if case .discs(let zoom) = detail { addUncovered(view, part.box, tracer, copy, zoom: zoom) }
            try collect(
                view.snapshot.delta.points, .deltaPoints, struck: nil, view, part.box, tracer, copy: copy, detail: .all,
                budget: budget)
            try collect(
                view.snapshot.base.shapes, .baseShapes, struck: view.snapshot.struck, view, part.box, copy: copy,
                budget: budget)
            try collect(
                view.snapshot.delta.shapes, .deltaShapes, struck: nil, view, part.box, copy: copy, budget: budget)
        }
        sort()
        ordered.reserveCapacity(keys.count)
        for key in keys {
            let hit = hits[Int(UInt32(truncatingIfNeeded: key))]
            if !hit.shelf.isPoints { shapes.append(Int32(ordered.count)) }
            ordered.append(hit)
        }
        expiresAt = nextChange == .max ? nil : Instant(secondsSinceEpoch: Int64(nextChange))
    }

    private mutating func collect(
        _ points: PointShelf, _ shelf: Shelf, struck: StruckRows?, _ view: SnapshotView, _ box: WorldBox,
        _ tracer: ShapeTracer, copy: UInt8, detail: PointDetail, budget: TimeBudget
    ) throws {
        let struck = struck.flatMap { $0.count > 0 ? $0 : nil }
        let judge = WorkJudge(view)
        runs.removeAll(keepingCapacity: true)
        if case .discs(let zoom) = detail {
            points.tiers.addRuns(meeting: box, through: PointCover.tier(zoom: zoom), to: &runs)
        } else {
            points.tiers.addRuns(meeting: box, to: &runs)
        }
        for index in runs.indices {
            let run = runs[index]
            // One run may hold everything, so it is taken in portions between which the clock is looked at.
            for start in stride(from: run.rows.lowerBound, to: run.rows.upperBound, by: 4096) {
                try budget.check()
                select(start..<min(start + 4096, run.rows.upperBound), of: points, detail)
                addRows(of: points, shelf, struck, judge, isInside: run.isInside, box, tracer, copy)
            }
        }
    }

    /// Puts those of some rows of which a drawing needs to know into ``rows``.
    private mutating func select(_ portion: Range<Int>, of points: PointShelf, _ detail: PointDetail) {
        rows.removeAll(keepingCapacity: true)
        switch detail {
        case .all: for row in portion { rows.append(UInt32(truncatingIfNeeded: row)) }
        case .traits(let zoom):
            points.level.withUnsafeBufferPointer { levels in
                guard let levels = levels.baseAddress else { return }
                ByteScan.forEach(in: levels, portion, atMost: UInt8(max(0, min(30, zoom)))) { row in
                    rows.append(UInt32(truncatingIfNeeded: row))
                }
            }
        case .latest(let zoom), .discs(let zoom):
            points.latest.forEach(in: portion, atMost: PointOverview.mark(zoom: zoom)) { row in
                rows.append(UInt32(truncatingIfNeeded: row))
            }
        }
    }

    /// Adds what is seen of discs only since others were struck out.
    private mutating func addUncovered(
        _ view: SnapshotView, _ box: WorldBox, _ tracer: ShapeTracer, _ copy: UInt8, zoom: Int
    ) {
        let points = view.snapshot.base.points
        rows.removeAll(keepingCapacity: true)
        view.snapshot.forEachUncovered(through: PointCover.tier(zoom: zoom)) { row in
            if points.latest[row] <= PointOverview.mark(zoom: zoom) { rows.append(UInt32(row)) }
        }
        addRows(of: points, .basePoints, view.snapshot.struck, WorkJudge(view), isInside: false, box, tracer, copy)
    }

    /// Adds those of ``rows`` that are in the box and pass the filter.
    private mutating func addRows(
        of points: PointShelf, _ shelf: Shelf, _ struck: StruckRows?, _ judge: WorkJudge, isInside: Bool,
        _ box: WorldBox,
        _ tracer: ShapeTracer, _ copy: UInt8
    ) {
        for index in rows.indices {
            let row = Int(rows[index])
            let (x, y) = (points.x[row], points.y[row])
            guard isInside || box.contains(x: x, y: y) else { continue }
            if let struck, struck.hasPoint(row) { continue }
            add(
                points.facts, row, shelf, judge, copy, WorldBox(minX: x, minY: y, maxX: x, maxY: y),
                x: Int32(truncatingIfNeeded: tracer.x(x)), y: Int32(truncatingIfNeeded: tracer.y(y)))
        }
    }

    private mutating func collect(
        _ shapes: ShapeShelf, _ shelf: Shelf, struck: StruckRows?, _ view: SnapshotView, _ box: WorldBox, copy: UInt8,
        budget: TimeBudget
    ) throws {
        let judge = WorkJudge(view)
        runs.removeAll(keepingCapacity: true)
        shapes.tree.addRuns(meeting: box, to: &runs)
        for index in runs.indices {
            let run = runs[index]
            for start in stride(from: run.rows.lowerBound, to: run.rows.upperBound, by: 4096) {
                try budget.check()
                for row in start..<min(start + 4096, run.rows.upperBound) {
                    let own = shapes.geometry.box[row]
                    guard run.isInside || own.intersects(box) else { continue }
                    if let struck, struck.hasShape(row) { continue }
                    add(shapes.facts, row, shelf, judge, copy, own)
                }
            }
        }
    }

    @inline(__always)
    private mutating func add(
        _ facts: WorkFacts, _ row: Int, _ shelf: Shelf, _ judge: WorkJudge, _ copy: UInt8, _ box: WorldBox,
        x: Int32 = 0,
        y: Int32 = 0
    ) {
        let trait = facts.trait(row)
        guard judge.filter.admits(trait: trait),
            judge.asksForTraitsOnly || judge.filter.admits(facts, row, box: box)
        else { return }
        var state = DeadlineState.none
        if needs > .nothing {
            let status = judge.statuses[trait]
            state = judge.state(status, due: facts.due[row], completed: facts.completed[row])
            if status.isOpen {
                // Also of works that the filter leaves out for now: their turn may come.
                nextChange = min(nextChange, judge.nextChange(due: facts.due[row], countsDays: needs == .days))
            }
            guard judge.filter.admits(state) else { return }
        }
        keys.append(UInt64(facts.number[row]) << 32 | UInt64(hits.count))
        hits.append(
            Hit(
                row: UInt32(row), trait: UInt32(trait), x: x, y: y, shelf: shelf, copy: copy, state: UInt8(state.index))
        )
    }

    /// Puts the keys in order: a radix sort over the bytes in which the numbers differ.
    private mutating func sort() {
        guard keys.count > 256 else { return keys.sort() }
        var (all, any) = (UInt64.max, UInt64(0))
        for key in keys {
            all &= key
            any |= key
        }
        let differing = (all ^ any) >> 32
        spare.removeAll(keepingCapacity: true)
        spare.append(contentsOf: keys)
        for shift in stride(from: UInt64(32), to: 64, by: 11) where differing >> (shift - 32) & 2047 != 0 {
            withUnsafeTemporaryAllocation(of: Int.self, capacity: 2049) { starts in
                starts.initialize(repeating: 0)
                for key in keys { starts[Int(key >> shift & 2047) + 1] += 1 }
                for digit in 1...2048 { starts[digit] += starts[digit - 1] }
                for key in keys {
                    let digit = Int(key >> shift & 2047)
                    spare[starts[digit]] = key
                    starts[digit] += 1
                }
            }
            swap(&keys, &spare)
        }
    }
}
