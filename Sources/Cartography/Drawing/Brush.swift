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
    func drawWorks(_ layer: StyleLayer, _ snapshot: Snapshot) throws {
        let codes = snapshot.traits.all.count
        let value: (StyleField, Int) -> String? = { snapshot.traits.value(of: $0, trait: $1) }
        var classification = Classification(layer, codes: codes, value: value)
        let tracers = copies.map { ShapeTracer(scene, offsetX: $0.offsetX, reach: reach) }
        let hits = painter.hits
        // Geometries are brushed feature by feature, all paints of one before the next; symbols and counts paint by paint.
        let strokes = layer.paints.compactMap { GeometryPaint($0, self, codes: codes, value: value) }
        if !strokes.isEmpty, !layer.geometry.isDisjoint(with: [.lines, .areas]) {
            try drawGeometries(strokes, layer) { body in
                for index in 0..<hits.count {
                    if index % Brush.patience == 0 { try budget.check() }
                    let hit = hits[index]
                    guard !hit.shelf.isPoints, classification.admits(code: Int(hit.trait), state: hit.state) else {
                        continue
                    }
                    let shapes = hit.shelf == .baseShapes ? snapshot.base.shapes : snapshot.delta.shapes
                    body(shapes.geometry, Int(hit.row), tracers[Int(hit.copy)], Int(hit.trait), hit.state)
                }
            }
        }
        for paint in layer.paints {
            guard let stamp = Stamp(paint, self, codes: codes, value: value) else { continue }
            var places: [Stamp.Place] = []
            places.reserveCapacity(hits.count)
            for index in 0..<hits.count {
                if index % 4096 == 0 { try budget.check() }
                let hit = hits[index]
                guard classification.admits(code: Int(hit.trait), state: hit.state) else { continue }
                let tracer = tracers[Int(hit.copy)]
                let row = Int(hit.row)
                func add(_ x: UInt32, _ y: UInt32) {
                    places.append(Stamp.Place(x: tracer.x(x), y: tracer.y(y), code: Int(hit.trait), state: hit.state))
                }
                switch hit.shelf {
                case .basePoints where layer.geometry.contains(.points):
                    add(snapshot.base.points.x[row], snapshot.base.points.y[row])
                case .deltaPoints where layer.geometry.contains(.points):
                    add(snapshot.delta.points.x[row], snapshot.delta.points.y[row])
                case .baseShapes: snapshot.base.shapes.geometry.forEachStand(of: row, layer.geometry, add)
                case .deltaShapes: snapshot.delta.shapes.geometry.forEachStand(of: row, layer.geometry, add)
                case .basePoints, .deltaPoints: break
                }
            }
            try stamp.draw(places)
        }
    }

    /// Draws a layer of reference features.
    func drawReference(_ layer: StyleLayer, _ found: ReferenceHits) throws {
        let shelf = found.shelf
        let codes = shelf.classes.texts.count
        let value: (StyleField, Int) -> String? = { $0 == .featureClass ? shelf.classes.texts[$1] : nil }
        var classification = Classification(layer, codes: codes, value: value)
        let tracers = copies.map { ShapeTracer(scene, offsetX: $0.offsetX, reach: reach) }
        let strokes = layer.paints.compactMap { GeometryPaint($0, self, codes: codes, value: value) }
        if !strokes.isEmpty {
            try drawGeometries(strokes, layer) { body in
                for (index, hit) in found.hits.enumerated() {
                    if index % Brush.patience == 0 { try budget.check() }
                    let code = Int(shelf.classCode[Int(hit.row)])
                    guard classification.admits(code: code, state: 0) else { continue }
                    body(shelf.geometry, Int(hit.row), tracers[Int(hit.copy)], code, 0)
                }
            }
        }
        for paint in layer.paints {
            guard let stamp = Stamp(paint, self, codes: codes, value: value) else { continue }
            var places: [Stamp.Place] = []
            for hit in found.hits {
                let row = Int(hit.row), code = Int(shelf.classCode[row])
                guard classification.admits(code: code, state: 0) else { continue }
                let tracer = tracers[Int(hit.copy)]
                shelf.geometry.forEachStand(of: row, layer.geometry) { x, y in
                    places.append(Stamp.Place(x: tracer.x(x), y: tracer.y(y), code: code, state: 0))
                }
            }
            try stamp.draw(places)
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
