import Raster
import TimeBudgets
import Works

/// Draws the layers of one scene on one canvas.
struct Brush {
    let painter: Painter
    let scene: Scene
    let theme: Theme
    let canvas: Canvas
    /// Pixels that drawings may reach from their geometries.
    let reach: Double
    /// One for each copy of the world that is in the picture.
    let tracers: [ShapeTracer]
    let budget: TimeBudget

    /// How often the budget is looked at, in features.
    static let patience = 128
    /// Before and after a path of more vertices it is looked at too.
    static let endurance = 1024

    // MARK: Layers

    /// Draws a layer of works from the painter's hits.
    ///
    /// - Parameters:
    ///   - base: The lines and areas of the snapshot's base.
    ///   - delta: Those of its delta.
    func drawWorks(
        _ plan: inout LayerPlan, _ view: SnapshotView, base: borrowing ShapeGeometry, delta: borrowing ShapeGeometry
    ) throws {
        let value: Classification.Value = { view.snapshot.traits.value(of: $0, trait: $1) }
        let codes = view.snapshot.traits.all.count
        let layer = plan.layer
        // Numbers of traits of one origin stay valid.
        plan.prepare(codes: codes, keeps: true)
        let hits = painter.hits
        // Geometries are brushed feature by feature, all paints of one before the next; symbols and counts paint by paint.
        if !plan.geometries.isEmpty, !layer.geometry.isDisjoint(with: [.lines, .areas]) {
            painter.occupancy.clear(scene, reach: reach)
            for (turn, index) in hits.shapes.enumerated() {
                if turn % Brush.patience == 0 { try budget.check() }
                let hit = hits[Int(index)]
                let code = Int(hit.trait)
                guard plan.classification.admits(code: code, state: hit.state, value) else { continue }
                if hit.shelf == .baseShapes {
                    try draw(Int(hit.row), of: base, copy: Int(hit.copy), code: code, state: hit.state, &plan, value)
                } else {
                    try draw(Int(hit.row), of: delta, copy: Int(hit.copy), code: code, state: hit.state, &plan, value)
                }
            }
        }
        var stands = WorkStands(
            hits: hits, view: view, wanted: layer.geometry, classification: plan.classification, value: value,
            base: copy base, delta: copy delta, tracers: tracers, budget: budget)
        try stamp(&plan.symbols, of: layer, codes: codes, value, &stands)
        plan.classification = stands.classification
    }

    /// Draws a layer of reference features.
    func drawReference(_ plan: inout LayerPlan, _ found: ReferenceHits) throws {
        let shelf = found.shelf
        let (geometry, kindCode, kinds) = (shelf.geometry, shelf.kindCode, shelf.kinds)
        let value: Classification.Value = { kinds.value(of: $0, $1) }
        let layer = plan.layer
        // The next snapshot may number the kinds anew.
        plan.prepare(codes: kinds.count, keeps: false)
        if !plan.geometries.isEmpty {
            painter.occupancy.clear(scene, reach: reach)
            for (index, hit) in found.hits.enumerated() {
                if index % Brush.patience == 0 { try budget.check() }
                let code = Int(kindCode[Int(hit.row)])
                guard plan.classification.admits(code: code, state: 0, value) else { continue }
                try draw(Int(hit.row), of: geometry, copy: Int(hit.copy), code: code, state: 0, &plan, value)
            }
        }
        var stands = ReferenceStands(
            found: found, wanted: layer.geometry, classification: plan.classification, value: value, tracers: tracers)
        try stamp(&plan.symbols, of: layer, codes: kinds.count, value, &stands)
        plan.classification = stands.classification
    }

    // MARK: Symbols and counts

    /// Draws the symbols, counts and days of delay of a layer, one paint after the other.
    ///
    /// - Parameter symbols: Those of the layer's plan.
    private func stamp(
        _ symbols: inout [Int: SymbolStamp], of layer: StyleLayer, codes: Int, _ value: @escaping Classification.Value,
        _ stands: inout some StandSource
    ) throws {
        for (place, paint) in layer.paints.enumerated() {
            switch paint {
            case .symbol:
                guard let stamp = symbols.removeValue(forKey: place) else { continue }
                var crowd = SymbolCrowd(stamp, value)
                defer { symbols[place] = crowd.stamp }
                swap(&crowd.pile, &painter.pile)
                defer { swap(&crowd.pile, &painter.pile) }
                crowd.pile.begin(scene, reach: reach)
                try stands.forEachStand(tellsDays: false, &crowd)
                try crowd.draw(self)
            case .count(let count):
                var grid = CountGrid(count, self)
                try stands.forEachStand(tellsDays: false, &grid)
                try grid.draw()
            case .daysLate(let days):
                var stamp = DaysLateStamp(days, self, codes: codes, value)
                try stands.forEachStand(tellsDays: true, &stamp)
                try stamp.draw()
            case .fill, .line, .label: continue
            }
        }
    }

    // MARK: Geometries

    /// Draws a line or an area with all paints of a layer.
    @inline(__always)
    private func draw(
        _ feature: Int, of geometry: borrowing ShapeGeometry, copy: Int, code: Int, state: UInt8,
        _ plan: inout LayerPlan, _ value: Classification.Value
    ) throws {
        let box = geometry.box[feature]
        let tracer = tracers[copy]
        let isWhole = tracer.holds(box)
        if isWhole, isSpeck(box), !painter.occupancy.take(x: tracer.x(box.minX), y: tracer.y(box.minY)) {
            // Smaller than half a pixel, and something as small has been drawn there.
            return
        }
        for index in plan.geometries.indices {
            guard let place = plan.geometries[index].places.place(code: code, state: state, value) else { continue }
            painter.path.removeAll()
            trace(
                geometry, feature, plan.layer.geometry, isFill: plan.geometries[index].isFill,
                isDashed: plan.geometries[index].isDashed, tracer, isWhole: isWhole)
            let count = painter.path.vertexCount
            if count == 0 { continue }
            if count > Self.endurance { try budget.check() }
            plan.geometries[index].draw(painter.path, place, code: code, state: state, value, canvas, scene)
            if count > Self.endurance { try budget.check() }
        }
    }

    private func isSpeck(_ box: WorldBox) -> Bool {
        let limit = scene.unitsPerPixel / 2
        return Double(box.maxX - box.minX) < limit && Double(box.maxY - box.minY) < limit
    }

    @inline(__always)
    private func trace(
        _ geometry: borrowing ShapeGeometry, _ feature: Int, _ wanted: GeometrySet, isFill: Bool, isDashed: Bool,
        _ tracer: ShapeTracer, isWhole: Bool
    ) {
        for part in geometry.parts(feature) {
            let role = geometry.role[part]
            guard role != .point, wanted.contains(GeometrySet(role)) else { continue }
            let run = geometry.vertices(part)
            if isFill {
                if role != .line { tracer.trace(ring: run, of: geometry, whole: isWhole, into: &painter.path) }
            } else {
                tracer.trace(
                    line: run, of: geometry, isRing: role != .line, whole: isWhole || isDashed,
                    into: &painter.path)
            }
        }
    }
}
