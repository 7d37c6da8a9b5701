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
    /// Whether it does not matter where a pixel lies.
    static var isUniform: Bool { get }
}

extension CoverageCells {
    typealias Eight = SIMD8<Int32>

    /// Turns the cells into coverage, paints it over the pixels, and leaves all cells zero: one pass over the blocks
    /// that were touched or lie inside.
    func resolve(_ rule: FillRule, _ paint: some Paint, over pixels: UnsafeMutablePointer<UInt32>) {
        leaveWaiting()
        switch rule {
        case .nonZero: resolve(NonZero.self, paint, over: pixels)
        case .evenOdd: resolve(EvenOdd.self, paint, over: pixels)
        }
    }

    @inline(__always)
    private func resolve(
        _ winding: (some Winding).Type, _ paint: some Paint, over pixels: UnsafeMutablePointer<UInt32>
    ) {
        let (first, last) = rows.pointee.all
        guard first <= last else { return }
        rows.pointee = RowRange()
        for row in first...last {
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
        // The sum of all cells so far, in each lane.
        var carry = Eight()
        var done = 0
        for word in 0..<words {
            var bits = touched[row &* words &+ word]
            if bits == 0 { continue }
            touched[row &* words &+ word] = 0
            while bits != 0 {
                // A run of touched blocks.
                let first = bits.trailingZeroBitCount
                var block = word << 6 &+ first
                let above = ~(bits &>> UInt64(truncatingIfNeeded: first))
                let end = min(block &+ above.trailingZeroBitCount, blocks)
                bits &= bits &+ (1 &<< UInt64(truncatingIfNeeded: first))
                if done < block, carry[0] != 0 {
                    run(from: done, to: min(block, blocks), carry[0], winding, paint, row, target)
                }
                while block < end {
                    let address = cells + block << 5
                    let sum = Self.runningSum(address.load(as: Eight.self)) &+ carry
                    address.storeBytes(of: Eight(), as: Eight.self)
                    carry = Eight(repeating: sum[7])
                    let coverage = winding.coverage(sum)
                    let destination = target + block << 5
                    let result = paint.over(
                        destination.load(as: Blend.Pixels.self), coverage: coverage, column: block << 3, row: row)
                    destination.storeBytes(of: result, as: Blend.Pixels.self)
                    block &+= 1
                }
                done = end
            }
        }
        if done < blocks, carry[0] != 0 {
            run(from: done, to: blocks, carry[0], winding, paint, row, target)
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
        guard type(of: paint).isUniform, start < end else {
            for block in start..<end {
                let address = target + block << 5
                let result = paint.over(
                    address.load(as: Blend.Pixels.self), coverage: coverage, column: block << 3, row: row)
                address.storeBytes(of: result, as: Blend.Pixels.self)
            }
            return
        }
        // What lies below is often the same for many blocks, and so is then what is laid over it.
        var known = (target + start << 5).load(as: Blend.Pixels.self)
        var answer = paint.over(known, coverage: coverage, column: start << 3, row: row)
        for block in start..<end {
            let address = target + block << 5
            let destination = address.load(as: Blend.Pixels.self)
            let difference = unsafeBitCast(destination ^ known, to: SIMD4<UInt64>.self)
            if difference[0] | difference[1] | difference[2] | difference[3] != 0 {
                known = destination
                answer = paint.over(destination, coverage: coverage, column: block << 3, row: row)
            }
            address.storeBytes(of: answer, as: Blend.Pixels.self)
        }
    }

    /// In each lane the sum of the lanes up to it.
    @inline(__always)
    static func runningSum(_ cells: Eight) -> Eight {
        // Shifts within pairs rather than shuffles of what was just loaded, which the compiler would do number by number.
        let pairs = cells &+ unsafeBitCast(unsafeBitCast(cells, to: SIMD4<UInt64>.self) &<< 32, to: Eight.self)
        let fours = pairs &+ Eight(0, 0, pairs[1], pairs[1], 0, 0, pairs[5], pairs[5])
        return fours &+ Eight(0, 0, 0, 0, fours[3], fours[3], fours[3], fours[3])
    }
}

/// A fill rule as arithmetic on sums, in which 2^17 is a whole pixel; the result is 0...256.
protocol Winding {
    static func coverage(_ sums: CoverageCells.Eight) -> Blend.Pixels
}

enum NonZero: Winding {
    @inline(__always)
    static func coverage(_ sums: CoverageCells.Eight) -> Blend.Pixels {
        let sign = sums &>> 31
        // Unsigned, since 16384 times around is the one area that has no positive twin.
        let area = unsafeBitCast((sums ^ sign) &- sign, to: Blend.Pixels.self)
        // The lesser of area and 256, by a shift of signs: the standard library compares number by number.
        let excess = 256 &- ((area &+ 256) &>> 9)
        return 256
            &- (excess & ~unsafeBitCast(
                unsafeBitCast(excess, to: CoverageCells.Eight.self) &>> 31, to: Blend.Pixels.self))
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
    static var isUniform: Bool { true }

    @inline(__always)
    func over(_ destination: Blend.Pixels, coverage: Blend.Pixels, column: Int, row: Int) -> Blend.Pixels {
        Blend.over(color, coverage: coverage, destination: destination)
    }
}
