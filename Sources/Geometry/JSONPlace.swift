extension JSONParser {
    /// The byte at which the value with a path such as `geometry.coordinates[0][3]` begins in a valid JSON text, or as
    /// much of the path as there is.
    static func offset(of path: Substring, in bytes: [UInt8]) -> Int {
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            var parser = JSONParser(base: base, count: buffer.count)
            parser.skipSpace()
            for step in path.split(whereSeparator: { $0 == "." || $0 == "[" || $0 == "]" }) {
                guard let place = try? parser.place(of: step) else { break }
                parser.position = place
            }
            return parser.position
        }
    }

    /// Where the member or the element of a step begins in the value at the cursor; nil if it is not there.
    private func place(of step: Substring) throws -> Int? {
        var parser = self
        switch parser.next {
        case UInt8(ascii: "{"):
            var found: Int?
            try parser.members { (parser: inout JSONParser, name) throws(JSONError) in
                if name == step { found = parser.position }
                _ = try parser.value(depth: 0)
            }
            return found
        case UInt8(ascii: "["):
            guard let index = Int(step) else { return nil }
            for _ in 0..<index {
                parser.position += 1
                _ = try parser.value(depth: 0)
                parser.skipSpace()
                guard parser.next == UInt8(ascii: ",") else { return nil }
            }
            parser.position += 1
            parser.skipSpace()
            return parser.position
        default: return nil
        }
    }
}
