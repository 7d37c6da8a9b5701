/// A digest of what an answer holds, for entity tags: fast, the same in every process, not meant against adversaries.
///
/// Words are folded into two lanes, long runs of them into four, by full-width multiplication, as in wyhash (W. Yi).
package struct ContentHash: Hashable, Sendable {
    private var first: UInt64 = 0x2D35_8DCC_AA6C_78A5
    private var second: UInt64 = 0x8BB8_4B93_962E_ACC9

    package init() {}

    package mutating func combine(_ word: UInt64) {
        let a = (word ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: first ^ 0x4B33_A62E_D433_D4A3)
        let b = (word ^ second).multipliedFullWidth(by: 0x4D5A_2DA5_1DE1_AA47)
        first = a.high ^ a.low &+ second
        second = b.high ^ b.low ^ first
    }

    /// Four words at a time are taken by four lanes that do not wait for each other; each word counts in two of them.
    package mutating func combine(bytes: UnsafeRawBufferPointer) {
        func word(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        func folded(_ a: UInt64, _ b: UInt64) -> UInt64 {
            let product = a.multipliedFullWidth(by: b)
            return product.high ^ product.low
        }
        var offset = 0
        if bytes.count >= 32 {
            var lanes = (first, second, first ^ 0x589F_2E1B_97D3_1C2D, second ^ 0xE703_7ED1_A0B4_28DB)
            while offset + 32 <= bytes.count {
                let (a, b, c, d) = (word(offset), word(offset + 8), word(offset + 16), word(offset + 24))
                lanes.0 = folded(a ^ 0x9E37_79B9_7F4A_7C15, b ^ lanes.0)
                lanes.1 = folded(c ^ 0x4B33_A62E_D433_D4A3, d ^ lanes.1)
                lanes.2 = folded(c ^ 0x4D5A_2DA5_1DE1_AA47, a ^ lanes.2)
                lanes.3 = folded(d ^ 0x8EBC_6AF0_9C88_C6E3, b ^ lanes.3)
                offset += 32
            }
            for lane in [lanes.0, lanes.1, lanes.2, lanes.3] { combine(lane) }
        }
        while offset + 8 <= bytes.count {
            combine(word(offset))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset += 1
        }
        combine(rest)
        combine(UInt64(bytes.count))
    }

    package mutating func combine(_ text: String) {
        var text = text
        text.withUTF8 { combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// A strong entity tag: the same content byte for byte.
    package var entityTag: String { "\"\(hex)\"" }

    /// A weak entity tag: the same meaning.
    package var weakEntityTag: String { "W/\(entityTag)" }

    /// 32 hexadecimal digits.
    package var hex: String {
        var last = self
        last.combine(0x1656_67B1_9E37_79F9)
        func digits(_ value: UInt64) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return digits(last.first) + digits(last.second)
    }
}
