import Geometry

/// Reads the first rows of a file of any format and says what is in its columns.
///
/// Memory is bounded by ``Limits``, whatever the file has. Nothing is written anywhere.
public struct FileSurvey: Sendable {
    /// Bounds of a survey.
    public struct Limits: Hashable, Sendable {
        /// Rows that are read.
        public var rows = 100_000
        /// Bytes that are read, unpacked.
        public var bytes = 256 << 20
        /// Columns that are looked at.
        public var columns = 500

        public init() {}
    }

    public var limits = Limits()
    /// Reads files of formats that are not ours.
    public var conversion = Conversion()
    /// Encoding of text files; found out from the first bytes if nil.
    public var encoding: String?
    /// Delimiter of CSV; found out from the first rows if nil.
    public var delimiter: UInt8?

    public init() {}

    /// Description of a file; `-` is standard input.
    ///
    /// - Throws: ``InputError`` if there is no such file, if it cannot be read, or if it has no rows at all.
    public func describe(_ path: String) throws -> FileDescription {
        try UnreadFormat.check(path)
        let description = try describe(path, records: [])
        // A document whose rows lie deeper looks like one row.
        guard path != "-", description.rows <= 1, let records = description.lists.first else { return description }
        // The list may be one of a feature's properties instead.
        guard var deeper = try? describe(path, records: records.split(separator: ".").map(String.init)),
            deeper.rows > 0
        else { return description }
        deeper.records = records
        return deeper
    }

    private func describe(_ path: String, records: [String]) throws -> FileDescription {
        if let format = ForeignFormat.of(path) {
            if format.isOpenStreetMap {
                throw InputError(
                    file: path,
                    "an OpenStreetMap extract has the same tags everywhere and needs no mapping of its own: import it --as basemap, "
                        + "roads, schools or districts")
            }
            if format.isArchive,
                let own = try OwnArchive(path, chosen: conversion.layer, limit: conversion.limits.output << 20)
            {
                defer { withExtendedLifetime(own) {} }
                return try describe(own.source, named: path, records: records)
            }
            let source = try conversion.features(of: path, format, encoding: encoding, crs: conversion.crs)
            var rows = SurveyedRows(file: path, limits: limits)
            rows.format = "features, by ogr2ogr"
            rows.encoding = encoding ?? "as the file says"
            try readFeatures(source, &rows)
            return rows.description()
        }
        return try describe(PeekableSource(FileSource(path: path)), named: path, records: records)
    }

    /// Description of what a source has, gzip or not, in any encoding.
    func describe(_ packed: PeekableSource, named path: String, records: [String] = []) throws -> FileDescription {
        var source = packed
        var rows = SurveyedRows(file: path, limits: limits)
        rows.isPacked = try source.peek(2).elementsEqual(GzipSource.magic)
        if rows.isPacked { source = PeekableSource(GzipSource(source)) }
        let start = Array(try source.peek(Self.lookedAt))
        rows.encoding = start.withUnsafeBufferPointer { encoding ?? Self.encoding(of: $0) }
        source = try InputFile.unwrap(source, encoding: rows.encoding)
        let isXML = try source.peek(Self.lookedAt).first { $0 > 0x20 && $0 < 0x80 } == UInt8(ascii: "<")
        var asked = Mapping.ownNames(layer: .works)
        asked.records = records
        source = try DocumentRows.unwrap(source, asked)
        if isXML {
            rows.format = "xml"
            try readFeatures(source, &rows)
        } else if try ImportDecoder.looksLikeJSON(source) {
            rows.format = "json"
            try readFeatures(source, &rows)
        } else {
            rows.format = "csv"
            try readTable(source, &rows)
        }
        return rows.description()
    }

    /// Bytes at the start by which the encoding is found out.
    private static let lookedAt = 1 << 20

    private static func encoding(of start: UnsafeBufferPointer<UInt8>) -> String {
        if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) { return "utf-16" }
        // The last letter may be cut.
        return start.validUTF8Prefix + 4 > start.count ? "utf-8" : EncodingAdvice.likelyEncoding(of: start)
    }

    // MARK: Tables

    private func readTable(_ source: PeekableSource, _ rows: inout SurveyedRows) throws {
        let reader = try CSVReader(source, delimiter: delimiter)
        rows.delimiter = reader.delimiter
        let places = reader.header.map { rows.column(named: $0) }
        while try reader.next() {
            if rows.isFull(source) { return }
            rows.count += 1
            guard reader.fault == nil else {
                rows.noteFault(reader.fault?.message(in: reader) ?? "", line: reader.line)
                continue
            }
            for (index, place) in places.enumerated() {
                guard let place else { continue }
                rows.columns[place].note(reader.field(index).trimmed, row: rows.count)
            }
        }
    }

    // MARK: Features

    private func readFeatures(_ source: PeekableSource, _ rows: inout SurveyedRows) throws {
        guard try !source.peek(1).isEmpty else { return }
        var stream = GeoJSONFeatureStream()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var isAtEnd = false
        while !isAtEnd {
            let count = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
            isAtEnd = count == 0
            if isAtEnd { stream.finish() } else { stream.feed(buffer[..<count]) }
            while true {
                let item: GeoJSONFeatureStream.Item?
                do throws(GeoJSONError) { item = try stream.next() } catch {
                    throw InputError(file: rows.file, "\(error)")
                }
                guard let item else { break }
                if rows.isFull(source) { return }
                rows.count += 1
                switch item {
                case .refused(let error, _, let place): rows.noteFault("\(error)", line: place.line)
                case .feature(let feature, _):
                    if rows.count == 1 { rows.lists = DocumentRows.lists(in: feature.properties) }
                    note(feature, &rows)
                }
            }
        }
        rows.members = stream.collectionMembers
    }

    private func note(_ feature: GeoJSONFeature, _ rows: inout SurveyedRows) {
        if let id = feature.id, let text = FeatureRow.text(of: id),
            let place = rows.column(named: ColumnReference.featureID)
        {
            rows.note(text, in: place)
        }
        rows.geometries.note(feature.geometry)
        note(feature.properties, path: "", depth: 0, &rows)
    }

    /// Depth to which objects inside of properties are taken apart.
    private static let depth = 6

    private func note(_ object: JSONObject, path: String, depth: Int, _ rows: inout SurveyedRows) {
        for (name, value) in object {
            let name = path.isEmpty ? name : path + "." + name
            if case .object(let inner) = value, depth < Self.depth,
                inner["type"]?.string == nil || inner["coordinates"] == nil
            {
                note(inner, path: name, depth: depth + 1, &rows)
                continue
            }
            guard let place = rows.column(named: name) else { continue }
            if case .object = value { rows.columns[place].holdsGeometry = true }
            if let text = FeatureRow.text(of: value) { rows.note(text, in: place) }
        }
    }
}

/// Statistics of the part of a file that has been read so far.
struct SurveyedRows {
    let file: String
    let limits: FileSurvey.Limits
    var format = ""
    var isPacked = false
    var encoding = "utf-8"
    var delimiter: UInt8?
    var count = 0
    var columns: [ColumnProfile] = []
    var geometries = GeometryProfile()
    /// Members of the feature collection.
    var members = JSONObject()
    /// Paths to lists of objects in the first row.
    var lists: [String] = []
    /// True once a limit has ended the reading.
    private(set) var isCut = false
    /// Share of the file's bytes that were read, if its length is known.
    private(set) var share: Double?
    private(set) var leftOut = 0
    private(set) var faults = (count: 0, first: "", line: 0)
    private var places: [String: Int] = [:]

    init(file: String, limits: FileSurvey.Limits) {
        self.file = file
        self.limits = limits
    }

    /// Index of a column, made if it is new; nil if there are too many, or if it has no name.
    mutating func column(named name: String) -> Int? {
        if let place = places[name] { return place }
        guard !name.isEmpty else { return nil }
        guard columns.count < limits.columns else {
            leftOut += 1
            return nil
        }
        places[name] = columns.count
        columns.append(ColumnProfile(name: name))
        return columns.count - 1
    }

    mutating func note(_ text: String, in place: Int) {
        var text = text
        let row = count
        text.withUTF8 { columns[place].note($0.trimmed, row: row) }
    }

    /// True if no further row may be read.
    mutating func isFull(_ source: PeekableSource) -> Bool {
        guard count >= limits.rows || source.bytesRead > limits.bytes else { return false }
        isCut = true
        share = source.byteCount.map { $0 > 0 ? min(1, Double(source.bytesRead) / Double($0)) : 1 }
        return true
    }

    mutating func noteFault(_ reason: String, line: Int) {
        if faults.count == 0 { faults = (0, reason, line) }
        faults.count += 1
    }

    func description() -> FileDescription { FileDescription(self) }
}

/// Geometries of the features of a file.
struct GeometryProfile: Hashable, Sendable {
    /// Features by kind: `point`, `line`, `area`, `collection`.
    private(set) var kinds: [String: Int] = [:]
    private(set) var missing = 0
    private(set) var bounds: Bounds?

    /// First positions of the first features.
    private var positions: [Coordinate] = []

    var count: Int { kinds.values.reduce(0, +) }

    /// Median of the first positions.
    var centre: Coordinate? {
        guard !positions.isEmpty else { return nil }
        func middle(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
        return Coordinate(longitude: middle(positions.map(\.longitude)), latitude: middle(positions.map(\.latitude)))
    }

    mutating func note(_ geometry: Geometry?) {
        guard let geometry, let box = geometry.bounds else {
            missing += 1
            return
        }
        kinds[geometry.kindName ?? "collection", default: 0] += 1
        if positions.count < 1000, let position = geometry.firstPosition { positions.append(position) }
        bounds = bounds?.union(box) ?? box
    }
}
