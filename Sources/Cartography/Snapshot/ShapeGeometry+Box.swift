extension ShapeGeometry {
    /// True if a feature and a box share a point; edges that only touch count.
    ///
    /// Complexity: O(*n*) where the feature reaches over an edge of the box, else O(1).
    func meets(_ feature: Int, _ box: WorldBox) -> Bool {
        let own = self.box[feature]
        guard own.intersects(box) else { return false }
        if box.contains(own) { return true }
        // Rings around the box's corner: an odd number if the box lies in the area.
        var isInside = false
        for part in parts(feature) {
            let run = vertices(part)
            let role = role[part]
            var previous = role == .line || role == .point ? run.lowerBound : run.upperBound - 1
            for vertex in run {
                let (ax, ay) = (Int64(x[previous]), Int64(y[previous]))
                let (bx, by) = (Int64(x[vertex]), Int64(y[vertex]))
                if box.meetsLine(fromX: ax, y: ay, toX: bx, y: by) { return true }
                if role != .line, role != .point, box.hasCornerLeft(ofX: ax, y: ay, x: bx, y: by) { isInside.toggle() }
                previous = vertex
            }
        }
        return isInside
    }
}

extension WorldBox {
    /// Twice the signed area of a triangle: the side of the line from `a` to `b` on which `c` lies.
    private static func side(_ ax: Int64, _ ay: Int64, _ bx: Int64, _ by: Int64, _ cx: Int64, _ cy: Int64) -> Int128 {
        Int128(bx - ax) * Int128(cy - ay) - Int128(by - ay) * Int128(cx - ax)
    }

    /// True if a straight line, or a position where both ends are one, meets the box.
    fileprivate func meetsLine(fromX ax: Int64, y ay: Int64, toX bx: Int64, y by: Int64) -> Bool {
        let (west, east, north, south) = (Int64(minX), Int64(maxX), Int64(minY), Int64(maxY))
        guard min(ax, bx) <= east, max(ax, bx) >= west, min(ay, by) <= south, max(ay, by) >= north else { return false }
        let sides = [(west, north), (east, north), (east, south), (west, south)].map {
            Self.side(ax, ay, bx, by, $0.0, $0.1).signum()
        }
        return !(sides.allSatisfy { $0 > 0 } || sides.allSatisfy { $0 < 0 })
    }

    /// True if a ray from the north-western corner to the west crosses an edge that does not meet the box.
    fileprivate func hasCornerLeft(ofX ax: Int64, y ay: Int64, x bx: Int64, y by: Int64) -> Bool {
        let (cornerX, cornerY) = (Int64(minX), Int64(minY))
        guard (ay > cornerY) != (by > cornerY) else { return false }
        let side = Self.side(ax, ay, bx, by, cornerX, cornerY)
        return by > ay ? side < 0 : side > 0
    }
}
