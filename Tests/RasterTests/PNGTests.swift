import Foundation
import SeededRandom
import TestConditions
import Testing

@testable import Raster

@Suite("PNG files")
struct PNGTests {
    static func noise(width: Int, height: Int, seed: UInt64) -> Canvas {
        var generator = SeededRandom(seed: seed)
        let canvas = Canvas(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width { canvas[x, y] = BlendTests.pixel(&generator) }
        }
        return canvas
    }

    static func map() -> Canvas {
        let canvas = Canvas(width: 128, height: 128)
        for golden in Golden.all { golden.draw(canvas) }
        return canvas
    }

    @Test(
        "libpng reads back the picture that was drawn, of any size", arguments: [(1, 1), (7, 3), (256, 256), (301, 77)])
    func roundTrip(width: Int, height: Int) throws {
        let canvas = Self.noise(width: width, height: height, seed: UInt64(width))
        let read = try #require(pixels(ofPNG: try PNGEncoder().encode(canvas)))
        #expect(read.width == width && read.height == height)
        let differences = zip(read.rgba, canvas.rgba).map { abs(Int($0) - Int($1)) }
        // Half a level, where 255 / alpha is not a whole number, may be rounded either way.
        #expect(differences.max() ?? 255 <= 1)
    }

    @Test("Straight pixels are the nearest to the true quotient, for every alpha and channel")
    func straightening() {
        for alpha in UInt32(0)...255 {
            for value in 0...alpha {
                let straight = Straight.pixels(SIMD4(repeating: value | value << 8 | value << 16 | alpha << 24))
                let expected = alpha == 0 ? 0 : Double(value) * 255 / Double(alpha)
                #expect(abs(Double(straight[0] & 255) - expected) <= 0.5001)
                #expect(straight[0] >> 24 == alpha)
                #expect(straight[0] & 255 == straight[0] >> 16 & 255)
            }
        }
    }

    @Test("Rows are straightened as their pixels are one by one, whatever is repeated in blocks", arguments: 1...41)
    func straightRows(width: Int) {
        var generator = SeededRandom(seed: UInt64(width))
        let blocks: [[UInt32]] = [
            [UInt32](repeating: 0, count: 8), [UInt32](repeating: 0xff12_3456, count: 8),
            (0..<8).map { _ in BlendTests.pixel(&generator).bits }, [UInt32](repeating: 0x8040_2010, count: 8),
            [0x8040_2010] + [UInt32](repeating: 0, count: 7),
            [0, 0xff00_0000, 0x0101_0101, 0xfefe_fefe, 1 << 24, 0, 0, 0],
        ]
        for _ in 0..<40 {
            // Runs of one block, so that what was worked out is used again, at any offset to the blocks of eight.
            var row: [UInt32] = Array(blocks[0].prefix(Int(generator.number(0...7))))
            while row.count < width + 8 {
                let block = blocks[Int(generator.number(0...5.99))]
                for _ in 0..<Int(generator.number(1...3)) { row += block }
            }
            var straight = [UInt32](repeating: 7, count: width + 1)
            row.withUnsafeBytes { source in
                straight.withUnsafeMutableBytes { target in
                    Straight.row(source.baseAddress!, target.baseAddress!, count: width)
                }
            }
            #expect(
                straight.prefix(width).elementsEqual(row.prefix(width).map { Straight.pixels(SIMD4($0, 0, 0, 0))[0] }))
            #expect(straight[width] == 7)
        }
    }

    @Test("The same picture gives the same bytes, also from a used encoder")
    func deterministic() throws {
        let used = PNGEncoder()
        _ = try used.encode(Self.noise(width: 300, height: 200, seed: 1))
        let canvas = Self.map()
        #expect(try used.encode(canvas) == PNGEncoder().encode(canvas))
    }

    @Test(
        "The same picture gives the same bytes, wherever in memory its encoder lies",
        arguments: [(160, 128), (7, 9), (3, 1)])
    func memory(width: Int, height: Int) throws {
        var generator = SeededRandom(seed: 5)
        // Used one after the other, but all there at once, so that none lies where another one does.
        let encoders = (0..<256).map { _ in PNGEncoder() }
        for _ in 0..<8 {
            let canvas = Canvas(width: width, height: height)
            for _ in 0..<14 {
                let place = generator.point(0...Double(height))
                canvas.fill(Symbol.disc.path(x: place.x, y: place.y, size: 7), BlendTests.pixel(&generator).color)
            }
            let files = try Set(encoders.map { try $0.encode(canvas) })
            #expect(files.count == 1)
            let read = try #require(files.first.flatMap(pixels(ofPNG:)))
            #expect(read.width == width && read.height == height)
        }
    }

    @Test("An empty picture is small, the same each time, and readable")
    func empty() throws {
        let encoder = PNGEncoder()
        let file = try encoder.encode(Canvas(width: 256, height: 256))
        #expect(file.count < 250)
        #expect(try encoder.encode(Canvas(width: 256, height: 256)) == file)
        #expect(try encoder.encode(Canvas(width: 512, height: 512)) != file)
        #expect(pixels(ofPNG: file)?.rgba.allSatisfy { $0 == 0 } == true)
    }

    @Test("pngcheck finds nothing wrong", .needs(.program("/usr/bin/pngcheck", package: "pngcheck")))
    func pngcheck() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "worksmap-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let encoder = PNGEncoder()
        let palette = Palette(blending: [Color("#d7301f")!, Color("#333333cc")!, Color("#fdae61")!])
        for (index, canvas) in [Self.map(), Self.noise(width: 77, height: 31, seed: 2), Canvas(width: 9, height: 5)]
            .enumerated()
        {
            try Data(encoder.encode(canvas)).write(to: folder.appending(path: "\(index)-rgba.png"))
            try Data(encoder.encode(canvas, .palette(palette))).write(
                to: folder.appending(path: "\(index)-palette.png"))
        }
        let check = Process()
        check.executableURL = URL(filePath: "/usr/bin/pngcheck")
        check.arguments =
            ["-q"]
            + (try FileManager.default.contentsOfDirectory(atPath: folder.path)).map { folder.appending(path: $0).path }
        check.standardOutput = FileHandle.nullDevice
        try check.run()
        check.waitUntilExit()
        #expect(check.terminationStatus == 0)
    }

    // MARK: Palette

    @Test("A palette begins with transparent, has each paint itself, and at most 256 colours")
    func paletteColors() {
        let paints = (0..<12).map { (index: Int) -> Color in
            let red = UInt8(index * 20), green = UInt8(255 - index * 9)
            return Color(red: red, green: green, blue: 90, alpha: index % 2 == 0 ? 255 : 128)
        }
        let palette = Palette(blending: paints)
        #expect(palette.colors[0] == .transparent)
        #expect(palette.colors.count <= 256)
        let lookup = palette.colors.map(\.premultiplied)
        for paint in paints { #expect(lookup.contains { $0 == paint.premultiplied || $0.color == paint }) }
    }

    @Test("A pixel's entry depends on its colour alone, whatever was drawn before")
    func paletteStability() {
        let palette = Palette(blending: [Color("#d7301f59")!, Color("#7f0000")!, Color("#fdae61")!, .white])
        var first = PaletteLookup(palette), second = PaletteLookup(palette)
        var generator = SeededRandom(seed: 9)
        let some = (0..<3000).map { _ in BlendTests.pixel(&generator).bits }
        let entries = some.map { first.entry($0) }
        #expect(some.reversed().map { second.entry($0) } == entries.reversed())
    }

    @Test("What a style draws differs little from its palette's colours", arguments: 1...8)
    func paletteError(seed: UInt64) throws {
        let fill = Color("#d7301f")!.opacity(0.35), line = Color("#7f0000")!.opacity(0.9)
        let casing = Color("#333333")!.opacity(0.8), inner = Color("#fdae61")!
        let palette = Palette(blending: [fill, line, casing, inner])
        var generator = SeededRandom(seed: seed)
        let canvas = Canvas(width: 256, height: 256)
        for _ in 0..<4 {
            let ring = Path([(0..<6).map { _ in generator.point(-20...276) }])
            canvas.fill(ring, fill)
            canvas.stroke(ring, Stroke(width: 1.2), line)
        }
        for _ in 0..<8 {
            let road = Path([(0..<5).map { _ in generator.point(-20...276) }], closed: false)
            canvas.stroke(road, Stroke(width: 5, cap: .round, join: .round), casing)
            canvas.stroke(road, Stroke(width: 3, cap: .round, join: .round), inner)
        }
        let read = try #require(pixels(ofPNG: try PNGEncoder().encode(canvas, .palette(palette))))
        // Compared as seen: premultiplied.
        var sum = 0, worst = 0
        for index in 0..<256 * 256 {
            let own = canvas[index % 256, index / 256]
            let seen = Color(
                red: read.rgba[index * 4], green: read.rgba[index * 4 + 1], blue: read.rgba[index * 4 + 2],
                alpha: read.rgba[index * 4 + 3]
            ).premultiplied
            for shift in stride(from: UInt32(0), through: 24, by: 8) {
                let difference = abs(Int(own.bits >> shift & 255) - Int(seen.bits >> shift & 255))
                sum += difference
                worst = max(worst, difference)
            }
        }
        #expect(Double(sum) / Double(256 * 256 * 4) < 3.5)
        #expect(worst <= 64)
    }
}
