/// A geometry as a database hands it out, still in the database's memory: valid only as long as the row that it came with.
public enum EncodedGeometry {
    /// ISO or extended well-known binary.
    case wkb(UnsafeRawBufferPointer)
    /// SpatiaLite's own form.
    case spatiaLite(UnsafeRawBufferPointer)

    /// The geometry as a value that lasts.
    ///
    /// - Throws: ``WKBError`` if the bytes are not a geometry.
    public func decoded() throws(WKBError) -> Geometry {
        switch self {
        case .wkb(let bytes): try WKB.decode(bytes)
        case .spatiaLite(let bytes): try SpatiaLiteBlob.decode(bytes)
        }
    }
}
