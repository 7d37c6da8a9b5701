extension Stroker {
    /// Eight segments and the bends before them, as vectors.
    struct Run {
        var px = Lanes()
        var py = Lanes()
        var mx = Lanes()
        var my = Lanes()
        var ux = SIMD8<Float>()
        var uy = SIMD8<Float>()
        var length = SIMD8<Float>()
        var cosine = SIMD8<Float>()
        var sine = SIMD8<Float>()
    }

    /// Draws the bends at `points[0...7]`, from the segment that ends at `points[0]` to the one that begins at `points[7]`, if all segments
    /// between the nine points are seen and long enough; the last of them, or nil when nothing was done.
    ///
    /// The twin of ``bend(_:_:_:)`` and of the loop in ``line(_:isClosed:)``, to the last bit.
    @inline(__always)
    mutating func bends(_ points: UnsafePointer<PixelPoint>, after first: Segment) -> Segment? {
        let a = UnsafeRawPointer(points).loadUnaligned(as: SIMD16<Int32>.self)
        let b = UnsafeRawPointer(points + 1).loadUnaligned(as: SIMD16<Int32>.self)
        let (ax, ay, bx, by) = (a.evenHalf, a.oddHalf, b.evenHalf, b.oddHalf)
        let dx = (bx &- ax).floats, dy = (by &- ay).floats
        let lengthSquared = dx * dx + dy * dy
        let isShort = Self.signs(lengthSquared - Self.shortest)
        let right = Int32(truncatingIfNeeded: cells.width) << 8 &+ margin
        let bottom = Int32(truncatingIfNeeded: cells.height) << 8 &+ margin
        let isSeen =
            (Lanes.lesser(ax, bx) &- right) & (0 &- margin &- Lanes.greater(ax, bx)) & (Lanes.lesser(ay, by) &- bottom)
            & (0 &- margin &- Lanes.greater(ay, by))
        guard Lanes.signBits(isSeen & ~isShort, isShort).0 == 255 else { return nil }

        let length = lengthSquared.roots
        let inverse = 1 / length
        let ux = dx * inverse, uy = dy * inverse
        let lastUX = ux.after(first.ux), lastUY = uy.after(first.uy), lastLength = length.after(first.length)
        let cosine = lastUX * ux + lastUY * uy
        let sine = lastUX * uy - lastUY * ux
        let inner = 1 / (1 + cosine)
        let tangent = sine.magnitudes * inner
        let isSharp =
            ~Self.signs(0 - cosine) | Self.signs(smallBend - tangent * tangent)
            | Self.signs(length - tangent * halfWidth) | Self.signs(lastLength - tangent * halfWidth)
        // The left normals times half the width.
        let nx = (0 - uy) * halfWidth, ny = ux * halfWidth
        let mx = ((nx.after(first.nx) + nx) * inner).rounded, my = ((ny.after(first.ny) + ny) * inner).rounded

        if leftCount > CoverageCells.outlineLimit - 8 { leaveLeft() }
        if rightCount > CoverageCells.outlineLimit - 8 { leaveRight() }
        let sharp = Lanes.signBits(isSharp, isSharp).0
        var last = Segment(dx: 1, dy: 0, lengthSquared: 1, halfWidth: halfWidth)
        if sharp == 0 {
            Self.store(ax &+ mx, ay &+ my, lefts + leftCount)
            Self.store(ax &- mx, ay &- my, rights + rightCount)
            leftCount &+= 8
            rightCount &+= 8
            last.set(ux[7], uy[7], length[7], halfWidth)
        } else {
            let run = Run(px: ax, py: ay, mx: mx, my: my, ux: ux, uy: uy, length: length, cosine: cosine, sine: sine)
            last = bends(run, sharp, after: first)
        }
        return last
    }

    /// The same bends one by one, since those of a mask need more than a point on either side.
    @inline(never)
    private mutating func bends(_ run: Run, _ sharp: UInt32, after first: Segment) -> Segment {
        var last = first
        var next = first
        for lane in 0..<8 {
            next.set(run.ux[lane], run.uy[lane], run.length[lane], halfWidth)
            let p = PixelPoint(x: run.px[lane], y: run.py[lane])
            if sharp >> UInt32(lane) & 1 == 0 {
                left(to: PixelPoint(x: p.x &+ run.mx[lane], y: p.y &+ run.my[lane]))
                right(to: PixelPoint(x: p.x &- run.mx[lane], y: p.y &- run.my[lane]))
            } else {
                sharpBend(p, last, next, cosine: run.cosine[lane], sine: run.sine[lane])
            }
            last = next
        }
        return last
    }

    @inline(__always)
    private static func store(_ x: Lanes, _ y: Lanes, _ target: UnsafeMutablePointer<PixelPoint>) {
        var points = SIMD16<Int32>()
        points.evenHalf = x
        points.oddHalf = y
        UnsafeMutableRawPointer(target).storeBytes(of: points, as: SIMD16<Int32>.self)
    }

    /// Negative where the number is.
    @inline(__always)
    private static func signs(_ numbers: SIMD8<Float>) -> Lanes { unsafeBitCast(numbers, to: Lanes.self) }
}

extension Stroker.Segment {
    @inline(__always)
    mutating func set(_ ux: Float, _ uy: Float, _ length: Float, _ halfWidth: Float) {
        self.ux = ux
        self.uy = uy
        self.length = length
        nx = -uy * halfWidth
        ny = ux * halfWidth
    }
}
