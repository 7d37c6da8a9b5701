/// Writes one ordinate of position after position, as ``DecimalText`` would, each after the same sign of punctuation.
///
/// Neighbours mostly agree in what stands before the point, so that is kept as text: what is left are seven digits, of which two times three come from a table.
struct OrdinateText {
    /// -1 if the last number was negative, otherwise 0.
    private var sign: Int64 = 0
    /// What stood before the point, in units of the last place.
    private var whole: UInt64 = .max / 2
    /// The punctuation, the sign and the digits before the point, and how long they are.
    private var beginning: SIMD16<UInt8> = .zero
    private var beginningLength = 0
    private let punctuation: UInt8

    init(after punctuation: UInt8) {
        self.punctuation = punctuation
    }

    /// What ``write(_:to:_:)`` may store, some of which the next overwrites.
    static let room = DecimalText.maximumCoordinateLength + 1

    /// Each number below 1000 as three digits, the first one lowest.
    static let triplets: [UInt32] = (0..<1000 as Range<UInt32>).map { number in
        0x303030 | number / 100 | (number / 10 % 10) << 8 | (number % 10) << 16
    }

    /// Writes the punctuation and a number whose magnitude is below ``DecimalText/fixedPointLimit``; returns the end of the text.
    @inline(__always)
    mutating func write(
        _ value: Double, to place: UnsafeMutablePointer<UInt8>, _ triplets: UnsafePointer<UInt32>
    ) -> UnsafeMutablePointer<UInt8> {
        let fixed = DecimalText.fixed(value)
        // Without its sign, if that is the one of the number before; huge otherwise.
        let magnitude = UInt64(bitPattern: (fixed ^ sign) &- sign)
        let fraction = magnitude &- whole
        // A number without a fraction has no point, and may have lost its sign.
        guard fraction &- 1 < 9_999_999 else { return begin(fixed, to: place) }
        UnsafeMutableRawPointer(place).storeBytes(of: beginning, as: SIMD16<UInt8>.self)
        let first = fraction / 1_000_000
        let rest = UInt32(truncatingIfNeeded: fraction &- first &* 1_000_000)
        let middle = rest / 1000
        let digits =
            UInt64(triplets[Int(rest &- middle &* 1000)]) << 40 | UInt64(triplets[Int(middle)]) << 16 | first << 8
            | 0x302E
        let end = place + beginningLength
        UnsafeMutableRawPointer(end).storeBytes(of: digits.littleEndian, as: UInt64.self)
        // Zeros at the end are the highest octets that are an ASCII 0.
        return end + 8 - (digits ^ 0x3030_3030_3030_3030).byteSwapped.trailingZeroBitCount / 8
    }

    /// Writes a number that begins unlike the one before, and keeps its beginning.
    @inline(never)
    private mutating func begin(_ fixed: Int64, to place: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        sign = fixed >> 63
        let units = fixed.magnitude / DecimalText.unitsPerWhole
        whole = units * DecimalText.unitsPerWhole
        var lanes = SIMD16<UInt8>.zero
        withUnsafeMutableBytes(of: &lanes) { bytes in
            let start = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
            start[0] = punctuation
            start[1] = UInt8(ascii: "-")
            beginningLength = DecimalText.writeDigits(units, to: start + (fixed < 0 ? 2 : 1)) - start
        }
        beginning = lanes
        place[0] = punctuation
        return DecimalText.write(fixed: fixed, to: place + 1)
    }
}
