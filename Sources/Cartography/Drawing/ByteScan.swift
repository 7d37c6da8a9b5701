/// Finds the small bytes in an array, eight at a time: what makes it cheap to skip what cannot be seen.
enum ByteScan {
    /// Calls `body` with each index of `range` whose byte is at most `limit`. Bytes and limit are below 128.
    @inline(__always)
    static func forEach(
        in bytes: UnsafePointer<UInt8>, _ range: Range<Int>, atMost limit: UInt8, _ body: (Int) throws -> Void
    ) rethrows {
        var index = range.lowerBound
        // 128 + limit − byte has its highest bit set exactly if byte ≤ limit, and never borrows from its neighbour.
        let limits = 0x0101_0101_0101_0101 * UInt64(limit) | 0x8080_8080_8080_8080
        while index + 8 <= range.upperBound {
            let word = UnsafeRawPointer(bytes + index).loadUnaligned(as: UInt64.self)
            var hits = (limits &- UInt64(littleEndian: word)) & 0x8080_8080_8080_8080
            while hits != 0 {
                try body(index + hits.trailingZeroBitCount >> 3)
                hits &= hits &- 1
            }
            index += 8
        }
        while index < range.upperBound {
            if bytes[index] <= limit { try body(index) }
            index += 1
        }
    }

    /// The last index of `range` whose byte is at most `limit`.
    @inline(__always)
    static func last(in bytes: UnsafePointer<UInt8>, _ range: Range<Int>, atMost limit: UInt8) -> Int? {
        var index = range.upperBound
        while index > range.lowerBound {
            index &-= 1
            if bytes[index] <= limit { return index }
        }
        return nil
    }
}
