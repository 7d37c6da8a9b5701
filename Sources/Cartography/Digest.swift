/// A 64-bit digest of bytes: fast, stable between processes, not meant against adversaries.
///
/// Words of eight bytes are multiplied into two lanes, as in the wyhash family; the finish is SplitMix64's (Steele, Lea, Flood 2014).
enum Digest {
    static func of(_ bytes: [UInt8]) -> UInt64 {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(bytes.count)
        func mixed(_ a: UInt64, _ b: UInt64) -> UInt64 {
            let product = a.multipliedFullWidth(by: b)
            return product.high ^ product.low
        }
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset + 16 <= buffer.count {
                let first = UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                let second = UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
                state = mixed(first ^ 0xA076_1D64_78BD_642F, second ^ state) &+ 0xE703_7ED1_A0B4_28DB
                offset += 16
            }
            var rest: UInt64 = 0
            while offset < buffer.count {
                state = mixed(state ^ rest ^ UInt64(buffer[offset]), 0x8EBC_6AF0_9C88_C6E3)
                rest = rest &+ 1
                offset += 1
            }
        }
        state = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        state = (state ^ state >> 27) &* 0x94D0_49BB_1331_11EB
        return state ^ state >> 31
    }
}
