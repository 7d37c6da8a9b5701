import Geometry
import SeededRandom

extension SeededRandom {
    mutating func coordinate() -> Coordinate {
        Coordinate(longitude: .random(in: -180...180, using: &self), latitude: .random(in: -90...90, using: &self))
    }

    mutating func run(_ counts: ClosedRange<Int>) -> [Coordinate] {
        (0..<Int.random(in: counts, using: &self)).map { _ in coordinate() }
    }

    /// A ring around a center, without contacts, counterclockwise.
    mutating func star(vertices: Int, center: Coordinate, radius: Double) -> [Coordinate] {
        var ring = (0..<vertices).map { index -> Coordinate in
            let angle = 2 * Double.pi * (Double(index) + .random(in: 0.1...0.9, using: &self)) / Double(vertices)
            let distance = radius * .random(in: 0.5...1, using: &self)
            return Coordinate(
                longitude: center.longitude + distance * cosine(angle),
                latitude: center.latitude + distance * sine(angle))
        }
        ring.append(ring[0])
        return ring
    }

    /// Any geometry, whether it makes sense or not.
    mutating func geometry(depth: Int = 0) -> Geometry {
        switch Int.random(in: 0..<(depth < 3 ? 7 : 6), using: &self) {
        case 0: .point(coordinate())
        case 1: .multiPoint(run(0...5))
        case 2: .lineString(run(0...9))
        case 3: .multiLineString((0..<Int.random(in: 0...3, using: &self)).map { _ in run(0...5) })
        case 4: .polygon(polygon())
        case 5: .multiPolygon((0..<Int.random(in: 0...3, using: &self)).map { _ in polygon() })
        default: .geometryCollection((0..<Int.random(in: 0...3, using: &self)).map { _ in geometry(depth: depth + 1) })
        }
    }

    private mutating func polygon() -> Polygon {
        Polygon(rings: (0..<Int.random(in: 0...3, using: &self)).map { _ in run(0...6) })
    }
}
