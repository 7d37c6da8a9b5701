import Geometry

/// The rows of a document whose shape is not ours: features of Esri's, records deep in a JSON document, elements of XML. They are handed
/// out as a FeatureCollection, each on the line on which it stands in the document.
///
/// A class, because a source stands somewhere in its bytes.
final class DocumentRows: ByteSource {
    let name: String
    let byteCount: Int?
    private(set) var bytesRead = 0

    private let spans: JSONSpans
    private let rows: [Row]
    private let reference: EsriFeature.Reference?
    /// True if each row goes on a line of its own, as the document has no lines of its own.
    private let countsRows: Bool
    private var next = 0
    private var line = 1
    private var countedTo = 0
    private var output: [UInt8] = []
    private var given = 0
    private var isAtEnd = false

    private struct Row {
        var span: Range<Int>
        /// The name of the member that it is, among others of its kind.
        var key: String?
    }

    /// Bytes of a document, at most: it is read as a whole.
    static let limit = 256 << 20

    // MARK: Which documents

    /// The rows of a document if it is one of these; otherwise the source as it is.
    ///
    /// - Throws: ``InputError``, also for pages and errors that a server sends in place of data.
    static func unwrap(_ source: PeekableSource, _ mapping: Mapping) throws -> PeekableSource {
        let start = try source.peek(1 << 16)
        guard let first = start.first(where: { $0 > 0x20 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF }) else {
            return source
        }
        if first == UInt8(ascii: "<") {
            let head = String(decoding: start.prefix(2048), as: UTF8.self).lowercased()
            guard !head.contains("<!doctype html"), !head.contains("<html") else {
                throw InputError(
                    file: source.name,
                    "is a web page (HTML), not data: the address leads to a page about the data, to a login or to an error; "
                        + "download the file itself, for instance as CSV or GeoJSON")
            }
            guard mapping.format == .xml || mapping.format == nil else { return source }
            return PeekableSource(try DocumentRows(xml: whole(source), source.name, path: mapping.records))
        }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return source }
        if mapping.format == .esriJSON || first == UInt8(ascii: "{") && isEsri(start) {
            return PeekableSource(try DocumentRows(esri: JSONSpans(bytes: whole(source), file: source.name)))
        }
        guard mapping.records.isEmpty else {
            return PeekableSource(
                try DocumentRows(JSONSpans(bytes: whole(source), file: source.name), path: mapping.records))
        }
        return source
    }

    private static func isEsri(_ start: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: start, as: UTF8.self)
        if text.prefix(200).contains(/^\s*\{\s*"error"\s*:\s*\{/) { return true }
        let marks = ["\"geometryType\"", "\"spatialReference\"", "\"attributes\""]
        guard text.contains("\"features\""), marks.contains(where: text.contains) else { return false }
        return !text.contains(/"type"\s*:\s*"Feature/)
    }

    private static func whole(_ source: PeekableSource) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while case let count = try buffer.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 {
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw InputError(
                    file: source.name,
                    "is larger than \(limit >> 20) MB, and a document of this kind is read as a whole; fetch it in pages, or as GeoJSON"
                )
            }
        }
        return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    }

    // MARK: Finding the rows

    /// Records at a path into a JSON document.
    private init(_ spans: JSONSpans, path: [String], countsRows: Bool = false) throws {
        self.spans = spans
        self.countsRows = countsRows
        reference = nil
        name = spans.file
        byteCount = spans.bytes.count
        let root = try spans.value(from: 0)
        rows =
            try Self.rows(at: path[...], in: root, spans)
            ?? {
                throw InputError(
                    file: spans.file,
                    "has no rows at `\(path.joined(separator: "."))`, which `records` in the mapping names; "
                        + Self.described(root, spans))
            }()
        begin(try Self.others(root, path[...], spans))
    }

    /// Features of a document of Esri's.
    private init(esri spans: JSONSpans) throws {
        self.spans = spans
        countsRows = false
        name = spans.file
        byteCount = spans.bytes.count
        let root = try spans.value(from: 0)
        if let error = try spans.member("error", of: root).flatMap(spans.parsed) {
            let message = error["message"]?.string ?? "\(error)"
            throw InputError(file: spans.file, "is an error that the server sent instead of data: \(message)")
        }
        guard let features = try spans.member("features", of: root), spans.isArray(features) else {
            throw InputError(file: spans.file, "is Esri JSON without a list of features; ask the server for f=geojson")
        }
        rows = try spans.elements(of: features).map { Row(span: $0) }
        reference = EsriFeature.Reference(try spans.member("spatialReference", of: root).flatMap(spans.parsed))
        if case .other(let name)? = reference { throw InputError(file: spans.file, EsriFeature.advice(name)) }
        begin(try Self.others(root, ["features"], spans))
    }

    /// Elements of an XML document.
    private convenience init(xml bytes: [UInt8], _ name: String, path: [String]) throws {
        let root = try XMLTree.read(bytes, file: name)
        var path = path
        if path.isEmpty {
            let list = root.object?.first { $0.value.array?.first?.object != nil || $0.value.object != nil }
            guard let list else {
                throw InputError(
                    file: name, "is XML in which no rows are found; name their element with `records` in the mapping")
            }
            path = [list.name]
        }
        var json = JSONWriter()
        json.value(root)
        try self.init(JSONSpans(bytes: json.bytes, file: name), path: path, countsRows: true)
    }

    /// The rows at a path: lists on the way are gone through; nil if nothing is there.
    private static func rows(at path: ArraySlice<String>, in span: Range<Int>, _ spans: JSONSpans) throws -> [Row]? {
        if spans.isArray(span), !path.isEmpty {
            let found = try spans.elements(of: span).compactMap { try rows(at: path, in: $0, spans) }
            return found.isEmpty ? nil : found.flatMap(\.self)
        }
        guard let step = path.first else {
            if spans.isArray(span) { return try spans.elements(of: span).map { Row(span: $0) } }
            guard spans.isObject(span) else { return spans.parsed(span) == .null ? [] : nil }
            let members = try spans.members(of: span)
            let isDictionary = !members.isEmpty && members.allSatisfy { spans.isObject($0.value) }
            return isDictionary ? members.map { Row(span: $0.value, key: $0.name) } : [Row(span: span)]
        }
        guard let member = try spans.member(step, of: span) else { return nil }
        return try rows(at: path.dropFirst(), in: member, spans)
    }

    /// The members of a document without its rows, as members of a collection.
    private static func others(_ root: Range<Int>, _ path: ArraySlice<String>, _ spans: JSONSpans) throws -> JSONObject
    {
        var others = JSONObject()
        guard let step = path.first, spans.isObject(root) else { return others }
        for (name, value) in try spans.members(of: root) {
            if name == step {
                let inner = try self.others(value, path.dropFirst(), spans)
                if !inner.isEmpty { others[name] = .object(inner) }
            } else if !["type", "features", "crs", "bbox"].contains(name) {
                others[name] = spans.parsed(value)
            }
        }
        return others
    }

    /// The lists that a document has, for somebody who looks for the right one.
    private static func described(_ root: Range<Int>, _ spans: JSONSpans) -> String {
        var lists: [String] = []
        func visit(_ span: Range<Int>, _ path: [String]) {
            if spans.isArray(span), let first = try? spans.elements(of: span).first, spans.isObject(first) {
                lists.append("`\(path.joined(separator: "."))`")
            } else if spans.isObject(span), path.count < 4, let members = try? spans.members(of: span) {
                for member in members.prefix(50) { visit(member.value, path + [member.name]) }
            }
        }
        visit(root, [])
        return lists.isEmpty
            ? "it holds no list of objects" : "its lists are \(lists.prefix(10).joined(separator: ", "))"
    }

    /// Paths to the lists of objects in an object that was read as one row.
    static func lists(in object: JSONObject, path: [String] = []) -> [String] {
        object.flatMap { name, value -> [String] in
            switch value {
            case .array(let elements) where elements.first?.object != nil: [(path + [name]).joined(separator: ".")]
            case .object(let inner) where path.count < 3: lists(in: inner, path: path + [name])
            default: []
            }
        }
    }

    // MARK: Bytes

    private func begin(_ members: JSONObject) {
        var json = JSONWriter()
        json.beginObject()
        json.key("type")
        json.string("FeatureCollection")
        for (name, value) in members {
            json.key(name)
            json.value(value)
        }
        json.key("features")
        output = json.bytes + [UInt8(ascii: "[")]
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while given == output.count, !isAtEnd {
            output = []
            given = 0
            while output.count < 1 << 16, next < rows.count { write(rows[next]) }
            if next == rows.count {
                output += Array("]}".utf8)
                isAtEnd = true
            }
        }
        let count = min(buffer.count, output.count - given)
        output.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[given..<given + count]))
        }
        given += count
        return count
    }

    private func write(_ row: Row) {
        if next > 0 { output.append(UInt8(ascii: ",")) }
        next += 1
        bytesRead = row.span.upperBound
        let breaks: Int
        if countsRows {
            breaks = next > 1 ? 1 : 0
        } else {
            breaks = spans.bytes[countedTo..<row.span.lowerBound].count { $0 == 0x0A }
            countedTo = row.span.lowerBound
        }
        // Lines that the row itself has follow once it has been written.
        for _ in 0..<breaks { output.append(0x0A) }
        output += feature(row).map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
    }

    private func feature(_ row: Row) -> [UInt8] {
        let raw = Array(spans.bytes[row.span])
        if let reference { return EsriFeature.geoJSON(raw, reference) ?? raw }
        guard spans.isObject(row.span), (try? spans.member("type", of: row.span).flatMap(spans.parsed)) != "Feature"
        else { return raw }
        let key = row.key.map { "\"@key\":\(JSONValue.string($0))" }
        let comma = raw.dropFirst().contains { $0 > 0x20 && $0 != UInt8(ascii: "}") } ? "," : ""
        let properties = key.map { Array("{\($0)\(comma)".utf8) + raw.dropFirst() } ?? raw
        return Array("{\"type\":\"Feature\",\"geometry\":null,\"properties\":".utf8) + properties + [UInt8(ascii: "}")]
    }
}
