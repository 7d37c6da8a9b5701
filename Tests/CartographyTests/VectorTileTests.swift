import Cartography
import Geometry
import Testing
import Works

@Suite("Vector tiles")
struct VectorTileTests {
    private func tile(_ works: [Work], zoom: Int, tileset: String = "works", filter: WorkFilter = .all) throws
        -> VectorTileReading
    {
        let atlas = try TestCity.atlas(MemoryStore(works: works))
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
        let works = TestCity.works(90)
        let reading = try tile(works, zoom: 8, tileset: "road_repairs")
        let layer = try #require(reading.layers.first)
        #expect(layer.name == "road_repairs")
        #expect(layer.features.count == works.count { $0.kind == .roadRepair })
        #expect(layer.features.allSatisfy { $0.properties["kind"] == "road_repair" })
        var filter = WorkFilter()
        filter.kinds = [.hazard]
        #expect(try tile(works, zoom: 8, tileset: "road_repairs", filter: filter).layers.isEmpty)
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
