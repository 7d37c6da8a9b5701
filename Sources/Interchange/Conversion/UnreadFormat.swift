import Glibc

/// Files that nothing here reads, known by their first bytes or the end of their name, with what would help.
enum UnreadFormat {
    /// - Throws: ``InputError`` if the file is one of them.
    static func check(_ path: String) throws {
        guard path != "-" else { return }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return }
        let start = try FileSource(path: path).bytes(at: 0, count: 16)
        let ending = path.lowercased().split(separator: "/").last?.split(separator: ".").last.map(String.init) ?? ""
        // GDAL may have a driver for old tables.
        guard ending != "xls" else { return }
        if let advice = magics.first(where: { start.starts(with: $0.magic) })?.advice {
            throw InputError(file: path, advice)
        }
        if let advice = endings[ending] { throw InputError(file: path, advice) }
    }

    private static let pictures = "is a picture, not data: ask for the features behind it, for instance as GeoJSON"

    private static let magics: [(magic: [UInt8], advice: String)] = [
        (Array("%PDF".utf8), "is a PDF: ask for the data behind it, for instance as CSV, XLSX or GeoJSON"),
        (
            Array("AC10".utf8),
            "is an AutoCAD drawing (DWG), whose format is closed: save it as DXF, or export it as a shapefile or GeoJSON"
        ),
        (
            [0xD0, 0xCF, 0x11, 0xE0],
            "is in an old format of Microsoft Office: save the table as .xlsx, .ods or CSV"
        ),
        (
            [0, 1, 0, 0] + Array("Standard".utf8),
            "is a Microsoft Access database: export the table that is meant as CSV"
        ),
        (Array("Rar!".utf8), "is a RAR archive: unpack it and import the file that is meant, or pack it as .zip"),
        (
            [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C],
            "is a 7z archive: unpack it and import the file that is meant, or pack it as .zip"
        ),
        ([0x42, 0x5A, 0x68], "is packed with bzip2: unpack it, or pack it with gzip (.gz)"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "is packed with xz: unpack it, or pack it with gzip (.gz)"),
        ([0x28, 0xB5, 0x2F, 0xFD], "is packed with zstd: unpack it, or pack it with gzip (.gz)"),
        (
            Array("PAR1".utf8),
            "is a Parquet file: convert it to CSV or GeoJSON (ogr2ogr of a GDAL with Arrow, or DuckDB)"
        ),
        ([0x89, 0x50, 0x4E, 0x47], pictures), ([0xFF, 0xD8, 0xFF], pictures), ([0x49, 0x49, 0x2A, 0], pictures),
        ([0x4D, 0x4D, 0, 0x2A], pictures), (Array("GIF8".utf8), pictures),
    ]

    private static let shapefile = "is a part of a shapefile: name the file that ends in .shp, or a zip of all parts"
    private static let project =
        "is a project of a GIS program, without data of its own: export the layer that is meant, for instance as GeoPackage"

    private static let endings: [String: String] = [
        "shx": shapefile, "prj": shapefile, "cpg": shapefile, "sbn": shapefile, "sbx": shapefile, "dbf": shapefile,
        "qgs": project, "qgz": project, "mxd": project, "aprx": project, "lyr": project, "lyrx": project,
        "wor": "is a workspace of MapInfo, without data of its own: name the .tab or .mif file",
        "mid": "is a part of a MapInfo file: name the file that ends in .mif",
        "map": "is a part of a MapInfo file: name the file that ends in .tab",
        "docx": "is a text document: save its table as CSV or XLSX",
        "doc": "is a text document: save its table as CSV or XLSX",
    ]
}
