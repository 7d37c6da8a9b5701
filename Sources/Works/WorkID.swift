import Glibc

/// The identity of a work: a UUID of version 7 (RFC 9562 section 5.7), written in lower case.
///
/// New ids grow with time, so that they are appended to an index instead of being scattered over it.
public struct WorkID: Hashable, Comparable, Sendable {
    /// The first eight octets, the most significant first: 48 bits of Unix time in milliseconds, version, 12 random bits.
    public let high: UInt64
    /// The last eight octets: variant and 62 random bits.
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new id for a moment in milliseconds since 1970, with bits from `generator`.
    public init(millisecondsSinceEpoch: UInt64, using generator: inout some RandomNumberGenerator) {
        let random = generator.next() as UInt64
        high = millisecondsSinceEpoch << 16 | 0x7000 | random & 0x0FFF
        low = 0x8000_0000_0000_0000 | (generator.next() as UInt64) >> 2
    }

    /// A new id for now.
    public static func new() -> WorkID {
        var clock = timespec()
        clock_gettime(CLOCK_REALTIME, &clock)
        var random = SystemRandomNumberGenerator()
        return WorkID(
            millisecondsSinceEpoch: UInt64(clock.tv_sec) * 1000 + UInt64(clock.tv_nsec) / 1_000_000, using: &random)
    }

    public static func < (a: WorkID, b: WorkID) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

extension WorkID: LosslessStringConvertible {
    /// The 36 characters of RFC 9562, in lower case.
    public var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            write(to: buffer)
            return 36
        }
    }

    /// Writes the 36 characters of ``description`` to the start of `buffer`, which must have room for them.
    public func write(to buffer: UnsafeMutableBufferPointer<UInt8>) {
        var position = 0
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 {
                buffer[position] = UInt8(ascii: "-")
                position += 1
            }
            let word = index < 16 ? high : low
            let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - index % 16 * 4)) & 15
            buffer[position] = digit < 10 ? 48 + digit : 87 + digit
            position += 1
        }
    }

    /// Reads a UUID of any version in either case; nil for anything else.
    public init?(_ text: String) {
        var text = text
        guard let id = text.withUTF8({ WorkID(utf8: $0) }) else { return nil }
        self = id
    }

    /// Reads a UUID from UTF-8, as ``init(_:)`` does, without making a string.
    public init?(utf8: UnsafeBufferPointer<UInt8>) {
        guard utf8.count == 36 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, character) in utf8.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard character == UInt8(ascii: "-") else { return nil }
                continue
            }
            let digit: UInt8
            switch character {
            case 48...57: digit = character - 48
            case 97...102: digit = character - 87
            case 65...70: digit = character - 55
            default: return nil
            }
            if index < 18 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
        }
        self.init(high: high, low: low)
    }
}
