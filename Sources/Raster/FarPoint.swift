/// A point that may lie out of a path's reach, in 1/256 pixel.
///
///          corner ┌───────────────────┐
///                 │       reach       │
///      far ●──────┼──▶                │     the part of a line within reach is kept exactly (to 1/256 pixel),
///        clamped ●│                   │     the rest is moved onto the border of the reach
///                 └───────────────────┘
@usableFromInline
struct FarPoint: Hashable, Sendable {
    @usableFromInline var x: Int
    @usableFromInline var y: Int

    @usableFromInline
    init(x: Int, y: Int) {
        self.x = x
        self.y = y
    }

    @usableFromInline static var limit: Int { Path.reach * PixelPoint.unitsPerPixel }

    @inlinable
    static func isNear(_ x: Int, _ y: Int) -> Bool {
        let span = UInt(bitPattern: 2 * 2_097_152 * 256)
        return UInt(bitPattern: x &+ 2_097_152 * 256) <= span && UInt(bitPattern: y &+ 2_097_152 * 256) <= span
    }

    /// The nearest point within reach.
    var clamped: PixelPoint {
        PixelPoint(x: Int32(max(-Self.limit, min(Self.limit, x))), y: Int32(max(-Self.limit, min(Self.limit, y))))
    }

    /// The far corner that a line between two sides of the reach goes around, when it misses the reach.
    static func corner(passedBy from: FarPoint, _ to: FarPoint) -> PixelPoint? {
        let limit = Double(Self.limit)
        let ax = Double(from.x), ay = Double(from.y), dx = Double(to.x) - ax, dy = Double(to.y) - ay
        // The line misses the reach, so all four corners lie on one side of it; the nearest is the one it passes.
        var nearest: (distance: Double, corner: PixelPoint)?
        for (cx, cy) in [(-limit, -limit), (limit, -limit), (limit, limit), (-limit, limit)] {
            let distance = abs(dx * (cy - ay) - dy * (cx - ax))
            if nearest.map({ distance < $0.distance }) ?? true {
                nearest = (distance, PixelPoint(x: Int32(cx), y: Int32(cy)))
            }
        }
        return nearest?.corner
    }

    /// The part of a line within reach as parameters 0...1, or nil when it misses (Liang and Barsky 1984).
    static func visible(_ from: FarPoint, _ to: FarPoint) -> (enter: Double, leave: Double)? {
        let limit = Double(Self.limit)
        var enter = 0.0, leave = 1.0
        for (start, end) in [(Double(from.x), Double(to.x)), (Double(from.y), Double(to.y))] {
            let delta = end - start
            if delta == 0 {
                if abs(start) > limit { return nil }
                continue
            }
            let first = ((delta > 0 ? -limit : limit) - start) / delta
            let second = ((delta > 0 ? limit : -limit) - start) / delta
            enter = max(enter, first)
            leave = min(leave, second)
        }
        return enter <= leave ? (enter, leave) : nil
    }

    func point(to other: FarPoint, at t: Double) -> PixelPoint {
        FarPoint(
            x: x + Int(((Double(other.x) - Double(x)) * t).rounded()),
            y: y + Int(((Double(other.y) - Double(y)) * t).rounded())
        ).clamped
    }
}

extension Path {
    @usableFromInline
    mutating func moveFar(_ point: FarPoint) {
        pen = point
        penIsFar = true
        vertices.append(point.clamped)
    }

    /// Adds a line of which at least one end is out of reach.
    @usableFromInline
    mutating func lineFar(_ end: FarPoint) {
        let start: FarPoint
        if penIsFar {
            start = pen
        } else {
            let last = vertices[vertices.count - 1]
            start = FarPoint(x: Int(last.x), y: Int(last.y))
        }
        let endIsFar = !FarPoint.isNear(end.x, end.y)
        if let (enter, leave) = FarPoint.visible(start, end) {
            if penIsFar { vertices.append(start.point(to: end, at: enter)) }
            if endIsFar { vertices.append(start.point(to: end, at: leave)) }
        } else if let corner = FarPoint.corner(passedBy: start, end) {
            vertices.append(corner)
        }
        vertices.append(end.clamped)
        pen = end
        penIsFar = endIsFar
    }

    /// Leads the pen from out of reach back to where the subpath began.
    @usableFromInline
    mutating func closeFar(start: Int) {
        let first = vertices[start]
        lineFar(FarPoint(x: Int(first.x), y: Int(first.y)))
        penIsFar = false
    }
}
