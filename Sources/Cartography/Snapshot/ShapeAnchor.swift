extension ShapeGeometry {
    /// Where a feature's symbol stands: in its largest area, else half way along its longest line, else on its first point.
    func anchor(of feature: Int) -> WorldPosition {
        var best: (role: PartRole, size: Double, part: Int)?
        for part in parts(feature) where role[part] != .hole {
            let size = role[part] == .line ? length(of: part) : role[part] == .exterior ? area(of: part) : 0
            if let found = best, (found.role.rawValue, found.size) >= (role[part].rawValue, size) { continue }
            best = (role[part], size, part)
        }
        guard let best else { return WorldPosition(x: box[feature].minX, y: box[feature].minY) }
        switch best.role {
        case .line: return middle(ofLine: best.part, length: best.size)
        case .exterior: return inside(ofArea: best.part, last: parts(feature).upperBound)
        case .point, .hole: return position(vertices(best.part).lowerBound)
        }
    }

    private func position(_ vertex: Int) -> WorldPosition { WorldPosition(x: x[vertex], y: y[vertex]) }

    private func length(of part: Int) -> Double {
        let run = vertices(part)
        var length = 0.0
        for vertex in run.dropFirst() { length += distance(vertex - 1, vertex) }
        return length
    }

    private func distance(_ a: Int, _ b: Int) -> Double {
        let dx = Double(x[a]) - Double(x[b]), dy = Double(y[a]) - Double(y[b])
        return (dx * dx + dy * dy).squareRoot()
    }

    /// Twice the area inside a ring.
    private func area(of part: Int) -> Double {
        let run = vertices(part)
        var sum = 0.0
        var previous = run.upperBound - 1
        // Relative to the ring's own corner, so that products stay exact.
        let (ox, oy) = (Double(x[run.lowerBound]), Double(y[run.lowerBound]))
        for vertex in run {
            sum +=
                (Double(x[previous]) - ox) * (Double(y[vertex]) - oy)
                - (Double(x[vertex]) - ox) * (Double(y[previous]) - oy)
            previous = vertex
        }
        return abs(sum)
    }

    private func middle(ofLine part: Int, length: Double) -> WorldPosition {
        var rest = length / 2
        for vertex in vertices(part).dropFirst() {
            let step = distance(vertex - 1, vertex)
            if step >= rest, step > 0 {
                let t = rest / step
                return WorldPosition(
                    x: UInt32(Double(x[vertex - 1]) + (Double(x[vertex]) - Double(x[vertex - 1])) * t),
                    y: UInt32(Double(y[vertex - 1]) + (Double(y[vertex]) - Double(y[vertex - 1])) * t))
            }
            rest -= step
        }
        return position(vertices(part).lowerBound)
    }

    /// The middle of the widest stretch inside an area (holes left out) along the horizontal through the middle of its box.
    private func inside(ofArea part: Int, last: Int) -> WorldPosition {
        var (low, high) = (UInt32.max, UInt32(0))
        for vertex in vertices(part) {
            low = min(low, y[vertex])
            high = max(high, y[vertex])
        }
        // Half a unit off the grid, so that no vertex lies on the horizontal.
        let level = Double(low) + Double(high - low) / 2
        let horizontal = level.rounded(.down) + 0.5
        var crossings: [Double] = []
        var ring = part
        repeat {
            let run = vertices(ring)
            var previous = run.upperBound - 1
            for vertex in run {
                let (y0, y1) = (Double(y[previous]), Double(y[vertex]))
                if (y0 < horizontal) != (y1 < horizontal) {
                    let t = (horizontal - y0) / (y1 - y0)
                    crossings.append(Double(x[previous]) + (Double(x[vertex]) - Double(x[previous])) * t)
                }
                previous = vertex
            }
            ring += 1
        } while ring < last && role[ring] == .hole
        crossings.sort()
        var widest: (width: Double, middle: Double)?
        for index in stride(from: 0, to: crossings.count - 1, by: 2) {
            let width = crossings[index + 1] - crossings[index]
            if width > widest?.width ?? -1 { widest = (width, (crossings[index] + crossings[index + 1]) / 2) }
        }
        guard let widest else { return position(vertices(part).lowerBound) }
        return WorldPosition(x: UInt32(widest.middle), y: UInt32(level))
    }
}
