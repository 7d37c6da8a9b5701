import Geometry

/// Ranges of the values of a JSON text, found by brackets and quotes alone. Their content is checked by whoever reads it.
struct JSONSpans {
    let bytes: [UInt8]
    /// The name of the file, for messages.
    let file: String

    private var truncated: InputError {
        InputError(file: file, "the document ends too early: it was cut off; fetch it again")
    }

    /// The value that begins behind white space at an index.
    ///
    /// - Throws: ``InputError`` if the text ends before the value does.
    func value(from index: Int) throws -> Range<Int> {
        let start = skipSpace(index)
        guard start < bytes.count else { throw truncated }
        switch bytes[start] {
        case UInt8(ascii: "\""): return start..<(try endOfString(start))
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            var depth = 0
            var at = start
            while at < bytes.count {
                switch bytes[at] {
                case UInt8(ascii: "\""):
                    at = try endOfString(at)
                    continue
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth -= 1
                    if depth == 0 { return start..<at + 1 }
                default: break
                }
                at += 1
            }
            throw truncated
        default:
            var at = start
            while at < bytes.count, ![0x2C, 0x5D, 0x7D].contains(bytes[at]), bytes[at] > 0x20 { at += 1 }
            guard at > start else { throw InputError(file: file, "is not JSON: a value is missing at byte \(start)") }
            return start..<at
        }
    }

    private func skipSpace(_ index: Int) -> Int {
        var at = index
        while at < bytes.count, bytes[at] <= 0x20 { at += 1 }
        return at
    }

    private func endOfString(_ start: Int) throws -> Int {
        var at = start + 1
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\"") { return at + 1 }
            at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        throw truncated
    }

    /// The first byte of a value.
    func kind(_ span: Range<Int>) -> UInt8 { bytes[span.lowerBound] }

    func isObject(_ span: Range<Int>) -> Bool { kind(span) == UInt8(ascii: "{") }

    func isArray(_ span: Range<Int>) -> Bool { kind(span) == UInt8(ascii: "[") }

    /// The elements of an array.
    func elements(of array: Range<Int>) throws -> [Range<Int>] {
        var elements: [Range<Int>] = []
        var at = skipSpace(array.lowerBound + 1)
        while at < array.upperBound - 1 {
            let element = try value(from: at)
            elements.append(element)
            at = skipSpace(element.upperBound)
            guard bytes[at] == UInt8(ascii: ",") || at == array.upperBound - 1 else {
                throw InputError(file: file, "is not JSON: a comma is missing at byte \(at)")
            }
            at = skipSpace(at + 1)
        }
        return elements
    }

    /// The members of an object.
    ///
    /// - Throws: ``InputError`` if the text is no JSON object, or two members have the same name.
    func members(of object: Range<Int>) throws -> [(name: String, value: Range<Int>)] {
        var members: [(name: String, value: Range<Int>)] = []
        var names: Set<String> = []
        var at = skipSpace(object.lowerBound + 1)
        while at < object.upperBound - 1 {
            let key = try value(from: at)
            at = skipSpace(key.upperBound)
            guard let name = parsed(key)?.string, at < bytes.count, bytes[at] == UInt8(ascii: ":") else {
                throw InputError(file: file, "is not JSON: the name of a member is expected at byte \(key.lowerBound)")
            }
            guard names.insert(name).inserted else {
                throw InputError(file: file, "the name “\(name)” occurs twice in one object, at byte \(key.lowerBound)")
            }
            let value = try value(from: at + 1)
            members.append((name, value))
            at = skipSpace(value.upperBound)
            guard bytes[at] == UInt8(ascii: ",") || at == object.upperBound - 1 else {
                throw InputError(file: file, "is not JSON: a comma is missing at byte \(at)")
            }
            at = skipSpace(at + 1)
        }
        return members
    }

    func member(_ name: String, of object: Range<Int>) throws -> Range<Int>? {
        guard isObject(object) else { return nil }
        return try members(of: object).first { $0.name == name }?.value
    }

    /// The value in a span; nil if it is not JSON.
    func parsed(_ span: Range<Int>) -> JSONValue? {
        try? JSONParser.parse(Array(bytes[span]), maximumValues: GeoJSONFeatureStream.maximumValues)
    }
}
