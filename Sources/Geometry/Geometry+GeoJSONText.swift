extension Geometry {
    /// The geometry as the text of a GeoJSON geometry object: seven decimals, right-handed rings.
    public var geoJSON: String {
        var writer = JSONWriter()
        writer.geometry(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
