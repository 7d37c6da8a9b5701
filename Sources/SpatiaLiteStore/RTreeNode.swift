import Geometry

/// The box of a row as the R*Tree keeps it: 32-bit floats, rounded outwards so that the true box lies inside.
struct RTreeBox: Hashable {
    var west: Float
    var east: Float
    var south: Float
    var north: Float

    init(west: Float, east: Float, south: Float, north: Float) {
        self.west = west
        self.east = east
        self.south = south
        self.north = north
    }

    /// Rounds a box as SQLite's rtree does (`rtreeValueDown` and `rtreeValueUp` of its rtree.c): away by one part in 2²³ where the nearest float
    /// lies inside.
    init(_ bounds: Bounds) {
        func down(_ value: Double) -> Float {
            let nearest = Float(value)
            guard Double(nearest) > value else { return nearest }
            return Float(value * (value < 0 ? Self.away : Self.towards))
        }
        func up(_ value: Double) -> Float {
            let nearest = Float(value)
            guard Double(nearest) < value else { return nearest }
            return Float(value * (value < 0 ? Self.towards : Self.away))
        }
        self.init(west: down(bounds.west), east: up(bounds.east), south: down(bounds.south), north: up(bounds.north))
    }

    /// Whether this box, from an index, stands for a geometry's: it holds it and is hardly larger.
    ///
    /// SpatiaLite's triggers (`RTreeAlign`) move all four sides outwards by twice the largest difference that any of them has from its
    /// nearest float, before the rtree rounds each of them: a side near zero may be moved by far more than its own last place.
    func stands(for bounds: Bounds) -> Bool {
        let sides = [bounds.west, bounds.east, bounds.south, bounds.north]
        let margin = 2 * (sides.map { ($0 - Double(Float($0))).magnitude }.max() ?? 0)
        func isNear(_ indexed: Float, _ value: Double) -> Bool {
            (Double(indexed) - value).magnitude <= margin + (value.magnitude + margin) / 4_194_304
        }
        return Double(west) <= bounds.west && Double(east) >= bounds.east && Double(south) <= bounds.south
            && Double(north) >= bounds.north && isNear(west, bounds.west) && isNear(east, bounds.east)
            && isNear(south, bounds.south) && isNear(north, bounds.north)
    }

    private static let towards = 1.0 - 1.0 / 8_388_608.0
    private static let away = 1.0 + 1.0 / 8_388_608.0

    mutating func formUnion(_ other: RTreeBox) {
        west = min(west, other.west)
        east = max(east, other.east)
        south = min(south, other.south)
        north = max(north, other.north)
    }
}

/// A node of an R*Tree as SQLite stores it: big-endian, depth (of the root), count, then cells of an id and four floats.
///
/// Format: the comment "Database Format of R-Tree Tables" in SQLite's ext/rtree/rtree.c.
struct RTreeNode {
    static let headerSize = 4
    static let cellSize = 24

    let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var count: Int {
        guard bytes.count >= Self.headerSize else { return 0 }
        let stated = Int(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        return min(stated, (bytes.count - Self.headerSize) / Self.cellSize)
    }

    /// How many levels lie below this node, as the root says; other nodes do not know.
    var depth: Int {
        guard bytes.count >= Self.headerSize else { return 0 }
        return Int(UInt16(bigEndian: bytes.loadUnaligned(as: UInt16.self)))
    }

    /// The row of a leaf's cell, or the number of the node below.
    @inline(__always)
    func number(at index: Int) -> Int64 {
        let offset = Self.headerSize + index * Self.cellSize
        return Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
    }

    @inline(__always)
    func box(at index: Int) -> RTreeBox {
        func float(_ field: Int) -> Float {
            let offset = Self.headerSize + index * Self.cellSize + 8 + field * 4
            return Float(bitPattern: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        }
        return RTreeBox(west: float(0), east: float(1), south: float(2), north: float(3))
    }

    /// The box around the cells; nil if there are none.
    var bounds: Bounds? {
        guard count > 0 else { return nil }
        var box = box(at: 0)
        for index in 1..<max(count, 1) { box.formUnion(self.box(at: index)) }
        return Bounds(
            west: max(Double(box.west), -180), south: max(Double(box.south), -90), east: min(Double(box.east), 180),
            north: min(Double(box.north), 90))
    }
}
