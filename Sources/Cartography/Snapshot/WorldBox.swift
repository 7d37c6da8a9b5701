import Geometry

/// A rectangle in fixed-point Web Mercator; all four edges belong to it.
struct WorldBox: Hashable, Sendable {
    var minX: UInt32
    var minY: UInt32
    var maxX: UInt32
    var maxY: UInt32

    /// A box that nothing is in and that ``extend(x:y:)`` makes real.
    static let empty = WorldBox(minX: .max, minY: .max, maxX: 0, maxY: 0)
    static let world = WorldBox(minX: 0, minY: 0, maxX: .max, maxY: .max)

    var isEmpty: Bool { minX > maxX || minY > maxY }

    @inline(__always)
    func intersects(_ other: WorldBox) -> Bool {
        minX <= other.maxX && other.minX <= maxX && minY <= other.maxY && other.minY <= maxY
    }

    @inline(__always)
    func contains(_ other: WorldBox) -> Bool {
        minX <= other.minX && other.maxX <= maxX && minY <= other.minY && other.maxY <= maxY
    }

    @inline(__always)
    func contains(x: UInt32, y: UInt32) -> Bool { x >= minX && x <= maxX && y >= minY && y <= maxY }

    @inline(__always)
    mutating func extend(x: UInt32, y: UInt32) {
        minX = min(minX, x)
        minY = min(minY, y)
        maxX = max(maxX, x)
        maxY = max(maxY, y)
    }

    @inline(__always)
    mutating func extend(_ other: WorldBox) {
        minX = min(minX, other.minX)
        minY = min(minY, other.minY)
        maxX = max(maxX, other.maxX)
        maxY = max(maxY, other.maxY)
    }

    /// The box grown by a distance on each side, as far as the world goes.
    func grown(by distance: UInt32) -> WorldBox {
        func less(_ value: UInt32) -> UInt32 { value > distance ? value - distance : 0 }
        func more(_ value: UInt32) -> UInt32 { value < .max - distance ? value + distance : .max }
        return WorldBox(minX: less(minX), minY: less(minY), maxX: more(maxX), maxY: more(maxY))
    }

    /// The boxes of bounds in degrees: two if they cross the antimeridian, none if they are the wrong way round.
    static func boxes(of bounds: Bounds) -> [WorldBox] {
        bounds.split.compactMap { part in
            guard part.west <= part.east, part.south <= part.north else { return nil }
            let northWest = WorldPoint(Coordinate(longitude: part.west, latitude: part.north))
            let southEast = WorldPoint(Coordinate(longitude: part.east, latitude: part.south))
            return WorldBox(minX: northWest.x, minY: northWest.y, maxX: southEast.x, maxY: southEast.y)
        }
    }

    /// The box in degrees.
    var bounds: Bounds {
        let northWest = WorldPoint(x: minX, y: minY).coordinate
        let southEast = WorldPoint(x: maxX, y: maxY).coordinate
        return Bounds(
            west: northWest.longitude, south: southEast.latitude, east: southEast.longitude, north: northWest.latitude)
    }
}
