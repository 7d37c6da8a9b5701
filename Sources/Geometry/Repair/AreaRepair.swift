/// The repair of areas, and the part of their check that compares whole polygons.
///
/// A ring that crosses itself and parts that overlap mean an area, though not one as OGC's simple features want it written: GEOS's
/// “structure” method finds it. Single valid rings, most of what comes, never get here.
enum AreaRepair {
    /// The fault of polygons whose rings are right one by one: an inside that holes cut in two, or parts that overlap; nil if there is none.
    ///
    /// Only polygons with holes, and polygons whose boxes meet, are looked at by GEOS.
    static func fault(in polygons: [Polygon]) -> GeometryDefect.Kind? {
        guard polygons.contains(where: { $0.rings.count > 1 }) || boxesMeet(polygons) else { return nil }
        guard let fault = GEOSAreas(polygons)?.fault else { return nil }
        return fault.contains("disconnected") ? .interiorCut : polygons.count > 1 ? .partsOverlap : .selfIntersection
    }

    /// True if the boxes around two of the polygons have more than nothing in common.
    private static func boxesMeet(_ polygons: [Polygon]) -> Bool {
        guard polygons.count > 1 else { return false }
        let boxes = polygons.compactMap { Geometry.lineString($0.exterior).bounds }.sorted { $0.west < $1.west }
        for (index, box) in boxes.enumerated() {
            for other in boxes[(index + 1)...] {
                guard other.west <= box.east else { break }
                if other.south <= box.north, box.south <= other.north { return true }
            }
        }
        return false
    }

    /// The valid polygons of 7 decimals that broken ones mean; empty if nothing is left of them, nil if that cannot be found out, or only with
    /// an effort that no mistake of a map needs.
    static func rebuilt(_ polygons: [Polygon]) -> [Polygon]? {
        guard !isTangle(polygons) else { return nil }
        var polygons = polygons
        // Rounding on the grid keeps areas valid; a second turn is for what the last bit of a double undoes.
        for _ in 0..<3 {
            guard let areas = GEOSAreas(polygons), areas.repair(grid: Coordinate.grid) else { return nil }
            polygons = areas.polygons.compactMap(cleaned)
            guard !polygons.isEmpty else { return [] }
            guard GEOSAreas(polygons)?.fault != nil else { return polygons }
        }
        return nil
    }

    /// Crossings of edges beyond which polygons are no mistake but a tangle: GEOS takes about half a second for as many, and ever more for more.
    private static let mostCrossings = 5000.0
    /// Pairs of edges that are looked at to estimate the number of crossings.
    private static let pairs = 20_000

    /// True if so many edges cross each other that polygons are not made anew, estimated from pairs of edges drawn by a fixed rule.
    private static func isTangle(_ polygons: [Polygon]) -> Bool {
        var starts: [Int] = []
        var positions: [Coordinate] = []
        for polygon in polygons {
            for ring in polygon.rings {
                starts += positions.count..<(positions.count + ring.count - 1)
                positions += ring
            }
        }
        let all = Double(starts.count) * Double(starts.count) / 2
        guard all > mostCrossings else { return false }
        // Steele et al. 2014, SplitMix64: the same pairs each time.
        var state: UInt64 = 18
        func edge() -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = state
            bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
            return starts[Int((bits ^ bits >> 31) % UInt64(starts.count))]
        }
        var crossings = 0
        for _ in 0..<pairs {
            let (one, other) = (edge(), edge())
            if cross(positions[one], positions[one + 1], positions[other], positions[other + 1]) { crossings += 1 }
        }
        return Double(crossings) / Double(pairs) * all > mostCrossings
    }

    /// True if two edges cross inside both.
    private static func cross(_ a: Coordinate, _ b: Coordinate, _ c: Coordinate, _ d: Coordinate) -> Bool {
        func side(_ p: Coordinate, _ q: Coordinate, _ r: Coordinate) -> Double {
            (q.longitude - p.longitude) * (r.latitude - p.latitude)
                - (q.latitude - p.latitude) * (r.longitude - p.longitude)
        }
        return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
    }

    /// The polygon with rounded positions and without rings that vanish by that; nil if nothing is left.
    private static func cleaned(_ polygon: Polygon) -> Polygon? {
        let rings = polygon.rings.map { CleanRing($0.map(\.rounded)).coordinates }
        guard let exterior = rings.first, exterior.count >= 4 else { return nil }
        return Polygon(rings: [exterior] + rings.dropFirst().filter { $0.count >= 4 })
    }

    /// The rings in another order if one of the holes holds the exterior ring, as some writers of shapefiles have it; nil otherwise.
    static func withExteriorFirst(_ rings: [[Coordinate]]) -> [[Coordinate]]? {
        let areas = rings.map { Ring.signedArea($0).magnitude }
        guard let largest = areas.indices.max(by: { areas[$0] < areas[$1] }), largest > 0, areas[largest] > areas[0]
        else { return nil }
        let area = AreaIndex(rings: [rings[largest]])
        guard rings[0].allSatisfy({ area.location(of: $0) != .outside }) else { return nil }
        var rings = rings
        rings.swapAt(0, largest)
        return rings
    }
}
