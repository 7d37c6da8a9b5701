/// An area of the plane: an exterior ring, counter-clockwise, and holes, clockwise; no ring repeats its first point.
struct PlaneArea: Sendable {
    var exterior: [PlanePoint]
    var holes: [[PlanePoint]] = []

    init(_ exterior: [PlanePoint], holes: [[PlanePoint]] = []) {
        self.exterior = signedArea(exterior) < 0 ? exterior.reversed() : exterior
        self.holes = holes
    }

    func contains(_ point: PlanePoint) -> Bool {
        exterior.encloses(point) && !holes.contains { $0.encloses(point) }
    }

    var area: Double { signedArea(exterior).magnitude - holes.reduce(0) { $0 + signedArea($1).magnitude } }
}

/// The area of a ring in square metres, positive when it turns left.
func signedArea(_ ring: [PlanePoint]) -> Double {
    guard ring.count > 2, var previous = ring.last else { return 0 }
    var sum = 0.0
    for point in ring {
        sum += previous.cross(point)
        previous = point
    }
    return sum / 2
}

extension [PlanePoint] {
    /// Whether a point lies inside the ring of these points, by the even-odd rule.
    func encloses(_ point: PlanePoint) -> Bool {
        guard var previous = last else { return false }
        var inside = false
        for current in self {
            if (current.y > point.y) != (previous.y > point.y) {
                let x = current.x + (point.y - current.y) / (previous.y - current.y) * (previous.x - current.x)
                if point.x < x { inside.toggle() }
            }
            previous = current
        }
        return inside
    }
}

/// A point well inside a ring: the middle of the widest run on one of a few horizontal lines.
func interiorPoint(of ring: [PlanePoint]) -> PlanePoint {
    let low = ring.map(\.y).min() ?? 0
    let high = ring.map(\.y).max() ?? 0
    var best = (width: -1.0, point: ring.first ?? PlanePoint(0, 0))
    for share in [0.5, 0.37, 0.63, 0.21, 0.79] {
        let y = low + (high - low) * share
        var crossings: [Double] = []
        for index in ring.indices {
            let (a, b) = (ring[index], ring[(index + 1) % ring.count])
            if (a.y > y) != (b.y > y) { crossings.append(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x)) }
        }
        crossings.sort()
        for pair in stride(from: 0, to: crossings.count - 1, by: 2)
        where crossings[pair + 1] - crossings[pair] > best.width {
            best = (crossings[pair + 1] - crossings[pair], PlanePoint((crossings[pair] + crossings[pair + 1]) / 2, y))
        }
    }
    return best.point
}

/// The direction in which most of a ring's boundary runs, or at right angles to it; and the ring's extent along it.
func orientedFrame(of ring: [PlanePoint]) -> (along: PlanePoint, length: Double, width: Double, middle: PlanePoint) {
    var best = (along: PlanePoint(1, 0), length: 0.0, width: 0.0, middle: PlanePoint(0, 0), area: Double.infinity)
    var tried: [PlanePoint] = []
    for index in ring.indices {
        let step = ring[(index + 1) % ring.count] - ring[index]
        guard step.length > 15 else { continue }
        let along = step.direction
        // The same direction, or one at right angles to it, gives the same rectangle.
        if tried.contains(where: { abs($0.cross(along)) < 0.03 || abs($0.dot(along)) < 0.03 }) { continue }
        tried.append(along)
        let u = ring.map { $0.dot(along) }
        let v = ring.map { $0.dot(along.left) }
        let (u0, u1, v0, v1) = (u.min()!, u.max()!, v.min()!, v.max()!)
        let area = (u1 - u0) * (v1 - v0)
        if area < best.area * 0.999 {
            let middle = along * ((u0 + u1) / 2) + along.left * ((v0 + v1) / 2)
            best =
                u1 - u0 >= v1 - v0
                ? (along, u1 - u0, v1 - v0, middle, area) : (along.left, v1 - v0, u1 - u0, middle, area)
        }
    }
    return (best.along, best.length, best.width, best.middle)
}

/// The parts of a line that lie inside a ring, and for each whether its ends were cut by the ring's edge of that index.
func clip(_ line: [PlanePoint], to ring: [PlanePoint]) -> [(points: [PlanePoint], startEdge: Int?, endEdge: Int?)] {
    var pieces: [(points: [PlanePoint], startEdge: Int?, endEdge: Int?)] = []
    guard line.count > 1 else { return [] }
    var open: (points: [PlanePoint], startEdge: Int?)? = ring.encloses(line[0]) ? ([line[0]], nil) : nil
    for index in 0..<line.count - 1 {
        let (a, b) = (line[index], line[index + 1])
        var cuts: [(t: Double, edge: Int)] = []
        for edge in ring.indices {
            if let t = crossing(a, b, ring[edge], ring[(edge + 1) % ring.count]) { cuts.append((t, edge)) }
        }
        cuts.sort { ($0.t, $0.edge) < ($1.t, $1.edge) }
        for cut in cuts {
            let point = a + (b - a) * cut.t
            if var piece = open {
                piece.points.append(point)
                pieces.append((piece.points, piece.startEdge, cut.edge))
                open = nil
            } else {
                open = ([point], cut.edge)
            }
        }
        open?.points.append(b)
    }
    if let piece = open, piece.points.count > 1 { pieces.append((piece.points, piece.startEdge, nil)) }
    return pieces
}

/// Where on the segment `a`–`b`, as a share of it, the segment `c`–`d` crosses.
func crossing(_ a: PlanePoint, _ b: PlanePoint, _ c: PlanePoint, _ d: PlanePoint) -> Double? {
    let (r, s) = (b - a, d - c)
    let denominator = r.cross(s)
    guard denominator != 0 else { return nil }
    let t = (c - a).cross(s) / denominator
    let u = (c - a).cross(r) / denominator
    return t >= 0 && t < 1 && u >= 0 && u < 1 ? t : nil
}
