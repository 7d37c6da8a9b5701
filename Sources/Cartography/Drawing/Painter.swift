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
    var accepted: [Int] = []
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
        return EncodedTile(bytes: try encode(canvas), isEmpty: canvas.isEmpty, expiresAt: expiresAt)
    }

    func picture(
        _ scene: Scene, _ views: [(StyledTileset, SnapshotView)], theme: Theme, budget: TimeBudget
    ) throws -> [UInt8] {
        let canvas = canvas(for: scene)
        for (tileset, view) in views { _ = try draw(tileset, view, scene, theme, canvas, budget: budget) }
        try budget.check()
        return try encode(canvas)
    }

    private func encode(_ canvas: Canvas) throws -> [UInt8] {
        do { return try encoder.encode(canvas) } catch { throw AtlasError.encoding("\(error)") }
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
            // A count needs every work; otherwise those are enough of which something can be seen.
            let counts = layers.contains { $0.paints.contains { if case .count = $0 { true } else { false } } }
            let level = UInt8(max(0, min(30, (scene.zoom + (scene.scale == 2 ? 1 : 0)).rounded(.up))))
            try hits.collect(view, scene, reach: reach, level: counts ? nil : level, budget: budget)
        }
        var reference: [ReferenceLayer: ReferenceHits] = [:]
        let brush = Brush(
            painter: self, scene: scene, theme: theme, canvas: canvas, reach: reach, copies: scene.copies(reach: reach),
            budget: budget)
        for layer in layers where layer.paints.contains(where: { !$0.isLabel }) {
            switch layer.source {
            case .works: try brush.drawWorks(layer, view.snapshot)
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
    fileprivate func fill(_ scene: Scene, _ color: Color) {
        var path = Path()
        path.move(subpixelX: 0, subpixelY: 0)
        path.line(subpixelX: scene.width * 256, subpixelY: 0)
        path.line(subpixelX: scene.width * 256, subpixelY: scene.height * 256)
        path.line(subpixelX: 0, subpixelY: scene.height * 256)
        path.close()
        fill(path, color)
    }
}
