/// Why the bytes of a binary geometry, WKB or SpatiaLite's own, could not be read.
public struct WKBError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// The bytes end inside something that takes `needed` more of them.
        case truncated(needed: Int, left: Int)
        /// A count of members, rings or positions that the bytes left cannot hold.
        case count(Int, left: Int)
        /// The byte that says the byte order is neither 0 nor 1.
        case byteOrder(UInt8)
        /// A geometry type that GeoJSON has no name for, a curve or a surface say, or no geometry type at all.
        case type(UInt32)
        /// A member that its collection cannot have, a line in a MultiPoint say.
        case member(GeometryType, in: GeometryType)
        /// Coordinates in another reference system than EPSG:4326.
        case referenceSystem(Int32)
        /// Collections in collections beyond ``WKB/maximumDepth``.
        case depth
        /// A byte that must have a fixed value has another one.
        case marker(expected: UInt8, found: UInt8)
        /// A coordinate that is infinite or not a number, where text has to be written of it.
        case notFinite
        /// Bytes after the end of the geometry.
        case trailingBytes(Int)
    }

    public var reason: Reason
    /// Where in the bytes, from 0.
    public var offset: Int

    public init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension WKBError: CustomStringConvertible {
    public var description: String {
        let what =
            switch reason {
            case .truncated(let needed, let left): "the geometry is truncated: \(needed) bytes needed, \(left) left"
            case .count(let count, let left): "a count of \(count) does not fit into the \(left) bytes left"
            case .byteOrder(let byte): "\(byte) is not a byte order (0 big-endian, 1 little-endian)"
            case .type(let code): "\(code) is not a geometry type that can be read (1 Point to 7 GeometryCollection)"
            case .member(let member, let type): "a \(type.rawValue) cannot hold a \(member.rawValue)"
            case .referenceSystem(let srid): "the coordinates are in EPSG:\(srid); reproject them to EPSG:4326"
            case .depth: "collections are nested more than \(WKB.maximumDepth) deep"
            case .marker(let expected, let found): "byte \(found) where \(expected) must stand"
            case .notFinite: "a coordinate is infinite or not a number"
            case .trailingBytes(let count): "\(count) bytes after the end of the geometry"
            }
        return "\(what) (at byte \(offset))"
    }
}
