/// Parallel lines that fill an area.
///
/// The lines are anchored in the pixels of the whole world, not of a tile: `fill(_:_:hatch:originX:originY:rule:)` is
/// told which world pixel the canvas begins at, and the lines run on from tile to tile without a seam.
public struct Hatch: Hashable, Sendable {
    /// Which way the lines run.
    public enum Direction: String, Hashable, Sendable, CaseIterable {
        /// Up to the right: `/`.
        case rising
        /// Down to the right: `\`.
        case falling
        case horizontal
        case vertical
    }

    public let direction: Direction
    /// Pixels from one line to the next, measured along a row (for horizontal lines along a column).
    public let spacing: Int
    /// Pixels across each line.
    public let width: Double

    /// How much of each pixel is covered, 0...256, along one period and the seven pixels after it, so that any eight
    /// neighbouring pixels lie together.
    let profile: ContiguousArray<UInt32>

    /// Lines `width` pixels wide, `spacing` whole pixels apart (clamped to 2...256).
    public init(_ direction: Direction = .rising, spacing: Int = 8, width: Double = 1.5) {
        self.direction = direction
        self.spacing = max(2, min(spacing, 256))
        self.width = width > 0 ? width : 0
        let period = Double(self.spacing)
        let isDiagonal = direction == .rising || direction == .falling
        // Along a row a diagonal line is wider by the square root of 2.
        let band = min(period, self.width * (isDiagonal ? 2.0.squareRoot() : 1))
        let once = (0..<self.spacing).map { Self.coverage(pixel: $0, period, band, isDiagonal: isDiagonal) }
        profile = ContiguousArray((0..<self.spacing + 7).map { once[$0 % once.count] })
    }

    /// The part of a pixel, 0...256, in which the distance along the period lies within the band at its middle.
    private static func coverage(pixel: Int, _ period: Double, _ band: Double, isDiagonal: Bool) -> UInt32 {
        // Within a pixel x is spread evenly over 0...1; x + y has a triangular distribution over 0...2.
        let steps = 256
        var covered = 0.0
        for step in 0..<steps {
            let u = (Double(step) + 0.5) / Double(steps)
            let (t, weight) = isDiagonal ? (2 * u, 2 * min(2 * u, 2 - 2 * u)) : (u, 1)
            let distance = (Double(pixel) + t).truncatingRemainder(dividingBy: period) - period / 2
            if abs(distance) < band / 2 { covered += weight }
        }
        return UInt32(min(256, (covered / Double(steps) * 256).rounded()))
    }
}

/// A colour where the lines of a hatch are.
struct HatchPaint: Paint {
    let color: Blend.Solid
    let direction: Hatch.Direction
    let period: Int
    /// World pixel of the canvas' corner, within one period.
    let originX: Int
    let originY: Int
    let profile: UnsafeRawPointer

    var opaque: UInt32? { nil }
    static var isUniform: Bool { false }

    static func wrap(_ x: Int, _ period: Int) -> Int {
        let rest = x % period
        return rest < 0 ? rest + period : rest
    }

    @inline(__always)
    func over(_ destination: Blend.Pixels, coverage: Blend.Pixels, column: Int, row: Int) -> Blend.Pixels {
        let x = column &+ originX, y = row &+ originY
        let lines: Blend.Pixels
        switch direction {
        case .horizontal: lines = Blend.Pixels(repeating: eight(at: y)[0])
        case .vertical: lines = eight(at: x)
        case .rising: lines = eight(at: x &+ y)
        case .falling: lines = eight(at: x &- y &- 1)
        }
        return Blend.over(color, coverage: (coverage &* lines &+ 128) &>> 8, destination: destination)
    }

    @inline(__always)
    private func eight(at position: Int) -> Blend.Pixels {
        profile.loadUnaligned(fromByteOffset: Self.wrap(position, period) &* 4, as: Blend.Pixels.self)
    }
}

extension Canvas {
    /// Fills the inside of a path with parallel lines.
    ///
    /// - Parameters:
    ///   - originX: the world pixel of the canvas' first column.
    ///   - originY: the world pixel of the canvas' first row.
    public func fill(
        _ path: Path, _ color: Color, hatch: Hatch, originX: Int = 0, originY: Int = 0, rule: FillRule = .nonZero
    ) {
        addFill(path)
        hatch.profile.withUnsafeBytes { profile in
            let paint = HatchPaint(
                color: Blend.Solid(color.premultiplied), direction: hatch.direction, period: hatch.spacing,
                originX: HatchPaint.wrap(originX, hatch.spacing), originY: HatchPaint.wrap(originY, hatch.spacing),
                profile: profile.baseAddress!)
            cells.resolve(rule, paint, over: pixels)
        }
    }
}
