import Raster
import Works

/// Draws the layers of one scene on one canvas.
struct Brush {
    let painter: Painter
    let scene: Scene
    let theme: Theme
    let canvas: Canvas
    /// Pixels that drawings may reach from their geometries.
    let reach: Double
    let copies: [(offsetX: Int, box: WorldBox)]
    let budget: TimeBudget

    /// How often the budget is looked at, in features.
    static let patience = 128

    // MARK: Layers

    /// Draws a layer of works from the painter's hits.
    func drawWorks(_ layer: StyleLayer, _ view: SnapshotView) throws {
        let snapshot = view.snapshot
        let codes = snapshot.traits.all.count
        let value: (StyleField, Int) -> String? = { snapshot.traits.value(of: $0, trait: $1) }
        var classification = Classification(layer, codes: codes, value: value)
        let tracers = copies.map { ShapeTracer(scene, offsetX: $0.offsetX, reach: reach) }
        let hits = painter.hits
        // Taken out once: a copy of a whole shelf for each feature would count references for a tenth of the time.
        let (baseShapes, deltaShapes) = (snapshot.base.shapes.geometry, snapshot.delta.shapes.geometry)
        // Geometries are brushed feature by feature, all paints of one before the next; symbols and counts paint by paint.
        let strokes = layer.paints.compactMap { GeometryPaint($0, self, codes: codes, value: value) }
        if !strokes.isEmpty, !layer.geometry.isDisjoint(with: [.lines, .areas]) {
            try drawGeometries(strokes, layer) { body in
                for (turn, index) in hits.shapes.enumerated() {
                    if turn % Brush.patience == 0 { try budget.check() }
                    let hit = hits[Int(index)]
                    guard classification.admits(code: Int(hit.trait), state: hit.state) else { continue }
                    let (row, tracer, code) = (Int(hit.row), tracers[Int(hit.copy)], Int(hit.trait))
                    if hit.shelf == .baseShapes {
                        body(baseShapes, row, tracer, code, hit.state)
                    } else {
                        body(deltaShapes, row, tracer, code, hit.state)
                    }
                }
            }
        }
        try stamp(layer, codes: codes, value: value) { tellsDays, offer in
            @inline(__always)
            func stand(_ hit: WorkHits.Hit, _ classification: inout Classification) {
                guard classification.admits(code: Int(hit.trait), state: hit.state) else { return }
                let days = tellsDays ? view.daysLate(hit) : 0
                if hit.shelf.isPoints { return offer(Int(hit.x), Int(hit.y), Int(hit.trait), hit.state, days) }
                let geometry = hit.shelf == .baseShapes ? baseShapes : deltaShapes
                let tracer = tracers[Int(hit.copy)]
                geometry.forEachStand(of: Int(hit.row), layer.geometry) { x, y in
                    offer(tracer.x(x), tracer.y(y), Int(hit.trait), hit.state, days)
                }
            }
            if layer.geometry.contains(.points) {
                try hits.ordered.withUnsafeBufferPointer { hits in
                    for index in hits.indices.reversed() {
                        if index % 4096 == 0 { try budget.check() }
                        stand(hits[index], &classification)
                    }
                }
            } else {
                for index in hits.shapes.reversed() { stand(hits[Int(index)], &classification) }
            }
        }
    }

    /// Draws a layer of reference features.
    func drawReference(_ layer: StyleLayer, _ found: ReferenceHits) throws {
        let shelf = found.shelf
        let (geometry, kindCode, kinds) = (shelf.geometry, shelf.kindCode, shelf.kinds)
        let codes = kinds.count
        let value: (StyleField, Int) -> String? = { kinds.value(of: $0, $1) }
        var classification = Classification(layer, codes: codes, value: value)
        let tracers = copies.map { ShapeTracer(scene, offsetX: $0.offsetX, reach: reach) }
        let strokes = layer.paints.compactMap { GeometryPaint($0, self, codes: codes, value: value) }
        if !strokes.isEmpty {
            try drawGeometries(strokes, layer) { body in
                for (index, hit) in found.hits.enumerated() {
                    if index % Brush.patience == 0 { try budget.check() }
                    let code = Int(kindCode[Int(hit.row)])
                    guard classification.admits(code: code, state: 0) else { continue }
                    body(geometry, Int(hit.row), tracers[Int(hit.copy)], code, 0)
                }
            }
        }
        try stamp(layer, codes: codes, value: value) { _, offer in
            for hit in found.hits.reversed() {
                let row = Int(hit.row), code = Int(kindCode[row])
                guard classification.admits(code: code, state: 0) else { continue }
                let tracer = tracers[Int(hit.copy)]
                geometry.forEachStand(of: row, layer.geometry) { offer(tracer.x($0), tracer.y($1), code, 0, 0) }
            }
        }
    }

    // MARK: Symbols and counts

    /// Takes a place in 1/256 pixel of the scene, a code, the index of a deadline's state and, if that is told, days of delay.
    private typealias Offer = (_ x: Int, _ y: Int, _ code: Int, _ state: UInt8, _ daysLate: Int32) -> Void

    /// Draws the symbols, counts and days of delay of a layer, one paint after the other.
    ///
    /// - Parameter forEachStand: Calls what it is given for each place where something stands, from the top to the bottom.
    @inline(__always)
    private func stamp(
        _ layer: StyleLayer, codes: Int, value: @escaping (StyleField, Int) -> String?,
        forEachStand: (_ tellsDays: Bool, Offer) throws -> Void
    ) throws {
        for paint in layer.paints {
            switch paint {
            case .symbol(let symbol):
                var stamp = SymbolStamp(symbol, self, codes: codes, value: value)
                try forEachStand(false) { x, y, code, state, _ in stamp.offer(x: x, y: y, code: code, state: state) }
                try stamp.draw()
            case .count(let count):
                var grid = CountGrid(count, self)
                try forEachStand(false) { x, y, _, state, _ in grid.add(x: x, y: y, state: state) }
                try grid.draw()
            case .daysLate(let days):
                var stamp = DaysLateStamp(days, self, codes: codes, value: value)
                try forEachStand(true) { stamp.offer(x: $0, y: $1, code: $2, state: $3, daysLate: $4) }
                try stamp.draw()
            case .fill, .line, .label: continue
            }
        }
    }

    // MARK: Geometries

    typealias Visitor = (
        _ geometry: borrowing ShapeGeometry, _ feature: Int, _ tracer: ShapeTracer, _ code: Int, _ state: UInt8
    ) -> Void

    private func drawGeometries(
        _ strokes: [GeometryPaint], _ layer: StyleLayer, _ forEach: (Visitor) throws -> Void
    ) throws {
        var strokes = strokes
        painter.occupancy.clear(scene, reach: reach)
        try forEach { geometry, feature, tracer, code, state in
            let box = geometry.box[feature]
            let isWhole = tracer.holds(box)
            if isWhole, isSpeck(box), !painter.occupancy.take(x: tracer.x(box.minX), y: tracer.y(box.minY)) {
                // Smaller than half a pixel, and something as small has been drawn there.
                return
            }
            for index in strokes.indices {
                guard let place = strokes[index].places.place(code: code, state: state) else { continue }
                painter.path.removeAll()
                trace(geometry, feature, layer.geometry, strokes[index], tracer, isWhole: isWhole)
                if !painter.path.isEmpty {
                    strokes[index].draw(painter.path, place, code: code, state: state, canvas, scene)
                }
            }
        }
    }

    private func isSpeck(_ box: WorldBox) -> Bool {
        let limit = scene.unitsPerPixel / 2
        return Double(box.maxX - box.minX) < limit && Double(box.maxY - box.minY) < limit
    }

    @inline(__always)
    private func trace(
        _ geometry: borrowing ShapeGeometry, _ feature: Int, _ wanted: GeometrySet, _ paint: GeometryPaint,
        _ tracer: ShapeTracer, isWhole: Bool
    ) {
        for part in geometry.parts(feature) {
            let role = geometry.role[part]
            guard role != .point, wanted.contains(GeometrySet(role)) else { continue }
            let run = geometry.vertices(part)
            if paint.isFill {
                if role != .line { tracer.trace(ring: run, of: geometry, whole: isWhole, into: &painter.path) }
            } else {
                tracer.trace(
                    line: run, of: geometry, isRing: role != .line, whole: isWhole || paint.isDashed,
                    into: &painter.path)
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
