/// A place on the border of a rectangle, in counter-clockwise order from the lower left corner.
struct BorderPlace: Comparable {
    /// 0 bottom, 1 right, 2 top, 3 left. A corner belongs to the side that begins there.
    let side: Int
    /// Grows along the side.
    let along: Double

    init(_ r: ClipRectangle, _ p: SIMD2<Double>) {
        if p.y == r.minY, p.x < r.maxX {
            (side, along) = (0, p.x)
        } else if p.x == r.maxX, p.y < r.maxY {
            (side, along) = (1, p.y)
        } else if p.y == r.maxY, p.x > r.minX {
            (side, along) = (2, -p.x)
        } else {
            (side, along) = (3, -p.y)
        }
    }

    static func < (a: BorderPlace, b: BorderPlace) -> Bool { (a.side, a.along) < (b.side, b.along) }
}

extension ClipRectangle {
    /// The corner at which a side begins.
    func corner(_ side: Int) -> SIMD2<Double> {
        switch side {
        case 0: SIMD2(minX, minY)
        case 1: SIMD2(maxX, minY)
        case 2: SIMD2(maxX, maxY)
        default: SIMD2(minX, maxY)
        }
    }
}

/// Where a part of a ring enters or leaves a rectangle.
///
/// In one place, several are in the order in which a border a little further inside would meet them: by the angle of
/// their direction into the rectangle, the one that points back first.
struct BorderCrossing: Comparable {
    let place: BorderPlace
    let part: Int
    let isEntry: Bool
    /// From the place into the rectangle.
    let direction: SIMD2<Double>

    init(_ r: ClipRectangle, part: Int, isEntry: Bool, at point: SIMD2<Double>, inner: SIMD2<Double>) {
        place = BorderPlace(r, point)
        self.part = part
        self.isEntry = isEntry
        direction = inner - point
    }

    static func < (a: BorderCrossing, b: BorderCrossing) -> Bool {
        if a.place != b.place { return a.place < b.place }
        let turn = a.direction.x * b.direction.y - a.direction.y * b.direction.x
        if turn != 0 { return turn < 0 }
        return a.part != b.part ? a.part < b.part : (a.isEntry && !b.isEntry)
    }
}

extension Polylines {
    /// Turns around all lines from `index` on.
    mutating func reverse(from index: Int) {
        for line in index..<count {
            let range = range(of: line)
            reversePoints(range)
        }
    }

    mutating func reverseLast() { reverse(from: count - 1) }
}
