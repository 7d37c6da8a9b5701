/// How a ring lies to a rectangle.
enum RingPlace {
    /// No part of it is inside.
    case outside
    /// All of it is inside; single points may touch the border.
    case inside
    /// Parts of it are inside.
    case crossing
}

extension ClipRectangle {
    /// Adds the parts of a ring's border that lie inside and not along the border of the rectangle. Each part begins
    /// and ends on the border; where the ring touches the border and turns back, one part ends and another begins.
    func cut(_ ring: UnsafeBufferPointer<SIMD2<Double>>, into parts: inout Polylines) -> RingPlace {
        // Begin at a point that is not inside, so that no part contains the ring's first point.
        let start = endOfInside(ring, from: 0, isOpen: true)
        if start == ring.count { return .inside }
        let before = parts.count
        cut(ring, from: start, to: ring.count, into: &parts)
        // From the last point over the first one to where it began.
        if start == 0 {
            seam(ring[ring.count &- 1], ring[0], into: &parts)
        } else {
            let last = ring[ring.count &- 1]
            if !holds(last) { seam(last, ring[0], into: &parts) }
            cut(ring, from: 0, to: start &+ 1, into: &parts)
        }
        return parts.count > before ? .crossing : .outside
    }

    /// Cuts the segments between the points `from..<to`, of which the last part may stay open.
    @inline(__always)
    private func cut(
        _ ring: UnsafeBufferPointer<SIMD2<Double>>, from: Int, to: Int, into parts: inout Polylines
    ) {
        let ring = UnsafeBufferPointer(rebasing: ring[..<to])
        var index = from
        while index < to {
            if holds(ring[index]) {
                let end = endOfInside(ring, from: index &+ 1, isOpen: true)
                parts.add(contentsOf: UnsafeBufferPointer(rebasing: ring[index..<end]))
                if end < to { leave(ring[end &- 1], ring[end], into: &parts) }
                index = end
            } else {
                guard let next = firstNotBeyond(ring, from: index, orOn: true), next < to else { return }
                seam(ring[next &- 1], ring[next], into: &parts)
                index = next
            }
        }
    }

    /// Ends a part with the way from a point inside to one that is not.
    @inline(__always)
    private func leave(_ a: SIMD2<Double>, _ b: SIMD2<Double>, into parts: inout Polylines) {
        if let (_, exit) = part(a, b) { parts.add(exit) }
        parts.end(minimum: 2)
    }

    /// Cuts one segment; a part is left open when the segment ends inside.
    private func seam(_ a: SIMD2<Double>, _ b: SIMD2<Double>, into parts: inout Polylines) {
        if holds(a) {
            if !holds(b) { leave(a, b, into: &parts) }
            return
        }
        guard let (entry, exit) = part(a, b), entry != exit, !isAlongBorder(entry, exit) else { return }
        parts.add(entry)
        guard !holds(b) else { return }
        parts.add(exit)
        parts.end(minimum: 2)
    }
}
