import Cartography
import Geometry
import SeededRandom
import Testing
import TimeBudgets
import Works

@Suite("Vector tiles")
struct VectorTileTests {
    private func tile(_ works: [Work], zoom: Int, tileset: String = "works", filter: WorkFilter = .all) throws
        -> VectorTileReading
    {
        try tile(of: try TestCity.atlas(MemoryStore(works: works)), zoom: zoom, tileset: tileset, filter: filter)
    }

    private func tile(of atlas: Atlas, zoom: Int, tileset: String = "works", filter: WorkFilter = .all) throws
        -> VectorTileReading
    {
        let address = TileAddress(containing: TestCity.center, zoom: zoom)
        return try VectorTileReading(
            try atlas.tile(
                TileRequest(tileset: tileset, address: address, format: .mvt, filter: filter), at: TestCity.now,
                budget: .unlimited
            ).bytes)
    }

    private func area(_ ring: [SIMD2<Int>]) -> Int {
        zip(ring, ring.dropFirst() + [ring[0]]).reduce(0) { $0 + $1.0.x * $1.1.y - $1.1.x * $1.0.y }
    }

    @Test("A point has its place, its id and all its attributes")
    func point() throws {
        let reading = try tile(
            [TestCity.work(5, .outage, at: TestCity.point(0, 0), dueInHours: 10, category: "water")], zoom: 12)
        let layer = try #require(reading.layers.first)
        #expect(layer.name == "works" && layer.version == 2 && layer.extent == 4096 && layer.features.count == 1)
        let feature = layer.features[0]
        #expect(feature.type == 1 && feature.id == 1)
        #expect(feature.properties["id"] == TestCity.id(5).description)
        #expect(feature.properties["kind"] == "outage")
        #expect(feature.properties["category"] == "water")
        #expect(feature.properties["deadline_state"] == "due_soon")
        #expect(feature.properties["due_at"] == (TestCity.now + 36_000).description)
        #expect(feature.properties["district"] == nil)
        let bounds = TileAddress(containing: TestCity.center, zoom: 12).bounds
        let x = Double(feature.parts[0][0].x) / 4096 * bounds.width + bounds.west
        #expect(abs(x - TestCity.center.longitude) < bounds.width / 4096)
    }

    @Test(
        "Outer rings have positive area, inner ones negative, whatever the direction in the store",
        arguments: [false, true])
    func winding(reversed: Bool) throws {
        let outer = TestCity.ring(0, 0, radius: 3, corners: 80), inner = TestCity.ring(0, 0, radius: 1, corners: 40)
        let rings = reversed ? [Array(outer.reversed()), inner] : [outer, Array(inner.reversed())]
        for zoom in [12, 14, 16] {
            let reading = try tile([TestCity.work(1, .outage, at: .polygon(Polygon(rings: rings)))], zoom: zoom)
            let parts = try #require(reading.layers.first?.features.first?.parts)
            #expect(area(parts[0]) > 0)
            if zoom == 12 { #expect(parts.count == 2) }
            for part in parts.dropFirst() where zoom == 12 { #expect(area(part) < 0) }
        }
    }

    @Test("What reaches out of the tile is clipped at its buffer", arguments: [14, 16, 18, 22])
    func clipping(zoom: Int) throws {
        let works = [
            TestCity.work(1, .outage, at: .polygon(Polygon(rings: [TestCity.ring(0, 0, radius: 30, corners: 300)]))),
            TestCity.work(
                2, .roadRepair, at: .lineString([TestCity.place(-50, -50), TestCity.center, TestCity.place(50, 50)])),
        ]
        let reading = try tile(works, zoom: zoom)
        let features = try #require(reading.layers.first).features
        #expect(features.count == 2)
        for part in features.flatMap(\.parts) {
            #expect(part.count > 1)
            for place in part { #expect((-128...4224).contains(place.x) && (-128...4224).contains(place.y)) }
        }
        // The tile lies wholly inside the area.
        let areas = features.filter { $0.type == 3 }.flatMap(\.parts)
        if zoom >= 16 { #expect(areas.map(area) == [2 * 4352 * 4352]) }
    }

    @Test("A tileset of one kind shows that kind in a layer of its own name; filters leave out the rest")
    func kinds() throws {
        let works = TestCity.works(90, spread: 66)
        let reading = try tile(works, zoom: 8, tileset: "road_repairs")
        let layer = try #require(reading.layers.first)
        #expect(layer.name == "road_repairs")
        #expect(layer.features.count == works.count { $0.kind == .roadRepair })
        #expect(layer.features.allSatisfy { $0.properties["kind"] == "road_repair" })
        var filter = WorkFilter()
        filter.kinds = [.hazard]
        #expect(try tile(works, zoom: 8, tileset: "road_repairs", filter: filter).layers.isEmpty)
    }

    @Test("Polygons are valid at every zoom, however much is lost of narrow necks, thin rims and holes at the edge")
    func validity() throws {
        let geos = GEOSValidity()
        var generator = SeededRandom(seed: 12)
        let works = (1...120).map { number in
            let (east, north) = (generator.unit() * 60 - 30, generator.unit() * 40 - 20)
            let corners = 20 + Int(generator.unit() * 400)
            let shell = TestCity.ring(
                east, north, radius: 0.05 + generator.unit() * 6, corners: corners, roughness: 0.95)
            // A hole that follows its shell at a small distance.
            let hole = shell.map { place in
                Coordinate(
                    longitude: (TestCity.center.longitude + east / 1000) * 0.02 + place.longitude * 0.98,
                    latitude: (TestCity.center.latitude + north / 1000) * 0.02 + place.latitude * 0.98)
            }
            return TestCity.work(number, .outage, at: .polygon(Polygon(rings: [shell, hole.reversed()])))
        }
        let atlas = try TestCity.atlas(MemoryStore(works: works), styles: TestCity.benchmarkStyles)
        for zoom in [3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 16] {
            let features = try tile(of: atlas, zoom: zoom, tileset: "bench").layers.flatMap(\.features)
            #expect(zoom < 7 || !features.isEmpty)
            for feature in features {
                let polygons = feature.parts.reduce(into: [[[SIMD2<Int>]]]()) { polygons, ring in
                    if area(ring) > 0 { polygons.append([ring]) } else { polygons[polygons.count - 1].append(ring) }
                }
                #expect(geos.fault(in: polygons) == nil, "work \(feature.id) at zoom \(zoom)")
            }
        }
    }

    @Test("Below zoom 14 what falls in the same half pixel is written once, the latest; from there on all is")
    func thinning() throws {
        var generator = SeededRandom(seed: 3)
        let works = (1...3000).map { number in
            TestCity.work(
                number, WorkKind.allCases[number % 3],
                at: TestCity.point(generator.unit() * 4, generator.unit() * 4),
                status: number % 2 == 0 ? .done : .inProgress)
        }
        let atlas = try TestCity.atlas(MemoryStore(works: works), styles: TestCity.benchmarkStyles)
        func numbers(_ zoom: Int, _ filter: WorkFilter = .all) throws -> [SIMD2<Int>: [Int]] {
            let features = try tile(of: atlas, zoom: zoom, tileset: "bench", filter: filter).layers.flatMap(\.features)
            return Dictionary(grouping: features) { SIMD2($0.parts[0][0].x >> 3, $0.parts[0][0].y >> 3) }
                .mapValues { $0.map(\.id) }
        }
        for zoom in [4, 9, 11, 13] {
            let squares = try numbers(zoom)
            #expect(squares.values.allSatisfy { $0.count == 1 })
            if zoom < 11 { #expect(squares.values.contains { $0[0] > 2900 }) }
            // A filter that tells works of a kind apart, and one that only a look at each work answers.
            var open = WorkFilter()
            open.openOnly = true
            var recent = WorkFilter()
            recent.updatedSince = Instant(year: 2000, month: 1, day: 1)
            for filter in [open, recent] {
                let found = try numbers(zoom, filter)
                #expect(!found.isEmpty && found.values.allSatisfy { $0.count == 1 })
            }
        }
        #expect(try numbers(14).values.contains { $0.count > 1 })
    }

    @Test("The basemap has a layer for each reference layer, with class and name")
    func basemap() throws {
        let road = ReferenceFeature(
            id: "r", name: "Улица Мира", featureClass: "primary",
            geometry: .lineString([TestCity.place(-1, 0), TestCity.place(1, 0)]))
        let atlas = try TestCity.atlas(MemoryStore(features: [.roads: [road]]))
        let address = TileAddress(containing: TestCity.center, zoom: 14)
        let bytes = try atlas.tile(
            TileRequest(tileset: "basemap", address: address, format: .mvt), at: TestCity.now, budget: .unlimited)
        let layers = try VectorTileReading(bytes.bytes).layers
        #expect(layers.map(\.name) == ["roads"])
        #expect(layers[0].features[0].properties == ["class": "primary", "name": "Улица Мира"])
        #expect(bytes.expiresAt == nil && !bytes.isEmpty)
    }
}
