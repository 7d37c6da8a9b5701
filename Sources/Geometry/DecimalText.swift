/// Decimal text of numbers, made with whole-number arithmetic.
///
/// Coordinates have seven digits after the point, 11 mm on the equator and the finest that RFC 7946 section 11.2 has use
/// for, without zeros at the end.
@usableFromInline enum DecimalText {
    /// The most bytes that ``write(_:to:)`` needs.
    static let maximumCoordinateLength = 24

    /// What a coordinate may be to be written in fixed point: beyond it the scaled value has no bits for a fraction.
    static let fixedPointLimit = 2e8

    /// Writes a coordinate whose magnitude is below ``fixedPointLimit``; returns the end of the text.
    ///
    /// The text is the decimal number nearest to the double, ties to even: exactly what `%.7f` writes, less its trailing
    /// zeros and the sign of zero.
    @inline(__always)
    static func write(_ value: Double, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        write(fixed: fixed(value), to: start)
    }

    /// How many units of the last place are a whole.
    static let unitsPerWhole: UInt64 = 10_000_000

    /// A coordinate in units of the last place, whose magnitude is below ``fixedPointLimit``.
    @inline(__always)
    @usableFromInline
    static func fixed(_ value: Double) -> Int64 {
        // Adding 1.5·2^52 leaves a whole number in the low bits, rounded to even; the bits of the sum tell which.
        let shifter = 6_755_399_441_055_744.0
        let scaled = value * 1e7
        let shifted = scaled + shifter
        if (scaled - (shifted - shifter)).magnitude == 0.5 { return roundedTie(value, scaled: scaled) }
        return Int64(bitPattern: shifted.bitPattern &- shifter.bitPattern)
    }

    /// Writes a coordinate in units of the last place; returns the end of the text.
    @inline(__always)
    static func write(fixed: Int64, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var place = start
        if fixed < 0 {
            place[0] = UInt8(ascii: "-")
            place += 1
        }
        let (whole, fraction) = fixed.magnitude.quotientAndRemainder(dividingBy: unitsPerWhole)
        if whole < 10 {
            place[0] = 48 + UInt8(truncatingIfNeeded: whole)
            place += 1
        } else if whole < 100 {
            place[0] = 48 + UInt8(truncatingIfNeeded: whole / 10)
            place[1] = 48 + UInt8(truncatingIfNeeded: whole % 10)
            place += 2
        } else if whole < 1000 {
            let tens = whole / 10
            place[0] = 48 + UInt8(truncatingIfNeeded: tens / 10)
            place[1] = 48 + UInt8(truncatingIfNeeded: tens % 10)
            place[2] = 48 + UInt8(truncatingIfNeeded: whole % 10)
            place += 3
        } else {
            place = writeDigits(whole, to: place)
        }
        guard fraction != 0 else { return place }
        // The first of the eight digits is 0 and makes room for the point.
        let digits = eightDigits(fraction)
        UnsafeMutableRawPointer(place).storeBytes(
            of: (digits | 0x3030_3030_3030_302E).littleEndian, as: UInt64.self)
        // Counted from the other end: processors do that faster.
        return place + 8 - digits.byteSwapped.trailingZeroBitCount / 8
    }

    /// The scaled value when it fell on a tie: what the product lost decides, and nothing lost goes to even.
    @inline(never)
    private static func roundedTie(_ value: Double, scaled: Double) -> Int64 {
        let lost = (-scaled).addingProduct(value, 1e7)
        if lost > 0 { return Int64(scaled.rounded(.up)) }
        if lost < 0 { return Int64(scaled.rounded(.down)) }
        return Int64(scaled.rounded(.toNearestOrEven))
    }

    /// Eight decimal digits as eight bytes of 0…9, the first one lowest.
    ///
    /// Splits in halves, quarters and eighths at once; 10486 / 2^20 and 103 / 2^10 stand for 1/100 and 1/10.
    @inline(__always)
    private static func eightDigits(_ number: UInt64) -> UInt64 {
        let halves = number / 10_000 | (number % 10_000) << 32
        let hundreds = (halves &* 10_486) >> 20 & 0x0000_007F_0000_007F
        let quarters = hundreds | (halves &- hundreds &* 100) << 16
        let tens = (quarters &* 103) >> 10 & 0x000F_000F_000F_000F
        return tens | (quarters &- tens &* 10) << 8
    }

    /// Writes a whole number; returns the end of the text, at most 20 bytes on.
    static func writeDigits(
        _ number: UInt64, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var length = 1
        var rest = number
        while rest >= 10 {
            rest /= 10
            length += 1
        }
        rest = number
        for index in (0..<length).reversed() {
            start[index] = 48 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        return start + length
    }

    /// Appends a whole number.
    static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        guard let magnitude = UInt64(exactly: value.magnitude) else {
            bytes.append(contentsOf: value.magnitude.description.utf8)
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
            let start = buffer.baseAddress!
            let end = writeDigits(magnitude, to: start)
            bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: end - start))
        }
    }
}
