/// Writes Protocol Buffers messages: the few wire types that vector tiles need.
///
/// Format: protobuf.dev/programming-guides/encoding. Made to be refilled: ``removeAll()`` keeps the memory.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    @inline(__always)
    mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    /// A field of wire type 0.
    mutating func field(_ number: UInt64, varint value: UInt64) {
        varint(number << 3)
        varint(value)
    }

    /// A field of wire type 2.
    mutating func field(_ number: UInt64, bytes content: some Collection<UInt8>) {
        varint(number << 3 | 2)
        varint(UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    /// A packed field of unsigned numbers.
    mutating func field(_ number: UInt64, packed values: [UInt32]) {
        varint(number << 3 | 2)
        varint(UInt64(values.reduce(0) { $0 + Self.length($1) }))
        for value in values { varint(UInt64(value)) }
    }

    /// Bytes of a number as varint.
    @inline(__always)
    private static func length(_ value: UInt32) -> Int { (38 - (value | 1).leadingZeroBitCount) / 7 }
}
