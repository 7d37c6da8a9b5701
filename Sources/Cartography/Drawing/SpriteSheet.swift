import Raster

/// Draws the sprites of one symbol paint at one zoom.
struct SpriteSheet {
    private let paint: SymbolPaint
    private let theme: Theme
    /// Pixels of the picture.
    private let size: Double
    private let outlineWidth: Double
    private let haloWidth: Double

    init(_ paint: SymbolPaint, _ scene: Scene, _ theme: Theme) {
        self.paint = paint
        self.theme = theme
        let scale = Double(scene.scale)
        size = paint.size.at(scene.zoom) * scale
        outlineWidth = paint.outlineWidth.at(scene.zoom) * scale
        haloWidth = paint.haloWidth.at(scene.zoom) * scale
    }

    /// Which values a feature's symbol is made of: places in the choices of the paint.
    struct Variant {
        var shape = 0
        var fill = 0
        var outline = 0
        var halo = 0
        var mark = 0

        /// One number for all of them; each is below 256.
        var code: Int { shape | fill << 8 | outline << 16 | halo << 24 | mark << 32 }
    }

    func draw(_ variant: Variant) -> Sprite {
        let symbol = paint.shape.values[variant.shape]
        let style = SymbolStyle(
            symbol: symbol, size: size, fill: paint.fill.values[variant.fill].of(theme),
            outline: paint.outline.map { $0.values[variant.outline].of(theme) }, outlineWidth: outlineWidth,
            halo: paint.halo.map { $0.values[variant.halo].of(theme) }, haloWidth: haloWidth)
        guard let mark = paint.mark?.values[variant.mark], !mark.lines.isEmpty else { return Sprite(style) }
        let color = paint.markColor.of(theme)
        let plain = Sprite(style)
        let reach = Int((size * (symbol == .drop ? 1 : 0.6) + outlineWidth * 2 + haloWidth * 2).rounded(.up)) + 1
        return Sprite(reach: min(reach, 512)) { canvas, x, y in
            canvas.draw(plain, x: x, y: y)
            var path = Path()
            for line in mark.lines {
                for (index, point) in line.enumerated() {
                    let (px, py) = (x + point.x * size / 2, y + point.y * size / 2)
                    if index == 0 { path.move(x: px, y: py) } else { path.line(x: px, y: py) }
                }
            }
            canvas.stroke(path, Stroke(width: mark.width * size / 2, cap: .round, join: .round), color)
        }
    }
}
