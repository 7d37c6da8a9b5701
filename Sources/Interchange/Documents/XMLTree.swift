import Geometry

/// Plain XML 1.0 as records: elements with elements in them are objects, those with text are texts, several of one name are a list.
/// Attributes are members beside.
///
/// No document type declarations and no entities but the five of the standard and numbers, so that a document cannot lead
/// anywhere or grow.
enum XMLTree {
    /// Content of the outermost element.
    ///
    /// - Throws: ``InputError``.
    static func read(_ bytes: [UInt8], file: String) throws -> JSONValue {
        var text = bytes
        let start = String(decoding: bytes.prefix(200), as: UTF8.self)
        if let match = start.firstMatch(of: /^<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']/),
            case let encoding = String(match.1), !TranscodingSource.isUTF8(encoding),
            TranscodingSource.isKnown(encoding),
            !bytes.withUnsafeBufferPointer(\.isValidUTF8)
        {
            let source = try TranscodingSource(MemorySource(name: file, bytes), encoding: encoding)
            text = []
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while case let count = try buffer.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 {
                text += buffer[..<count]
            }
        }
        guard text.withUnsafeBufferPointer(\.isValidUTF8) else {
            throw InputError(file: file, EncodingAdvice.message(in: text) ?? "the text is not UTF-8")
        }
        var reader = Reader(bytes: text, file: file)
        return try reader.document()
    }

    private static let maximumDepth = 64

    private struct Reader {
        let bytes: [UInt8]
        let file: String
        var at = 0

        mutating func document() throws -> JSONValue {
            try skipMisc()
            guard at < bytes.count else { throw error("holds no element") }
            let (_, value) = try element(depth: 0)
            try skipMisc()
            guard at == bytes.count else { throw error("something follows the end of the document") }
            return value
        }

        func error(_ what: String) -> InputError {
            let line = 1 + bytes[..<min(at, bytes.count)].count { $0 == 0x0A }
            return InputError(file: file, line: line, "is not XML that can be read: \(what)")
        }

        func has(_ text: StaticString) -> Bool {
            text.withUTF8Buffer { at + $0.count <= bytes.count && bytes[at..<at + $0.count].elementsEqual($0) }
        }

        /// Moves behind the next occurrence of a text.
        mutating func skip(past end: StaticString) throws {
            while at < bytes.count, !has(end) { at += 1 }
            guard at < bytes.count else { throw error("it ends too early; it was cut off") }
            at += end.utf8CodeUnitCount
        }

        mutating func skipSpace() { while at < bytes.count, bytes[at] <= 0x20 { at += 1 } }

        /// Goes over white space, comments and instructions.
        mutating func skipMisc() throws {
            while true {
                skipSpace()
                if has("<?") {
                    try skip(past: "?>")
                } else if has("<!--") {
                    try skip(past: "-->")
                } else if has("<!DOCTYPE") {
                    throw error("it has a document type declaration, which is not read")
                } else {
                    return
                }
            }
        }

        mutating func name() throws -> String {
            let start = at
            while at < bytes.count, bytes[at] > 0x20, ![0x2F, 0x3D, 0x3E, 0x3C].contains(bytes[at]) { at += 1 }
            guard at > start else { throw error("a name is expected") }
            return String(decoding: bytes[start..<at], as: UTF8.self)
        }

        /// An element from its `<` on; namespaces in front of names are left out.
        mutating func element(depth: Int) throws -> (name: String, value: JSONValue) {
            guard depth < XMLTree.maximumDepth else { throw error("elements lie more than 64 deep in each other") }
            guard has("<") else { throw error("an element is expected") }
            at += 1
            let name = try name()
            var members = JSONObject()
            var isOpen = true
            while true {
                skipSpace()
                if has("/>") {
                    at += 2
                    isOpen = false
                    break
                }
                if has(">") {
                    at += 1
                    break
                }
                let attribute = try self.name()
                skipSpace()
                guard has("=") else { throw error("a value of \(attribute) is expected") }
                at += 1
                skipSpace()
                let quote = at < bytes.count ? bytes[at] : 0
                guard quote == 0x22 || quote == 0x27 else { throw error("a value in quotes is expected") }
                at += 1
                let start = at
                while at < bytes.count, bytes[at] != quote { at += 1 }
                guard at < bytes.count else { throw error("it ends too early; it was cut off") }
                let text = try text(bytes[start..<at])
                at += 1
                if attribute != "xmlns", !attribute.hasPrefix("xmlns:"), !attribute.hasPrefix("xsi:") {
                    add(.string(text), as: local(attribute), to: &members)
                }
            }
            var words = ""
            while isOpen {
                guard at < bytes.count else { throw error("it ends too early; it was cut off") }
                if has("</") {
                    at += 2
                    guard try self.name() == name else { throw error("the end of \(name) is expected") }
                    skipSpace()
                    guard has(">") else { throw error("> is expected") }
                    at += 1
                    isOpen = false
                } else if has("<!--") {
                    try skip(past: "-->")
                } else if has("<![CDATA[") {
                    at += 9
                    let start = at
                    try skip(past: "]]>")
                    words += String(decoding: bytes[start..<at - 3], as: UTF8.self)
                } else if has("<?") {
                    try skip(past: "?>")
                } else if has("<") {
                    let (name, value) = try element(depth: depth + 1)
                    add(value, as: local(name), to: &members)
                } else {
                    let start = at
                    while at < bytes.count, bytes[at] != UInt8(ascii: "<") { at += 1 }
                    words += try text(bytes[start..<at])
                }
            }
            let trimmed = String(words.trimmingSpaces())
            if members.isEmpty { return (name, trimmed.isEmpty ? .null : .string(trimmed)) }
            if !trimmed.isEmpty { add(.string(trimmed), as: "text", to: &members) }
            return (name, .object(members))
        }

        private func local(_ name: String) -> String {
            name.lastIndex(of: ":").map { String(name[name.index(after: $0)...]) } ?? name
        }

        private func add(_ value: JSONValue, as name: String, to members: inout JSONObject) {
            switch members[name] {
            case nil: members[name] = value
            case .array(let list)?: members[name] = .array(list + [value])
            case let one?: members[name] = .array([one, value])
            }
        }

        /// Text with its references put in.
        private func text(_ raw: ArraySlice<UInt8>) throws -> String {
            let text = String(decoding: raw, as: UTF8.self)
            guard text.contains("&") else { return text }
            var result = ""
            var rest = text[...]
            while let and = rest.firstIndex(of: "&") {
                result += rest[..<and]
                guard let end = rest[and...].firstIndex(of: ";") else { throw error("& stands for itself") }
                let reference = rest[rest.index(after: and)..<end]
                switch reference {
                case "amp": result += "&"
                case "lt": result += "<"
                case "gt": result += ">"
                case "quot": result += "\""
                case "apos": result += "'"
                default:
                    let isHexadecimal = reference.hasPrefix("#x")
                    guard reference.hasPrefix("#"),
                        let code = UInt32(
                            reference.dropFirst(isHexadecimal ? 2 : 1), radix: isHexadecimal ? 16 : 10),
                        let scalar = Unicode.Scalar(code)
                    else { throw error("&\(reference.prefix(20)); is not known") }
                    result.unicodeScalars.append(scalar)
                }
                rest = rest[rest.index(after: end)...]
            }
            return result + rest
        }
    }
}
