import Cartography
import Foundation
import Geometry
import Synchronization
import Testing
import TimeBudgets
import Works

@Suite("Style sheets")
struct StyleTests {
    private static let sheet = """
        {
          "tilesets": [{ "name": "works", "title": { "en": "Works" } }],
          "layers": [
            {
              "name": "dots", "source": "works",
              "paint": [
                { "symbol": { "shape": "disc", "size": 8, "fill": "#ff0000" } }
              ]
            }
          ]
        }
        """

    private func folder() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("styles-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }

    private func write(_ text: String, _ folder: URL) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent("works.json"))
    }

    @Test(
        "What is wrong is told with file, line and key",
        arguments: [
            ("\"#ff0000\"", "\"reddish\"", 7, "layers[0].paint[0].symbol.fill"),
            ("\"disc\"", "\"blob\"", 7, "layers[0].paint[0].symbol.shape"),
            ("\"size\": 8", "\"size\": 8000", 7, "layers[0].paint[0].symbol.size"),
            ("\"size\": 8", "\"sizes\": 8", 7, "layers[0].paint[0].symbol.sizes"),
            (
                "{ \"symbol\": { \"shape\": \"disc\", \"size\": 8, \"fill\": \"#ff0000\" } }",
                "{ \"line\": { \"color\": \"#000\", \"width\": 2, \"miter_limit\": 3 } }", 7,
                "layers[0].paint[0].line.miter_limit"
            ),
            ("\"source\": \"works\"", "\"source\": \"wroks\"", 5, "layers[0].source"),
            ("\"name\": \"dots\", ", "", 5, "layers[0]"),
            ("\"en\": \"Works\"", "\"en\": 7", 2, "tilesets[0].title.en"),
            ("\"layers\": [", "\"layers\": [,", 3, ""),
        ])
    func faults(old: String, new: String, line: Int, key: String) throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(Self.sheet.replacingOccurrences(of: old, with: new), folder)
        do {
            _ = try Atlas(store: MemoryStore(), styles: folder, cache: TileCacheLimits(bytes: 0))
            Issue.record("the sheet was accepted")
        } catch let problem as StyleProblem {
            #expect(problem.file == "works.json")
            #expect(problem.key == key)
            #expect(problem.line == line || problem.line == line - 1 && key == "layers[0]" || key.isEmpty)
        }
    }

    @Test("A changed sheet is taken up; a broken one leaves the old in use and is told, until it is mended")
    func reload() throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(Self.sheet, folder)
        let store = MemoryStore(works: [TestCity.work(1, at: TestCity.point(0, 0))])
        let atlas = try Atlas(store: store, styles: folder, cache: TileCacheLimits(bytes: 1 << 20))
        let request = TileRequest(tileset: "works", address: TileAddress(containing: TestCity.center, zoom: 14))
        func tile() throws -> [UInt8] { try atlas.tile(request, at: TestCity.now, budget: .unlimited).bytes }
        let red = try tile()
        #expect(try !atlas.refresh())

        try write(Self.sheet.replacingOccurrences(of: "#ff0000", with: "#0000ff00ff"), folder)
        #expect(try !atlas.refresh())
        #expect(atlas.status.styleProblems.map(\.key) == ["layers[0].paint[0].symbol.fill"])
        #expect(try tile() == red)

        try write(Self.sheet.replacingOccurrences(of: "#ff0000", with: "#0000fa"), folder)
        #expect(try atlas.refresh())
        #expect(atlas.status.styleProblems.isEmpty)
        #expect(try tile() != red)
    }

    @Test("The sheets of the project have the tilesets of the interface, with titles in Russian and English")
    func project() throws {
        let store = MemoryStore(works: TestCity.works(20))
        store.content.withLock { $0.attribution = "© Somebody" }
        let atlas = try TestCity.atlas(store)
        let names = atlas.tilesets.map(\.name)
        for name in ["works", "road_repairs", "outages", "hazards", "basemap"] { #expect(names.contains(name)) }
        for tileset in atlas.tilesets {
            #expect(tileset.title["ru"] != nil && tileset.title["en"] != nil)
            #expect(tileset.attribution == "© Somebody")
            #expect(!tileset.vectorLayers.isEmpty)
        }
        let works = try #require(atlas.tilesets.first { $0.name == "works" })
        let bounds = try #require(works.bounds)
        #expect(bounds.contains(TestCity.center) && bounds.width < 1)
    }

    @Test("A tileset that does not exist, a picture of no size, bounds beyond the world: errors that say so")
    func errors() throws {
        let atlas = try TestCity.atlas(MemoryStore())
        let address = TileAddress(containing: TestCity.center, zoom: 3)
        #expect(throws: AtlasError.unknownTileset("roads", known: atlas.tilesets.map(\.name))) {
            try atlas.tile(TileRequest(tileset: "roads", address: address), at: TestCity.now, budget: .unlimited)
        }
        func picture(_ bounds: Bounds, _ width: Int) throws -> [UInt8] {
            try atlas.picture(
                PictureRequest(tilesets: ["works"], bounds: bounds, width: width, height: 10), at: TestCity.now,
                budget: .unlimited)
        }
        #expect(throws: AtlasError.self) { try picture(.world, 0) }
        #expect(throws: AtlasError.self) { try picture(.world, 100_000) }
        #expect(throws: AtlasError.self) { try picture(Bounds(west: .nan, south: 0, east: 1, north: 1), 10) }
        #expect(throws: AtlasError.self) { try picture(Bounds(west: 0, south: 86, east: 1, north: 89), 10) }
        // A single point is shown at the deepest zoom.
        let point = Bounds(west: 38, south: 56, east: 38, north: 56)
        #expect(DecodedPNG(try picture(point, 20))?.width == 20)
    }
}
