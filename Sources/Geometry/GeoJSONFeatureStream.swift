/// Where in a document a feature stands.
public struct GeoJSONPlace: Hashable, Sendable {
    /// How many features come before it.
    public var index: Int
    /// The byte at which it begins, from 0.
    public var offset: Int
    /// The line on which it begins, from 1.
    public var line: Int

    public init(index: Int, offset: Int, line: Int) {
        self.index = index
        self.offset = offset
        self.line = line
    }
}

/// Features read from GeoJSON that comes in pieces, one at a time, in memory for the largest of them.
///
///     var stream = GeoJSONFeatureStream()
///     while let chunk = try file.read() {
///         stream.feed(chunk)
///         while let item = try stream.next() { … }
///     }
///     stream.finish()
///     while let item = try stream.next() { … }
///
/// Read are
/// - a FeatureCollection, its members in any order; those beside `features` are in ``collectionMembers``, complete when
///   the last item has been handed out;
/// - an array of features or of other objects, which count as features with these properties and no geometry;
/// - features or other objects one after another, line by line or as a text sequence with record separators (RFC 8142);
/// - a single feature, geometry or other object.
///
/// A feature that is wrong in itself is handed out as refused, and the next one follows. An error in what is around the
/// features, or an end too early, is thrown and ends the stream: what was handed out before stands.
public struct GeoJSONFeatureStream: Sendable {
    /// A feature, or why there is none.
    public enum Item: Sendable {
        case feature(GeoJSONFeature, GeoJSONPlace)
        /// The error's path, offset and line are those in the document; `raw` is the feature's text.
        case refused(GeoJSONError, raw: [UInt8], GeoJSONPlace)
    }

    private enum State {
        /// In front of the document, and between the values of a sequence.
        case outside
        /// In the document's outermost object, of which nothing says yet that it is a FeatureCollection.
        case member(Expectation)
        /// Behind the outermost object, which was not a FeatureCollection.
        case firstObject
        /// In the array of features; `isFirst` until one has come.
        case elements(isFirst: Bool)
        case betweenElements
        /// In a value that becomes a feature.
        case feature
        case ended
        case failed(GeoJSONError)
    }

    private enum Expectation: Equatable { case firstKey, key, keyText, colon, value, valueText, comma }

    private enum Form { case unknown, sequence, array, collection }

    /// Members of the FeatureCollection other than `type`, `features`, `bbox` and `crs`.
    public private(set) var collectionMembers = JSONObject()

    /// The most bytes of one record: a feature, or all members of the collection beside its features.
    public static let maximumRecord = 64 << 20

    /// The most JSON values in one record that is not an ordinary feature: each takes much more memory than its text.
    public static let maximumValues = 4 << 20

    /// The coordinate system that the FeatureCollection's member `crs` names, unless it is WGS 84; only a stream that is told to reads it.
    public private(set) var referenceSystem: String?

    /// How many items have been handed out.
    public private(set) var count = 0

    private var state = State.outside
    private var form = Form.unknown
    private var scanner = GeoJSONScanner()
    private var isComplete = false
    private var collectionType: JSONValue?
    private var memberName = ""
    /// Names of the collection's members so far, `features` left out.
    private var memberNames: Set<String> = []
    /// Members of the outermost object, of which it is not known yet whether it is a FeatureCollection: their names, and
    /// where their text is from `kept` on.
    private var pending: [(name: String, text: Range<Int>)] = []

    private var buffer: [UInt8] = []
    /// The first byte of the buffer that is still needed.
    private var kept = 0
    /// The first byte of the buffer that has not been looked at.
    private var position = 0
    /// The byte of the document that the buffer begins with.
    private var bufferOffset = 0
    /// The line of the document at `countedTo` in the buffer.
    private var line = 1
    private var countedTo = 0

    private let recordLimit: Int
    /// Bytes of members of the collection so far.
    private var memberBytes = 0

    /// Treatment of coordinates in other systems than WGS 84.
    public enum ReferenceSystems: Sendable {
        /// They are refused.
        case refused
        /// They are handed out as they are, with the system's name. A `crs` member behind the features is an error all the same.
        case read
        /// Whoever reads knows the system, whatever the document says.
        case ignored
    }

    private let referenceSystems: ReferenceSystems

    /// - Parameters:
    ///   - recordLimit: The most bytes of one record; a longer one ends the stream before it is in memory.
    ///   - referenceSystems: What is done about coordinates in other systems than WGS 84.
    public init(
        recordLimit: Int = GeoJSONFeatureStream.maximumRecord, referenceSystems: ReferenceSystems = .refused
    ) {
        self.recordLimit = recordLimit
        self.referenceSystems = referenceSystems
    }

    // MARK: Bytes in

    /// Takes the next bytes of the document.
    public mutating func feed(_ chunk: UnsafeRawBufferPointer) {
        makeRoom()
        buffer.append(contentsOf: chunk)
    }

    /// Takes the next bytes of the document.
    public mutating func feed(_ chunk: [UInt8]) {
        makeRoom()
        buffer.append(contentsOf: chunk)
    }

    /// Takes the next bytes of the document.
    public mutating func feed(_ chunk: ArraySlice<UInt8>) {
        makeRoom()
        buffer.append(contentsOf: chunk)
    }

    /// Says that no more bytes will come.
    public mutating func finish() { isComplete = true }

    /// Drops the bytes that have been dealt with, once they are the larger part.
    private mutating func makeRoom() {
        guard kept > 0, kept * 2 >= buffer.count else { return }
        countLines(to: kept)
        buffer.removeSubrange(..<kept)
        bufferOffset += kept
        position -= kept
        countedTo -= kept
        scanner.shift(by: kept)
        kept = 0
    }

    // MARK: Features out

    /// The next feature; nil if more bytes are needed, or if there are no more features once the stream is finished.
    public mutating func next() throws(GeoJSONError) -> Item? {
        if case .failed(let error) = state { throw error }
        do throws(GeoJSONError) {
            let item = try advance()
            if item != nil { count += 1 }
            // What is still needed of the bytes belongs to one record.
            guard item != nil || buffer.count - kept <= recordLimit else { throw tooLong(at: kept) }
            return item
        } catch {
            state = .failed(error)
            throw error
        }
    }

    /// Whether a document has ended as it should.
    public var isAtEnd: Bool { if case .ended = state { true } else { false } }

    private mutating func advance() throws(GeoJSONError) -> Item? {
        while true {
            switch state {
            case .outside:
                guard let byte = try nextByte() else {
                    kept = position
                    return nil
                }
                if byte == 0x1E {
                    position += 1
                    continue
                }
                kept = position
                switch (byte, form) {
                case (UInt8(ascii: "{"), .unknown):
                    position += 1
                    state = .member(.firstKey)
                case (UInt8(ascii: "["), .unknown):
                    position += 1
                    form = .array
                    state = .elements(isFirst: true)
                case (_, .unknown): throw failure(.json(.expected("{ or [")), at: position)
                case (_, .sequence): try beginFeature(byte)
                default: throw failure(.trailing, at: position)
                }
            case .member(let expectation):
                guard try member(expectation) else { return nil }
            case .firstObject:
                let item = self.item(from: kept, to: position)
                kept = position
                state = .outside
                return item
            case .elements(let isFirst):
                guard let byte = try nextByte() else {
                    kept = position
                    return nil
                }
                if byte == UInt8(ascii: "]"), isFirst {
                    try endElements()
                } else {
                    try beginFeature(byte)
                }
            case .betweenElements:
                guard let byte = try nextByte() else {
                    kept = position
                    return nil
                }
                kept = position
                switch byte {
                case UInt8(ascii: ","):
                    position += 1
                    state = .elements(isFirst: false)
                case UInt8(ascii: "]"): try endElements()
                default: throw failure(.json(.expected("a comma or ]")), at: position)
                }
            case .feature:
                guard let end = try scan() else { return nil }
                let item = self.item(from: kept, to: end)
                position = end
                kept = end
                state = form == .sequence ? .outside : .betweenElements
                return item
            case .ended:
                guard try nextByte() != nil else {
                    kept = position
                    return nil
                }
                throw failure(.trailing, at: position)
            case .failed(let error): throw error
            }
        }
    }

    /// A feature begins with `byte`, or what stands in its place: any JSON value.
    private mutating func beginFeature(_ byte: UInt8) throws(GeoJSONError) {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "}"):
            throw failure(.json(.expected("a feature")), at: position)
        default: break
        }
        kept = position
        scanner.begin(at: position)
        state = .feature
    }

    private mutating func endElements() throws(GeoJSONError) {
        position += 1
        kept = position
        state = form == .array ? .ended : .member(.comma)
    }

    /// The next byte that is not space; nil if more are needed or, outside of the document, if there are no more.
    private mutating func nextByte() throws(GeoJSONError) -> UInt8? {
        if bufferOffset == 0, position == 0 {
            guard buffer.count >= 3 || isComplete else { return nil }
            if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        }
        while position < buffer.count {
            switch buffer[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            case let byte: return byte
            }
        }
        guard isComplete else { return nil }
        switch state {
        case .ended: return nil
        case .outside where form == .sequence:
            state = .ended
            return nil
        case .outside where count == 0: throw failure(.empty, at: buffer.count)
        default: throw failure(.truncated, at: buffer.count)
        }
    }

    /// The end of the value that the scanner is in, or nil if more bytes are needed.
    private mutating func scan() throws(GeoJSONError) -> Int? {
        let isComplete = isComplete
        let outcome = buffer.withUnsafeBufferPointer { bytes -> GeoJSONScanner.Outcome in
            guard let base = bytes.baseAddress else { return .more }
            return scanner.scan(base, count: bytes.count, isComplete: isComplete)
        }
        switch outcome {
        case .end(let end): return end
        case .more:
            guard isComplete else { return nil }
            throw failure(.truncated, at: buffer.count)
        case .mismatch(let index):
            throw failure(.json(.expected(buffer[index] == UInt8(ascii: "}") ? "]" : "}")), at: index)
        case .depth(let index): throw failure(.json(.depth), at: index)
        }
    }

    // MARK: Members of the outermost object

    /// Takes one step in the outermost object; false if more bytes are needed.
    ///
    /// Until the array of features begins, the object may still be a single feature, and its bytes are kept.
    private mutating func member(_ expectation: Expectation) throws(GeoJSONError) -> Bool {
        switch expectation {
        case .firstKey, .key:
            guard let byte = try nextByte() else { return false }
            if byte == UInt8(ascii: "}"), expectation == .firstKey {
                try endObject()
                return true
            }
            guard byte == UInt8(ascii: "\"") else {
                throw failure(.json(.expected("the name of a member")), at: position)
            }
            scanner.begin(at: position)
            state = .member(.keyText)
        case .keyText:
            guard let end = try scan() else { return false }
            guard case .string(let name) = try value(from: position, to: end) else {
                throw failure(.json(.expected("the name of a member")), at: position)
            }
            memberName = name
            position = end
            state = .member(.colon)
        case .colon:
            guard let byte = try nextByte() else { return false }
            guard byte == UInt8(ascii: ":") else { throw failure(.json(.expected("a colon")), at: position) }
            position += 1
            state = .member(.value)
        case .value:
            guard let byte = try nextByte() else { return false }
            if memberName == "features", collectionType == nil || collectionType == "FeatureCollection" {
                guard byte == UInt8(ascii: "[") else {
                    throw failure(.expected("an array", found: "something else"), at: position, path: "features")
                }
                try beginFeatures()
            } else {
                scanner.begin(at: position)
                state = .member(.valueText)
            }
        case .valueText:
            guard let end = try scan() else { return false }
            let isText = buffer[position] == UInt8(ascii: "\"")
            if form == .collection {
                try keep(memberName, value(from: position, to: end), bytes: end - position)
            } else {
                if memberName == "type", isText { collectionType = try value(from: position, to: end) }
                pending.append((memberName, position - kept..<end - kept))
            }
            position = end
            if form == .collection { kept = end }
            state = .member(.comma)
        case .comma:
            guard let byte = try nextByte() else { return false }
            if byte == UInt8(ascii: "}") {
                try endObject()
            } else {
                guard byte == UInt8(ascii: ",") else { throw failure(.json(.expected("a comma or }")), at: position) }
                position += 1
                state = .member(.key)
            }
        }
        return true
    }

    /// The array of features begins: this is a FeatureCollection, and what came before are members of it.
    private mutating func beginFeatures() throws(GeoJSONError) {
        guard form == .unknown else {
            throw failure(.json(.expected("only one \"features\"")), at: position, path: "features")
        }
        form = .collection
        for (name, range) in pending {
            try keep(name, value(from: kept + range.lowerBound, to: kept + range.upperBound), bytes: range.count)
        }
        pending = []
        position += 1
        kept = position
        state = .elements(isFirst: true)
    }

    /// Takes a member of the FeatureCollection.
    private mutating func keep(_ name: String, _ value: JSONValue, bytes: Int) throws(GeoJSONError) {
        memberBytes += bytes
        guard memberBytes <= recordLimit else { throw tooLong(at: position) }
        guard memberNames.insert(name).inserted else {
            throw failure(.json(.repeatedName(name)), at: position, path: name)
        }
        switch name {
        case "type":
            collectionType = value
            guard value == "FeatureCollection" else {
                throw failure(.type(value.string ?? value.kind), at: position, path: "type")
            }
        case "crs":
            guard referenceSystems != .ignored else { return }
            let name = GeoJSON.foreignReferenceSystem(in: ["crs": value])
            guard let name, referenceSystems == .refused || count > 0 else {
                referenceSystem = name
                return
            }
            throw failure(.referenceSystem(name), at: position, path: "crs")
        case "bbox": break
        default: collectionMembers[name] = value
        }
    }

    private mutating func endObject() throws(GeoJSONError) {
        position += 1
        guard form == .collection else {
            guard collectionType != "FeatureCollection" else { throw failure(.missing("features"), at: position - 1) }
            pending = []
            form = .sequence
            state = .firstObject
            return
        }
        guard collectionType != nil else { throw failure(.missing("type"), at: position - 1) }
        kept = position
        state = .ended
    }

    // MARK: Values

    /// A value of the outermost object.
    private func value(from start: Int, to end: Int) throws(GeoJSONError) -> JSONValue {
        do throws(JSONError) {
            return try JSONParser.parse(Array(buffer[start..<end]), maximumValues: Self.maximumValues)
        } catch { throw failure(.json(error.reason), at: start + error.offset, path: memberName) }
    }

    /// What a feature's text says.
    private mutating func item(from start: Int, to end: Int) -> Item {
        countLines(to: start)
        let place = GeoJSONPlace(index: count, offset: bufferOffset + start, line: line)
        let quick = buffer.withUnsafeBufferPointer {
            GeoJSON.ordinaryFeature(UnsafeBufferPointer(rebasing: $0[start..<end]))
        }
        if let quick { return .feature(quick, place) }
        let raw = Array(buffer[start..<end])
        do throws(GeoJSONError) {
            return .feature(try closeLook(raw, place), place)
        } catch { return .refused(error, raw: raw, place) }
    }

    private func closeLook(_ raw: [UInt8], _ place: GeoJSONPlace) throws(GeoJSONError) -> GeoJSONFeature {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(raw, maximumValues: Self.maximumValues)
        } catch {
            throw GeoJSONError(
                reason: .json(error.reason), path: currentPath, offset: place.offset + error.offset,
                line: place.line + error.line - 1)
        }
        do throws(GeoJSONError) {
            return try feature(from: value)
        } catch {
            var error = error
            let within = JSONParser.offset(of: error.path.dropFirst(currentPath.count), in: raw)
            error.offset = place.offset + within
            error.line = place.line + ByteScan.count(of: 0x0A, in: raw[..<within])
            throw error
        }
    }

    /// In a FeatureCollection only features can stand. Elsewhere an object that bears no mark of GeoJSON is taken as the
    /// properties of a feature without a place.
    private func feature(from given: JSONValue) throws(GeoJSONError) -> GeoJSONFeature {
        let path = currentPath
        var (value, referenceSystem): (JSONValue, String?) = (given, nil)
        if referenceSystems != .refused { Self.takeReferenceSystem(from: &value, &referenceSystem) }
        var feature = try feature(sound: value, path: path)
        feature.referenceSystem = referenceSystem
        return feature
    }

    /// Takes the `crs` members of a feature and of its geometry out of its value.
    private static func takeReferenceSystem(from value: inout JSONValue, _ name: inout String?) {
        guard case .object(var object) = value else { return }
        if object["crs"] != nil {
            name = GeoJSON.foreignReferenceSystem(in: object) ?? name
            object["crs"] = nil
        }
        if var geometry = object["geometry"], geometry["crs"] != nil {
            takeReferenceSystem(from: &geometry, &name)
            object["geometry"] = geometry
        }
        value = .object(object)
    }

    private func feature(sound value: JSONValue, path: String) throws(GeoJSONError) -> GeoJSONFeature {
        let type = value["type"]?.string
        if form == .collection {
            guard type.flatMap(GeometryType.init) == nil else {
                throw GeoJSONError(reason: .type(type!), path: GeoJSONError.join(path, "type"))
            }
        } else if case .object(let object) = value, !Self.bearsMark(object) {
            return GeoJSONFeature(properties: object)
        }
        return try GeoJSON.feature(from: value, path: path)
    }

    /// Whether an object means to be GeoJSON, be it right or wrong.
    private static func bearsMark(_ object: JSONObject) -> Bool {
        let type = object["type"]?.string ?? ""
        return type == "Feature" || type == "FeatureCollection" || GeometryType(rawValue: type) != nil
            || ["geometry", "coordinates", "geometries", "features"].contains { object[$0] != nil }
    }

    // MARK: Places

    /// Where the value at hand stands in the document.
    private var currentPath: String {
        switch form {
        case .collection: "features[\(count)]"
        case .array: "[\(count)]"
        case .unknown, .sequence: ""
        }
    }

    private mutating func countLines(to index: Int) {
        line = line(at: index)
        countedTo = index
    }

    private func line(at index: Int) -> Int {
        index >= countedTo
            ? line + ByteScan.count(of: 0x0A, in: buffer[countedTo..<index])
            : line - ByteScan.count(of: 0x0A, in: buffer[index..<countedTo])
    }

    /// The record that begins at an index is longer than it may be.
    private func tooLong(at index: Int) -> GeoJSONError {
        var error = failure(.tooLong(recordLimit), at: index)
        // Lines of features have no path; their number says which.
        error.path = currentPath.isEmpty ? "feature \(count + 1)" : currentPath
        return error
    }

    private func failure(_ reason: GeoJSONError.Reason, at index: Int, path: String = "") -> GeoJSONError {
        var path = path
        if case .feature = state, path.isEmpty { path = currentPath }
        return GeoJSONError(reason: reason, path: path, offset: bufferOffset + index, line: line(at: index))
    }
}
