import Raster
import Works

/// A symbol or a count made ready for one zoom and theme.
struct Stamp {
    private let brush: Brush
    private let paint: StylePaint
    private let codes: Int
    private let value: (StyleField, Int) -> String?

    /// Where something stands, in 1/256 pixel of the scene.
    struct Place {
        var x: Int
        var y: Int
        var code: Int
        var state: UInt8
    }

    /// Nil for paints that are about geometries.
    init?(_ paint: StylePaint, _ brush: Brush, codes: Int, value: @escaping (StyleField, Int) -> String?) {
        switch paint {
        case .fill, .line, .label: return nil
        case .symbol, .count: break
        }
        self.brush = brush
        self.paint = paint
        self.codes = codes
        self.value = value
    }

    func draw(_ places: [Place]) throws {
        switch paint {
        case .symbol(let symbol): try draw(symbol, places)
        case .count(let count): try CountGrid(count, brush).draw(places)
        case .fill, .line, .label: break
        }
    }

    private func draw(_ symbol: SymbolPaint, _ places: [Place]) throws {
        let painter = brush.painter
        painter.occupancy.clear(brush.scene, reach: brush.reach)
        painter.accepted.removeAll(keepingCapacity: true)
        // From the top: what would be covered by another symbol on the same half pixel is not drawn.
        for index in places.indices.reversed() where painter.occupancy.take(x: places[index].x, y: places[index].y) {
            painter.accepted.append(index)
        }
        var shape = Classification.Places(symbol.shape, codes: codes, value: value)
        var fill = Classification.Places(symbol.fill, codes: codes, value: value)
        var outline = symbol.outline.map { Classification.Places($0, codes: codes, value: value) }
        var halo = symbol.halo.map { Classification.Places($0, codes: codes, value: value) }
        var mark = symbol.mark.map { Classification.Places($0, codes: codes, value: value) }
        let key = SpriteSheet.Key(paint: symbol, theme: brush.theme, zoom: brush.scene.zoom, scale: brush.scene.scale)
        try painter.withSprites(key) { sprites in
            for (turn, index) in painter.accepted.reversed().enumerated() {
                if turn % 1024 == 0 { try brush.budget.check() }
                let place = places[index]
                let (code, state) = (place.code, place.state)
                guard let shape = shape.place(code: code, state: state), let fill = fill.place(code: code, state: state)
                else { continue }
                let variant = SpriteSheet.Variant(
                    shape: shape, fill: fill, outline: outline?.place(code: code, state: state) ?? 0,
                    halo: halo?.place(code: code, state: state) ?? 0, mark: mark?.place(code: code, state: state) ?? 0)
                brush.canvas.draw(sprites.sprite(variant), subpixelX: place.x, subpixelY: place.y)
            }
        }
    }
}
