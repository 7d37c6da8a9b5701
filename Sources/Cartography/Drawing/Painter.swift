import Raster
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
    var pile = SpritePile()
    private var sprites: [SpriteSheet.Key: SpriteSheet] = [:]

    /// So many sheets of sprites are kept.
    private static let spriteLimit = 512

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
        if let background = tileset.sheet.background { canvas.fill(scene, background.of(theme)) }
        guard scene.zoom >= Double(tileset.head.minimumZoom) else { return nil }
        let layers = tileset.sheet.layers.filter { $0.zooms.contains(scene.zoom) }
        let reach = layers.flatMap(\.paints).reduce(1) { max($0, $1.reach) } * Double(scene.scale)
        let showsWorks = layers.contains { $0.source == .works }
        if showsWorks {
            let needs = layers.filter { $0.source == .works }.map(\.deadlineNeed).max() ?? .nothing
            try hits.collect(
                view, scene, reach: reach, detail: layers.pointDetail(in: scene, theme), needs: needs, budget: budget)
        }
        var reference: [ReferenceLayer: ReferenceHits] = [:]
        let brush = Brush(
            painter: self, scene: scene, theme: theme, canvas: canvas, reach: reach, copies: scene.copies(reach: reach),
            budget: budget)
        for layer in layers where layer.paints.contains(where: { !$0.isLabel }) {
            switch layer.source {
            case .works: try brush.drawWorks(layer, view)
            case .reference(let name):
                let found: ReferenceHits
                if let known = reference[name] {
                    found = known
                } else {
                    found = try ReferenceHits(view.snapshot.shelf(name), scene, reach: reach, budget: budget)
                    reference[name] = found
                }
                try brush.drawReference(layer, found)
            }
        }
        try labeler.draw(tileset, view.snapshot, scene, theme, canvas, path: &path, budget: budget)
        return showsWorks ? hits.expiresAt : nil
    }

    func withSprites<Result>(_ key: SpriteSheet.Key, _ body: (inout SpriteSheet) throws -> Result) rethrows -> Result {
        var sheet = sprites.removeValue(forKey: key) ?? SpriteSheet(key)
        if sprites.count >= Self.spriteLimit { sprites.removeAll() }
        defer { sprites[key] = sheet }
        return try body(&sheet)
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

extension [StyleLayer] {
    /// How many of the works at single points can be seen in a drawing of these layers.
    fileprivate func pointDetail(in scene: Scene, _ theme: Theme) -> WorkHits.PointDetail {
        let zoom = Int((scene.zoom + (scene.scale == 2 ? 1 : 0)).rounded(.up))
        let symbols = filter { $0.source == .works && $0.geometry.contains(.points) }.flatMap(\.paints).compactMap {
            if case .symbol(let symbol) = $0 { symbol } else { nil }
        }
        let areDiscs = !symbols.isEmpty && symbols.allSatisfy { $0.isOpaqueDisc(in: scene, theme) }
        var detail = areDiscs ? WorkHits.PointDetail.discs(zoom: zoom) : .latest(zoom: zoom)
        for layer in self where layer.source == .works && layer.geometry.contains(.points) {
            for paint in layer.paints {
                switch paint {
                // A count needs every work.
                case .count: return .all
                case .symbol(let symbol) where !layer.drawsKindsAlike(symbol): detail = .traits(zoom: zoom)
                case .daysLate: detail = .traits(zoom: zoom)
                case .symbol, .fill, .line, .label: continue
                }
            }
        }
        return detail
    }
}

extension StyleLayer {
    /// What the layer tells of deadlines.
    fileprivate var deadlineNeed: WorkHits.DeadlineNeed {
        let fields = paints.flatMap { paint -> [StyleField?] in
            switch paint {
            case .fill(let fill): [fill.color.field, fill.hatch?.field]
            case .line(let line): [line.color.field]
            case .symbol(let symbol):
                [symbol.shape.field, symbol.fill.field, symbol.outline?.field, symbol.halo?.field, symbol.mark?.field]
            case .count(let count): [count.ring?.field]
            case .daysLate, .label: []
            }
        }
        if paints.contains(where: { if case .daysLate = $0 { true } else { false } }) { return .days }
        return drawsAllStates && !fields.contains(.deadlineState) ? .nothing : .states
    }

    private var drawsAllStates: Bool { DeadlineState.allCases.allSatisfy { states >> UInt8($0.index) & 1 != 0 } }

    /// Whether of two works of one kind it draws a symbol for both or for none.
    fileprivate func drawsKindsAlike(_ symbol: SymbolPaint) -> Bool {
        func hasAlways<Value>(_ choice: Choice<Value>) -> Bool { choice.field == nil || choice.otherwise != nil }
        return conditions.keys.allSatisfy { $0 == .kind } && drawsAllStates
            && hasAlways(symbol.shape) && hasAlways(symbol.fill)
    }
}

extension SymbolPaint {
    /// Whether all of its symbols are discs of which nothing shows through, large enough for ``PointCover``.
    fileprivate func isOpaqueDisc(in scene: Scene, _ theme: Theme) -> Bool {
        func isOpaque(_ color: ThemedColor) -> Bool { color.of(theme).alpha == 255 }
        let rim = outline == nil ? 0 : outlineWidth.at(scene.zoom)
        return shape.values.allSatisfy { $0 == .disc } && fill.values.allSatisfy(isOpaque) && halo == nil
            && outline?.values.allSatisfy(isOpaque) ?? true
            && (size.at(scene.zoom) + rim) * Double(scene.scale) >= PointCover.diameter
    }
}
