import Geometry

/// A name for a geometry, made of all its positions.
enum GeometryHash {
    /// 16 hexadecimal digits: FNV-1a (Fowler, Noll, Vo; 64 bits) over type, shape and positions, these rounded to 7 decimals.
    static func text(_ geometry: Geometry) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        add(geometry, to: &hash)
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func add(_ value: Int64, to hash: inout UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) {
            hash = (hash ^ (UInt64(bitPattern: value) >> UInt64(shift) & 0xFF)) &* 0x0000_0100_0000_01B3
        }
    }

    private static func add(_ positions: [Coordinate], to hash: inout UInt64) {
        add(Int64(positions.count), to: &hash)
        for position in positions {
            add(Int64(Int(saturating: (position.longitude * 1e7).rounded())), to: &hash)
            add(Int64(Int(saturating: (position.latitude * 1e7).rounded())), to: &hash)
        }
    }

    private static func add(_ geometry: Geometry, to hash: inout UInt64) {
        for byte in geometry.type.rawValue.utf8 { add(Int64(byte), to: &hash) }
        func addRings(_ rings: [[Coordinate]]) {
            Self.add(Int64(rings.count), to: &hash)
            for ring in rings { Self.add(ring, to: &hash) }
        }
        switch geometry {
        case .point(let point): add([point], to: &hash)
        case .multiPoint(let points), .lineString(let points): add(points, to: &hash)
        case .multiLineString(let lines): addRings(lines)
        case .polygon(let polygon): addRings(polygon.rings)
        case .multiPolygon(let polygons): for polygon in polygons { addRings(polygon.rings) }
        case .geometryCollection(let members): for member in members { add(member, to: &hash) }
        }
    }
}
