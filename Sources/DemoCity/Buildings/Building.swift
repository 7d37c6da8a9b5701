/// A house, a school, a shed.
struct Building: Sendable {
    enum Use: String, Sendable {
        case apartments, house, dacha, shed, industrial, office, shop, school, kindergarten
    }

    var frame: OrientedRectangle
    /// The corners, counter-clockwise.
    var footprint: [PlanePoint]
    var use: Use
    var levels: Int
    /// The index of the block that it stands in.
    var block: Int
    /// The piece of street that it has its number from; nil for what has none.
    var way: Int?
    /// Whether it stands behind another house, whose number it shares.
    var isBehind = false
    var name: String?
    /// The street's index and the house number, once given.
    var street: Int?
    var number: String?

    var middle: PlanePoint { frame.middle }
}

/// A rectangle in any direction.
struct OrientedRectangle: Sendable {
    var middle: PlanePoint
    /// A step of one metre along its length.
    var along: PlanePoint
    var halfLength: Double
    var halfDepth: Double

    func point(_ u: Double, _ v: Double) -> PlanePoint { middle + along * u + along.left * v }

    var corners: [PlanePoint] {
        [
            point(-halfLength, -halfDepth), point(halfLength, -halfDepth), point(halfLength, halfDepth),
            point(-halfLength, halfDepth),
        ]
    }

    private var radius: Double { halfLength + halfDepth }

    /// Whether the segment comes nearer than `clearance`; corners are not rounded off.
    func isNear(segment a: PlanePoint, _ b: PlanePoint, clearance: Double) -> Bool {
        let limit = radius + clearance
        if min(a.x, b.x) - middle.x > limit || middle.x - max(a.x, b.x) > limit || min(a.y, b.y) - middle.y > limit
            || middle.y - max(a.y, b.y) > limit
        {
            return false
        }
        // The segment clipped to the grown rectangle in the rectangle's own axes (Liang and Barsky).
        let (p, q) = (a - middle, b - middle)
        let (u0, v0, u1, v1) = (p.dot(along), p.dot(along.left), q.dot(along), q.dot(along.left))
        var (low, high) = (0.0, 1.0)
        for (start, step, half) in [(u0, u1 - u0, halfLength + clearance), (v0, v1 - v0, halfDepth + clearance)] {
            if abs(step) < 1e-9 {
                if abs(start) > half { return false }
            } else {
                let (t0, t1) = ((-half - start) / step, (half - start) / step)
                low = max(low, min(t0, t1))
                high = min(high, max(t0, t1))
                if low > high { return false }
            }
        }
        return true
    }

    /// Whether two rectangles come nearer than `gap` along some axis of either.
    func isNear(_ other: OrientedRectangle, gap: Double) -> Bool {
        let step = other.middle - middle
        if abs(step.x) > radius + other.radius + gap || abs(step.y) > radius + other.radius + gap { return false }
        for axis in [along, along.left, other.along, other.along.left] {
            let reach =
                halfLength * abs(axis.dot(along)) + halfDepth * abs(axis.dot(along.left))
                + other.halfLength * abs(axis.dot(other.along)) + other.halfDepth * abs(axis.dot(other.along.left))
            if abs(step.dot(axis)) > reach + gap { return false }
        }
        return true
    }
}
