import Raster

/// A fill or a line made ready for one zoom and theme.
struct GeometryPaint {
    var places: Classification.Places
    let isFill: Bool
    let isDashed: Bool
    private let colors: [Color]
    private let stroke: Stroke
    private var hatchPlaces: Classification.Places?
    private let hatches: [Hatch]

    /// Nil for paints that are not about geometries, and for those that draw nothing here.
    init?(_ paint: StylePaint, _ brush: Brush, codes: Int, value: @escaping (StyleField, Int) -> String?) {
        let (zoom, scale) = (brush.scene.zoom, Double(brush.scene.scale))
        switch paint {
        case .fill(let fill):
            let opacity = fill.opacity.at(zoom)
            guard opacity > 0 else { return nil }
            isFill = true
            isDashed = false
            colors = fill.color.values.map { $0.of(brush.theme).opacity(opacity) }
            places = Classification.Places(fill.color, codes: codes, value: value)
            stroke = Stroke(width: 0)
            hatchPlaces = fill.hatch.map { Classification.Places($0, codes: codes, value: value) }
            hatches =
                fill.hatch?.values.map {
                    Hatch($0.direction, spacing: $0.spacing * brush.scene.scale, width: $0.width * scale)
                } ?? []
        case .line(let line):
            let (opacity, width) = (line.opacity.at(zoom), line.width.at(zoom) * scale)
            guard opacity > 0, width > 0 else { return nil }
            isFill = false
            isDashed = !line.dash.isEmpty
            colors = line.color.values.map { $0.of(brush.theme).opacity(opacity) }
            places = Classification.Places(line.color, codes: codes, value: value)
            stroke = Stroke(
                width: width, cap: line.cap, join: line.join, dash: Dash(line.dash.map { $0 * scale }))
            hatchPlaces = nil
            hatches = []
        case .symbol, .count, .daysLate, .label: return nil
        }
    }

    mutating func draw(_ path: Path, _ place: Int, code: Int, state: UInt8, _ canvas: Canvas, _ scene: Scene) {
        guard isFill else { return canvas.stroke(path, stroke, colors[place]) }
        if hatchPlaces != nil {
            guard let hatch = hatchPlaces?.place(code: code, state: state) else { return }
            canvas.fill(
                path, colors[place], hatch: hatches[hatch], originX: scene.originX >> 8, originY: scene.originY >> 8)
        } else {
            canvas.fill(path, colors[place])
        }
    }
}
