extension Stroker {
    /// Strokes one unbroken line or ring.
    ///
    /// A segment that is seen is drawn with the bends at both its ends, whether or not its neighbours are seen: so its
    /// outline is the same in every tile.
    ///
    /// - Parameter together: eight segments at a time where the line goes on in sight; the picture is the same without.
    mutating func line(_ vertices: UnsafeBufferPointer<PixelPoint>, isClosed: Bool, together: Bool = true) {
        guard let start = vertices.first else { return }
        var last = start
        // The segment before `last`: where it came from, and what it is if it was seen.
        var before = start
        var segment = Segment(dx: 1, dy: 0, lengthSquared: 1, halfWidth: halfWidth)
        var isSeen = false
        var second: PixelPoint?
        var index = 1
        while index <= vertices.count, !isGivenUp {
            // Where a line goes on in sight, eight segments together.
            if together, isSeen, index &+ 8 <= vertices.count, let points = vertices.baseAddress,
                points[index &- 1] == last,
                let next = bends(points + (index &- 1), after: segment)
            {
                segment = next
                index &+= 8
                before = points[index &- 2]
                last = points[index &- 1]
                continue
            }
            // A ring comes back to its first vertex.
            if index == vertices.count, !isClosed { break }
            let vertex = index < vertices.count ? vertices[index] : start
            index &+= 1
            let dx = Float(vertex.x &- last.x), dy = Float(vertex.y &- last.y)
            let lengthSquared = dx * dx + dy * dy
            if lengthSquared < Self.shortest { continue }
            let nextIsSeen = sees(last, vertex)
            if nextIsSeen || isSeen {
                let next = Segment(dx: dx, dy: dy, lengthSquared: lengthSquared, halfWidth: halfWidth)
                if isSeen {
                    bend(last, segment, next)
                    if !nextIsSeen { endCut(last, next) }
                } else if second == nil {
                    if isClosed {
                        beginBent(last, closingSegment(vertices) ?? next, next)
                    } else {
                        beginCap(last, next)
                    }
                } else {
                    let hidden = Segment(from: before, to: last, halfWidth: halfWidth)
                    beginCut(last, hidden)
                    bend(last, hidden, next)
                }
                segment = next
            }
            if second == nil { second = vertex }
            isSeen = nextIsSeen
            before = last
            last = vertex
        }
        guard let second else { return dot(start) }
        guard isSeen else { return }
        if isClosed {
            // Up to where the first segment began: the two edges across the stroke cancel each other.
            bend(start, segment, Segment(from: start, to: second, halfWidth: halfWidth))
            endBent()
        } else {
            endCap(last, segment)
        }
    }

    /// The segment with which a ring comes back to its first vertex, by the same choice of vertices as in ``line(_:isClosed:)``;
    /// nil if all vertices fall on one place.
    private func closingSegment(_ vertices: UnsafeBufferPointer<PixelPoint>) -> Segment? {
        guard let start = vertices.first else { return nil }
        var last = start
        var closing: (from: PixelPoint, to: PixelPoint)?
        for index in 1...vertices.count {
            let vertex = index < vertices.count ? vertices[index] : start
            let dx = Float(vertex.x &- last.x), dy = Float(vertex.y &- last.y)
            if dx * dx + dy * dy < Self.shortest { continue }
            closing = (last, vertex)
            last = vertex
        }
        return closing.map { Segment(from: $0.from, to: $0.to, halfWidth: halfWidth) }
    }

    /// A subpath without length: its caps alone.
    mutating func dot(_ p: PixelPoint) {
        guard cap != .butt, sees(p, p) else { return }
        let segment = Segment(dx: 1, dy: 0, lengthSquared: 1, halfWidth: halfWidth)
        beginCap(p, segment)
        endCap(p, segment)
    }
}
