import Raster

/// A short number, drawn in strokes around a point.
struct Figures {
    private var path = Path()
    private let strokeWidth: Double

    /// - Parameters:
    ///   - text: Characters of ``Digits``; others leave a gap.
    ///   - height: Pixels.
    init(_ text: String, x: Double, y: Double, height: Double) {
        let advance = height * 0.72
        strokeWidth = max(height * 0.15, 1)
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
    }

    /// - Parameter wider: Pixels by which the strokes are wider than they are, for a halo.
    func draw(on canvas: Canvas, _ color: Color, wider: Double = 0) {
        canvas.stroke(path, Stroke(width: strokeWidth + wider, cap: .round, join: .round), color)
    }
}
