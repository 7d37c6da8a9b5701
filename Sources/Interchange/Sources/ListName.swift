/// The name that a fetched list is kept under: its ending tells the import what it is.
public enum ListName {
    /// - Parameters:
    ///   - last: Last part of the address's path, decoded; it stays where its ending is one that an import knows.
    ///   - mediaType: What the server calls the list, without parameters.
    ///   - start: First octets of the list, unpacked.
    public static func name(last: String, mediaType: String, start: [UInt8]) -> String {
        let plain = String(last.map { $0 == "/" || $0.isWhitespace || $0 == "\0" ? "_" : $0 }.prefix(100))
        let stem = plain.isEmpty || plain.hasPrefix(".") ? "list" : apart(plain)
        // Fetched lists are unpacked.
        let unpacked = stem.lowercased().hasSuffix(".gz") ? String(stem.dropLast(3)) : stem
        if ForeignFormat.byName(unpacked) != nil || ForeignFormat.isOurs(unpacked) { return unpacked }
        return unpacked + "." + ending(mediaType.lowercased(), start)
    }

    /// Names of our own files beside a list.
    private static let own: Set<String> = ["account.json", "refused.csv"]

    /// The name, or another if one of our own files has it.
    public static func apart(_ name: String) -> String { own.contains(name) ? "list-" + name : name }

    private static func ending(_ mediaType: String, _ start: [UInt8]) -> String {
        let known = [
            "text/csv": "csv", "application/csv": "csv", "text/tab-separated-values": "tsv",
            "application/vnd.google-earth.kml+xml": "kml", "application/vnd.google-earth.kmz": "kmz",
            "application/gml+xml": "gml", "application/gpx+xml": "gpx", "application/geopackage+sqlite3": "gpkg",
            "application/zip": "zip", "application/geo+json": "geojson", "application/json": "json",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
            "application/vnd.oasis.opendocument.spreadsheet": "ods",
        ]
        if let ending = known[mediaType] { return ending }
        if start.starts(with: [0x50, 0x4B, 3, 4]) { return "zip" }
        if start.starts(with: SQLiteSchema.magic) { return "gpkg" }
        switch start.first(where: { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }) {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return "json"
        case UInt8(ascii: "<"): return "xml"
        default: return "csv"
        }
    }
}
