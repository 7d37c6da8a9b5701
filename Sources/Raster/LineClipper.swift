extension ClipRectangle {
    /// Adds the pieces of a line that lie in the rectangle, in their order and direction.
    ///
    ///            ┌──────────────┐
    ///      a ────┼──●━━━━━━●━━━━│──▶ …       the pieces of one line; a new piece begins wherever
    ///            │         ┏━━━━│◀── …       the line comes back
    ///            └─────────┃────┘
    ///                      ▼ b
    ///
    /// What runs along the border belongs to the rectangle; a mere touch in a point gives nothing; repeated
    /// points stay repeated. The line has finite coordinates in any unit. O(points); points that are beyond one side cost one comparison each.
    public func clip(line: borrowing Span<SIMD2<Double>>, into pieces: inout Polylines) {
        line.withUnsafeBufferPointer { clip(line: $0, into: &pieces) }
    }

    /// Adds the pieces of a ring's border that lie in the rectangle: what an outline is stroked from. No piece runs
    /// along the rectangle's border unless the ring does, and a ring wholly inside gives one piece with its first point repeated at
    /// the end.
    public func clip(outline ring: borrowing Span<SIMD2<Double>>, into pieces: inout Polylines) {
        ring.withUnsafeBufferPointer { ring in
            guard let first = ring.first, let last = ring.last else { return }
            // Begin outside, so that the piece around the first point is not cut in two.
            let start = ring.firstIndex { !contains($0) } ?? 0
            guard start > 0 || first != last else { return clip(line: ring, into: &pieces) }
            var turned = ContiguousArray(ring[start...])
            turned.append(contentsOf: ring[(first == last ? 1 : 0)..<max(start, first == last ? 1 : 0)])
            turned.append(turned[0])
            turned.withUnsafeBufferPointer { clip(line: $0, into: &pieces) }
        }
    }

    func clip(line: UnsafeBufferPointer<SIMD2<Double>>, into pieces: inout Polylines) {
        guard line.count > 1 else { return }
        var index = 0
        while index < line.count {
            if contains(line[index]) {
                // A run of points inside is taken at once.
                let end = endOfInside(line, from: index &+ 1, isOpen: false)
                pieces.add(contentsOf: UnsafeBufferPointer(rebasing: line[index..<end]))
                if end < line.count, let (_, exit) = part(line[end &- 1], line[end]) { pieces.add(exit) }
                pieces.endLine()
                index = end
            } else {
                guard let next = firstNotBeyond(line, from: index, orOn: false), next < line.count else { return }
                if let (entry, exit) = part(line[next &- 1], line[next]) {
                    pieces.add(entry)
                    if !contains(line[next]) {
                        pieces.add(exit)
                        pieces.endLine()
                    }
                }
                index = next
            }
        }
    }
}
