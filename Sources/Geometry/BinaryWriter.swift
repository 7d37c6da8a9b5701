/// Appends the pieces of a binary geometry to bytes.
struct BinaryWriter {
    var bytes: [UInt8] = []
    let byteOrder: WKB.ByteOrder

    init(byteOrder: WKB.ByteOrder) {
        self.byteOrder = byteOrder
    }

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func uint32(_ value: UInt32) {
        let ordered = byteOrder == .littleEndian ? value.littleEndian : value.bigEndian
        withUnsafeBytes(of: ordered) { bytes.append(contentsOf: $0) }
    }

    mutating func double(_ value: Double) {
        let ordered = byteOrder == .littleEndian ? value.bitPattern.littleEndian : value.bitPattern.bigEndian
        withUnsafeBytes(of: ordered) { bytes.append(contentsOf: $0) }
    }

    mutating func coordinate(_ coordinate: Coordinate) {
        double(coordinate.longitude)
        double(coordinate.latitude)
    }

    /// A counted run of positions.
    mutating func coordinates(_ coordinates: [Coordinate]) {
        uint32(UInt32(coordinates.count))
        if byteOrder == .littleEndian {
            coordinates.withUnsafeBytes { bytes.append(contentsOf: $0) }
        } else {
            for coordinate in coordinates { self.coordinate(coordinate) }
        }
    }

    mutating func rings(of polygon: Polygon) {
        uint32(UInt32(polygon.rings.count))
        for ring in polygon.rings { coordinates(ring) }
    }

    /// A geometry as WKB; only the outermost one gets an SRID.
    mutating func wkb(_ geometry: Geometry, srid: Int32?) {
        header(geometry.type, srid: srid)
        switch geometry {
        case .point(let point): coordinate(point)
        case .lineString(let line): coordinates(line)
        case .polygon(let polygon): rings(of: polygon)
        case .multiPoint(let points):
            uint32(UInt32(points.count))
            for point in points {
                header(.point, srid: nil)
                coordinate(point)
            }
        case .multiLineString(let lines):
            uint32(UInt32(lines.count))
            for line in lines {
                header(.lineString, srid: nil)
                coordinates(line)
            }
        case .multiPolygon(let polygons):
            uint32(UInt32(polygons.count))
            for polygon in polygons {
                header(.polygon, srid: nil)
                rings(of: polygon)
            }
        case .geometryCollection(let members):
            uint32(UInt32(members.count))
            for member in members { wkb(member, srid: nil) }
        }
    }

    private mutating func header(_ type: GeometryType, srid: Int32?) {
        byte(byteOrder.rawValue)
        uint32(type.code | (srid == nil ? 0 : 0x2000_0000))
        if let srid { uint32(UInt32(bitPattern: srid)) }
    }
}
