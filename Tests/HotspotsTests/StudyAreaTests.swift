import Foundation
import Geometry
import SeededRandom
import Testing
import TimeBudgets
import Works

@testable import Hotspots

@Suite("Reference areas")
struct StudyAreaTests {
    static let now = Instant("2026-06-01T00:00:00Z")!
    static let center = LocalProjection(center: Coordinate(longitude: -77.03, latitude: 38.9))

    private func at(_ x: Double, _ y: Double) -> Coordinate { Self.center.unproject(PlanePoint(x: x, y: y)) }

    /// Two thousand incidents over 10 × 10 km.
    private func city(_ count: Int = 2000, seed: UInt64 = 3) -> [Incident] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in
            Incident(position: at(random.number(-5000...5000), random.number(-5000...5000)))
        }
    }

    private var schools: [Place] {
        (0..<30).map { index in
            Place(
                id: "\(index)", name: nil,
                geometry: .point(at(Double(index % 6) * 1500 - 4000, Double(index / 6) * 1500 - 3000)))
        }
    }

    private func answer(_ incidents: [Incident], _ change: (inout HotspotQuestion) -> Void = { _ in }) throws
        -> HotspotAnswer
    {
        var question = HotspotQuestion(near: "schools", within: 300)
        change(&question)
        return try question.answer(incidents: incidents, places: schools, now: Self.now)
    }

    @Test(
        "One mistyped row, four at 0, 0 and a pile at 0, 0 move no expected number and are named",
        arguments: [
            ([Coordinate(longitude: -76.6, latitude: 39.3)], "-76.6,39.3"),
            ([Coordinate](repeating: Coordinate(longitude: 0, latitude: 0), count: 4), "0,0"),
            ([Coordinate](repeating: Coordinate(longitude: 0, latitude: 0), count: 280), "0,0"),
        ])
    func outliers(wrong: [Coordinate], text: String) throws {
        let right = try answer(city())
        let found = try answer(city() + wrong.map { Incident(position: $0) })
        #expect(found.leftOut[.farAway] == wrong.count && found.incidents == 2000)
        #expect(abs(found.studyArea!.area / right.studyArea!.area - 1) < 1e-6)
        for (one, other) in zip(found.places, right.places) {
            #expect(one.count.incidents == other.count.incidents)
            #expect(abs(one.count.expected! - other.count.expected!) < 1e-3)
        }
        let limit = try #require(found.limits.first { $0.code == .incidentsFarAway })
        #expect(limit.count == wrong.count && limit.text.contains("--exclude-at=\(text) "))
        let excluded = try answer(city() + wrong.map { Incident(position: $0) }) { $0.excluded = [wrong[0]] }
        #expect(excluded.leftOut[.excluded] == wrong.count && excluded.leftOut[.farAway] == 0)
        #expect(!excluded.limits.contains { $0.code == .incidentsFarAway })
    }

    @Test("Towns of more than 5 % of the incidents, a dense centre and an even city have no outliers")
    func noOutliers() throws {
        var random = SeededRandom(seed: 8)
        func cloud(_ count: Int, _ x: Double, _ y: Double, _ reach: Double) -> [PlanePoint] {
            (0..<count).map { _ in
                PlanePoint(x: x + random.number(-reach...reach), y: y + random.number(-reach...reach))
            }
        }
        for points in [
            cloud(900, 0, 0, 5000) + cloud(100, 60_000, 0, 2000), cloud(800, 0, 0, 500) + cloud(200, 0, 0, 9000),
            cloud(1000, 0, 0, 5000), cloud(9, 0, 0, 5000),
        ] {
            #expect(try LocationOutliers.groups(in: PlanePoints(points), within: .unlimited).isEmpty)
        }
    }

    @Test("Three incidents along a street have no mean density, and neither have thirty")
    func fewIncidents() throws {
        for count in [3, 30] {
            let street = (0..<count).map { Incident(position: at(Double($0) * 70, 0.01 * Double($0 % 2))) }
            let found = try answer(street)
            #expect(found.studyArea == nil && found.places.allSatisfy { $0.count.expected == nil })
            #expect(found.limits.contains { $0.code == .noDensity })
        }
    }

    @Test("A boundary leaves out what is outside of it; one that holds nothing or has no area is refused")
    func boundary() throws {
        let west = StudyBoundary(
            .polygon(
                Polygon(rings: [[at(-5000, -5000), at(0, -5000), at(0, 5000), at(-5000, 5000), at(-5000, -5000)]])),
            name: "west")
        let found = try answer(city()) { $0.boundary = west }
        let inside = city().count { Self.center.project($0.position!).x <= 0 }
        #expect(abs(found.incidents - inside) <= 1)
        #expect(found.leftOut[.outsideArea] == 2000 - found.incidents)
        #expect(abs(found.studyArea!.area - 5e7) < 1e3 && found.studyArea?.origin == .boundary)
        #expect(found.limits.contains { $0.code == .incidentsOutside })

        let swapped = StudyBoundary(Bounds(west: 38, south: -78, east: 39, north: -77))
        let error = #expect(throws: HotspotError.self) { try answer(city()) { $0.boundary = swapped } }
        #expect(error?.parameter == "boundary" && error!.description.contains("none of the 2000 incidents"))
        #expect(throws: HotspotError.boundaryWithoutArea("line")) {
            try answer(city()) { $0.boundary = StudyBoundary(.lineString([at(0, 0), at(1, 1)]), name: "line") }
        }
    }

    @Test("Districts that hold less than half of the incidents are not the reference area, which is said")
    func unusedDistricts() throws {
        let selection = IncidentSelection(city(), for: HotspotQuestion(near: "schools", within: 300), until: Self.now)
        let small = StudyBoundary(
            .polygon(Polygon(rings: [[at(0, 0), at(500, 0), at(500, 500), at(0, 500), at(0, 0)]])), name: "districts",
            origin: .districts)
        let question = HotspotQuestion(near: "schools", within: 300)
        let found = try question.answer(selection, schools, within: small, now: Self.now, budget: .unlimited)
        #expect(found.incidents == 2000 && found.studyArea?.origin == .hull)
        #expect(found.limits.contains { $0.code == .boundaryNotUsed })
    }

    @Test("A place that holds all incidents, and a road through them, are not outside")
    func outside() throws {
        let ring = [at(-9000, -9000), at(9000, -9000), at(9000, 9000), at(-9000, 9000), at(-9000, -9000)]
        let places = [
            Place(id: "city", name: nil, geometry: .polygon(Polygon(rings: [ring]))),
            Place(id: "road", name: nil, geometry: .lineString([at(-20_000, 10), at(20_000, 10)])),
            Place(id: "far", name: nil, geometry: .lineString([at(-20_000, 9000), at(20_000, 9000)])),
        ]
        let found = try HotspotQuestion(near: "roads", within: 10)
            .answer(incidents: city(), places: places, now: Self.now)
        let isOutside = Dictionary(uniqueKeysWithValues: found.places.map { ($0.place.id, $0.count.isOutside) })
        #expect(isOutside == ["city": false, "road": false, "far": true])
    }

    @Test("A straight road of two vertices reaches the hot cells that one of 401 reaches")
    func crossing() throws {
        var random = SeededRandom(seed: 2)
        let pile = (0..<60).map { _ in Incident(position: at(random.number(100...300), random.number(150...250))) }
        let road = (0...400).map { at(Double($0) * 20 - 4000, 200) }
        let places = [
            Place(id: "2", name: nil, geometry: .lineString([road[0], road[400]])),
            Place(id: "401", name: nil, geometry: .lineString(road)),
        ]
        var question = HotspotQuestion(method: .giStar, near: "roads", within: 5)
        question.cell = 400
        let found = try question.answer(incidents: city(400) + pile, places: places, now: Self.now)
        let reached = Dictionary(uniqueKeysWithValues: found.places.map { ($0.place.id, $0.reachedBy) })
        #expect(reached["2"] == reached["401"] && !reached["2"]!.isEmpty)
    }

    // MARK: - 180 degrees and the poles

    @Test("Rings across 180 degrees are cut, and none of their sides is longer than its cell")
    func antimeridian() throws {
        func ring(_ longitudes: [Double], _ latitudes: [Double]) -> [Coordinate] {
            zip(longitudes, latitudes).map { Coordinate(longitude: $0, latitude: $1) }
        }
        let square = ring([179.9, -179.9, -179.9, 179.9], [-17, -17, -16, -16])
        guard case .multiPolygon(let parts) = Geometry.polygon(ofRing: square) else { Issue.record("not cut"); return }
        let boxes = parts.map { Geometry.polygon($0).bounds! }.sorted { $0.west < $1.west }
        #expect(boxes.count == 2)
        #expect(boxes[0].west == -180 && abs(boxes[0].east + 179.9) < 1e-9)
        #expect(boxes[1].east == 180 && abs(boxes[1].west - 179.9) < 1e-9)
        let plain = ring([10, 11, 11, 10], [50, 50, 51, 51])
        #expect(Geometry.polygon(ofRing: plain) == .polygon(Polygon(rings: [plain + [plain[0]]])))
        let touching = ring([179, 180, 180, 179], [50, 50, 51, 51])
        #expect(Geometry.polygon(ofRing: touching) == .polygon(Polygon(rings: [touching + [touching[0]]])))
    }

    @Test("A cell around a pole reaches it along 180 degrees", arguments: [90.0, -90])
    func pole(latitude: Double) throws {
        let around = [10.0, 100, -170, -80].map { Coordinate(longitude: $0, latitude: latitude * 0.9999) }
        let ring = latitude > 0 ? around : around.reversed()
        guard case .polygon(let polygon) = Geometry.polygon(ofRing: ring) else { Issue.record("cut"); return }
        let bounds = Geometry.polygon(polygon).bounds!
        #expect(bounds.west == -180 && bounds.east == 180 && max(bounds.north, -bounds.south) == 90)
        var area = 0.0
        for (a, b) in zip(polygon.rings[0], polygon.rings[0].dropFirst()) {
            area += (b.longitude - a.longitude) * (a.latitude + b.latitude) / 2
        }
        // Anticlockwise, over all longitudes.
        #expect(abs(-area - 360 * 90 * (1 - 0.9999)) < 1e-6 || abs(area) > 32_000)
    }

    @Test("Cells of a city on 180 degrees are narrow")
    func cellsAtAntimeridian() throws {
        let fiji = LocalProjection(center: Coordinate(longitude: 179.999, latitude: -16.8))
        var random = SeededRandom(seed: 4)
        let incidents = (0..<500).map { _ in
            Incident(
                position: fiji.unproject(PlanePoint(x: random.number(-3000...3000), y: random.number(-3000...3000))))
        }
        var question = HotspotQuestion(method: .giStar, near: "schools", within: 300)
        question.cell = 500
        let found = try question.answer(incidents: incidents, places: [], now: Self.now)
        for cell in found.cells() {
            for part in cell.geometry.parts { #expect(part.bounds!.width < 0.1) }
        }
        #expect(found.cells().contains { if case .multiPolygon = $0.geometry { true } else { false } })
    }
}

extension Geometry {
    fileprivate var parts: [Geometry] {
        if case .multiPolygon(let polygons) = self { return polygons.map { .polygon($0) } }
        return [self]
    }
}
