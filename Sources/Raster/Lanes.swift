/// Eight numbers that are worked on together.
///
/// Comparisons are arithmetic here, because those of the standard library's vectors are done number by number. All numbers lie within
/// -2^30..<2^30, so that differences do not overflow.
typealias Lanes = SIMD8<Int32>

extension Lanes {
    static var order: Lanes { Lanes(0, 1, 2, 3, 4, 5, 6, 7) }

    /// All ones in the lanes in which `a` is less than `b`, else 0.
    @inline(__always)
    static func less(_ a: Lanes, _ b: Lanes) -> Lanes { (a &- b) &>> 31 }

    /// `a` in the lanes in which the mask is all ones, `b` where it is 0.
    @inline(__always)
    static func choose(_ mask: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes { (a & mask) | (b & ~mask) }

    @inline(__always)
    static func lesser(_ a: Lanes, _ b: Lanes) -> Lanes { a &- (a &- b).atLeast(0) }

    @inline(__always)
    static func greater(_ a: Lanes, _ b: Lanes) -> Lanes { b &+ (a &- b).atLeast(0) }

    /// The greater of each number and `limit`.
    @inline(__always)
    func atLeast(_ limit: Int32) -> Lanes {
        let excess = self &- limit
        return (excess & ~(excess &>> 31)) &+ limit
    }

    @inline(__always)
    var floats: SIMD8<Float> {
        // Lane by lane, which the compiler puts together; the conversion of whole vectors may become a call.
        SIMD8<Float>(
            Float(self[0]), Float(self[1]), Float(self[2]), Float(self[3]), Float(self[4]), Float(self[5]),
            Float(self[6]),
            Float(self[7]))
    }

    /// Bits that say for each lane whether the numbers in it are negative, as a mask's are.
    @inline(__always)
    static func signBits(_ a: Lanes, _ b: Lanes) -> (UInt32, UInt32) {
        // Of each lane bits 0 and 8, then of each pair bits 0, 1, 8, 9; put together by shifting each pair to its place.
        let signs =
            unsafeBitCast(a, to: SIMD8<UInt32>.self) &>> 31 | (unsafeBitCast(b, to: SIMD8<UInt32>.self) &>> 31) &<< 8
        let lanes = unsafeBitCast(signs, to: SIMD4<UInt64>.self)
        let pairs = (lanes | lanes &>> 31) &<< SIMD4<UInt64>(0, 2, 4, 6)
        let bits = UInt32(truncatingIfNeeded: pairs[0] | pairs[1] | pairs[2] | pairs[3])
        return (bits & 255, bits >> 8 & 255)
    }

    /// The even lanes, and the odd ones, as longer numbers. None may be negative.
    @inline(__always)
    var evenLanes: SIMD4<UInt64> { unsafeBitCast(self, to: SIMD4<UInt64>.self) & 0xffff_ffff }
    @inline(__always)
    var oddLanes: SIMD4<UInt64> { unsafeBitCast(self, to: SIMD4<UInt64>.self) &>> 32 }
}

extension SIMD8<Float> {
    /// The nearest integers, for numbers below 2^22: adding 1.5 × 2^23 leaves them in the low bits of the significand.
    @inline(__always)
    var rounded: Lanes {
        let magic = SIMD8<Float>(repeating: 12_582_912)
        return unsafeBitCast(self + magic, to: Lanes.self) &- unsafeBitCast(magic, to: Lanes.self)
    }

    @inline(__always)
    var magnitudes: SIMD8<Float> {
        unsafeBitCast(unsafeBitCast(self, to: Lanes.self) & Int32.max, to: SIMD8<Float>.self)
    }

    /// The square roots, lane by lane for the same reason as ``SIMD8/floats``.
    @inline(__always)
    var roots: SIMD8<Float> {
        SIMD8(
            self[0].squareRoot(), self[1].squareRoot(), self[2].squareRoot(), self[3].squareRoot(),
            self[4].squareRoot(),
            self[5].squareRoot(), self[6].squareRoot(), self[7].squareRoot())
    }

    /// What stands one lane before, `first` in the first one.
    @inline(__always)
    func after(_ first: Float) -> SIMD8<Float> {
        SIMD8(first, self[0], self[1], self[2], self[3], self[4], self[5], self[6])
    }
}
