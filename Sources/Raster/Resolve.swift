/// How the windings of overlapping subpaths decide what is inside.
public enum FillRule: Hashable, Sendable {
    /// Inside is where the winding number is not zero. What subpaths cover together is clamped to the whole pixel:
    /// exact where at most one of them has its border in a pixel, and in such a pixel at most their sum.
    case nonZero
    /// Inside is where the winding number is odd.
    case evenOdd
}

/// What a covered pixel receives.
protocol Paint {
    /// The picture where coverage is `coverage` (0...256) in the eight pixels that begin at (`column`, `row`).
    func over(_ destination: Blend.Pixels, coverage: Blend.Pixels, column: Int, row: Int) -> Blend.Pixels
    /// The value that every wholly covered pixel ends as, if that is one value.
    var opaque: UInt32? { get }
}

extension CoverageCells {
    typealias Eight = SIMD8<Int32>

    /// Turns the cells into coverage, paints it over the pixels, and leaves all cells zero: one pass over the blocks
    /// that were touched or lie inside.
    func resolve(_ rule: FillRule, _ paint: some Paint, over pixels: UnsafeMutablePointer<UInt32>) {
        switch rule {
        case .nonZero: resolve(NonZero.self, paint, over: pixels)
        case .evenOdd: resolve(EvenOdd.self, paint, over: pixels)
        }
    }

    @inline(__always)
    private func resolve(
        _ winding: (some Winding).Type, _ paint: some Paint, over pixels: UnsafeMutablePointer<UInt32>
    ) {
        let (first, last) = rows.pointee
        guard first <= last else { return }
        rows.pointee = (Int32(height), -1)
        for row in Int(first)...Int(last) {
            resolveRow(row, winding, paint, pixels + row &* width)
        }
    }

    @inline(__always)
    private func resolveRow(
        _ row: Int, _ winding: (some Winding).Type, _ paint: some Paint, _ pixels: UnsafeMutablePointer<UInt32>
    ) {
        let cells = UnsafeMutableRawPointer(sums + row &* stride)
        let target = UnsafeMutableRawPointer(pixels)
        let blocks = width >> 3
        var carry: Int32 = 0
        var done = 0
        for word in 0..<words {
            var bits = touched[row &* words &+ word]
            if bits == 0 { continue }
            touched[row &* words &+ word] = 0
            while bits != 0 {
                let block = word << 6 &+ bits.trailingZeroBitCount
                bits &= bits &- 1
                if block >= blocks { break }
                if carry != 0, done < block {
                    run(from: done, to: block, carry, winding, paint, row, target)
                }
                let address = cells + block << 5
                let low = Self.runningSum(address.load(as: SIMD4<Int32>.self)) &+ carry
                let high = Self.runningSum((address + 16).load(as: SIMD4<Int32>.self)) &+ low[3]
                address.storeBytes(of: Eight(), as: Eight.self)
                carry = high[3]
                let coverage = winding.coverage(Eight(lowHalf: low, highHalf: high))
                let destination = target + block << 5
                let result = paint.over(
                    destination.load(as: Blend.Pixels.self), coverage: coverage, column: block << 3, row: row)
                destination.storeBytes(of: result, as: Blend.Pixels.self)
                done = block &+ 1
            }
        }
        if carry != 0, done < blocks {
            run(from: done, to: blocks, carry, winding, paint, row, target)
        }
    }

    /// Paints untouched blocks, in which coverage is the same everywhere.
    @inline(__always)
    private func run(
        from start: Int, to end: Int, _ sum: Int32, _ winding: (some Winding).Type, _ paint: some Paint,
        _ row: Int, _ target: UnsafeMutableRawPointer
    ) {
        let coverage = winding.coverage(Eight(repeating: sum))
        if coverage[0] == 0 { return }
        if coverage[0] == 256, let opaque = paint.opaque {
            let value = Blend.Pixels(repeating: opaque)
            for block in start..<end {
                (target + block << 5).storeBytes(of: value, as: Blend.Pixels.self)
            }
            return
        }
        for block in start..<end {
            let address = target + block << 5
            let result = paint.over(
                address.load(as: Blend.Pixels.self), coverage: coverage, column: block << 3, row: row)
            address.storeBytes(of: result, as: Blend.Pixels.self)
        }
    }

    @inline(__always)
    static func runningSum(_ cells: SIMD4<Int32>) -> SIMD4<Int32> {
        var sum = cells &+ SIMD4(0, cells[0], cells[1], cells[2])
        sum &+= SIMD4(0, 0, sum[0], sum[1])
        return sum
    }
}

/// A fill rule as arithmetic on sums, in which 2^17 is a whole pixel; the result is 0...256.
protocol Winding {
    static func coverage(_ sums: CoverageCells.Eight) -> Blend.Pixels
}

enum NonZero: Winding {
    @inline(__always)
    static func coverage(_ sums: CoverageCells.Eight) -> Blend.Pixels {
        // The lesser of the area and 256, without the comparison that SSE2 has no instruction for.
        let sign = sums &>> 31
        let excess = ((sums ^ sign) &- sign &+ 256) &>> 9 &- 256
        return unsafeBitCast(256 &+ (excess & (excess &>> 31)), to: Blend.Pixels.self)
    }
}

enum EvenOdd: Winding {
    @inline(__always)
    static func coverage(_ sums: CoverageCells.Eight) -> Blend.Pixels {
        // A sawtooth of the area: 256 less its distance from 256.
        let sign = sums &>> 31
        let folded = ((sums ^ sign) &- sign) & (2 * CoverageCells.full - 1)
        let excess = (folded &+ 256) &>> 9 &- 256
        let side = excess &>> 31
        return unsafeBitCast(256 &- ((excess ^ side) &- side), to: Blend.Pixels.self)
    }
}

/// One colour everywhere.
struct SolidPaint: Paint {
    let color: Blend.Solid

    init(_ color: Color) { self.color = Blend.Solid(color.premultiplied) }

    var opaque: UInt32? { color.pixel.alpha == 255 ? color.pixel.bits : nil }

    @inline(__always)
    func over(_ destination: Blend.Pixels, coverage: Blend.Pixels, column: Int, row: Int) -> Blend.Pixels {
        Blend.over(color, coverage: coverage, destination: destination)
    }
}
