/// Many numbers from 0 to 15 in half a byte each.
struct Nibbles: Sendable {
    private var bytes: [UInt8]
    let count: Int

    init(repeating value: UInt8, count: Int) {
        bytes = [UInt8](repeating: value & 15 | value << 4, count: (count + 1) / 2)
        self.count = count
    }

    /// The same numbers in another order.
    func arranged(_ order: [UInt32]) -> Nibbles {
        var result = Nibbles(repeating: 0, count: order.count)
        for (index, place) in order.enumerated() { result[index] = self[Int(place)] }
        return result
    }

    subscript(index: Int) -> UInt8 {
        @inline(__always) get { bytes[index >> 1] >> UInt8((index & 1) << 2) & 15 }
        @inline(__always) set {
            let shift = UInt8((index & 1) << 2)
            bytes[index >> 1] = bytes[index >> 1] & ~(15 << shift) | (newValue & 15) << shift
        }
    }

    /// Calls `body` with each index of a range whose number is at most `limit`, in ascending order: sixteen are looked at together.
    @inline(__always)
    func forEach(in range: Range<Int>, atMost limit: UInt8, _ body: (Int) throws -> Void) rethrows {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        try bytes.withUnsafeBufferPointer { bytes in
            var index = range.lowerBound
            func look(upTo end: Int) throws {
                while index < end {
                    if bytes[index >> 1] >> UInt8((index & 1) << 2) & 15 <= limit { try body(index) }
                    index += 1
                }
            }
            try look(upTo: min(range.upperBound, (index + 15) & ~15))
            // 128 + limit − number has its highest bit set exactly if number ≤ limit.
            let limits = 0x0101_0101_0101_0101 * UInt64(limit) | 0x8080_8080_8080_8080
            while index + 16 <= range.upperBound {
                let word = UInt64(
                    littleEndian: UnsafeRawPointer(bytes.baseAddress! + index >> 1).loadUnaligned(as: UInt64.self))
                let even = (limits &- (word & 0x0F0F_0F0F_0F0F_0F0F)) & 0x8080_8080_8080_8080
                let odd = (limits &- (word &>> 4 & 0x0F0F_0F0F_0F0F_0F0F)) & 0x8080_8080_8080_8080
                var hits = even &>> 4 | odd
                while hits != 0 {
                    try body(index + hits.trailingZeroBitCount >> 2)
                    hits &= hits &- 1
                }
                index += 16
            }
            try look(upTo: range.upperBound)
        }
    }

    var size: Int { bytes.count }
}
