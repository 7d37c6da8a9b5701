import Glibc

/// The shapes of map symbols.
public enum Symbol: String, Hashable, Sendable, CaseIterable {
    case disc, square, diamond, triangle, triangleDown = "triangle-down", cross, star, pentagon, hexagon, drop

    /// The outline around (`x`, `y`), `size` pixels across.
    public func path(x: Double, y: Double, size: Double) -> Path {
        var path = Path()
        let points = unitPoints(size: size)
        for (index, point) in points.enumerated() {
            let px = x + point.x * size / 2, py = y + point.y * size / 2
            if index == 0 { path.move(x: px, y: py) } else { path.line(x: px, y: py) }
        }
        path.close()
        return path
    }

    /// Corners in a box from -1 to 1.
    private func unitPoints(size: Double) -> [SIMD2<Double>] {
        switch self {
        case .disc: return Self.corners(max(12, min(256, Int(size * 4))))
        case .square: return [SIMD2(-0.9, -0.9), SIMD2(0.9, -0.9), SIMD2(0.9, 0.9), SIMD2(-0.9, 0.9)]
        case .diamond: return Self.corners(4)
        case .triangle: return Self.corners(3).map { $0 + SIMD2(0, 0.2) }
        case .triangleDown: return Self.corners(3).map { SIMD2($0.x, -$0.y - 0.2) }
        case .pentagon: return Self.corners(5)
        case .hexagon: return Self.corners(6)
        case .star:
            let outer = Self.corners(10)
            return outer.enumerated().map { $0.offset % 2 == 0 ? $0.element : $0.element * 0.45 }
        case .cross:
            let a = 0.34
            return [
                SIMD2(-a, -1), SIMD2(a, -1), SIMD2(a, -a), SIMD2(1, -a), SIMD2(1, a), SIMD2(a, a), SIMD2(a, 1),
                SIMD2(-a, 1), SIMD2(-a, a), SIMD2(-1, a), SIMD2(-1, -a), SIMD2(-a, -a),
            ]
        case .drop:
            // Three quarters of a circle above, and a tip at the anchor below it.
            let steps = max(12, min(128, Int(size * 3)))
            var points = [SIMD2(0.0, 0.0)]
            for step in 0...steps {
                let angle = Double.pi * (0.83 + 1.34 * Double(step) / Double(steps))
                points.append(SIMD2(0.7 * cos(angle), -1.25 + 0.7 * sin(angle)))
            }
            return points
        }
    }

    /// The corners of a regular polygon, the first one on top.
    private static func corners(_ count: Int) -> [SIMD2<Double>] {
        (0..<count).map { index in
            let angle = 2 * Double.pi * Double(index) / Double(count)
            return SIMD2(sin(angle), -cos(angle))
        }
    }
}

/// How a symbol is painted: from bottom to top halo, fill, outline.
public struct SymbolStyle: Hashable, Sendable {
    public var symbol: Symbol
    /// Pixels across the filled shape, without outline; clamped to 0.5...256.
    public var size: Double
    public var fill: Color
    public var outline: Color?
    /// Pixels across the outline, which is centred on the shape's border.
    public var outlineWidth: Double
    public var halo: Color?
    /// Pixels that the halo reaches beyond the outline.
    public var haloWidth: Double

    public init(
        symbol: Symbol = .disc, size: Double, fill: Color, outline: Color? = nil, outlineWidth: Double = 1,
        halo: Color? = nil, haloWidth: Double = 1
    ) {
        self.symbol = symbol
        self.size = size
        self.fill = fill
        self.outline = outline
        self.outlineWidth = outlineWidth
        self.halo = halo
        self.haloWidth = haloWidth
    }
}

extension Sprite {
    /// The sprite of a map symbol.
    public init(_ style: SymbolStyle) {
        let size = style.size > 0.5 ? min(style.size, 256) : 0.5
        let outline = style.outline == nil ? 0 : max(0, min(style.outlineWidth, 64))
        let halo = style.halo == nil ? 0 : max(0, min(style.haloWidth, 64))
        // A drop reaches a size above its anchor; the miters of an outline reach up to twice its half width.
        let reach = Int((size * (style.symbol == .drop ? 1 : 0.6) + outline * 2 + halo * 2).rounded(.up)) + 1
        self.init(reach: min(reach, 512)) { canvas, x, y in
            let path = style.symbol.path(x: x, y: y, size: size)
            if let color = style.halo, halo > 0 {
                canvas.stroke(path, Stroke(width: outline + 2 * halo, join: .round), color)
                canvas.fill(path, color)
            }
            canvas.fill(path, style.fill)
            if let color = style.outline, outline > 0 {
                canvas.stroke(path, Stroke(width: outline, join: style.symbol == .disc ? .round : .miter), color)
            }
        }
    }
}
