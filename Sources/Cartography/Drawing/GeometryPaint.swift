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
    init?(_ paint: StylePaint, _ scene: Scene, _ theme: Theme) {
        let (zoom, scale) = (scene.zoom, Double(scene.scale))
        switch paint {
        case .fill(let fill):
            let opacity = fill.opacity.at(zoom)
            guard opacity > 0 else { return nil }
            isFill = true
            isDashed = false
            colors = fill.color.values.map { $0.of(theme).opacity(opacity) }
            places = Classification.Places(fill.color)
            stroke = Stroke(width: 0)
            hatchPlaces = fill.hatch.map { Classification.Places($0) }
            hatches =
                fill.hatch?.values.map {
                    Hatch($0.direction, spacing: $0.spacing * scene.scale, width: $0.width * scale)
                } ?? []
        case .line(let line):
            let (opacity, width) = (line.opacity.at(zoom), line.width.at(zoom) * scale)
            guard opacity > 0, width > 0 else { return nil }
            isFill = false
            isDashed = !line.dash.isEmpty
            colors = line.color.values.map { $0.of(theme).opacity(opacity) }
            places = Classification.Places(line.color)
            stroke = Stroke(
                width: width, cap: line.cap, join: line.join, miterLimit: line.miterLimit,
                dash: Dash(line.dash.map { $0 * scale }))
            hatchPlaces = nil
            hatches = []
        case .symbol, .count, .daysLate, .label: return nil
        }
    }

    /// Makes room for a number of codes, which mean what they meant before or else are all looked up again.
    mutating func prepare(codes: Int, keeps: Bool) {
        places.prepare(codes: codes, keeps: keeps)
        hatchPlaces?.prepare(codes: codes, keeps: keeps)
    }

    mutating func draw(
        _ path: Path, _ place: Int, code: Int, state: UInt8, _ value: Classification.Value, _ canvas: Canvas,
        _ scene: Scene
    ) {
        guard isFill else { return canvas.stroke(path, stroke, colors[place]) }
        if hatchPlaces != nil {
            guard let hatch = hatchPlaces?.place(code: code, state: state, value) else { return }
            canvas.fill(
                path, colors[place], hatch: hatches[hatch], originX: scene.originX >> 8, originY: scene.originY >> 8)
        } else {
            canvas.fill(path, colors[place])
        }
    }
}
