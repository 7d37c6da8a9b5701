import Raster
import TimeBudgets
import Works

/// Draws scenes.
///
/// A class because it owns canvases and buffers that are used again for every tile. It belongs to one thread at a time; ``PainterPool``
/// sees to that, hence unchecked.
final class Painter: @unchecked Sendable {
    private let labeler: Labeler
    private let encoder = PNGEncoder()
    private var canvas: Canvas?
    var hits = WorkHits()
    var path = Path()
    var occupancy = Occupancy()
    var pile = SymbolPile()
    private var plans: [ScenePlan.Key: ScenePlan] = [:]

    /// So many plans are kept, and so many codes in all of them, each of which takes some 30 bytes for every symbol.
    private static let planLimit = 256
    private static let codeLimit = 1 << 17

    init(labeler: Labeler) { self.labeler = labeler }

    func tile(
        _ request: TileRequest, _ tileset: StyledTileset, _ view: SnapshotView, budget: TimeBudget
    ) throws -> EncodedTile {
        let scene = Scene(request.address, scale: request.scale)
        let canvas = canvas(for: scene)
        let expiresAt = try draw(tileset, view, scene, request.theme, canvas, budget: budget)
        try budget.check()
        let format = tileset.palettes[request.theme].map { PNGEncoder.Format.palette($0) } ?? .rgba
        return EncodedTile(bytes: try encode(canvas, format), isEmpty: canvas.isEmpty, expiresAt: expiresAt)
    }

    /// A picture, on a canvas that is the painter's own.
    func drawing(
        _ scene: Scene, _ views: [(StyledTileset, SnapshotView)], theme: Theme, budget: TimeBudget
    ) throws -> Canvas {
        let canvas = canvas(for: scene)
        for (tileset, view) in views { _ = try draw(tileset, view, scene, theme, canvas, budget: budget) }
        try budget.check()
        return canvas
    }

    private func encode(_ canvas: Canvas, _ format: PNGEncoder.Format) throws -> [UInt8] {
        do { return try encoder.encode(canvas, format) } catch { throw AtlasError.encoding("\(error)") }
    }

    /// A transparent canvas of the size.
    private func canvas(for scene: Scene) -> Canvas {
        if let canvas, canvas.width == scene.width, canvas.height == scene.height {
            canvas.clear()
            return canvas
        }
        let canvas = Canvas(width: scene.width, height: scene.height)
        // Tiles come again and again; a large picture would only hold memory.
        if scene.width <= 512, scene.height <= 512 { self.canvas = canvas }
        return canvas
    }

    /// Draws all layers; when the drawing changes by the clock alone.
    private func draw(
        _ tileset: StyledTileset, _ view: SnapshotView, _ scene: Scene, _ theme: Theme, _ canvas: Canvas,
        budget: TimeBudget
    ) throws -> Instant? {
        canvas.isWanted = { budget.verdict == nil }
        defer { canvas.isWanted = { true } }
        if let background = tileset.sheet.background { canvas.fill(scene, background.of(theme)) }
        guard scene.zoom >= Double(tileset.head.minimumZoom) else { return nil }
        return try withPlan(of: tileset, view, scene, theme) { plan in
            try draw(&plan, view, scene, theme, canvas, budget: budget)
            try labeler.draw(tileset, view.snapshot, scene, theme, canvas, path: &path, budget: budget)
            return plan.showsWorks ? hits.expiresAt : nil
        }
    }

    private func draw(
        _ plan: inout ScenePlan, _ view: SnapshotView, _ scene: Scene, _ theme: Theme, _ canvas: Canvas,
        budget: TimeBudget
    ) throws {
        if plan.showsWorks {
            try hits.collect(view, scene, reach: plan.reach, detail: plan.detail, needs: plan.needs, budget: budget)
        }
        var reference: [ReferenceLayer: ReferenceHits] = [:]
        let brush = Brush(
            painter: self, scene: scene, theme: theme, canvas: canvas, reach: plan.reach,
            tracers: scene.copies(reach: plan.reach).map {
                ShapeTracer(scene, offsetX: $0.offsetX, reach: plan.reach)
            }, budget: budget)
        // Taken out once: a copy of a whole shelf for each layer or even feature would count references for a part of the time.
        let shapes = (base: view.snapshot.base.shapes.geometry, delta: view.snapshot.delta.shapes.geometry)
        for index in plan.layers.indices {
            switch plan.layers[index].layer.source {
            case .works: try brush.drawWorks(&plan.layers[index], view, base: shapes.base, delta: shapes.delta)
            case .reference(let name):
                let found: ReferenceHits
                if let known = reference[name] {
                    found = known
                } else {
                    found = try ReferenceHits(view.snapshot.shelf(name), scene, reach: plan.reach, budget: budget)
                    reference[name] = found
                }
                try brush.drawReference(&plan.layers[index], found)
            }
        }
    }

    /// Lends the plan for a tileset's pictures to `body`.
    private func withPlan<Result>(
        of tileset: StyledTileset, _ view: SnapshotView, _ scene: Scene, _ theme: Theme,
        _ body: (inout ScenePlan) throws -> Result
    ) rethrows -> Result {
        let key = ScenePlan.Key(tileset, scene, theme)
        let traits = view.snapshot.traits
        let known = plans.removeValue(forKey: key)
        // A legend's samples have traits of their own.
        var plan =
            if let known, known.origin === traits.origin { known } else {
                ScenePlan(tileset.sheet, scene, theme, traits)
            }
        if plans.count >= min(Self.planLimit, Self.codeLimit / max(traits.all.count, 1)) {
            plans.removeAll()
        }
        defer { plans[key] = plan }
        return try body(&plan)
    }
}

extension Canvas {
    /// Lays a colour over the whole picture.
    func fill(_ scene: Scene, _ color: Color) {
        var path = Path()
        path.add(x: 0, y: 0, width: Double(scene.width), height: Double(scene.height))
        fill(path, color)
    }
}
