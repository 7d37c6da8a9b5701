/// SpatiaLite's own binary form of a geometry, the content of its geometry columns.
///
///     00 │ byte order │ SRID │ west south east north │ 7C │ class │ … │ FE
///
/// Members of a collection are marked 69 in front of their class. Also read are the compressed classes 1000002 and
/// 1000003, in which the vertices between the first and the last are 32-bit differences, and the short form of a point,
/// TinyPoint. Format: "BLOB-Geometry", gaia-gis.it/gaia-sins/BLOB-Geometry.html and …/BLOB-TinyPoint.html.
public enum SpatiaLiteBlob {
    static let start: UInt8 = 0x00
    static let boundsEnd: UInt8 = 0x7C
    static let member: UInt8 = 0x69
    static let end: UInt8 = 0xFE
    static let tinyPointBigEndian: UInt8 = 0x80
    static let tinyPointLittleEndian: UInt8 = 0x81
    /// Where the box of the header begins and where it ends.
    static let boundsOffset = 6
    static let bodyOffset = 38
    /// How long the blob of a point is.
    static let pointLength = 60

    // MARK: Encoding

    /// The geometry as a blob, little-endian.
    public static func encode(_ geometry: Geometry, srid: Int32 = 4326) -> [UInt8] {
        var bytes: [UInt8] = []
        encode(geometry, srid: srid, into: &bytes)
        return bytes
    }

    /// Appends the geometry as a blob, little-endian.
    ///
    /// The box of a geometry without vertices is written the wrong way round, so that it meets no other.
    public static func encode(_ geometry: Geometry, srid: Int32 = 4326, into bytes: inout [UInt8]) {
        var writer = BinaryWriter(byteOrder: .littleEndian)
        swap(&writer.bytes, &bytes)
        defer { swap(&writer.bytes, &bytes) }
        writer.spatiaLite(geometry, srid: srid)
    }

    // MARK: Decoding

    /// Reads a blob of either byte order, compressed or not.
    ///
    /// Its SRID must be 4326, or 0 or −1, which say nothing.
    public static func decode(_ bytes: UnsafeRawBufferPointer) throws(WKBError) -> Geometry {
        var reader = BinaryReader(bytes)
        if let point = try reader.spatiaLiteHeader() { return .point(point) }
        let geometry = try reader.spatiaLiteEntity(depth: 0, collection: nil)
        try reader.spatiaLiteEnd()
        return geometry
    }

    /// Reads a blob of either byte order, compressed or not.
    public static func decode(_ bytes: [UInt8]) throws(WKBError) -> Geometry {
        let result = bytes.withUnsafeBytes { buffer -> Result<Geometry, WKBError> in
            do throws(WKBError) { return .success(try decode(buffer)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// The box around a blob's geometry, read from its header without looking at a vertex.
    ///
    /// Returns nil if these bytes are no blob or hold no vertex.
    public static func bounds(of bytes: UnsafeRawBufferPointer) -> Bounds? {
        var reader = BinaryReader(bytes)
        let tinyPoint: Coordinate?
        do { tinyPoint = try reader.spatiaLiteHeader(checksReferenceSystem: false) } catch { return nil }
        if let point = tinyPoint {
            guard !point.longitude.isNaN, !point.latitude.isNaN else { return nil }
            return Bounds(
                west: point.longitude, south: point.latitude, east: point.longitude, north: point.latitude)
        }
        let bounds = Bounds(
            west: reader.double(at: boundsOffset), south: reader.double(at: boundsOffset + 8),
            east: reader.double(at: boundsOffset + 16), north: reader.double(at: boundsOffset + 24))
        return bounds.west <= bounds.east && bounds.south <= bounds.north ? bounds : nil
    }

    /// The box around a blob's geometry, read from its header without looking at a vertex.
    public static func bounds(of bytes: [UInt8]) -> Bounds? {
        bytes.withUnsafeBytes { bounds(of: $0) }
    }
}

/// What the class of an entity says.
struct SpatiaLiteClass {
    var type: GeometryType
    /// Ordinates of each position, 2…4.
    var dimensions: Int
    /// Bytes of a position between the first and the last of a compressed run, or nil if the runs are not compressed.
    var compressedStride: Int?
}

extension BinaryReader {
    /// The header up to the class of the geometry; the point itself, if this is a TinyPoint, which is then at its end.
    mutating func spatiaLiteHeader(checksReferenceSystem: Bool = true) throws(WKBError) -> Coordinate? {
        try marker(SpatiaLiteBlob.start)
        let order = try byte()
        let isTiny = order == SpatiaLiteBlob.tinyPointBigEndian || order == SpatiaLiteBlob.tinyPointLittleEndian
        guard let byteOrder = WKB.ByteOrder(rawValue: isTiny ? order & 1 : order) else {
            throw failure(.byteOrder(order), at: 1)
        }
        self.byteOrder = byteOrder
        let srid = Int32(bitPattern: try uint32())
        guard !checksReferenceSystem || srid == 4326 || srid == 0 || srid == -1 else {
            throw failure(.referenceSystem(srid), at: 2)
        }
        guard isTiny else {
            try skip(SpatiaLiteBlob.bodyOffset - SpatiaLiteBlob.boundsOffset)
            try marker(SpatiaLiteBlob.boundsEnd)
            return nil
        }
        let form = try byte()
        guard (1...4).contains(form) else { throw failure(.type(UInt32(form)), at: 6) }
        let point = try coordinate(dimensions: form == 1 ? 2 : form == 4 ? 4 : 3)
        try spatiaLiteEnd()
        return point
    }

    mutating func spatiaLiteEnd() throws(WKBError) {
        try marker(SpatiaLiteBlob.end)
        guard bytesLeft == 0 else { throw failure(.trailingBytes(bytesLeft)) }
    }

    private mutating func marker(_ expected: UInt8) throws(WKBError) {
        let start = offset
        let found = try byte()
        guard found == expected else { throw failure(.marker(expected: expected, found: found), at: start) }
    }

    /// The class of an entity, checked against the collection that it is a member of.
    mutating func spatiaLiteClass(collection: GeometryType?) throws(WKBError) -> SpatiaLiteClass {
        if collection != nil { try marker(SpatiaLiteBlob.member) }
        let start = offset
        let code = try uint32()
        let isCompressed = code >= 1_000_000
        let plain = isCompressed ? code - 1_000_000 : code
        guard plain < 4000, let type = GeometryType(code: plain % 1000),
            !isCompressed || type == .lineString || type == .polygon
        else { throw failure(.type(code), at: start) }
        if let collection, let expected = collection.memberType, expected != type {
            throw failure(.member(type, in: collection), at: start)
        }
        // x and y of a compressed position are 4 bytes each and so is z; m stays a double.
        let (dimensions, stride) =
            switch plain / 1000 {
            case 0: (2, 8)
            case 1: (3, 12)
            case 2: (3, 16)
            default: (4, 20)
            }
        return SpatiaLiteClass(type: type, dimensions: dimensions, compressedStride: isCompressed ? stride : nil)
    }

    /// How many members a collection has: each takes at least its mark, its class and a count.
    mutating func spatiaLiteMemberCount() throws(WKBError) -> Int { try count(of: 9) }

    /// A counted run of positions as the class has them.
    mutating func spatiaLiteRun(_ form: SpatiaLiteClass) throws(WKBError) -> [Coordinate] {
        guard let stride = form.compressedStride else { return try coordinates(dimensions: form.dimensions) }
        let count = try count(of: stride)
        guard count > 0 else { return [] }
        var run: [Coordinate] = []
        run.reserveCapacity(count)
        run.append(try coordinate(dimensions: form.dimensions))
        for _ in 1..<max(count - 1, 1) {
            try require(stride)
            let previous = run[run.count - 1]
            run.append(
                Coordinate(
                    longitude: previous.longitude + Double(float(at: offset)),
                    latitude: previous.latitude + Double(float(at: offset + 4))))
            try skip(stride)
        }
        if count > 1 { run.append(try coordinate(dimensions: form.dimensions)) }
        return run
    }

    fileprivate mutating func spatiaLiteEntity(
        depth: Int, collection: GeometryType?
    ) throws(WKBError) -> Geometry {
        guard depth < WKB.maximumDepth else { throw failure(.depth) }
        let form = try spatiaLiteClass(collection: collection)
        switch form.type {
        case .point: return .point(try coordinate(dimensions: form.dimensions))
        case .lineString: return .lineString(try spatiaLiteRun(form))
        case .polygon:
            let count = try count(of: 4)
            var rings: [[Coordinate]] = []
            rings.reserveCapacity(count)
            for _ in 0..<count { rings.append(try spatiaLiteRun(form)) }
            return .polygon(Polygon(rings: rings))
        case .multiPoint, .multiLineString, .multiPolygon, .geometryCollection:
            let count = try spatiaLiteMemberCount()
            var members: [Geometry] = []
            members.reserveCapacity(count)
            for _ in 0..<count {
                members.append(try spatiaLiteEntity(depth: depth + 1, collection: form.type))
            }
            return Geometry(type: form.type, members: members)
        }
    }
}

extension BinaryWriter {
    fileprivate mutating func spatiaLite(_ geometry: Geometry, srid: Int32) {
        bytes.reserveCapacity(bytes.count + 64 + geometry.vertexCount * 21)
        byte(SpatiaLiteBlob.start)
        byte(byteOrder.rawValue)
        uint32(UInt32(bitPattern: srid))
        let bounds =
            geometry.bounds
            ?? Bounds(
                west: .greatestFiniteMagnitude, south: .greatestFiniteMagnitude,
                east: -.greatestFiniteMagnitude, north: -.greatestFiniteMagnitude)
        double(bounds.west)
        double(bounds.south)
        double(bounds.east)
        double(bounds.north)
        byte(SpatiaLiteBlob.boundsEnd)
        entity(geometry)
        byte(SpatiaLiteBlob.end)
    }

    private mutating func entity(_ geometry: Geometry) {
        uint32(geometry.type.code)
        switch geometry {
        case .point(let point): coordinate(point)
        case .lineString(let line): coordinates(line)
        case .polygon(let polygon): rings(of: polygon)
        case .multiPoint(let points):
            uint32(UInt32(points.count))
            for point in points {
                member(.point)
                coordinate(point)
            }
        case .multiLineString(let lines):
            uint32(UInt32(lines.count))
            for line in lines {
                member(.lineString)
                coordinates(line)
            }
        case .multiPolygon(let polygons):
            uint32(UInt32(polygons.count))
            for polygon in polygons {
                member(.polygon)
                rings(of: polygon)
            }
        case .geometryCollection(let members):
            uint32(UInt32(members.count))
            for geometry in members {
                byte(SpatiaLiteBlob.member)
                entity(geometry)
            }
        }
    }

    private mutating func member(_ type: GeometryType) {
        byte(SpatiaLiteBlob.member)
        uint32(type.code)
    }
}
