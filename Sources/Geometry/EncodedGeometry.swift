/// A geometry as a database hands it out, still in the database's memory: valid only as long as the row that it came with.
public enum EncodedGeometry {
    /// ISO or extended well-known binary.
    case wkb(UnsafeRawBufferPointer)
    /// SpatiaLite's own form.
    case spatiaLite(UnsafeRawBufferPointer)

    /// The bytes, in whichever form.
    public var bytes: UnsafeRawBufferPointer {
        switch self {
        case .wkb(let bytes), .spatiaLite(let bytes): bytes
        }
    }

    /// The geometry as a value that lasts.
    ///
    /// - Throws: ``WKBError`` if the bytes are not a geometry.
    public func decoded() throws(WKBError) -> Geometry {
        switch self {
        case .wkb(let bytes): try WKB.decode(bytes)
        case .spatiaLite(let bytes): try SpatiaLiteBlob.decode(bytes)
        }
    }

    /// The position of a point in SpatiaLite's plain form, without a look at anything else; nil for all other geometries and forms, which
    /// ``decoded()`` reads. Databases are full of them.
    public var plainPoint: Coordinate? {
        guard case .spatiaLite(let bytes) = self, bytes.count == SpatiaLiteBlob.pointLength,
            bytes[0] == SpatiaLiteBlob.start, bytes[1] == WKB.ByteOrder.littleEndian.rawValue,
            bytes[SpatiaLiteBlob.bodyOffset] == SpatiaLiteBlob.boundsEnd,
            bytes[bytes.count - 1] == SpatiaLiteBlob.end
        else { return nil }
        func integer(at offset: Int) -> UInt32 {
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        func double(at offset: Int) -> Double {
            Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        }
        guard integer(at: 2) == 4326, integer(at: SpatiaLiteBlob.bodyOffset + 1) == GeometryType.point.code else {
            return nil
        }
        return Coordinate(
            longitude: double(at: SpatiaLiteBlob.bodyOffset + 5), latitude: double(at: SpatiaLiteBlob.bodyOffset + 13))
    }
}
