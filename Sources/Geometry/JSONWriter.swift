/// Writes JSON text (RFC 8259) into a buffer of bytes that can be used again.
///
/// Commas come by themselves. Whoever hands out a document in pieces takes ``bytes`` and calls
/// ``removeAll(keepingCapacity:)`` in between: where the writer stands in the document is kept.
///
///     var json = JSONWriter()
///     json.beginObject()
///     json.key("id")
///     json.integer(7)
///     json.endObject()
public struct JSONWriter: Sendable {
    /// The text written since the buffer was last emptied, UTF-8.
    public internal(set) var bytes: [UInt8] = []
    /// Whether the next value or key must be set off from what precedes it.
    var needsComma = false
    /// How many arrays and objects are open.
    var depth = 0

    public init() {}

    public init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    /// Empties the buffer, in the middle of a document too.
    public mutating func removeAll(keepingCapacity: Bool = true) {
        bytes.removeAll(keepingCapacity: keepingCapacity)
    }

    /// Hands out the buffer and goes on with an empty one.
    public mutating func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// Forgets the document as well, after an error in the middle of it.
    public mutating func reset() {
        removeAll()
        needsComma = false
        depth = 0
    }

    // MARK: Structure

    public mutating func beginObject() { begin(UInt8(ascii: "{")) }

    public mutating func endObject() { end(UInt8(ascii: "}")) }

    public mutating func beginArray() { begin(UInt8(ascii: "[")) }

    public mutating func endArray() { end(UInt8(ascii: "]")) }

    /// A line feed between documents, or between members where people are to read them.
    public mutating func newline() {
        if depth > 0, needsComma {
            bytes.append(UInt8(ascii: ","))
            needsComma = false
        }
        bytes.append(0x0A)
    }

    /// The name of a member; it must need no escapes, as names in source code do not.
    public mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        endKey()
    }

    /// The name of a member.
    @_disfavoredOverload
    public mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    @inline(__always)
    private mutating func endKey() {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    @inline(__always)
    mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = depth > 0
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        depth += 1
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        assert(depth > 0, "an array or object is ended that was not begun")
        bytes.append(bracket)
        depth -= 1
        needsComma = depth > 0
    }

    // MARK: Values

    public mutating func null() { raw("null") }

    public mutating func bool(_ value: Bool) { if value { raw("true") } else { raw("false") } }

    public mutating func integer(_ value: some FixedWidthInteger) {
        separate()
        DecimalText.append(value, to: &bytes)
    }

    /// The shortest text that reads back as the same double; `null` if it is infinite or not a number.
    public mutating func number(_ value: Double) {
        guard value.isFinite else { return null() }
        separate()
        var text = value.description
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    public mutating func string(_ value: String) {
        var value = value
        value.withUTF8 { string(utf8: $0) }
    }

    /// A string from bytes that should be UTF-8; each byte that is not becomes U+FFFD.
    public mutating func string(utf8: UnsafeBufferPointer<UInt8>) {
        separate()
        append(room: JSONBlock.room(forText: utf8.count)) { $0.string(utf8) }
    }

    /// JSON text that is known to be one value.
    public mutating func raw(_ json: UnsafeBufferPointer<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// JSON text that is known to be one value.
    public mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// JSON text that is known to be one value.
    public mutating func raw(_ json: StaticString) {
        separate()
        json.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .integer(let value): integer(value)
        case .number(let value): number(value)
        case .string(let value): string(value)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object): self.object(object)
        }
    }

    public mutating func object(_ object: JSONObject) {
        beginObject()
        for member in object.members {
            key(member.name)
            value(member.value)
        }
        endObject()
    }

    // MARK: Blocks

    /// An object up to where the value of one of its members stands, made in a block: the bracket and all that precedes the value.
    ///
    /// - Parameter room: How much `body` takes at most, by the sizes that ``JSONBlock`` names.
    public mutating func beginObject(room: Int, _ body: (inout JSONBlock) -> Void) {
        separate()
        append(room: room, body)
        depth += 1
        needsComma = false
    }

    /// The rest of an object, made in a block: the comma after the last value, further members, and the bracket.
    ///
    /// - Parameter room: How much `body` takes at most.
    public mutating func endObject(room: Int, _ body: (inout JSONBlock) -> Void) {
        assert(depth > 0, "an object is ended that was not begun")
        append(room: room, body)
        depth -= 1
        needsComma = depth > 0
    }

    /// Appends what `body` puts into a block of so much room.
    @inline(__always)
    mutating func append(room: Int, _ body: (inout JSONBlock) -> Void) {
        bytes.append(addingCapacity: room) { span in
            span.withUnsafeMutableBufferPointer { buffer, count in
                var block = JSONBlock(buffer)
                let start = block.place
                body(&block)
                count = block.place - start
            }
        }
    }
}
