/// Runs of points in an upright box, eight looked at together: what clipping spends its time on are long stretches that lie wholly inside, or
/// wholly on one side.
extension UnsafeBufferPointer<SIMD2<Double>> {
    /// The index of the first point from `start` on that is not inside the box; borders count as inside unless it is open. Infinite borders
    /// are none.
    @inline(__always)
    func endOfRun(from start: Int, low: SIMD2<Double>, high: SIMD2<Double>, isOpen: Bool) -> Int {
        guard let base = baseAddress.map({ UnsafeRawPointer($0) }) else { return start }
        let lows = SIMD4(lowHalf: low, highHalf: low), highs = SIMD4(lowHalf: high, highHalf: high)
        var index = start
        while index &+ 8 <= count {
            let place = base + index &* 16
            let inside =
                Self.inside(place, lows, highs, isOpen) & Self.inside(place + 32, lows, highs, isOpen)
                & Self.inside(place + 64, lows, highs, isOpen) & Self.inside(place + 96, lows, highs, isOpen)
            if inside[0] & inside[1] & inside[2] & inside[3] == 0 { break }
            index &+= 8
        }
        while index < count {
            let p = self[index]
            let isInside =
                isOpen
                ? p.x > low.x && p.y > low.y && p.x < high.x && p.y < high.y
                : p.x >= low.x && p.y >= low.y && p.x <= high.x && p.y <= high.y
            if !isInside { break }
            index &+= 1
        }
        return index
    }

    /// All bits of each coordinate of two points that is within the box.
    @inline(__always)
    private static func inside(
        _ place: UnsafeRawPointer, _ lows: SIMD4<Double>, _ highs: SIMD4<Double>, _ isOpen: Bool
    ) -> SIMD4<Int64> {
        let points = place.loadUnaligned(as: SIMD4<Double>.self)
        let mask = isOpen ? (points .> lows) .& (points .< highs) : (points .>= lows) .& (points .<= highs)
        return unsafeBitCast(mask, to: SIMD4<Int64>.self)
    }
}
