import Glibc

/// From which zoom on each vertex of a line or a ring can be seen.
///
/// The measure is that of Douglas and Peucker (1973): the distance of a vertex from the segment that would be drawn without it. A vertex
/// counts from the zoom at which this distance is ``tolerance`` pixels; a vertex never counts before the two that its segment ends
/// at, so that any threshold yields a proper simplification.
///
/// Runs longer than ``longestRun`` vertices are taken in pieces whose ends always count: this bounds the time for hostile input, for
/// which the method is quadratic, and costs nothing that could be measured.
enum Importance {
    /// Steps of importance to one zoom level.
    static let stepsPerZoom = 5
    /// Pixels of 256 to a tile.
    static let tolerance = 0.25
    static let longestRun = 2048
    /// The importance of a vertex that counts at any zoom.
    static let always: UInt8 = 0
    /// The importance of a vertex that lies on the line drawn without it. All importances fit into seven bits.
    static let never: UInt8 = 127

    /// The largest importance that counts at a zoom, which may be fractional.
    static func threshold(zoom: Double) -> UInt8 {
        UInt8(max(0, min(126, (zoom * Double(stepsPerZoom)).rounded(.up))))
    }

    /// The importance of a vertex at a squared distance, in squared units of the world, from its segment.
    static func importance(squaredDistance: Double) -> UInt8 {
        guard squaredDistance > 0 else { return never }
        // At zoom z a pixel is 2^(24 − z) units wide, so the distance is `tolerance` pixels at 24 − log₂(distance / tolerance).
        let zoom = 24 + log2(tolerance) - log2(squaredDistance) / 2
        return UInt8(max(0, min(126, (zoom * Double(stepsPerZoom)).rounded(.down))))
    }

    /// Writes the importance of the vertices of one line.
    static func assess(
        line x: UnsafePointer<UInt32>, _ y: UnsafePointer<UInt32>, count: Int,
        into importance: UnsafeMutablePointer<UInt8>
    ) {
        guard count > 0 else { return }
        importance[0] = always
        importance[count - 1] = always
        var first = 0
        while first < count - 1 {
            let last = min(first + longestRun, count - 1)
            importance[last] = always
            assess(x, y, from: first, to: last, notBefore: 0, into: importance)
            first = last
        }
    }

    /// Writes the importance of the vertices of one ring, whose last vertex does not repeat its first.
    static func assess(
        ring x: UnsafePointer<UInt32>, _ y: UnsafePointer<UInt32>, count: Int,
        into importance: UnsafeMutablePointer<UInt8>
    ) {
        guard count > 3 else {
            for vertex in 0..<count { importance[vertex] = always }
            return
        }
        // The ring is opened at its first vertex and at the one farthest from it.
        var farthest = 0
        var distance = -1.0
        for vertex in 1..<count {
            let dx = Double(x[vertex]) - Double(x[0])
            let dy = Double(y[vertex]) - Double(y[0])
            if dx * dx + dy * dy > distance {
                distance = dx * dx + dy * dy
                farthest = vertex
            }
        }
        assess(line: x, y, count: farthest + 1, into: importance)
        assess(line: x + farthest, y + farthest, count: count - farthest, into: importance + farthest)
        // The way back to the first vertex is a straight edge. That the last vertex counts always is one vertex too many in the worst case.
    }

    /// The part between two vertices that count; recursion ends at ``longestRun`` levels.
    private static func assess(
        _ x: UnsafePointer<UInt32>, _ y: UnsafePointer<UInt32>, from first: Int, to last: Int, notBefore floor: UInt8,
        into importance: UnsafeMutablePointer<UInt8>
    ) {
        guard last - first > 1 else { return }
        let ax = Double(x[first]), ay = Double(y[first])
        let dx = Double(x[last]) - ax, dy = Double(y[last]) - ay
        let squaredLength = dx * dx + dy * dy
        let scale = squaredLength > 0 ? 1 / squaredLength : 0
        var worst = first + 1
        var worstDistance = -1.0
        for vertex in first + 1..<last {
            let px = Double(x[vertex]) - ax, py = Double(y[vertex]) - ay
            let t = max(0, min(1, (px * dx + py * dy) * scale))
            let qx = px - t * dx, qy = py - t * dy
            let distance = qx * qx + qy * qy
            if distance > worstDistance {
                worstDistance = distance
                worst = vertex
            }
        }
        let own = max(floor, Importance.importance(squaredDistance: worstDistance))
        importance[worst] = own
        assess(x, y, from: first, to: worst, notBefore: own, into: importance)
        assess(x, y, from: worst, to: last, notBefore: own, into: importance)
    }
}
