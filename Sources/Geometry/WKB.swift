/// Well-known binary: ISO 13249-3 (and OGC 06-103r4 section 8.2), and PostGIS's extended form with an SRID.
///
/// Positions are two-dimensional in the project. Z and M of what is read are dropped.
public enum WKB {
    /// Which byte of a number comes first.
    public enum ByteOrder: UInt8, Hashable, Sendable, CaseIterable {
        case bigEndian = 0
        case littleEndian = 1
    }

    /// How the type code says more than the type.
    public enum Dialect: Hashable, Sendable {
        /// 1…7, with thousands for Z, M and ZM.
        case iso
        /// PostGIS's form, with flag bits, and the reference system in front of the outermost geometry.
        case ewkb(srid: Int32?)
    }

    /// How deep collections may lie in collections.
    public static let maximumDepth = 64

    // MARK: Encoding

    /// Writes a geometry. A point that is not a number is the way WKB writes an empty point.
    public static func encode(
        _ geometry: Geometry, dialect: Dialect = .iso, byteOrder: ByteOrder = .littleEndian
    ) -> [UInt8] {
        var srid: Int32?
        if case .ewkb(let given) = dialect { srid = given }
        var writer = BinaryWriter(byteOrder: byteOrder)
        writer.bytes.reserveCapacity(32 + geometry.vertexCount * 17)
        writer.wkb(geometry, srid: srid)
        return writer.bytes
    }

    // MARK: Decoding

    /// Reads ISO WKB or EWKB, of either byte order.
    ///
    /// An SRID in it must be 4326 or 0, which says nothing.
    public static func decode(_ bytes: UnsafeRawBufferPointer) throws(WKBError) -> Geometry {
        var reader = BinaryReader(bytes)
        let geometry = try reader.wkb(depth: 0, collection: nil)
        guard reader.bytesLeft == 0 else { throw reader.failure(.trailingBytes(reader.bytesLeft)) }
        return geometry
    }

    /// Reads ISO WKB or EWKB, of either byte order.
    public static func decode(_ bytes: [UInt8]) throws(WKBError) -> Geometry {
        let result = bytes.withUnsafeBytes { buffer -> Result<Geometry, WKBError> in
            do throws(WKBError) { return .success(try decode(buffer)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}

extension GeometryType {
    /// The code of WKB and of SpatiaLite, 1…7.
    var code: UInt32 {
        switch self {
        case .point: 1
        case .lineString: 2
        case .polygon: 3
        case .multiPoint: 4
        case .multiLineString: 5
        case .multiPolygon: 6
        case .geometryCollection: 7
        }
    }

    init?(code: UInt32) {
        switch code {
        case 1: self = .point
        case 2: self = .lineString
        case 3: self = .polygon
        case 4: self = .multiPoint
        case 5: self = .multiLineString
        case 6: self = .multiPolygon
        case 7: self = .geometryCollection
        default: return nil
        }
    }

    /// The type of each member, or nil if the type has no members or takes any.
    var memberType: GeometryType? {
        switch self {
        case .multiPoint: .point
        case .multiLineString: .lineString
        case .multiPolygon: .polygon
        default: nil
        }
    }
}

extension BinaryReader {
    /// One geometry from its byte order on; `collection` is the type that it is a member of.
    fileprivate mutating func wkb(depth: Int, collection: GeometryType?) throws(WKBError) -> Geometry {
        guard depth < WKB.maximumDepth else { throw failure(.depth) }
        let start = offset
        let order = try byte()
        guard let byteOrder = WKB.ByteOrder(rawValue: order) else { throw failure(.byteOrder(order), at: start) }
        self.byteOrder = byteOrder
        let (type, dimensions) = try header()
        if let collection, let expected = collection.memberType, expected != type {
            throw failure(.member(type, in: collection), at: start)
        }
        switch type {
        case .point: return .point(try coordinate(dimensions: dimensions))
        case .lineString: return .lineString(try coordinates(dimensions: dimensions))
        case .polygon: return .polygon(Polygon(rings: try rings(dimensions: dimensions)))
        case .multiPoint, .multiLineString, .multiPolygon, .geometryCollection:
            let count = try count(of: 9)
            var members: [Geometry] = []
            members.reserveCapacity(count)
            for _ in 0..<count { members.append(try wkb(depth: depth + 1, collection: type)) }
            return Geometry(type: type, members: members)
        }
    }

    mutating func rings(dimensions: Int) throws(WKBError) -> [[Coordinate]] {
        let count = try count(of: 4)
        var rings: [[Coordinate]] = []
        rings.reserveCapacity(count)
        for _ in 0..<count { rings.append(try coordinates(dimensions: dimensions)) }
        return rings
    }

    /// The type code and the SRID behind it; the number of ordinates of each position.
    private mutating func header() throws(WKBError) -> (GeometryType, dimensions: Int) {
        let start = offset
        let code = try uint32()
        let flags = code >> 29
        var dimensions = 2
        var base = code & 0x1FFF_FFFF
        if flags & 0b001 != 0 {
            let srid = Int32(bitPattern: try uint32())
            guard srid == 4326 || srid == 0 else { throw failure(.referenceSystem(srid), at: start + 4) }
        }
        if flags & 0b100 != 0 { dimensions += 1 }
        if flags & 0b010 != 0 { dimensions += 1 }
        if dimensions == 2, base >= 1000, base < 4000 {
            dimensions += base >= 3000 ? 2 : 1
            base %= 1000
        }
        guard let type = GeometryType(code: base) else { throw failure(.type(code), at: start) }
        return (type, dimensions)
    }
}

extension Geometry {
    /// A collection of members that are known to be of its type.
    init(type: GeometryType, members: [Geometry]) {
        switch type {
        case .multiPoint:
            self = .multiPoint(members.compactMap { if case .point(let point) = $0 { point } else { nil } })
        case .multiLineString:
            self = .multiLineString(members.compactMap { if case .lineString(let line) = $0 { line } else { nil } })
        case .multiPolygon:
            self = .multiPolygon(members.compactMap { if case .polygon(let polygon) = $0 { polygon } else { nil } })
        default: self = .geometryCollection(members)
        }
    }
}
