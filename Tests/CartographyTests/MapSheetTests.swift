import Geometry
import Raster
import Testing
import TimeBudgets
import Works

@testable import Cartography

@Suite("Map sheets")
struct MapSheetTests {
    private static let red: [UInt8] = [0xB2, 0x18, 0x2B, 255]
    private static let blue: [UInt8] = [0x21, 0x66, 0xAC, 255]

    private func sheet() -> MapSheet {
        var sheet = MapSheet(
            title: "Опасности у школ", notes: ["за год"], credits: "whom to name",
            bounds: Bounds(west: 37.9, south: 55.95, east: 38.1, north: 56.05))
        sheet.width = 900
        let red = SheetSign(fill: Color("#b2182b"), size: 20)
        let blue = SheetSign(fill: Color("#2166ac"))
        sheet.marks = [
            SheetMark(.polygon(Polygon(rings: [TestCity.ring(20, 10, radius: 8, corners: 12)])), blue),
            SheetMark(.point(TestCity.center), red),
        ]
        sheet.legend = [
            .heading("Цвет"), .point(red, "много", detail: "12"), .area(blue, "мало"), .note("мелким шрифтом"),
        ]
        return sheet
    }

    @Test("has its marks where they belong, and each colour of the legend on the map too")
    func marks() throws {
        let atlas = try TestCity.atlas(MemoryStore(works: []))
        let picture = try #require(DecodedPNG(try atlas.sheet(sheet(), at: TestCity.now, budget: .unlimited)))
        #expect(picture.width == 900)
        // The map's middle is the centre of the bounds, where the point is.
        let layout = SheetLayout(sheet(), legendHeight: 0)
        let (x, y) = (layout.map.x + layout.map.width / 2, layout.map.y + layout.map.height / 2)
        #expect(picture.pixel(x, y) == Self.red)
        let legend = (layout.map.y..<picture.height).flatMap { row in
            (Int(layout.legendX)..<picture.width).map { picture.pixel($0, row) }
        }
        #expect(legend.contains(Self.red) && legend.contains(Self.blue))
    }

    @Test("is the same picture each time")
    func deterministic() throws {
        let atlas = try TestCity.atlas(MemoryStore(works: TestCity.works(100)))
        let one = try atlas.sheet(sheet(), at: TestCity.now, budget: .unlimited)
        #expect(try atlas.sheet(sheet(), at: TestCity.now, budget: .unlimited) == one)
    }

    @Test("gives up when its time is spent")
    func budget() throws {
        let atlas = try TestCity.atlas(MemoryStore(works: []))
        #expect(throws: (any Error).self) {
            try atlas.sheet(sheet(), at: TestCity.now, budget: TimeBudget(.zero))
        }
    }

    @Test(
        "has a scale bar of a round length that fits its room",
        arguments: [(0.5, 100.0, "50 m"), (10, 150, "1 km"), (13, 160, "2 km"), (0.02, 100, "2 m")])
    func scaleBar(metresPerPixel: Double, room: Double, text: String) {
        let bar = ScaleBar(metresPerPixel: metresPerPixel, room: room)
        #expect(bar.text == text && bar.length <= room && bar.length > room / 2.6)
    }
}
