import Geometry
import SeededRandom
import Testing

@testable import Hotspots

@Suite("Incidents near places")
struct NearPlacesTests {
    static let projection = LocalProjection(center: Coordinate(longitude: 37.6, latitude: 55.75))

    private func coordinate(_ x: Double, _ y: Double) -> Coordinate {
        Self.projection.unproject(PlanePoint(x: x, y: y))
    }

    private func shape(_ geometry: Geometry) throws -> PlaceShape {
        try #require(PlaceShape(geometry, on: Self.projection))
    }

    private func ring(_ corners: [(Double, Double)]) -> [Coordinate] {
        (corners + [corners[0]]).map { coordinate($0.0, $0.1) }
    }

    private func table(_ points: [PlanePoint]) -> IncidentTable {
        IncidentTable(
            points: PlanePoints(points), weights: points.indices.map { Double($0 % 3 + 1) },
            isOpen: points.indices.map { $0 % 2 == 0 }, isOverdue: points.indices.map { $0 % 4 == 0 })
    }

    // MARK: - Distances

    @Test("The distance to a polygon is to its edge, 0 inside, and to the hole's edge in a hole")
    func polygonDistance() throws {
        let polygon = try shape(
            .polygon(
                Polygon(rings: [
                    ring([(0, 0), (100, 0), (100, 100), (0, 100)]), ring([(40, 40), (60, 40), (60, 60), (40, 60)]),
                ])))
        for (x, y, expected) in [
            (20, 20, 0), (50, 50, 10), (45, 50, 5), (130, 50, 30), (130, 140, 50), (-10, -10, 200.0.squareRoot()),
        ] as [(Double, Double, Double)] {
            #expect(abs(polygon.distance(to: PlanePoint(x: x, y: y)) - expected) < 1e-3)
        }
        #expect(polygon.distance(to: PlanePoint(x: 130, y: 50), atMost: 29) == .infinity)
        #expect(abs(polygon.area - 9600) < 1)
    }

    @Test("The outlines of a shape are its rings, closed")
    func outlines() throws {
        let corners = [(0, 0), (100, 0), (100, 100)].map { PlanePoint(x: Double($0.0), y: Double($0.1)) }
        #expect(PlaceShape(polygon: corners)?.outlines == [corners + [corners[0]]])
        let holed = Polygon(rings: [ring([(0, 0), (90, 0), (0, 90)]), ring([(10, 10), (20, 10), (10, 20)])])
        #expect(try shape(.multiPolygon([holed, holed])).outlines.map(\.count) == [4, 4, 4, 4])
        #expect(try shape(.lineString([coordinate(0, 0), coordinate(9, 9)])).outlines == [])
    }

    @Test("The distance to a line is to its nearest point, also beyond its ends")
    func lineDistance() throws {
        let line = try shape(.lineString([coordinate(0, 0), coordinate(100, 0)]))
        #expect(abs(line.distance(to: PlanePoint(x: 50, y: 7)) - 7) < 1e-3)
        #expect(abs(line.distance(to: PlanePoint(x: 103, y: 4)) - 5) < 1e-3)
        #expect(!line.contains(PlanePoint(x: 50, y: 0)))
    }

    @Test("A collection is as near as its nearest member; two of its polygons that overlap make no hole")
    func collection() throws {
        let a = Polygon(rings: [ring([(0, 0), (100, 0), (100, 100), (0, 100)])])
        let b = Polygon(rings: [ring([(50, 50), (150, 50), (150, 150), (50, 150)])])
        let all = try shape(.geometryCollection([.polygon(a), .polygon(b), .point(coordinate(300, 0))]))
        #expect(all.distance(to: PlanePoint(x: 75, y: 75)) == 0)
        #expect(abs(all.distance(to: PlanePoint(x: 290, y: 0)) - 10) < 1e-3)
        #expect(PlaceShape(.geometryCollection([]), on: Self.projection) == nil)
        #expect(PlaceShape(.multiPoint([]), on: Self.projection) == nil)
    }

    @Test("A ragged polygon of 400 corners has the distances of looking at every edge")
    func raggedPolygon() throws {
        var random = SeededRandom(seed: 8)
        let corners = (0..<400).map { index -> PlanePoint in
            let direction = LocalProjection(center: Coordinate(longitude: 0, latitude: 90))
                .project(Coordinate(longitude: Double(index) * 0.9, latitude: 89.99))
            let scale = random.number(0.4...1)
            return PlanePoint(x: direction.x * scale, y: direction.y * scale)
        }
        let shape = try #require(PlaceShape(polygon: corners))
        for _ in 0..<500 {
            let point = PlanePoint(x: random.number(-1500...1500), y: random.number(-1500...1500))
            var (inside, nearest) = (false, Double.infinity)
            for index in corners.indices {
                let (a, b) = (corners[index], corners[(index + 1) % 400])
                if (a.y > point.y) != (b.y > point.y),
                    a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x) > point.x
                {
                    inside.toggle()
                }
                let (dx, dy) = (b.x - a.x, b.y - a.y)
                let t = min(max(((point.x - a.x) * dx + (point.y - a.y) * dy) / (dx * dx + dy * dy), 0), 1)
                nearest = min(nearest, PlanePoint(x: a.x + t * dx, y: a.y + t * dy).distance(to: point))
            }
            #expect(abs(shape.distance(to: point) - (inside ? 0 : nearest)) < 1e-9)
        }
    }

    // MARK: - Counts

    @Test("Counts around points and polygons are those of looking at every incident", arguments: [40.0, 250, 3000])
    func naive(radius: Double) throws {
        var random = SeededRandom(seed: 21)
        let points = (0..<1500).map { _ in PlanePoint(x: random.number(0...2000), y: random.number(0...1500)) }
        let incidents = table(points)
        let near = try NearPlaces(incidents, within: radius)
        var places = [PlaceShape]()
        for _ in 0..<30 {
            let (x, y) = (random.number(-300...2600), random.number(-300...2000))
            places.append(try shape(.point(coordinate(x, y))))
            places.append(try shape(.polygon(Polygon(rings: [ring([(x, y), (x + 180, y + 20), (x + 90, y + 150)])]))))
        }
        let earlier = PlanePoints(points.prefix(700).map { $0 })
        let counts = try near.counts(
            around: places, before: earlier, studyArea: StudyArea(hullOf: incidents.points))
        for (place, count) in zip(places, counts) {
            let distances = points.map { place.distance(to: $0) }
            let within = points.indices.filter { distances[$0] <= radius }
            #expect(count.incidents == within.count)
            #expect(count.open == within.count { $0 % 2 == 0 })
            #expect(count.overdue == within.count { $0 % 4 == 0 })
            #expect(count.weighted == within.reduce(0) { $0 + Double($1 % 3 + 1) })
            #expect(abs(count.nearest! - distances.min()!) < 1e-9)
            #expect(count.before == within.count { $0 < 700 })
            #expect(count.interval == PoissonInterval(count: within.count))
            #expect(near.incidents(around: place) == within)
        }
    }

    @Test("An incident at exactly the distance is within it")
    func atTheDistance() throws {
        let place = try #require(PlaceShape(polygon: [PlanePoint(x: 0, y: 0)]))
        let near = try NearPlaces(table([PlanePoint(x: 30, y: 40)]), within: 50)
        #expect(try near.counts(around: [place], before: nil, studyArea: nil)[0].incidents == 1)
    }

    @Test("The expected number is the mean density times the part of the circle that is in the study area")
    func expected() throws {
        // 400 incidents in a square of 2 km: 100 per square kilometre.
        let points = (0..<400).map { PlanePoint(x: Double($0 % 20) * 2000 / 19, y: Double($0 / 20) * 2000 / 19) }
        let area = try #require(StudyArea(hullOf: PlanePoints(points)))
        #expect(abs(area.area - 4e6) < 1e-3)
        let near = try NearPlaces(table(points), within: 200)
        let places = [(1000.0, 1000.0), (0, 1000), (0, 0), (-100, 1000), (-500, 1000)].map {
            PlaceShape(polygon: [PlanePoint(x: $0.0, y: $0.1)])!
        }
        let counts = try near.counts(around: places, before: nil, studyArea: area)
        let circle = Double.pi * 0.04 * 100
        #expect(abs(counts[0].expected! - circle) < 1e-9)
        #expect(abs(counts[1].expected! - circle / 2) < 1e-3 * circle)
        #expect(abs(counts[2].expected! - circle / 4) < 1e-3 * circle)
        // The circular segment beyond half the radius: (π/3 − √3/4) / π of the circle.
        #expect(abs(counts[3].expected! / circle - (1.0 / 3 - 3.0.squareRoot() / 4 / .pi)) < 1e-3)
        #expect(counts[4].expected == 0)
        #expect(counts.map(\.isOutside) == [false, false, false, true, true])
        #expect(counts[0].before == nil && counts[0].trend == nil)
    }

    @Test("The expected number around a polygon takes the polygon and a rim around it")
    func expectedAroundPolygon() throws {
        let area = try #require(
            StudyArea(
                boundary: PlaceShape(
                    polygon: [(-5000, -5000), (5000, -5000), (5000, 5000), (-5000, 5000)].map {
                        PlanePoint(x: $0.0, y: $0.1)
                    })!))
        let square = PlaceShape(
            polygon: [(0, 0), (300, 0), (300, 200), (0, 200)].map { PlanePoint(x: $0.0, y: $0.1) })!
        // Steiner: the area, the circumference times the distance, and a circle.
        let steiner = 60_000 + 1000 * 100 + Double.pi * 10_000
        #expect(abs(area.area(within: 100, of: square) / steiner - 1) < 0.01)
    }

    @Test("The trend is the share by which there are more than before, and none without a before")
    func trend() {
        var count = PlaceCount()
        count.incidents = 15
        count.before = 10
        #expect(count.trend == 0.5)
        count.before = 0
        #expect(count.trend == nil)
        count.before = 30
        #expect(count.trend == -0.5)
    }

    @Test("No incidents: nothing near, nothing nearest, nothing expected")
    func noIncidents() throws {
        let place = try #require(PlaceShape(polygon: [PlanePoint(x: 0, y: 0)]))
        let near = try NearPlaces(table([]), within: 100)
        let count = try near.counts(
            around: [place], before: nil, studyArea: StudyArea(hullOf: PlanePoints(x: [], y: [])))[0]
        #expect(count.incidents == 0 && count.nearest == nil && count.expected == nil)
        #expect(count.interval.low == 0)
    }

    @Test("A distance of 0 or less is refused", arguments: [0, -300, Double.nan])
    func badDistance(metres: Double) {
        #expect(throws: HotspotError.self) { try NearPlaces(table([]), within: metres) }
    }
}
