import TimeBudgets
import Works

/// A place where something of a layer stands.
struct Stand {
    /// In 1/256 pixel of the scene.
    var x: Int
    var y: Int
    var code: Int
    /// The index of the deadline's state.
    var state: UInt8
    /// Days of delay, where they are asked for.
    var daysLate: Int32 = 0
}

/// Takes places from the top to the bottom. A type and no closure, so that what it does with each is compiled into the loop over them.
protocol StandTaker: ~Copyable {
    mutating func take(_ stand: Stand)
}

/// What knows the places of a layer.
protocol StandSource {
    /// Hands all places to the taker, from the top to the bottom.
    ///
    /// - Parameter tellsDays: Whether days of delay are asked for.
    mutating func forEachStand<Taker: StandTaker & ~Copyable>(tellsDays: Bool, _ taker: inout Taker) throws
}

/// The places of a layer of works.
struct WorkStands: StandSource {
    let hits: WorkHits
    let view: SnapshotView
    /// What the layer draws of geometries.
    let wanted: GeometrySet
    var classification: Classification
    let value: Classification.Value
    let base: ShapeGeometry
    let delta: ShapeGeometry
    /// One for each copy of the world that is in the picture.
    let tracers: [ShapeTracer]
    let budget: TimeBudget

    @inline(__always)
    mutating func forEachStand<Taker: StandTaker & ~Copyable>(tellsDays: Bool, _ taker: inout Taker) throws {
        if wanted.contains(.points) {
            var turn = 0
            try hits.forEachFromTop { hit in
                if turn % 4096 == 0 { try budget.check() }
                turn += 1
                hand(hit, tellsDays, &taker)
            }
        } else {
            for index in hits.shapes.reversed() { hand(hits[Int(index)], tellsDays, &taker) }
        }
    }

    @inline(__always)
    private mutating func hand<Taker: StandTaker & ~Copyable>(
        _ hit: WorkHits.Hit, _ tellsDays: Bool, _ taker: inout Taker
    ) {
        let code = Int(hit.trait)
        guard classification.admits(code: code, state: hit.state, value) else { return }
        let days = tellsDays ? view.daysLate(hit) : 0
        if hit.shelf.isPoints {
            taker.take(Stand(x: Int(hit.x), y: Int(hit.y), code: code, state: hit.state, daysLate: days))
        } else {
            let tracer = tracers[Int(hit.copy)]
            (hit.shelf == .baseShapes ? base : delta).forEachStand(of: Int(hit.row), wanted) { x, y in
                taker.take(Stand(x: tracer.x(x), y: tracer.y(y), code: code, state: hit.state, daysLate: days))
            }
        }
    }
}

/// The places of a layer of reference features.
struct ReferenceStands: StandSource {
    let found: ReferenceHits
    /// What the layer draws of geometries.
    let wanted: GeometrySet
    var classification: Classification
    let value: Classification.Value
    let tracers: [ShapeTracer]

    @inline(__always)
    mutating func forEachStand<Taker: StandTaker & ~Copyable>(tellsDays: Bool, _ taker: inout Taker) {
        for hit in found.hits.reversed() {
            let row = Int(hit.row), code = Int(found.shelf.kindCode[row])
            guard classification.admits(code: code, state: 0, value) else { continue }
            let tracer = tracers[Int(hit.copy)]
            found.shelf.geometry.forEachStand(of: row, wanted) { x, y in
                taker.take(Stand(x: tracer.x(x), y: tracer.y(y), code: code, state: 0))
            }
        }
    }
}

extension ShapeGeometry {
    /// Calls `body` with the places where a feature's symbols stand: each of its points, or else its anchor.
    @inline(__always)
    fileprivate func forEachStand(of feature: Int, _ wanted: GeometrySet, _ body: (UInt32, UInt32) -> Void) {
        let parts = parts(feature)
        guard wanted.contains(GeometrySet(role[parts.lowerBound])) else { return }
        guard role[parts.lowerBound] == .point else { return body(anchor[feature].x, anchor[feature].y) }
        for part in parts where role[part] == .point {
            for vertex in vertices(part) { body(x[vertex], y[vertex]) }
        }
    }
}
