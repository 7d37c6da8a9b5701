import Geometry

/// The text of one JSON object.
func properties(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    body(&writer)
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
}

extension JSONWriter {
    mutating func property(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        key(name)
        string(value)
    }

    mutating func property(_ name: StaticString, _ value: Int) {
        key(name)
        integer(value)
    }

    /// Written only where it is true.
    mutating func flag(_ name: StaticString, _ value: Bool) {
        guard value else { return }
        key(name)
        bool(true)
    }
}
