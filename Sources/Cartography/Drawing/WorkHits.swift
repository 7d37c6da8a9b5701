import TimeBudgets
import Works

/// The works that a picture shows, in the order of drawing: by their numbers.
///
/// Made to be refilled: it keeps its memory.
struct WorkHits {
    /// Which shelf a row is in.
    enum Shelf: UInt8 {
        case basePoints, deltaPoints, baseShapes, deltaShapes

        @inline(__always) var isPoints: Bool { self == .basePoints || self == .deltaPoints }
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

    /// What hits are ordered by: the number of the work; below it whether it is no single point, and the place where the hit was found.
    private struct Key {
        let bits: UInt64

        @inline(__always)
        init(bits: UInt64) { self.bits = bits }

        @inline(__always)
        init(number: UInt32, isShape: Bool, place: Int) {
            bits = UInt64(number) << 32 | (isShape ? 1 << 31 : 0) | UInt64(truncatingIfNeeded: place)
        }

        @inline(__always) var isShape: Bool { bits >> 31 & 1 != 0 }
        @inline(__always) var place: Int { Int(truncatingIfNeeded: bits & 0x7FFF_FFFF) }
        /// Eleven bits of the number, from the lowest on.
        @inline(__always)
        func digit(_ index: Int) -> Int { Int(truncatingIfNeeded: bits >> UInt64(32 + 11 * index)) & 2047 }
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

    /// In the order in which they were found.
    private var hits: [Hit] = []
    /// In the order of drawing.
    private var keys: [Key] = []
    private var spare: [Key] = []
    private var runs: [PackedTree.Run] = []
    private var rows: [UInt32] = []
    /// The places of those hits, in the order of drawing, that are no single points.
    private(set) var shapes: [Int32] = []
    /// When the first of the works changes its state by the clock alone.
    private(set) var expiresAt: Instant?

    var count: Int { keys.count }

    /// The hits in the order of drawing.
    @inline(__always)
    subscript(index: Int) -> Hit { hits[keys[index].place] }

    /// The number of a hit's work.
    func number(_ index: Int) -> UInt32 { UInt32(truncatingIfNeeded: keys[index].bits >> 32) }

    /// Calls `body` with all hits from the top to the bottom.
    @inline(__always)
    func forEachFromTop(_ body: (Hit) throws -> Void) rethrows {
        // Some are looked up at a time: each may have to wait for memory, and in a loop of their own they do so together.
        try withUnsafeTemporaryAllocation(of: Hit.self, capacity: 64) { some in
            try hits.withUnsafeBufferPointer { hits in
                var rest = keys.count
                while rest > 0 {
                    let count = min(rest, some.count)
                    for place in 0..<count {
                        some.initializeElement(at: place, to: hits[keys[rest &- 1 &- place].place])
                    }
                    for place in 0..<count { try body(some[place]) }
                    rest &-= count
                }
            }
        }
    }

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
        hits.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
        shapes.removeAll(keepingCapacity: true)
        expiresAt = nil
        guard !view.filter.isNothing else { return }
        let detail = detail.allowed(by: view.filter)
        var judge = WorkJudge(view, needs)
        for (copy, part) in scene.copies(reach: reach).enumerated() {
            let copy = UInt8(min(copy, 255))
            let tracer = ShapeTracer(scene, offsetX: part.offsetX, reach: reach)
            let (base, delta, struck) = (view.snapshot.base, view.snapshot.delta, view.snapshot.struck)
            try collect(
                base.points, .basePoints, struck: struck, &judge, part.box, tracer, copy: copy, detail: detail,
                budget: budget)
            if case .discs(let zoom) = detail { addUncovered(view, &judge, part.box, tracer, copy, zoom: zoom) }
            try collect(
                delta.points, .deltaPoints, struck: nil, &judge, part.box, tracer, copy: copy, detail: .all,
                budget: budget)
            try collect(base.shapes, .baseShapes, struck: struck, &judge, part.box, copy: copy, budget: budget)
            try collect(delta.shapes, .deltaShapes, struck: nil, &judge, part.box, copy: copy, budget: budget)
        }
        sort()
        for (place, key) in keys.enumerated() where key.isShape { shapes.append(Int32(place)) }
        expiresAt = judge.nextChange
    }

    private mutating func collect(
        _ points: PointShelf, _ shelf: Shelf, struck: StruckRows?, _ judge: inout WorkJudge, _ box: WorldBox,
        _ tracer: ShapeTracer, copy: UInt8, detail: PointDetail, budget: TimeBudget
    ) throws {
        let struck = struck.flatMap { $0.count > 0 ? $0 : nil }
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
                addRows(of: points, shelf, struck, &judge, isInside: run.isInside, box, tracer, copy)
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
        _ view: SnapshotView, _ judge: inout WorkJudge, _ box: WorldBox, _ tracer: ShapeTracer, _ copy: UInt8, zoom: Int
    ) {
        let points = view.snapshot.base.points
        rows.removeAll(keepingCapacity: true)
        view.snapshot.forEachUncovered(through: PointCover.tier(zoom: zoom)) { row in
            if points.latest[row] <= PointOverview.mark(zoom: zoom) { rows.append(UInt32(row)) }
        }
        addRows(of: points, .basePoints, view.snapshot.struck, &judge, isInside: false, box, tracer, copy)
    }

    /// Adds those of ``rows`` that are in the box and pass the filter.
    private mutating func addRows(
        of points: PointShelf, _ shelf: Shelf, _ struck: StruckRows?, _ judge: inout WorkJudge, isInside: Bool,
        _ box: WorldBox, _ tracer: ShapeTracer, _ copy: UInt8
    ) {
        let facts = points.facts
        let first = hits.count
        Self.append(upTo: rows.count, to: &hits, &keys) { [rows] hits, keys in
            var count = 0
            for row in rows {
                let row = Int(row)
                let (x, y) = (points.x[row], points.y[row])
                guard isInside || box.contains(x: x, y: y) else { continue }
                if let struck, struck.hasPoint(row) { continue }
                let trait = facts.trait(row)
                guard
                    let state = judge.state(of: row, facts, trait: trait, meets: { $0.contains(x: x, y: y) })
                else { continue }
                (hits + count).initialize(
                    to: Hit(
                        row: UInt32(truncatingIfNeeded: row), trait: UInt32(truncatingIfNeeded: trait),
                        x: Int32(truncatingIfNeeded: tracer.x(x)), y: Int32(truncatingIfNeeded: tracer.y(y)),
                        shelf: shelf, copy: copy, state: state))
                (keys + count).initialize(to: Key(number: facts.number[row], isShape: false, place: first &+ count))
                count &+= 1
            }
            return count
        }
    }

    /// Lets `body` write hits and their keys into memory that room was made in; it says how many.
    ///
    /// To append them one by one would be to ask each time whether the memory is large enough and nobody else's.
    @inline(__always)
    private static func append(
        upTo limit: Int, to hits: inout [Hit], _ keys: inout [Key],
        _ body: (UnsafeMutablePointer<Hit>, UnsafeMutablePointer<Key>) -> Int
    ) {
        guard limit > 0 else { return }
        hits.append(addingCapacity: limit) { hits in
            hits.withUnsafeMutableBufferPointer { hits, count in
                keys.append(addingCapacity: limit) { keys in
                    keys.withUnsafeMutableBufferPointer { keys, keyCount in
                        count = body(hits.baseAddress!, keys.baseAddress!)
                        keyCount = count
                    }
                }
            }
        }
    }

    private mutating func collect(
        _ shapes: ShapeShelf, _ shelf: Shelf, struck: StruckRows?, _ judge: inout WorkJudge, _ box: WorldBox,
        copy: UInt8, budget: TimeBudget
    ) throws {
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
                    let trait = shapes.facts.trait(row)
                    guard
                        let state = judge.state(
                            of: row, shapes.facts, trait: trait, meets: { shapes.geometry.meets(row, $0) })
                    else { continue }
                    keys.append(Key(number: shapes.facts.number[row], isShape: true, place: hits.count))
                    hits.append(Hit(row: UInt32(row), trait: UInt32(trait), shelf: shelf, copy: copy, state: state))
                }
            }
        }
    }

    /// Puts the keys in order: a radix sort over the digits in which the numbers differ.
    private mutating func sort() {
        guard keys.count > 256 else { return keys.sort { $0.bits < $1.bits } }
        if spare.count < keys.count { spare = keys }
        let count = keys.count
        keys.withUnsafeMutableBufferPointer { keys in
            spare.withUnsafeMutableBufferPointer { spare in
                withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 3 * 2048) { counts in
                    var (from, to) = (keys.baseAddress!, spare.baseAddress!)
                    counts.initialize(repeating: 0)
                    for place in 0..<count {
                        let key = from[place]
                        counts[key.digit(0)] &+= 1
                        counts[2048 &+ key.digit(1)] &+= 1
                        counts[4096 &+ key.digit(2)] &+= 1
                    }
                    for digit in 0..<3 {
                        let starts = UnsafeMutableBufferPointer(rebasing: counts[digit * 2048..<(digit + 1) * 2048])
                        if Int(starts[from[0].digit(digit)]) == count { continue }
                        var start: UInt32 = 0
                        for value in starts.indices { (starts[value], start) = (start, start &+ starts[value]) }
                        for place in 0..<count {
                            let value = from[place].digit(digit)
                            to[Int(starts[value])] = from[place]
                            starts[value] &+= 1
                        }
                        swap(&from, &to)
                    }
                    if from != keys.baseAddress! { keys.baseAddress!.update(from: from, count: count) }
                }
            }
        }
    }
}
