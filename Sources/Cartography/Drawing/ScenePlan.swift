import Raster
import Works

/// A tileset made ready for one zoom, scale and theme: what is drawn, and what was found out about how features look, wherever a picture lies.
///
/// Painters keep plans from picture to picture.
struct ScenePlan {
    struct Key: Hashable {
        var tileset: String
        /// Of the style library.
        var edition: Int
        var theme: Theme
        var zoom: Double
        var scale: Int

        init(_ tileset: StyledTileset, _ scene: Scene, _ theme: Theme) {
            self.tileset = tileset.name
            edition = tileset.edition
            self.theme = theme
            zoom = scene.zoom
            scale = scene.scale
        }
    }

    /// Pixels of the picture that drawings may reach from their geometries.
    let reach: Double
    let showsWorks: Bool
    /// How many of the works at single points can be seen.
    let detail: WorkHits.PointDetail
    /// What is told of deadlines.
    let needs: WorkHits.DeadlineNeed
    /// From the bottom to the top; those of labels only are left out.
    var layers: [LayerPlan]
    /// Of the traits whose numbers it knows.
    let origin: Traits.Origin

    init(_ sheet: StyleSheet, _ scene: Scene, _ theme: Theme, _ traits: Traits) {
        origin = traits.origin
        let all = sheet.layers.filter { $0.zooms.contains(scene.zoom) }
        let works = all.filter { $0.source == .works }
        reach = all.flatMap(\.paints).reduce(1) { max($0, $1.reach) } * Double(scene.scale)
        showsWorks = !works.isEmpty
        detail = works.pointDetail(in: scene, theme)
        needs = works.map(\.deadlineNeed).max() ?? .nothing
        layers = all.filter { $0.paints.contains { !$0.isLabel } }.map { LayerPlan($0, scene, theme) }
    }
}

/// A layer made ready for one zoom, scale and theme.
struct LayerPlan {
    let layer: StyleLayer
    var classification: Classification
    /// The paints of lines and areas, from the first to the last.
    var geometries: [GeometryPaint]
    /// The symbols, by the place of their paint among those of the layer.
    var symbols: [Int: SymbolStamp]

    init(_ layer: StyleLayer, _ scene: Scene, _ theme: Theme) {
        self.layer = layer
        classification = Classification(layer)
        geometries = layer.paints.compactMap { GeometryPaint($0, scene, theme) }
        symbols = [:]
        for (place, paint) in layer.paints.enumerated() {
            if case .symbol(let symbol) = paint { symbols[place] = SymbolStamp(symbol, scene, theme) }
        }
    }

    /// Makes room for what is found out about each code of a feature.
    ///
    /// - Parameter keeps: Whether the codes mean what they meant for the picture before.
    mutating func prepare(codes: Int, keeps: Bool) {
        classification.prepare(codes: codes, keeps: keeps)
        for index in geometries.indices { geometries[index].prepare(codes: codes, keeps: keeps) }
        for place in symbols.keys { symbols[place]?.prepare(codes: codes, keeps: keeps) }
    }
}

extension [StyleLayer] {
    /// How many of the works at single points can be seen in a drawing of these layers.
    fileprivate func pointDetail(in scene: Scene, _ theme: Theme) -> WorkHits.PointDetail {
        let zoom = Int((scene.zoom + (scene.scale == 2 ? 1 : 0)).rounded(.up))
        let symbols = filter { $0.geometry.contains(.points) }.flatMap(\.paints).compactMap {
            if case .symbol(let symbol) = $0 { symbol } else { nil }
        }
        let areDiscs = !symbols.isEmpty && symbols.allSatisfy { $0.isOpaqueDisc(in: scene, theme) }
        var detail = areDiscs ? WorkHits.PointDetail.discs(zoom: zoom) : .latest(zoom: zoom)
        for layer in self where layer.geometry.contains(.points) {
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
