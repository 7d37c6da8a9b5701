/// Opening a file whatever it is wrapped in.
public enum InputFile {
    /// The bytes of a file or of standard input (`-`), decompressed if they are gzip's: its magic number decides, not the name.
    ///
    /// - Parameter encoding: What the text is in if it is not UTF-8.
    /// - Throws: ``InputError``.
    public static func open(_ path: String, encoding: String? = nil) throws -> PeekableSource {
        try unwrap(FileSource(path: path), encoding: encoding)
    }

    /// A source decompressed and in UTF-8.
    public static func unwrap(_ source: any ByteSource, encoding: String? = nil) throws -> PeekableSource {
        var source = PeekableSource(source)
        if try source.peek(2).elementsEqual(GzipSource.magic) { source = PeekableSource(GzipSource(source)) }
        let start = try source.peek(3)
        if start.elementsEqual([0xEF, 0xBB, 0xBF]) { return source }
        // A byte order mark leaves no doubt, whatever anybody says.
        if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) {
            return PeekableSource(try TranscodingSource(source, encoding: "utf-16"))
        }
        if let encoding, !TranscodingSource.isUTF8(encoding) {
            return PeekableSource(try TranscodingSource(source, encoding: encoding))
        }
        return source
    }

    /// The name of a file without folders and without the endings that say what it is wrapped in: `works.csv.gz` is `works`.
    public static func stem(of path: String) -> String {
        var name = path.split(separator: "/").last.map(String.init) ?? path
        while name.count > 1, name.hasSuffix("/") { name.removeLast() }
        for ending in [
            ".gz", ".zip", ".pbf", ".osm", ".shp", ".shz", ".gpkg", ".fgb", ".gml", ".kml", ".kmz", ".gpx", ".gdb",
            ".tab",
            ".mif", ".dxf", ".sqlite", ".topojson", ".ods", ".xlsx", ".csv", ".tsv", ".txt", ".geojsonl", ".geojsons",
            ".ndjson", ".jsonl", ".geojson", ".json",
        ]
        where name.count > ending.count && name.lowercased().hasSuffix(ending) {
            name.removeLast(ending.count)
        }
        return name
    }
}
