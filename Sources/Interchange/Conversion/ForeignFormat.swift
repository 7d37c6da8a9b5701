import Glibc

/// What kind of file it is that GDAL has to read for us.
struct ForeignFormat: Hashable, Sendable {
    /// GDAL's names of the drivers that may open it; no other can be reached.
    var drivers: [String]
    /// What GDAL is to look through: `/vsigzip/`, `/vsizip/`, or nothing.
    var wrapper = ""

    static let openStreetMap = ForeignFormat(drivers: ["OSM"])

    var isOpenStreetMap: Bool { drivers == Self.openStreetMap.drivers }

    /// By the end of the name.
    private static let drivers: [String: [String]] = [
        "osm": ["OSM"], "pbf": ["OSM"], "shp": ["ESRI Shapefile"], "shz": ["ESRI Shapefile"], "gpkg": ["GPKG"],
        "fgb": ["FlatGeobuf"], "gml": ["GML"], "kml": ["LIBKML", "KML"], "kmz": ["LIBKML"], "gpx": ["GPX"],
        "gdb": ["OpenFileGDB"], "tab": ["MapInfo File"], "mif": ["MapInfo File"], "dxf": ["DXF"], "dgn": ["DGN"],
        "sqlite": ["SQLite"], "db": ["SQLite"], "topojson": ["TopoJSON"], "ods": ["ODS"], "xlsx": ["XLSX"],
        "xls": ["XLS"], "000": ["S57"], "itf": ["Interlis 1"], "xtf": ["Interlis 2"], "jml": ["JML"],
    ]

    /// Those that look at nothing but the file itself: no servers, no files that name other files.
    private static let all = [
        "OSM", "ESRI Shapefile", "GPKG", "FlatGeobuf", "GML", "LIBKML", "KML", "GPX", "OpenFileGDB", "MapInfo File",
        "DXF", "DGN", "SQLite", "TopoJSON", "ODS", "XLSX", "S57", "JML",
    ]

    /// Nil if we read the file ourselves.
    ///
    /// The end of the name decides where it is one that is known; otherwise the first bytes do.
    static func of(_ path: String) -> ForeignFormat? {
        guard path != "-" else { return nil }
        var name = path.lowercased()
        while name.count > 1, name.hasSuffix("/") { name.removeLast() }
        if name.hasSuffix(".osm.gz") { return ForeignFormat(drivers: ["OSM"], wrapper: "/vsigzip/") }
        if name.hasSuffix(".zip") { return ForeignFormat(drivers: all, wrapper: "/vsizip/") }
        let end = name.split(separator: "/").last?.split(separator: ".").last.map(String.init) ?? ""
        if let drivers = drivers[end] { return ForeignFormat(drivers: drivers) }
        if ["csv", "tsv", "txt", "json", "geojson", "geojsonl", "geojsons", "ndjson", "jsonl", "gz"].contains(end) {
            return nil
        }
        return ofBytes(path)
    }

    private static func ofBytes(_ path: String) -> ForeignFormat? {
        guard let source = try? FileSource(path: path), source.byteCount != nil,
            let start = try? PeekableSource(source).peek(512)
        else { return nil }
        func has(_ text: String) -> Bool { String(decoding: start, as: UTF8.self).contains(text) }
        if has("OSMHeader") || has("<osm ") { return openStreetMap }
        let magics: [[UInt8]] = [
            Array("SQLite format 3".utf8), Array("fgb".utf8), Array("<?xml".utf8), [0x50, 0x4B, 3, 4],
            [0, 0, 0x27, 0x0A],
        ]
        return magics.contains { start.starts(with: $0) } ? ForeignFormat(drivers: all) : nil
    }
}
