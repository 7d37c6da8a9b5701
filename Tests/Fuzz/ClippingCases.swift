import Raster

enum ClippingCases {
    private static func rectangle(_ dice: inout Dice) -> ClipRectangle {
        let size = dice.one(of: [1, 10, 256, 4096])
        let (x, y) = (dice.number(-5...5), dice.number(-5...5))
        return ClipRectangle(
            minX: Double(x), minY: Double(y), maxX: Double(x) + Double(size),
            maxY: Double(y) + Double(dice.number(1...size)))
    }

    private static func check(_ lines: Polylines, in r: ClipRectangle, minimum: Int) throws {
        for index in 0..<lines.count {
            let line = lines[index]
            guard line.count >= minimum else { throw Fault("a line of \(line.count) vertices") }
            for p in line where !(p.x >= r.minX && p.x <= r.maxX && p.y >= r.minY && p.y <= r.maxY) {
                throw Fault("\(p) lies outside \(r)")
            }
        }
    }

    static func lines(_ dice: inout Dice) throws {
        let r = rectangle(&dice)
        var pieces = Polylines()
        for _ in 0..<dice.number(1...4) {
            let line = dice.shape(r.minX, r.maxX, limit: 2000)
            if dice.chance(0.5) {
                r.clip(line: line.span, into: &pieces)
            } else {
                r.clip(outline: line.span, into: &pieces)
            }
        }
        try check(pieces, in: r, minimum: 2)
    }

    static func areas(_ dice: inout Dice) throws {
        let r = rectangle(&dice)
        var clipper = PolygonClipper(r)
        var polygons = PolygonClipper.Polygons()
        for _ in 0..<dice.number(1...3) {
            var rings = Polylines()
            for _ in 0..<dice.number(0...5) {
                var ring = dice.shape(r.minX, r.maxX, limit: 1500)
                if dice.chance(0.5), let first = ring.first { ring.append(first) }
                rings.append(ring)
            }
            if dice.chance(0.7) { polygons.removeAll() }
            clipper.clip(rings, into: &polygons)
        }
        try check(polygons.rings, in: r, minimum: 3)
        for polygon in polygons.shells.indices where polygons.rings(of: polygon).isEmpty {
            throw Fault("an empty polygon")
        }
    }
}
