import Foundation
import Geometry
import Lettering
import Testing
import TimeBudgets
import Works

@testable import Cartography

@Suite("Labels")
struct LabelTests {
    static let classes = ["motorway", "primary", "secondary", "tertiary", "residential", "residential", "service"]

    /// Streets with names that run across everything, areas and places with names, houses with numbers.
    static let city = features()

    private static func features() -> [ReferenceLayer: [ReferenceFeature]] {
        var features: [ReferenceLayer: [ReferenceFeature]] = [:]
        features[.roads] = (0..<60).flatMap { index in
            // Stored in pieces, as streets are.
            (0..<8).map { piece in
                ReferenceFeature(
                    id: "r\(index).\(piece)", name: index % 9 == 8 ? nil : "\(index)-я Верхнереченская улица",
                    featureClass: classes[index % classes.count],
                    geometry: .lineString((0...4).map { place(street: index, step: piece * 4 + $0) }))
            }
        }
        var basemap: [ReferenceFeature] = []
        for index in 0..<40 {
            let ring = TestCity.ring(
                Double(index * 37 % 80) - 40, Double(index * 17 % 40) - 20, radius: 1.5, corners: 40)
            basemap.append(
                ReferenceFeature(
                    id: "a\(index)", name: "Парк имени Первого Мая \(index)",
                    featureClass: ["park", "water", "wood"][index % 3], geometry: .polygon(Polygon(rings: [ring]))))
        }
        for index in 0..<30 {
            let kind = index % 4 == 0 ? "city" : "suburb"
            basemap.append(
                ReferenceFeature(
                    id: "p\(index)", name: "Микрорайон \(index)", featureClass: "place",
                    extra: #"{"place":"\#(kind)"}"#,
                    geometry: TestCity.point(Double(index * 29 % 80) - 40, Double(index * 13 % 40) - 20)))
        }
        for index in 0..<900 {
            let ring = TestCity.ring(
                Double(index % 30) * 0.35 - 5, Double(index / 30) * 0.3 - 4, radius: 0.12, corners: 8, roughness: 0)
            basemap.append(
                ReferenceFeature(
                    id: "h\(index)", featureClass: "building",
                    extra: #"{"levels":5,"housenumber":"\#(index)к\#(index % 3)"}"#,
                    geometry: .polygon(Polygon(rings: [ring]))))
        }
        features[.basemap] = basemap
        features[.districts] = (0..<4).map { index in
            let ring = TestCity.ring(Double(index) * 20 - 30, 2, radius: 9, corners: 100)
            return ReferenceFeature(
                id: "d\(index)", name: "Заречный район \(index)", geometry: .polygon(Polygon(rings: [ring])))
        }
        return features
    }

    /// A vertex of a street that winds from west to east or from north to south.
    private static func place(street: Int, step: Int) -> Coordinate {
        let along = Double(step) * 2.5 - 40
        let across = Double(street / 2) * 1.4 - 20 + sin(along / 9 + Double(street)) * 0.5
        return street % 2 == 0 ? TestCity.place(along, across) : TestCity.place(across * 1.8, along * 0.56)
    }

    /// An atlas that draws the labels of the basemap's style sheet and nothing else, so that only they are compared.
    private func labelsAlone() throws -> Atlas {
        let sheet = try Data(contentsOf: TestCity.styles.appendingPathComponent("basemap.json"))
        var object = try #require(try JSONSerialization.jsonObject(with: sheet) as? [String: Any])
        let layers = try #require(object["layers"] as? [[String: Any]])
        object["layers"] = layers.filter { layer in
            (layer["paint"] as? [[String: Any]])?.contains { $0["label"] != nil } ?? false
        }
        object["background"] = nil
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("labels-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try JSONSerialization.data(withJSONObject: object).write(to: folder.appendingPathComponent("basemap.json"))
        return try Atlas(
            store: MemoryStore(features: Self.city), styles: folder, cache: TileCacheLimits(bytes: 0))
    }

    private func scene(_ zoom: Int) -> Scene {
        Scene(TileAddress(containing: TestCity.center, zoom: zoom), scale: .single)
    }

    @Test(
        "Tiles with labels are one picture of the same area, pixel for pixel, within a block and across its borders",
        arguments: [
            (11, TileScale.single), (13, .single), (14, .single), (14, .double), (16, .single), (17, .single),
            (18, .double),
        ])
    func seams(zoom: Int, scale: TileScale) throws {
        let atlas = try labelsAlone()
        let middle = TileAddress(containing: TestCity.center, zoom: zoom)
        // Two tiles on each side of a corner where four blocks meet, and a block's own four.
        let corner = (x: (middle.x + 2) / 4 * 4, y: (middle.y + 2) / 4 * 4)
        var painted = 0
        for (column, row) in [(corner.x - 2, corner.y - 2), (corner.x, corner.y)] {
            let first = try #require(TileAddress(z: zoom, x: column, y: row)).bounds
            let last = try #require(TileAddress(z: zoom, x: column + 3, y: row + 3)).bounds
            let side = 256 * scale.rawValue
            let big = try #require(
                DecodedPNG(
                    try atlas.picture(
                        PictureRequest(
                            tilesets: ["basemap"],
                            bounds: Bounds(west: first.west, south: last.south, east: last.east, north: first.north),
                            width: side * 4, height: side * 4, scale: scale), at: TestCity.now, budget: .unlimited)))
            // The tiles in another order, from an atlas that has placed nothing yet.
            let other = try labelsAlone()
            for y in (0..<4).reversed() {
                for x in 0..<4 {
                    let address = try #require(TileAddress(z: zoom, x: column + x, y: row + y))
                    let tile = try #require(
                        DecodedPNG(
                            try other.tile(
                                TileRequest(tileset: "basemap", address: address, scale: scale), at: TestCity.now,
                                budget: .unlimited
                            ).bytes))
                    var differing = 0
                    var isPainted = false
                    for py in 0..<side {
                        for px in 0..<side {
                            let pixel = tile.pixel(px, py)
                            if pixel[3] != 0 { isPainted = true }
                            if pixel != big.pixel(x * side + px, y * side + py) { differing += 1 }
                        }
                    }
                    if isPainted { painted += 1 }
                    #expect(differing == 0, "tile \(address)")
                }
            }
        }
        #expect(painted > 2)
    }

    /// All labels in a square of blocks around the middle.
    private func labels(zoom: Int, features: [ReferenceLayer: [ReferenceFeature]] = city) throws -> (
        [Label], LabelSheet
    ) {
        let atlas = try TestCity.atlas(MemoryStore(features: features))
        let (tileset, snapshot) = try atlas.state(of: "basemap")
        let sheet = try #require(LabelSheet(tileset, scene(zoom)))
        let frame = scene(zoom)
        let x = Double(frame.originX) / 256, y = Double(frame.originY) / 256
        let labels = try atlas.labeler.labels(
            in: .init(minX: x - 1500, minY: y - 1500, maxX: x + 1500, maxY: y + 1500), sheet, snapshot,
            budget: .unlimited)
        return (labels, sheet)
    }

    @Test("No label lies on another, and some cross the borders of blocks", arguments: [12, 13, 14, 15, 16, 17])
    func apart(zoom: Int) throws {
        let (labels, _) = try labels(zoom: zoom)
        #expect(labels.count > 5)
        for (index, a) in labels.enumerated() {
            for b in labels[..<index] where a.box.intersects(b.box) {
                let meet = a.boxes.contains { box in b.boxes.contains { $0.intersects(box) } }
                #expect(!meet, "\(a.text) at \(a.x) \(a.y), \(b.text) at \(b.x) \(b.y)")
            }
        }
        #expect(zoom < 14 || labels.contains { LabelPatch(of: $0.box)?.kind != .interior })
    }

    @Test("A street in pieces is named as one, again and again at the distance of the style")
    func joined() throws {
        let pieces = (0..<20).map { piece in
            // Every second piece runs the other way.
            let (from, to) = piece % 2 == 0 ? (piece, piece + 1) : (piece + 1, piece)
            return ReferenceFeature(
                id: "r\(piece)", name: "Набережная улица", featureClass: "primary",
                geometry: .lineString([TestCity.place(Double(from) * 0.6, 0.4), TestCity.place(Double(to) * 0.6, 0.4)])
            )
        }
        let (labels, _) = try labels(zoom: 17, features: [.roads: pieces])
        #expect(labels.count >= 2)
        #expect(labels.allSatisfy { $0.text == "Набережная улица" })
        let places: [Double] = labels.map(\.x).sorted()
        for (a, b) in zip(places, places.dropFirst()) { #expect(b - a > 200) }
    }

    @Test(
        "House numbers come at the closest zooms alone", arguments: [(15, false), (16, false), (17, true), (18, true)])
    func houses(zoom: Int, expected: Bool) throws {
        let (labels, sheet) = try labels(zoom: zoom)
        let numbers = labels.filter { sheet.entries[$0.paint].paint.field == .housenumber }
        #expect(numbers.isEmpty != expected)
        #expect(numbers.allSatisfy { $0.text.contains("к") })
    }

    @Test("Without any names the map is drawn as before, and nothing is labelled")
    func nameless() throws {
        var features = Self.city
        for (layer, list) in features {
            features[layer] = list.map {
                ReferenceFeature(id: $0.id, featureClass: $0.featureClass, extra: "[not json", geometry: $0.geometry)
            }
        }
        let (labels, _) = try labels(zoom: 15, features: features)
        #expect(labels.isEmpty)
    }

    @Test("Fonts that are not there leave the map without labels, and the status says so")
    func noFont() throws {
        let fonts = FontFiles(regular: ["/nonexistent/font.ttf"], bold: ["/nonexistent/font.ttf"])
        let atlas = try Atlas(
            store: MemoryStore(features: Self.city), styles: TestCity.styles, cache: TileCacheLimits(bytes: 0),
            fonts: fonts)
        let address = TileAddress(containing: TestCity.center, zoom: 15)
        let tile = try atlas.tile(
            TileRequest(tileset: "basemap", address: address), at: TestCity.now, budget: .unlimited)
        #expect(!tile.isEmpty)
        #expect(atlas.status.styleProblems.contains { $0.file == "/nonexistent/font.ttf" })
    }

    @Test("A label paint that says something unknown is refused with its key")
    func refused() {
        func parse(_ label: String) throws(StyleProblem) -> StyleSheet {
            try StyleParser.parse(
                Array(
                    #"""
                    {"tilesets": [{"name": "t", "title": {}}],
                     "layers": [{"name": "n", "source": "roads", "paint": [
                       {"label": \#(label)}]}]}
                    """#.utf8), file: "t.json")
        }
        #expect(throws: Never.self) { try parse(##"{"placement": "line", "size": 10, "color": "#000"}"##) }
        for (label, key) in [
            (##"{"placement": "around", "size": 10, "color": "#000"}"##, "placement"),
            (##"{"placement": "line", "size": 1, "color": "#000"}"##, "size"),
            (##"{"placement": "line", "size": 10, "color": "#000", "weight": "fat"}"##, "weight"),
            (##"{"placement": "line", "size": 10, "color": "#000", "field": "phone"}"##, "field"),
        ] {
            do {
                _ = try parse(label)
                Issue.record("\(label) was taken")
            } catch {
                #expect(error.line == 3)
                #expect(error.key == "layers[0].paint[0].label.\(key)")
            }
        }
    }
}
