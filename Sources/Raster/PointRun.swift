/// Runs of points on one side of a line or in an upright box, eight looked at together: what clipping spends its time on are long stretches
/// that lie wholly inside, or wholly on one side.
extension UnsafeBufferPointer<SIMD2<Double>> {
    /// The index of the first point from `start` on that is not inside the box; borders count as inside unless it is open.
    @inline(__always)
    func endOfRun(from start: Int, low: SIMD2<Double>, high: SIMD2<Double>, isOpen: Bool) -> Int {
        isOpen
            ? endOfRun(from: start) { ($0 .<= low.twice) .| ($0 .>= high.twice) }
            : endOfRun(from: start) { ($0 .< low.twice) .| ($0 .> high.twice) }
    }

    /// The index of the first point from `start` on that has a coordinate above its limit, or at it if the limits are open. Infinite limits are
    /// none.
    @inline(__always)
    func endOfRun(from start: Int, below limit: SIMD2<Double>, isOpen: Bool) -> Int {
        isOpen ? endOfRun(from: start) { $0 .>= limit.twice } : endOfRun(from: start) { $0 .> limit.twice }
    }

    /// The index of the first point from `start` on that has a coordinate below its limit, or at it if the limits are open. Infinite limits are
    /// none.
    @inline(__always)
    func endOfRun(from start: Int, above limit: SIMD2<Double>, isOpen: Bool) -> Int {
        isOpen ? endOfRun(from: start) { $0 .<= limit.twice } : endOfRun(from: start) { $0 .< limit.twice }
    }

    /// The index of the first point from `start` on of which a coordinate is out; `isOut` looks at those of two points.
    @inline(__always)
    private func endOfRun(from start: Int, isOut: (SIMD4<Double>) -> SIMDMask<SIMD4<Int64>>) -> Int {
        guard let base = baseAddress.map({ UnsafeRawPointer($0) }) else { return start }
        @inline(__always) func out(_ index: Int) -> SIMD4<Int64> {
            unsafeBitCast(
                isOut((base + index &* 16).loadUnaligned(as: SIMD4<Double>.self)), to: SIMD4<Int64>.self)
        }
        var index = start
        while index &+ 8 <= count {
            let bits = out(index) | out(index &+ 2) | out(index &+ 4) | out(index &+ 6)
            if bits[0] | bits[1] | bits[2] | bits[3] != 0 { break }
            index &+= 8
        }
        while index < count {
            let bits = unsafeBitCast(isOut(self[index].twice), to: SIMD4<Int64>.self)
            if bits[0] | bits[1] != 0 { break }
            index &+= 1
        }
        return index
    }
}

extension SIMD2<Double> {
    @inline(__always)
    fileprivate var twice: SIMD4<Double> { SIMD4(lowHalf: self, highHalf: self) }
}
