import Glibc
import Lettering
import Works

/// The labels of a tileset at one zoom, and how the world falls on the pixels of that zoom at scale 1.
struct LabelSheet: Sendable {
    struct Entry: Sendable {
        var source: ReferenceLayer
        var layer: StyleLayer
        var paint: LabelPaint
    }

    let entries: [Entry]
    let zoom: Double
    let key: Key
    /// Pixels of the style to a world unit.
    private let pixelsPerUnit: Double

    /// What placements depend on besides the features.
    struct Key: Hashable, Sendable {
        var tileset: String
        var edition: Int
        var zoom: Double
        var pixelsPerUnit: Double
    }

    /// Nil if nothing is labelled at the scene's zoom.
    init?(_ tileset: StyledTileset, _ scene: Scene) {
        var entries: [Entry] = []
        for layer in tileset.sheet.layers where layer.zooms.contains(scene.zoom) {
            guard case .reference(let source) = layer.source else { continue }
            for case .label(let paint) in layer.paints {
                entries.append(Entry(source: source, layer: layer, paint: paint))
            }
        }
        guard !entries.isEmpty else { return nil }
        self.entries = entries
        zoom = scene.zoom
        pixelsPerUnit = 1 / (scene.unitsPerPixel * Double(scene.scale))
        key = Key(tileset: tileset.name, edition: tileset.edition, zoom: zoom, pixelsPerUnit: pixelsPerUnit)
    }

    func pixels(_ position: UInt32) -> Double { Double(position) * pixelsPerUnit }
    func length(_ distance: UInt32) -> Double { Double(distance) * pixelsPerUnit }

    /// Pixels across the world.
    var worldWidth: Double { 4_294_967_296 * pixelsPerUnit }

    /// Blocks across the world; nil if they do not come out even, in which case only pictures of one copy are drawn.
    var columns: Int? {
        let columns = worldWidth / LabelPatch.side
        return columns >= 1 && columns == columns.rounded() ? Int(columns) : nil
    }

    /// The largest importance of a vertex that text can show.
    var importance: UInt8 { Importance.threshold(zoom: 24 + log2(pixelsPerUnit)) }

    /// The world units in a box of pixels; nil if it lies beyond the world.
    func world(_ box: TextBox) -> WorldBox? {
        guard box.maxX >= 0, box.maxY >= 0, box.minX <= worldWidth, box.minY <= worldWidth else { return nil }
        func unit(_ pixels: Double, _ rule: FloatingPointRoundingRule) -> UInt32 {
            UInt32(max(0, min(4_294_967_295, (pixels / pixelsPerUnit).rounded(rule))))
        }
        return WorldBox(
            minX: unit(box.minX, .down), minY: unit(box.minY, .down), maxX: unit(box.maxX, .up),
            maxY: unit(box.maxY, .up))
    }

    /// The repetitions of the world that a box, with room for what reaches into it, touches: pixels by which each is moved.
    func offsets(of box: TextBox) -> [Double] {
        let first = Int(((box.minX - LabelPatch.reach) / worldWidth).rounded(.down))
        let last = Int(((box.maxX + LabelPatch.reach) / worldWidth).rounded(.down))
        return (first...last).map { Double($0) * worldWidth }
    }
}
