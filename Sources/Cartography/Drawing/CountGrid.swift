import Glibc
import Raster
import Works

/// Discs with numbers: how many works there are in each square of a grid.
///
/// The squares lie on the pixels of the whole world, so that a disc is the same in every tile that it reaches into.
struct CountGrid {
    private let paint: CountPaint
    private let brush: Brush

    init(_ paint: CountPaint, _ brush: Brush) {
        self.paint = paint
        self.brush = brush
    }

    private struct Square: Hashable, Comparable {
        var row: Int
        var column: Int

        static func < (a: Square, b: Square) -> Bool { (a.row, a.column) < (b.row, b.column) }
    }

    func draw(_ places: [Stamp.Place]) throws {
        let scene = brush.scene
        let side = paint.grid * scene.scale * 256
        var squares: [Square: (count: Int, x: Int, y: Int)] = [:]
        for place in places {
            // In the pixels of the world, so that sums and means do not depend on the tile.
            let (x, y) = (place.x + scene.originX, place.y + scene.originY)
            let square = Square(row: floored(y, side), column: floored(x, side))
            let (offsetX, offsetY) = (x - square.column * side, y - square.row * side)
            squares[square, default: (0, 0, 0)].count += 1
            squares[square]?.x += offsetX
            squares[square]?.y += offsetY
        }
        try brush.budget.check()
        for (square, sum) in squares.sorted(by: { $0.key < $1.key }) {
            let x = square.column * side + sum.x / sum.count - scene.originX
            let y = square.row * side + sum.y / sum.count - scene.originY
            draw(sum.count, x: Double(x) / 256, y: Double(y) / 256)
        }
    }

    private func floored(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }

    private func draw(_ count: Int, x: Double, y: Double) {
        let scale = Double(brush.scene.scale)
        let size = (paint.size + paint.growth * log10(Double(count))) * scale
        // Beyond what a picture shows there are discs of which the counts are not complete.
        guard x > -size, y > -size, x < Double(brush.scene.width) + size, y < Double(brush.scene.height) + size else {
            return
        }
        let canvas = brush.canvas
        let disc = Symbol.disc.path(x: x, y: y, size: size)
        canvas.fill(disc, paint.fill.of(brush.theme))
        canvas.stroke(disc, Stroke(width: 1.5 * scale, join: .round), paint.outline.of(brush.theme))
        guard count > 1 else { return }
        let text = Self.text(count)
        let height = size / (text.count > 2 ? 2.9 : 2.3)
        let advance = height * 0.72
        var path = Path()
        var left = x - advance * Double(text.count) / 2 + advance * 0.12
        for character in text {
            for line in Digits.strokes[character] ?? [] {
                for (index, point) in line.enumerated() {
                    let (px, py) = (left + point.x * height * 0.5, y + (point.y - 0.5) * height)
                    if index == 0 { path.move(x: px, y: py) } else { path.line(x: px, y: py) }
                }
            }
            left += advance
        }
        canvas.stroke(path, Stroke(width: max(height * 0.15, 1), cap: .round, join: .round), paint.text.of(brush.theme))
    }

    /// At most three characters: `7`, `86`, `940`, `12k`.
    static func text(_ count: Int) -> String {
        switch count {
        case ..<1000: "\(count)"
        case ..<100_000: "\(count / 1000)k"
        case ..<1_000_000: "\(count / 1000)k"
        default: "\(count / 1_000_000)M"
        }
    }
}
