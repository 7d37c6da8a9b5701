import Glibc

/// Encoding of the texts in a shapefile's table, where nothing beside them says it.
enum ShapefileEncoding {
    /// The encoding to read a shapefile in; nil if GDAL finds it out, or if the texts are UTF-8.
    ///
    /// Esri, *ShapeFile technical description* and dBASE: byte 29 of the table is a code for the language, 0 if there is none; without
    /// one and without a `.cpg` file ISO 8859-1 is meant, of which windows-1252 is the extension.
    ///
    /// - Parameter path: The `.shp` file.
    /// - Throws: ``InputError`` if the texts are in another alphabet, in which several encodings are usual.
    static func found(_ file: String, shapefile path: String) throws -> String? {
        let stem = String(path.dropLast(4))
        func beside(_ endings: String...) -> String? { endings.map { stem + $0 }.first { access($0, R_OK) == 0 } }
        guard path.lowercased().hasSuffix(".shp"), beside(".cpg", ".CPG", ".cst") == nil,
            let table = beside(".dbf", ".DBF")
        else { return nil }
        let source = try FileSource(path: table)
        let head = try source.bytes(at: 0, count: 32)
        guard head.count == 32, head[29] == 0 else { return nil }
        let start = Int(head[8]) | Int(head[9]) << 8
        let texts = try source.bytes(at: start, count: 4 << 20)
        return try texts.withUnsafeBufferPointer { texts in
            let valid = texts.validUTF8Prefix
            // The part that is looked at may end inside a character.
            guard valid + 4 <= texts.count else { return nil }
            let likely = EncodingAdvice.likelyEncoding(of: UnsafeBufferPointer(rebasing: texts[valid...]))
            guard likely == "windows-1252" else {
                throw InputError(
                    file: file,
                    "its table is not UTF-8 (byte 0x\(String(texts[valid], radix: 16, uppercase: true))), and nothing says what it is: "
                        + "say it in the mapping, for instance `encoding: \(likely)`, or put a .cpg file beside it")
            }
            return "CP1252"
        }
    }
}
