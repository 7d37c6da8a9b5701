/// An upright rectangle that lines and polygons are clipped against, borders included.
public struct ClipRectangle: Hashable, Sendable {
    public var minX: Double
    public var minY: Double
    public var maxX: Double
    public var maxY: Double

    /// A rectangle; `minX < maxX` and `minY < maxY`, all finite.
    public init(minX: Double, minY: Double, maxX: Double, maxY: Double) {
        precondition(minX < maxX && minY < maxY && (maxX - minX).isFinite && (maxY - minY).isFinite)
        self.minX = minX
        self.minY = minY
        self.maxX = maxX
        self.maxY = maxY
    }

    var center: SIMD2<Double> { SIMD2(minX + (maxX - minX) / 2, minY + (maxY - minY) / 2) }

    @inline(__always)
    func contains(_ p: SIMD2<Double>) -> Bool { p.x >= minX && p.x <= maxX && p.y >= minY && p.y <= maxY }

    private var low: SIMD2<Double> { SIMD2(minX, minY) }
    private var high: SIMD2<Double> { SIMD2(maxX, maxY) }

    /// The index of the first point from `index` on that the rectangle does not contain; with `isOpen` of the first that it does not hold.
    @inline(__always)
    func endOfInside(_ points: UnsafeBufferPointer<SIMD2<Double>>, from index: Int, isOpen: Bool) -> Int {
        points.endOfRun(from: index, low: low, high: high, isOpen: isOpen)
    }

    /// Inside and not on the border.
    @inline(__always)
    func holds(_ p: SIMD2<Double>) -> Bool { p.x > minX && p.x < maxX && p.y > minY && p.y < maxY }

    /// True when both points lie on one side of the border.
    @inline(__always)
    func isAlongBorder(_ p: SIMD2<Double>, _ q: SIMD2<Double>) -> Bool {
        (p.x == q.x && (p.x == minX || p.x == maxX)) || (p.y == q.y && (p.y == minY || p.y == maxY))
    }

    /// The index, from `index` on, of the first point that is not beyond the side beyond which `points[index]` lies,
    /// borders counting as beyond when `orOn` is set; nil when that point is beyond no side.
    @inline(__always)
    func firstNotBeyond(_ points: UnsafeBufferPointer<SIMD2<Double>>, from index: Int, orOn: Bool) -> Int? {
        let p = points[index], none = Double.infinity
        func end(below limit: SIMD2<Double>) -> Int {
            points.endOfRun(from: index &+ 1, below: limit, isOpen: !orOn)
        }
        func end(above limit: SIMD2<Double>) -> Int {
            points.endOfRun(from: index &+ 1, above: limit, isOpen: !orOn)
        }
        if orOn ? p.x <= minX : p.x < minX { return end(below: SIMD2(minX, none)) }
        if orOn ? p.x >= maxX : p.x > maxX { return end(above: SIMD2(maxX, -none)) }
        if orOn ? p.y <= minY : p.y < minY { return end(below: SIMD2(none, minY)) }
        if orOn ? p.y >= maxY : p.y > maxY { return end(above: SIMD2(-none, maxY)) }
        return nil
    }

    /// The part of a segment in the rectangle (Liang and Barsky 1984), or nil when there is none. New ends lie exactly
    /// on the border; ends that were inside are returned as they are.
    func part(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> (SIMD2<Double>, SIMD2<Double>)? {
        let d = b - a
        var enter = 0.0, leave = 1.0
        var start = a, end = b
        for axis in 0..<2 {
            let low = axis == 0 ? minX : minY, high = axis == 0 ? maxX : maxY
            if d[axis] == 0 {
                if a[axis] < low || a[axis] > high { return nil }
                continue
            }
            let near = d[axis] > 0 ? low : high, far = d[axis] > 0 ? high : low
            let isBefore = d[axis] > 0 ? a[axis] < near : a[axis] > near
            if isBefore {
                // Decided on the ends themselves: of very long segments t may be rounded to 1.
                if d[axis] > 0 ? b[axis] < near : b[axis] > near { return nil }
                let t = (near - a[axis]) / d[axis]
                if t >= enter {
                    enter = t
                    start = clamped(a + d * t)
                    start[axis] = near
                }
            }
            let isAfter = d[axis] > 0 ? b[axis] > far : b[axis] < far
            if isAfter {
                if d[axis] > 0 ? a[axis] > far : a[axis] < far { return nil }
                let t = (far - a[axis]) / d[axis]
                if t <= leave {
                    leave = t
                    end = clamped(a + d * t)
                    end[axis] = far
                }
            }
        }
        return enter <= leave ? (start, end) : nil
    }

    private func clamped(_ p: SIMD2<Double>) -> SIMD2<Double> {
        SIMD2(max(minX, min(maxX, p.x)), max(minY, min(maxY, p.y)))
    }
}
