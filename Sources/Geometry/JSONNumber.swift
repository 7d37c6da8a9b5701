/// The digits of a JSON number, and the double nearest to them.
struct JSONNumber {
    var isNegative = false
    /// The digits as a whole number, if there are no more than 19 of them.
    var mantissa: UInt64 = 0
    /// The power of ten that the mantissa is multiplied with.
    var exponent = 0
    /// Whether the mantissa holds all digits.
    var isExact = true
    /// Whether there is neither a fraction nor an exponent.
    var isInteger = true

    /// The nearest double, found without a long computation; nil if one is needed.
    ///
    /// Up to 22 the powers of ten are doubles, so one correctly rounded operation is enough (Clinger, *How to Read
    /// Floating Point Numbers Accurately*, 1990). From there to 27 the mantissa is divided by a power of five in whole
    /// numbers, and the remainder decides the rounding.
    @inline(__always)
    var quickDouble: Double? {
        guard isExact else { return nil }
        var magnitude: Double
        if mantissa <= 1 << 53, exponent <= 0, exponent >= -22 {
            magnitude = Double(mantissa)
            if exponent < 0 { magnitude /= powersOfTen[-exponent] }
        } else if mantissa <= 1 << 53, exponent > 0, exponent <= 22 {
            magnitude = Double(mantissa) * powersOfTen[exponent]
        } else if exponent == 0 {
            magnitude = Double(mantissa)
        } else if exponent < 0, exponent >= -27 {
            magnitude = Self.divide(mantissa, byTenToThe: -exponent)
        } else {
            return nil
        }
        return isNegative ? -magnitude : magnitude
    }

    /// The correctly rounded quotient of a number that is not 0 and a power of ten of 1…27.
    static func divide(_ mantissa: UInt64, byTenToThe power: Int) -> Double {
        let divisor = powersOfFive[power]
        let shift = mantissa.leadingZeroBitCount
        let divisorShift = divisor.leadingZeroBitCount
        let dividend = mantissa << UInt64(shift)
        var (quotient, remainder) = (divisor << UInt64(divisorShift)).dividingFullWidth(
            (dividend >> 1, dividend << 63))
        // The quotient has 63 or 64 bits, ten more than a double, so its last one can say that something follows.
        if remainder != 0 { quotient |= 1 }
        let exponent = divisorShift - shift - 63 - power
        return Double(quotient) * Double(sign: .plus, exponent: exponent, significand: 1)
    }
}

private let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
]

private let powersOfFive: [UInt64] = [
    1, 5, 25, 125, 625, 3125, 15625, 78125, 390_625, 1_953_125, 9_765_625, 48_828_125, 244_140_625, 1_220_703_125,
    6_103_515_625, 30_517_578_125, 152_587_890_625, 762_939_453_125, 3_814_697_265_625, 19_073_486_328_125,
    95_367_431_640_625, 476_837_158_203_125, 2_384_185_791_015_625, 11_920_928_955_078_125, 59_604_644_775_390_625,
    298_023_223_876_953_125, 1_490_116_119_384_765_625, 7_450_580_596_923_828_125,
]
