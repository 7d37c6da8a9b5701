/// Lengths along a line, computed once for many questions about it.
struct MeasuredLine: Sendable {
    let points: [PlanePoint]
    /// The distance from the start to each point.
    let distances: [Double]

    init(_ points: [PlanePoint]) {
        self.points = points
        var distances = [0.0]
        for index in points.indices.dropFirst() {
            distances.append(distances[index - 1] + points[index].distance(to: points[index - 1]))
        }
        self.distances = distances
    }

    var length: Double { distances.last ?? 0 }

    /// The position `distance` metres from the start, and the direction of the line there.
    func place(at distance: Double) -> (point: PlanePoint, direction: PlanePoint) {
        guard points.count > 1 else { return (points.first ?? PlanePoint(0, 0), PlanePoint(1, 0)) }
        var (low, high) = (0, points.count - 2)
        while low < high {
            let middle = (low + high + 1) / 2
            if distances[middle] <= distance { low = middle } else { high = middle - 1 }
        }
        let direction = (points[low + 1] - points[low]).direction
        return (points[low] + direction * (min(max(distance, 0), length) - distances[low]), direction)
    }

    /// The part between two distances from the start.
    func part(from start: Double, to end: Double) -> [PlanePoint] {
        var part = [place(at: start).point]
        for index in points.indices where distances[index] > start + 0.5 && distances[index] < end - 0.5 {
            part.append(points[index])
        }
        part.append(place(at: end).point)
        return part
    }

    /// How far along the line the place nearest to `point` is, how far off it is, and whether the point lies to the left.
    func project(_ point: PlanePoint) -> (along: Double, away: Double, isLeft: Bool) {
        var best = (along: 0.0, away: Double.infinity, isLeft: true)
        for index in points.indices.dropLast() {
            let (a, b) = (points[index], points[index + 1])
            let away = point.distance(toSegment: a, b)
            if away < best.away {
                let step = (b - a).direction
                let along = min(max((point - a).dot(step), 0), distances[index + 1] - distances[index])
                best = (distances[index] + along, away, step.cross(point - a) > 0)
            }
        }
        return best
    }
}

/// The line moved to its left by `distance` metres (to the right if negative), point by point.
func offset(_ line: [PlanePoint], by distance: (Int) -> Double) -> [PlanePoint] {
    line.indices.map { index in
        let before = line[max(index - 1, 0)]
        let after = line[min(index + 1, line.count - 1)]
        return line[index] + (after - before).direction.left * distance(index)
    }
}
