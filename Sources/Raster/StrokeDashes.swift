/// A dash pattern in 1/256 pixel.
struct DashPattern {
    /// Where each dash (even) and gap (odd) begins, and at the end the length of all.
    let starts: [Double]
    let period: Double
    /// Where in the pattern a line begins, 0..<period.
    let phase: Double

    init(_ dash: Dash) {
        var starts = [0.0]
        for length in dash.lengths { starts.append(starts[starts.count - 1] + length * 256) }
        self.starts = starts
        period = starts[starts.count - 1]
        phase = DashPattern.wrap(dash.offset * 256, period)
    }

    static func wrap(_ x: Double, _ period: Double) -> Double {
        let wrapped = x - (x / period).rounded(.down) * period
        return wrapped < period && wrapped >= 0 ? wrapped : 0
    }

    /// The dash or gap in which a phase lies.
    func index(at phase: Double) -> Int {
        var index = starts.count - 2
        while index > 0, starts[index] > phase { index -= 1 }
        return index
    }
}

extension Stroker {
    /// Strokes one line or ring in dashes. Dashes of a ring begin at its first vertex.
    ///
    /// Where a dash begins and ends follows from the distance along the line, through what can be seen and what
    /// cannot; what cannot be seen is counted, not walked.
    mutating func dashes(_ vertices: UnsafeBufferPointer<PixelPoint>, isClosed: Bool, _ pattern: DashPattern) {
        guard let start = vertices.first else { return }
        var walk = DashWalk(last: start, phase: pattern.phase)
        var index = 1
        while index < vertices.count, !isGivenUp {
            dash(&walk, to: vertices[index], pattern)
            index &+= 1
        }
        if isClosed { dash(&walk, to: start, pattern) }
        if walk.isOpen, let segment = walk.segment { endCap(walk.last, segment) }
        if walk.segment == nil, pattern.index(at: pattern.phase) % 2 == 0 { dot(start) }
    }

    /// How far the dashes of a line have come.
    struct DashWalk {
        var last: PixelPoint
        /// Distance in the pattern, 0..<period.
        var phase: Double
        /// The segment before `last`, once there is one.
        var segment: Segment?
        /// An outline has begun and not ended.
        var isOpen = false

        init(last: PixelPoint, phase: Double) {
            self.last = last
            self.phase = phase
        }
    }

    private mutating func dash(_ walk: inout DashWalk, to vertex: PixelPoint, _ pattern: DashPattern) {
        let dx = Double(vertex.x &- walk.last.x), dy = Double(vertex.y &- walk.last.y)
        let lengthSquared = dx * dx + dy * dy
        if lengthSquared < Double(Self.shortest) { return }
        let length = lengthSquared.squareRoot()
        let from = walk.last
        let phase = walk.phase
        let segment = Segment(
            dx: Float(dx), dy: Float(dy), lengthSquared: Float(lengthSquared), halfWidth: halfWidth)
        let previous = walk.segment
        walk.segment = segment
        walk.last = vertex
        walk.phase = DashPattern.wrap(phase + length, pattern.period)
        let isSeen = sees(from, vertex)
        guard isSeen || walk.isOpen else { return }

        var index = pattern.index(at: phase)
        if index % 2 == 0 {
            var head = segment
            head.length = Float(min(length, pattern.starts[index + 1] - phase))
            if var tail = previous {
                // A dash around a vertex is bent there, also where its beginning is out of sight.
                tail.length = min(tail.length, Float(phase - pattern.starts[index]))
                if !walk.isOpen { beginCut(from, tail) }
                bend(from, tail, head)
            } else {
                beginCap(from, head)
            }
            walk.isOpen = true
        } else if walk.isOpen, let previous {
            endCap(from, previous)
            walk.isOpen = false
        } else if previous == nil, index > 0, pattern.starts[index - 1] == phase {
            // The line begins with a dash of no length.
            beginCap(from, segment)
            endCap(from, segment)
        }
        guard isSeen else {
            if walk.isOpen { endCut(from, segment) }
            walk.isOpen = false
            return
        }
        func point(at distance: Double) -> PixelPoint {
            let t = distance / length
            return PixelPoint(x: from.x &+ Int32((dx * t).rounded()), y: from.y &+ Int32((dy * t).rounded()))
        }
        let (enter, leave) = seen(from, dx, dy, length)
        var lap = 0.0
        while !isGivenUp {
            index += 1
            if index == pattern.starts.count - 1 {
                index = 0
                lap += 1
                // Whole patterns out of sight are passed over.
                let here = lap * pattern.period - phase
                if !walk.isOpen {
                    let target = here < enter ? enter : here > leave ? length : here
                    lap += max(0, ((target - here) / pattern.period).rounded(.down) - 1)
                }
            }
            let distance = lap * pattern.period + pattern.starts[index] - phase
            if distance > length { break }
            if index % 2 == 0 {
                // After a gap of no length the dash goes on as a new one.
                if walk.isOpen { endCap(point(at: distance), segment) }
                beginCap(point(at: distance), segment)
                walk.isOpen = true
            } else if walk.isOpen {
                endCap(point(at: distance), segment)
                walk.isOpen = false
            }
        }
    }

    /// From where to where along a segment its stroke may touch the canvas (Liang and Barsky 1984).
    private func seen(_ from: PixelPoint, _ dx: Double, _ dy: Double, _ length: Double) -> (Double, Double) {
        var enter = 0.0, leave = 1.0
        let sides = [(Double(from.x), dx, Double(cells.width)), (Double(from.y), dy, Double(cells.height))]
        for (start, delta, side) in sides where delta != 0 {
            let a = (-Double(margin) - start) / delta, b = (side * 256 + Double(margin) - start) / delta
            enter = max(enter, min(a, b))
            leave = min(leave, max(a, b))
        }
        return (enter * length, leave * length)
    }
}
