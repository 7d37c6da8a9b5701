import Geometry
import SeededRandom
import TestConditions
import Testing

private func at(_ longitude: Double, _ latitude: Double) -> Coordinate {
    Coordinate(longitude: longitude, latitude: latitude)
}

private func ring(_ numbers: Double...) -> [Coordinate] {
    stride(from: 0, to: numbers.count, by: 2).map { at(numbers[$0], numbers[$0 + 1]) }
}

extension Geometry {
    /// The area in square degrees.
    fileprivate var area: Double { polygons.reduce(0) { $0 + $1.area } }
}

private func polygon(_ rings: [Coordinate]...) -> Geometry { .polygon(Polygon(rings: rings)) }

@Suite("The check at the door")
struct GeometryCheckTests {
    private static let square = ring(0, 0, 10, 0, 10, 10, 0, 10, 0, 0)

    @Test(
        "What is right passes unchanged",
        arguments: [
            Geometry.point(at(180, -90)), .multiPoint([at(1, 1), at(1, 1)]),
            .lineString([at(0, 0), at(1, 1), at(0, 0)]),
            .multiLineString([[at(0, 0), at(1, 1)]]), polygon(square), polygon(square, ring(1, 1, 1, 2, 2, 2, 1, 1)),
            // Holes that touch the exterior and each other in a point.
            polygon(square, ring(0, 5, 5, 6, 5, 5, 0, 5), ring(5, 5, 5, 4, 4, 4, 5, 5).reversed()),
            .multiPolygon([Polygon(rings: [square]), Polygon(rings: [ring(20, 0, 30, 0, 30, 10, 20, 0)])]),
            .geometryCollection([.point(at(1, 2)), polygon(square)]),
            polygon(ring(-180, -90, 180, -90, 180, 90, -180, 90, -180, -90)),
        ])
    func valid(geometry: Geometry) {
        #expect(GeometryCheck.check(geometry).geometry?.vertexCount == geometry.vertexCount)
        guard case .valid = GeometryCheck.check(geometry) else {
            Issue.record("\(GeometryCheck.check(geometry))")
            return
        }
    }

    @Test("Rings are turned right-handed without a word")
    func winding() {
        let hole = ring(1, 1, 1, 2, 2, 2, 1, 1)
        let expected = GeometryCheck.Verdict.valid(polygon(Self.square, hole))
        #expect(GeometryCheck.check(polygon(Self.square, hole)) == expected)
        #expect(
            GeometryCheck.check(polygon(Self.square.reversed(), hole.reversed())) == .valid(polygon(Self.square, hole)))
    }

    @Test(
        "What has only one meaning is repaired and told",
        arguments: [
            (polygon(ring(0, 0, 1, 0, 1, 1)), polygon(ring(0, 0, 1, 0, 1, 1, 0, 0)), [GeometryRepair.Kind.closedRing]),
            (
                polygon(ring(0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 0, 0)), polygon(ring(0, 0, 1, 0, 1, 1, 0, 0)),
                [.repeatedPositions(2)]
            ),
            (polygon(ring(0, 0, 1, 0, 5, 5, 1, 0, 1, 1, 0, 0)), polygon(ring(0, 0, 1, 0, 1, 1, 0, 0)), [.spikes(1)]),
            (polygon(ring(5, 5, 0, 0, 1, 0, 1, 1, 0, 0, 5, 5)), polygon(ring(0, 0, 1, 0, 1, 1, 0, 0)), [.spikes(1)]),
            (polygon(ring(0, 0, 1, 0, 1, 1, 0, 0, 7, 7, 0, 0)), polygon(ring(0, 0, 1, 0, 1, 1, 0, 0)), [.spikes(1)]),
            (
                polygon(ring(0, 0, 1, 0, 1, 1, 1, 1)), polygon(ring(0, 0, 1, 0, 1, 1, 0, 0)),
                [.closedRing, .repeatedPositions(1)]
            ),
            (.lineString(ring(0, 0, 0, 0, 1, 1, 1, 1)), .lineString(ring(0, 0, 1, 1)), [.repeatedPositions(2)]),
        ])
    func repaired(geometry: Geometry, expected: Geometry, kinds: [GeometryRepair.Kind]) {
        guard case .repaired(let repaired, let repairs) = GeometryCheck.check(geometry) else {
            Issue.record("\(GeometryCheck.check(geometry))")
            return
        }
        #expect(repaired == expected)
        #expect(repairs.map(\.kind) == kinds)
    }

    @Test(
        "Areas that cross themselves, touch themselves or overlap are made anew, for a reason that is told",
        arguments: [
            (polygon(ring(0, 0, 2, 2, 2, 0, 0, 2, 0, 0)), [.selfIntersection], 2.0),
            // A bow tie with a vertex where it crosses itself.
            (polygon(ring(0, 0, 4, 0, 2, 2, 0, 5, 4, 5, 2, 2, 0, 0)), [.selfContact], 10),
            (polygon(ring(0, 0, 4, 0, 4, 4, 2, 0, 0, 4, 0, 0)), [.selfContact], 8),
            // A hole that hangs on a vertex of the exterior, and two areas that touch in a vertex.
            (polygon(ring(0, 0, 9, 0, 9, 9, 0, 9, 0, 0, 2, 4, 4, 2, 0, 0)), [.selfContact], 75),
            (polygon(ring(0, 0, 2, 0, 2, 2, 4, 2, 4, 4, 2, 4, 2, 2, 0, 2, 0, 0)), [.selfContact], 8),
            (polygon(ring(0, 0, 4, 0, 2, 0, 2, 2, 0, 0)), [.selfOverlap], 2),
            (polygon(square, ring(5, 5, 15, 5, 15, 6, 5, 5)), [.ringsCross(ring: 0, other: 1)], 98.75),
            // A hole outside is an area of its own.
            (polygon(square, ring(20, 0, 21, 0, 21, 1, 20, 0)), [.holeOutside(ring: 1)], 100.5),
            (
                polygon(square, ring(1, 1, 1, 5, 5, 5, 5, 1, 1, 1), ring(2, 2, 2, 3, 3, 3, 2, 2)),
                [.holeInHole(ring: 2, other: 1)], 84
            ),
            // Two holes that touch each other and the exterior on both sides.
            (
                polygon(square, ring(0, 5, 5, 6, 5, 5, 0, 5).reversed(), ring(5, 5, 10, 5, 5, 4, 5, 5)), [.interiorCut],
                95
            ),
            (
                .multiPolygon([Polygon(rings: [square]), Polygon(rings: [ring(5, 5, 15, 5, 15, 15, 5, 15, 5, 5)])]),
                [.partsOverlap], 175
            ),
            // Side by side along an edge.
            (
                .multiPolygon([Polygon(rings: [square]), Polygon(rings: [ring(10, 0, 20, 0, 20, 10, 10, 10, 10, 0)])]),
                [.partsOverlap], 200
            ),
            (
                .multiPolygon([Polygon(rings: [square]), Polygon(rings: [ring(1, 1, 2, 1, 2, 2, 1, 2, 1, 1)])]),
                [.partsOverlap], 100
            ),
        ] as [(Geometry, [GeometryDefect.Kind], Double)])
    func rebuilt(geometry: Geometry, reasons: [GeometryDefect.Kind], area: Double) {
        guard case .repaired(let repaired, let repairs) = GeometryCheck.check(geometry) else {
            Issue.record("\(GeometryCheck.check(geometry))")
            return
        }
        #expect(repairs.map(\.kind) == reasons.map { .rebuilt($0) })
        #expect((repaired.area - area).magnitude < 1e-5, "\(repaired)")
        #expect(Oracle.fault(in: repaired) == nil)
        #expect(GeometryCheck.check(repaired) == .valid(repaired))
    }

    @Test("A hole that holds its exterior ring changes places with it")
    func swapped() {
        let geometry = polygon(ring(3, 3, 6, 3, 6, 6, 3, 6, 3, 3), Self.square, ring(7, 7, 8, 7, 8, 8, 7, 7))
        guard case .repaired(let repaired, let repairs) = GeometryCheck.check(geometry) else {
            Issue.record("\(GeometryCheck.check(geometry))")
            return
        }
        #expect(repairs.map(\.kind) == [.swappedRings])
        #expect(repaired.area == 90.5)
    }

    @Test(
        "Of several parts those that vanish are left out, and the others stay",
        arguments: [
            (
                .multiLineString([ring(1, 1, 2, 2), ring(1, 1), ring(5, 5, 5, 5.000_000_01)]),
                .multiLineString([ring(1, 1, 2, 2)]), ["part without length", "part without length"]
            ),
            (
                .multiPolygon([Polygon(rings: [square]), Polygon(rings: [ring(0, 0, 1, 0)])]), polygon(square),
                ["part without area"]
            ),
            (
                .multiPolygon([
                    Polygon(rings: [square]), Polygon(rings: [ring(20, 0, 30, 0, 30, 9, 20, 0)]), Polygon(rings: []),
                ]),
                .multiPolygon([Polygon(rings: [square]), Polygon(rings: [ring(20, 0, 30, 0, 30, 9, 20, 0)])]),
                ["part without positions"]
            ),
            (
                polygon(square, ring(5, 5, 5.000_000_01, 5, 5, 5.000_000_01, 5, 5), []), polygon(square),
                ["hole without area", "hole without area"]
            ),
            (
                .geometryCollection([.point(at(0, 0)), .lineString([at(0, 0)])]),
                .geometryCollection([.point(at(0, 0))]),
                ["part without length"]
            ),
            (
                .geometryCollection([.multiLineString([ring(0, 0, 1, 1), ring(2, 2, 3, 3)]), .point(at(0, 0))]),
                .geometryCollection([
                    .lineString(ring(0, 0, 1, 1)), .lineString(ring(2, 2, 3, 3)), .point(at(0, 0)),
                ]), ["parts nested in a collection"]
            ),
            (
                .geometryCollection([.geometryCollection([.multiPoint([at(1, 1), at(2, 2)])])]),
                .geometryCollection([.point(at(1, 1)), .point(at(2, 2))]),
                ["parts nested in a collection", "parts nested in a collection"]
            ),
        ] as [(Geometry, Geometry, [String])])
    func parts(geometry: Geometry, expected: Geometry, names: [String]) {
        guard case .repaired(let repaired, let repairs) = GeometryCheck.check(geometry) else {
            Issue.record("\(GeometryCheck.check(geometry))")
            return
        }
        #expect(repaired == expected)
        #expect(repairs.map(\.name) == names)
    }

    @Test("Positions are rounded to 7 decimals without a word, as they are in text")
    func rounding() throws {
        var random = SeededRandom(seed: 71)
        for _ in 0..<20_000 {
            let place = at(.random(in: -180...180, using: &random), .random(in: -90...90, using: &random))
            let stored = try #require(GeometryCheck.check(.point(place)).geometry)
            guard case .point(let rounded) = stored else { return }
            var json = JSONWriter()
            json.geometry(.point(place))
            #expect(try GeoJSON.geometry(from: JSONParser.parse(json.bytes)) == stored)
            #expect(rounded.rounded == rounded)
        }
        #expect(at(-0.0, -0.000_000_01).rounded.description == "(0.0, 0.0)")
        let line = Geometry.lineString([at(0, 0), at(0.000_000_001, 0), at(1, 1)])
        #expect(GeometryCheck.check(line) == .valid(.lineString([at(0, 0), at(1, 1)])))
        let filter = Geometry.lineString([at(0, 0), at(1.000_000_001, 0)])
        #expect(GeometryCheck.check(filter, isRounded: false) == .valid(filter))
    }

    @Test(
        "What is wrong is refused with its place",
        arguments: [
            (Geometry.point(at(.nan, 0)), GeometryDefect.Kind.notFinite, "coordinates"),
            (.point(at(0, .infinity)), .notFinite, "coordinates"), (.point(at(180.5, 0)), .longitude, "coordinates"),
            (.point(at(37, 91)), .latitude(isSwapped: true), "coordinates"),
            (.point(at(791_234, 5_234_567)), .latitude(isSwapped: false), "coordinates"),
            (.multiPoint([]), .empty, "coordinates"),
            (.multiPoint([at(0, 0), at(0, -91)]), .latitude(isSwapped: true), "coordinates[1]"),
            (.lineString([]), .empty, "coordinates"),
            (.lineString(ring(1, 1)), .shortLine(positions: 1), "coordinates"),
            (.lineString(ring(1, 1, 1, 1)), .shortLine(positions: 1), "coordinates"),
            (.multiLineString([ring(1, 1), ring(2, 2, 2, 2)]), .shortLine(positions: 1), "coordinates[0]"),
            (.multiLineString([ring(1, 1, 2, 2), ring(1, 91, 2, 2)]), .latitude(isSwapped: true), "coordinates[1][0]"),
            (.polygon(Polygon(rings: [])), .empty, "coordinates"), (polygon([]), .empty, "coordinates[0]"),
            (polygon(ring(0, 0, 1, 1, 0, 0)), .shortRing(positions: 2), "coordinates[0]"),
            (polygon(ring(0, 0, 1, 1)), .shortRing(positions: 2), "coordinates[0]"),
            (polygon(ring(0, 0, 1, 1, 2, 2, 0, 0)), .selfOverlap, "coordinates[0][0]"),
            (polygon(square, square), .ringsCross(ring: 0, other: 1), "coordinates[0][3]"),
            (.geometryCollection([]), .empty, "geometries"),
        ] as [(Geometry, GeometryDefect.Kind, String)])
    func refused(geometry: Geometry, kind: GeometryDefect.Kind, path: String) {
        guard case .refused(let defect) = GeometryCheck.check(geometry) else {
            Issue.record("\(GeometryCheck.check(geometry))")
            return
        }
        #expect(defect.kind == kind)
        #expect(defect.path == path)
        #expect(!defect.description.isEmpty)
    }

    /// Whether two edges with whole-number ends meet, and whether in more than a point or across.
    private func meet(_ a: Coordinate, _ b: Coordinate, _ c: Coordinate, _ d: Coordinate) -> (touch: Bool, cross: Bool)
    {
        func side(_ p: Coordinate, _ q: Coordinate, _ r: Coordinate) -> Int {
            let value =
                (q.longitude - p.longitude) * (r.latitude - p.latitude) - (q.latitude - p.latitude)
                * (r.longitude - p.longitude)
            return value > 0 ? 1 : value < 0 ? -1 : 0
        }
        func isOn(_ p: Coordinate, _ q: Coordinate, _ r: Coordinate) -> Bool {
            side(p, q, r) == 0 && min(p.longitude, q.longitude) <= r.longitude
                && r.longitude <= max(p.longitude, q.longitude)
                && min(p.latitude, q.latitude) <= r.latitude && r.latitude <= max(p.latitude, q.latitude)
        }
        if side(a, b, c) * side(a, b, d) < 0, side(c, d, a) * side(c, d, b) < 0 { return (true, true) }
        let contacts = Set([c, d].filter { isOn(a, b, $0) } + [a, b].filter { isOn(c, d, $0) })
        return (!contacts.isEmpty, contacts.count > 1)
    }

    /// Reasons for which an area was made anew or refused.
    private func defects(_ verdict: GeometryCheck.Verdict) -> [GeometryDefect.Kind] {
        switch verdict {
        case .valid: []
        case .refused(let defect): [defect.kind]
        case .repaired(_, let repairs):
            repairs.compactMap { if case .rebuilt(let defect) = $0.kind { defect } else { nil } }
        }
    }

    /// Whether a ring comes to a position twice, which may be repaired.
    private func comesBack(_ ring: [Coordinate]) -> Bool { Set(ring).count < ring.count - 1 }

    /// The definition, edge by edge.
    private func hasForbiddenContact(_ rings: [[Coordinate]]) -> Bool {
        for (number, one) in rings.enumerated() {
            for (otherNumber, other) in rings.enumerated().dropFirst(number) {
                for i in 0..<(one.count - 1) {
                    for j in (number == otherNumber ? i + 1 : 0)..<(other.count - 1) {
                        let (touch, cross) = meet(one[i], one[i + 1], other[j], other[j + 1])
                        let areNeighbors = number == otherNumber && (j == i + 1 || i == 0 && j == one.count - 2)
                        if number != otherNumber || areNeighbors ? cross : touch { return true }
                    }
                }
            }
        }
        return false
    }

    @Test("Contacts are found where comparing each edge with each finds them", arguments: [3, 5, 8, 40])
    func contacts(side: Int) {
        var random = SeededRandom(seed: UInt64(15 + side))
        var counts = [true: 0, false: 0]
        for _ in 0..<20_000 {
            func randomRing(_ vertices: ClosedRange<Int>) -> [Coordinate] {
                let count = Int.random(in: vertices, using: &random)
                var ring = (0..<count).map { _ in
                    at(
                        Double(Int.random(in: 0..<side, using: &random)),
                        Double(Int.random(in: 0..<side, using: &random)))
                }
                ring.append(ring[0])
                return ring
            }
            // Neither repeated positions nor spikes, which are repaired before.
            func isClean(_ ring: [Coordinate]) -> Bool {
                let open = ring.dropLast()
                return open.indices.allSatisfy {
                    open[$0] != open[($0 + 1) % open.count] && open[$0] != open[($0 + 2) % open.count]
                }
            }
            let rings = (0..<Int.random(in: 1...2, using: &random)).map { _ in randomRing(3...6) }
            guard rings.allSatisfy({ isClean($0) && !comesBack($0) }) else { continue }
            let expected = hasForbiddenContact(rings)
            var found = false
            let verdict = GeometryCheck.check(.polygon(Polygon(rings: rings)))
            for defect in defects(verdict) {
                switch defect {
                case .selfIntersection, .selfContact, .selfOverlap, .ringsCross: found = true
                case .holeOutside, .interiorCut: break
                default: Issue.record("\(defect)")
                }
            }
            if let geometry = verdict.geometry { #expect(Oracle.fault(in: geometry) == nil, "\(rings)") }
            #expect(found == expected, "\(rings)")
            counts[expected, default: 0] += 1
        }
        #expect(counts[true]! > 100 && counts[false]! > 100)
    }

    @Test("Long rings are checked: a star is valid, with two vertices exchanged it is not")
    func longRing() {
        var random = SeededRandom(seed: 16)
        var star = random.star(vertices: 20_000, center: at(37, 55), radius: 5)
        guard case .valid = GeometryCheck.check(polygon(star)) else {
            Issue.record("the star is refused")
            return
        }
        star.swapAt(7000, 7002)
        let verdict = GeometryCheck.check(polygon(star))
        #expect(defects(verdict) == [.selfIntersection])
        #expect(verdict.geometry.map { Oracle.fault(in: $0) } == .some(nil))
    }

    @Test("A tangle is refused at once, and so is every crossing in a filter")
    func tangle() {
        var random = SeededRandom(seed: 19)
        var ring = (0..<40_000).map { _ in
            at(.random(in: 8...9, using: &random), .random(in: 49...50, using: &random))
        }
        ring.append(ring[0])
        #expect(GeometryCheck.check(polygon(ring)).geometry == nil)
        let bow = polygon([at(0, 0), at(2, 2), at(2, 0), at(0, 2), at(0, 0)])
        #expect(GeometryCheck.check(bow).geometry != nil)
        #expect(GeometryCheck.check(bow, isRounded: false).geometry == nil)
    }

    @Test("A line across the antimeridian that was not cut looks so; the whole world does not")
    func antimeridian() {
        #expect(GeometryCheck.looksUncutAtAntimeridian(.lineString([at(179, 0), at(-179, 0)])))
        #expect(
            !GeometryCheck.looksUncutAtAntimeridian(
                .multiLineString([[at(179, 0), at(180, 0)], [at(-180, 0), at(-179, 0)]])))
        #expect(
            !GeometryCheck.looksUncutAtAntimeridian(polygon(ring(-180, -90, 180, -90, 180, 90, -180, 90, -180, -90))))
    }

    @Test(
        "Real boundaries are taken, and those that GEOS finds invalid are made valid",
        .needs(.realData("nasty-geometry")),
        arguments: [
            ("nasty-geometry/cyrillic/moscow_districts.geojson", []), ("washington-dc-2016/wards.geojson.gz", []),
            ("nasty-geometry/huge/russia_federal_subjects.geojson.gz", [7, 8, 32, 43, 51, 52, 59, 60, 61]),
            ("boston-context/neighborhoods.geojson.gz", []),
        ] as [(String, [Int])])
    func realBoundaries(path: String, rebuilt: [Int]) throws {
        let streamed = Streamed(try RealData.bytes(path))
        for (feature, place) in zip(streamed.features, streamed.places) {
            guard let geometry = feature.geometry else { continue }
            let verdict = GeometryCheck.check(geometry)
            let checked = try #require(verdict.geometry)
            #expect(Oracle.fault(in: checked) == nil, "\(place.index)")
            #expect(GeometryCheck.check(checked) == .valid(checked), "\(place.index)")
            if rebuilt.contains(place.index) { #expect(!defects(verdict).isEmpty, "\(place.index)") }
        }
    }
}
