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
        var shelf: Shelf
        /// The place in the scene's list of copies of the world.
        var copy: UInt8
        /// The index of the deadline's state.
        var state: UInt8
    }

    private(set) var hits: [Hit] = []
    /// The number of each hit's work and, below it, the place of the hit.
    private(set) var keys: [UInt64] = []
    private var spare: [UInt64] = []
    /// When the first of the works changes its state by the clock alone.
    private(set) var expiresAt: Instant?
    private var nextChange: UInt32 = .max

    var count: Int { keys.count }

    /// The hits in the order of drawing.
    @inline(__always)
    subscript(index: Int) -> Hit { hits[Int(UInt32(truncatingIfNeeded: keys[index]))] }

    /// Collects what is in a scene or reaches into it.
    ///
    /// - Parameters:
    ///   - reach: Pixels that drawings may reach from their geometries.
    ///   - level: Points that show only from a deeper zoom are left out, as long as the filter cannot tell them apart; nil for all.
    mutating func collect(
        _ view: SnapshotView, _ scene: Scene, reach: Double, level: UInt8?, budget: TimeBudget
    ) throws {
        hits.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
        nextChange = .max
        let snapshot = view.snapshot
        guard !view.filter.isNothing else {
            expiresAt = nil
            return
        }
        let level = view.filter.asksForTraitsOnly ? level : nil
        for (copy, part) in scene.copies(reach: reach).enumerated() {
            let copy = UInt8(min(copy, 255))
            try collect(
                snapshot.base.points, .basePoints, struck: snapshot.struck, view, part.box, copy: copy, level: level,
                budget: budget)
            try collect(
                snapshot.delta.points, .deltaPoints, struck: nil, view, part.box, copy: copy, level: nil, budget: budget
            )
            try collect(
                snapshot.base.shapes, .baseShapes, struck: snapshot.struck, view, part.box, copy: copy, budget: budget)
            try collect(snapshot.delta.shapes, .deltaShapes, struck: nil, view, part.box, copy: copy, budget: budget)
        }
        sort()
        expiresAt = nextChange == .max ? nil : Instant(secondsSinceEpoch: Int64(nextChange))
    }

    private mutating func collect(
        _ points: PointShelf, _ shelf: Shelf, struck: StruckRows?, _ view: SnapshotView, _ box: WorldBox, copy: UInt8,
        level: UInt8?, budget: TimeBudget
    ) throws {
        let struck = struck.flatMap { $0.count > 0 ? $0 : nil }
        let judge = Judge(view)
        try points.level.withUnsafeBufferPointer { levels in
            guard let levels = levels.baseAddress else { return }
            try points.tree.forEachRun(meeting: box) { rows, inside in
                // One run may hold everything, so it is taken in portions between which the clock is looked at.
                for start in stride(from: rows.lowerBound, to: rows.upperBound, by: 4096) {
                    try budget.check()
                    let portion = start..<min(start + 4096, rows.upperBound)
                    if let level {
                        ByteScan.forEach(in: levels, portion, atMost: level) { row in
                            add(points, row, shelf, struck, judge, inside, box, copy)
                        }
                    } else {
                        for row in portion { add(points, row, shelf, struck, judge, inside, box, copy) }
                    }
                }
            }
        }
    }

    @inline(__always)
    private mutating func add(
        _ points: PointShelf, _ row: Int, _ shelf: Shelf, _ struck: StruckRows?, _ judge: Judge, _ inside: Bool,
        _ box: WorldBox, _ copy: UInt8
    ) {
        let (x, y) = (points.x[row], points.y[row])
        guard inside || box.contains(x: x, y: y) else { return }
        if let struck, struck.hasPoint(row) { return }
        add(points.facts, row, shelf, judge, copy, WorldBox(minX: x, minY: y, maxX: x, maxY: y))
    }

    private mutating func collect(
        _ shapes: ShapeShelf, _ shelf: Shelf, struck: StruckRows?, _ view: SnapshotView, _ box: WorldBox, copy: UInt8,
        budget: TimeBudget
    ) throws {
        let judge = Judge(view)
        try shapes.tree.forEachRun(meeting: box) { rows, inside in
            for start in stride(from: rows.lowerBound, to: rows.upperBound, by: 4096) {
                try budget.check()
                for row in start..<min(start + 4096, rows.upperBound) {
                    let own = shapes.geometry.box[row]
                    guard inside || own.intersects(box) else { continue }
                    if let struck, struck.hasShape(row) { continue }
                    add(shapes.facts, row, shelf, judge, copy, own)
                }
            }
        }
    }

    @inline(__always)
    private mutating func add(
        _ facts: WorkFacts, _ row: Int, _ shelf: Shelf, _ judge: Judge, _ copy: UInt8, _ box: WorldBox
    ) {
        let trait = facts.trait(row)
        guard judge.filter.admits(trait: trait), judge.filter.admits(facts, row, box: box) else { return }
        let status = judge.statuses[trait]
        let state = judge.state(status, due: facts.due[row], completed: facts.completed[row])
        if status.isOpen {
            // Also of works that the filter leaves out for now: their turn may come.
            nextChange = min(nextChange, judge.nextChange(due: facts.due[row]))
        }
        guard judge.filter.admits(state) else { return }
        keys.append(UInt64(facts.number[row]) << 32 | UInt64(hits.count))
        hits.append(Hit(row: UInt32(row), trait: UInt32(trait), shelf: shelf, copy: copy, state: UInt8(state.index)))
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
        for shift in stride(from: UInt64(32), to: 64, by: 8) where differing >> (shift - 32) & 255 != 0 {
            var starts = [Int](repeating: 0, count: 257)
            for key in keys { starts[Int(key >> shift & 255) + 1] += 1 }
            for digit in 1...256 { starts[digit] += starts[digit - 1] }
            for key in keys {
                let digit = Int(key >> shift & 255)
                spare[starts[digit]] = key
                starts[digit] += 1
            }
            swap(&keys, &spare)
        }
    }

    /// What every work is judged by: the same rule as `DeadlineState`, on the snapshot's 32-bit moments.
    private struct Judge {
        let filter: CompiledFilter
        let statuses: [WorkStatus]
        let now: Int64
        let window = DeadlineState.dueSoonWindow

        init(_ view: SnapshotView) {
            filter = view.filter
            statuses = view.snapshot.traits.statuses
            now = view.now.secondsSinceEpoch
        }

        @inline(__always)
        func state(_ status: WorkStatus, due: Moment, completed: Moment) -> DeadlineState {
            if due == .none || status == .rejected { return .none }
            if status == .done { return completed == .none ? .none : completed <= due ? .met : .missed }
            let left = Int64(due.seconds) - now
            return left < 0 ? .overdue : left <= window ? .dueSoon : .onTime
        }

        @inline(__always)
        func nextChange(due: Moment) -> UInt32 {
            let left = Int64(due.seconds) - now
            if due == .none || left < 0 { return .max }
            return left > window ? UInt32(Int64(due.seconds) - window) : due.seconds + 1
        }
    }
}
