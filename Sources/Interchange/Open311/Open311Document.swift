import Geometry

/// An answer of Open311 GeoReport v2: the same tree in JSON and in XML, which the specification wants to say the same.
///
/// Lists are arrays in JSON; in XML they are an element with one child element for each entry.
public struct Open311Document: Hashable, Sendable {
    /// A value of the tree.
    public indirect enum Value: Hashable, Sendable {
        case text(String?)
        case number(Double)
        case integer(Int)
        case flag(Bool)
        case record([Field])
        /// Entries under the element name `each` in XML.
        case list([Value], each: String)
    }

    /// A named value; the order is that of the specification's examples.
    public struct Field: Hashable, Sendable {
        public var name: String
        public var value: Value

        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }

        public init(_ name: String, _ text: String?) {
            self.init(name, .text(text))
        }
    }

    /// The name of the outermost element in XML.
    public var root: String
    public var content: Value

    public init(root: String, _ content: Value) {
        self.root = root
        self.content = content
    }
}

extension Open311Document {
    /// The document as JSON (RFC 8259).
    public var json: [UInt8] {
        var writer = JSONWriter()
        Self.write(content, to: &writer)
        return writer.bytes
    }

    /// The document as XML 1.0 in UTF-8.
    public var xml: [UInt8] {
        var writer = XMLWriter()
        Self.write(content, named: root, to: &writer)
        return writer.bytes
    }

    private static func write(_ value: Value, to writer: inout JSONWriter) {
        switch value {
        case .text(let text?): writer.string(text)
        case .text(nil): writer.null()
        case .number(let number): writer.number(number)
        case .integer(let integer): writer.integer(integer)
        case .flag(let flag): writer.bool(flag)
        case .record(let fields):
            writer.beginObject()
            for field in fields {
                writer.key(field.name)
                write(field.value, to: &writer)
            }
            writer.endObject()
        case .list(let entries, _):
            writer.beginArray()
            for entry in entries { write(entry, to: &writer) }
            writer.endArray()
        }
    }

    private static func write(_ value: Value, named name: String, to writer: inout XMLWriter) {
        switch value {
        case .text(let text): writer.element(name, text: text)
        case .number(let number): writer.element(name, text: "\(number)")
        case .integer(let integer): writer.element(name, text: String(integer))
        case .flag(let flag): writer.element(name, text: flag ? "true" : "false")
        case .record(let fields):
            writer.element(name) { for field in fields { write(field.value, named: field.name, to: &$0) } }
        case .list(let entries, let each):
            writer.element(name) { for entry in entries { write(entry, named: each, to: &$0) } }
        }
    }
}

// MARK: - Errors

extension Open311Document {
    /// The specification's own shape of an error: a list of codes with descriptions.
    public static func errors(_ errors: [(code: Int, description: String)]) -> Open311Document {
        Open311Document(
            root: "errors",
            .list(
                errors.map { error in
                    .record([
                        Field("code", .text(String(error.code))), Field("description", error.description),
                    ])
                }, each: "error"))
    }
}
