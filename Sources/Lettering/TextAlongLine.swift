/// A line in pixels that text can follow.
public struct TextLine: Sendable {
    public let x: [Double]
    public let y: [Double]
    /// Pixels along the line to each vertex.
    public let along: [Double]

    /// - Parameters: The vertices, x to the right and y downwards, in pixels; as many of both.
    public init(x: [Double], y: [Double]) {
        self.x = x
        self.y = y
        var along: [Double] = []
        along.reserveCapacity(x.count)
        var sum = 0.0
        for index in x.indices {
            if index > 0 {
                let (dx, dy) = (x[index] - x[index - 1], y[index] - y[index - 1])
                sum += (dx * dx + dy * dy).squareRoot()
            }
            along.append(sum)
        }
        self.along = along
    }

    public var length: Double { along.last ?? 0 }

    /// The point so many pixels along the line, and the number of the segment it is on; clamped to the line.
    public func point(at distance: Double) -> (x: Double, y: Double, segment: Int) {
        guard along.count > 1 else { return (x.first ?? 0, y.first ?? 0, 0) }
        var (low, high) = (0, along.count - 2)
        while low < high {
            let middle = (low + high + 1) / 2
            if along[middle] <= distance { low = middle } else { high = middle - 1 }
        }
        let step = along[low + 1] - along[low]
        let t = step > 0 ? max(0, min(1, (distance - along[low]) / step)) : 0
        return (x[low] + (x[low + 1] - x[low]) * t, y[low] + (y[low + 1] - y[low]) * t, low)
    }
}

extension PlacedText {
    /// Text along a line, each glyph turned, so that it reads from left to right.
    ///
    /// Each glyph stands with its middle on the line and along the chord under it, which rounds corners off. Nil if the line is too
    /// short, or so crooked that the text would fall apart: a turn of more than `turn` between one glyph and the next, or of more than
    /// four times as much from the first to the last.
    ///
    /// - Parameters:
    ///   - middle: Where the middle of the text stands, in pixels along the line.
    ///   - drop: Pixels from the line down to the baseline; a third of the size puts the small letters' middle on the line.
    ///   - origin: What glyphs are placed relative to, in the pixels of the line.
    ///   - turn: Radians.
    public init?(
        _ text: ShapedText, size: Double, along line: TextLine, middle: Double, drop: Double,
        origin: (x: Double, y: Double), turn: Double = 0.45
    ) {
        let width = text.width * size
        let (start, end) = (middle - width / 2, middle + width / 2)
        guard start >= 0, end <= line.length, line.along.count > 1, !text.glyphs.isEmpty else { return nil }
        let (a, b) = (line.point(at: start), line.point(at: end))
        let isReversed = b.x < a.x || (b.x == a.x && b.y < a.y)
        self.init(size: size)
        var first: (cosine: Double, sine: Double)?
        var last: (cosine: Double, sine: Double)?
        let bend = max(-1, 1 - 8 * turn * turn)
        for glyph in text.glyphs {
            let half = max(glyph.advance, 0.3) * size / 2
            let along = (glyph.pen + glyph.advance / 2) * size
            let at = isReversed ? end - along : start + along
            let (low, high) = (line.point(at: at - half), line.point(at: at + half))
            let (from, to) = isReversed ? (high, low) : (low, high)
            let (dx, dy) = (to.x - from.x, to.y - from.y)
            let length = (dx * dx + dy * dy).squareRoot()
            guard length > half * 0.8 else { return nil }
            let (cosine, sine) = (dx / length, dy / length)
            if let last {
                let straightness = last.cosine * cosine + last.sine * sine
                if straightness < 1 - turn * turn / 2 { return nil }
            }
            if let first, first.cosine * cosine + first.sine * sine < bend { return nil }
            first = first ?? (cosine, sine)
            last = (cosine, sine)
            guard glyph.outline.ink.width > 0 else { continue }
            let point = line.point(at: at)
            // The middle of chord and line together is a little smoother than the line alone.
            let (mx, my) = ((point.x * 2 + from.x + to.x) / 4, (point.y * 2 + from.y + to.y) / 4)
            let back = (glyph.x - glyph.pen - glyph.advance / 2) * size
            let down = drop - glyph.y * size
            glyphs.append(
                PlacedGlyph(
                    outline: glyph.outline, x: mx - origin.x + back * cosine - down * sine,
                    y: my - origin.y + back * sine + down * cosine, cosine: cosine, sine: sine))
        }
    }
}
