import Glibc

/// What kind of file it is that GDAL has to read for us.
struct ForeignFormat: Hashable, Sendable {
    /// GDAL's names of the drivers that may open it; no other can be reached.
    var drivers: [String]
    /// What GDAL is to look through: `/vsigzip/`, or nothing.
    var wrapper = ""
    /// Whether it is a zip archive, which we unpack; its content is of one of the drivers.
    var isArchive = false

    static let openStreetMap = ForeignFormat(drivers: ["OSM"])

    var isOpenStreetMap: Bool { drivers == Self.openStreetMap.drivers }

    /// Whether it is a folder of files.
    var isFolder: Bool { drivers == ["OpenFileGDB"] }

    /// Endings of files that belong to one of the same name, by driver.
    private static let companions: [String: Set<String>] = [
        "ESRI Shapefile": [
            "shp", "shx", "dbf", "prj", "qpj", "cpg", "cst", "qix", "sbn", "sbx", "idm", "ind", "fbn", "fbx", "ain",
            "aih",
            "atx", "ixs", "mxs", "shp.xml",
        ],
        "MapInfo File": ["tab", "dat", "map", "id", "ind", "mif", "mid"], "GML": ["xsd", "gfs"],
        "S57": Set((1...999).map { "00\($0)".suffix(3) }.map(String.init)), "Interlis 1": ["ili", "imd"],
        "Interlis 2": ["ili", "imd"],
    ]

    /// Endings of the files beside one of this format that belong to it.
    var companions: Set<String> { drivers.count == 1 ? Self.companions[drivers[0]] ?? [] : [] }

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
        if let format = byName(path) { return format }
        return isOurs(path) ? nil : byContent(path)
    }

    static func byName(_ path: String) -> ForeignFormat? {
        var name = path.lowercased()
        while name.count > 1, name.hasSuffix("/") { name.removeLast() }
        if name.hasSuffix(".osm.gz") { return ForeignFormat(drivers: ["OSM"], wrapper: "/vsigzip/") }
        if name.hasSuffix(".zip") { return ForeignFormat(drivers: all, isArchive: true) }
        return drivers[ending(of: name)].map { ForeignFormat(drivers: $0) }
    }

    /// True for names of files that we read ourselves.
    static func isOurs(_ path: String) -> Bool {
        ["csv", "tsv", "txt", "json", "geojson", "geojsonl", "geojsons", "ndjson", "jsonl", "gz"].contains(
            ending(of: path.lowercased()))
    }

    private static func ending(of name: String) -> String {
        name.split(separator: "/").last?.split(separator: ".").last.map(String.init) ?? ""
    }

    static func byContent(_ path: String) -> ForeignFormat? {
        guard let source = try? FileSource(path: path), source.byteCount != nil,
            let start = try? PeekableSource(source).peek(512)
        else { return nil }
        func has(_ text: String) -> Bool { String(decoding: start, as: UTF8.self).contains(text) }
        if has("OSMHeader") || has("<osm ") { return openStreetMap }
        // Answers of Open311 servers are for us.
        if has("<service_requests") || has("<requests") || has("<service_request>") { return nil }
        if start.starts(with: [0x50, 0x4B, 3, 4]) { return ForeignFormat(drivers: all, isArchive: true) }
        let magics: [[UInt8]] = [SQLiteSchema.magic, Array("fgb".utf8), Array("<?xml".utf8), [0, 0, 0x27, 0x0A]]
        return magics.contains { start.starts(with: $0) } ? ForeignFormat(drivers: all) : nil
    }

    private static let databases: Set<String> = ["SQLite", "GPKG"]

    /// The format once the content was looked at: databases are opened as databases, and nothing else is, since their drivers also take
    /// texts full of SQL; and only those that do not lead out of themselves.
    ///
    /// - Throws: ``InputError``.
    func checked(_ title: String, _ path: String, _ isSchemaChecked: Bool) throws -> ForeignFormat {
        guard !isFolder, wrapper.isEmpty else { return self }
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return self }
        let start = try FileSource(path: path).bytes(at: 0, count: SQLiteSchema.magic.count)
        var format = self
        if start == SQLiteSchema.magic {
            format.drivers = drivers.filter(Self.databases.contains)
            if isSchemaChecked { try SQLiteCheck.check(title, path: path) }
        } else {
            format.drivers.removeAll(where: Self.databases.contains)
        }
        guard !format.drivers.isEmpty else {
            throw InputError(
                file: title,
                "is not what its name says, or is damaged: "
                    + (start == SQLiteSchema.magic ? "it is an SQLite database" : "it is no SQLite database"))
        }
        return format
    }
}
