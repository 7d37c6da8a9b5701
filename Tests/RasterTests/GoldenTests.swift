import Foundation
import Raster
import Testing

/// One drawing operation, shown so that it can be judged by eye.
struct Golden: Sendable, CustomTestStringConvertible {
    let name: String
    let draw: @Sendable (_ canvas: Canvas) -> Void

    var testDescription: String { name }

    private static let ink = Color("#333333")!
    private static let paint = Color("#d7301f")!
    private static let light = Color("#fdae61")!

    private static func zigzag(y: Double) -> Path {
        Path(
            [[SIMD2(16, y), SIMD2(56, y - 24), SIMD2(70, y + 10), SIMD2(96, y - 20), SIMD2(112, y - 2)]], closed: false)
    }

    private static let star = Path([
        (0..<5).map { index in
            let angle = Double(index) * 4 * Double.pi / 5
            return SIMD2(64 + 56 * sin(angle), 66 - 56 * cos(angle))
        }
    ])

    static let all: [Golden] = [
        Golden(name: "fill-nonzero") { $0.fill(star, paint) },
        Golden(name: "fill-evenodd") { $0.fill(star, paint, rule: .evenOdd) },
        Golden(name: "fill-opacity") { canvas in
            canvas.fill(star, paint.opacity(0.35))
            canvas.fill(Path([[SIMD2(10, 40), SIMD2(120, 60), SIMD2(100, 110)]]), Color("#2244cc80")!)
        },
        Golden(name: "fill-with-hole") { canvas in
            let outer = [SIMD2(8.3, 10.2), SIMD2(120.1, 20.7), SIMD2(110.5, 118.2), SIMD2(20.9, 100.4)]
            let hole = [SIMD2(40.2, 40.1), SIMD2(44.1, 80.6), SIMD2(90.3, 84.2), SIMD2(86.8, 44.4)]
            canvas.fill(Path([outer, hole]), paint.opacity(0.35))
            canvas.stroke(Path([outer, hole]), Stroke(width: 1.2), Color("#7f0000")!.opacity(0.9))
        },
        Golden(name: "hatch") { canvas in
            for (index, direction) in Hatch.Direction.allCases.enumerated() {
                let x = Double(index % 2) * 60 + 8, y = Double(index / 2) * 60 + 8
                let box = Path([[SIMD2(x, y), SIMD2(x + 52, y + 4), SIMD2(x + 48, y + 52), SIMD2(x + 3, y + 46)]])
                canvas.fill(box, ink, hatch: Hatch(direction, spacing: 7, width: 1.5), originX: index, originY: 3)
                canvas.stroke(box, Stroke(width: 1), ink)
            }
        },
        Golden(name: "stroke-joins") { canvas in
            for (index, join) in [Stroke.Join.miter, .round, .bevel].enumerated() {
                canvas.stroke(zigzag(y: 36 + Double(index) * 36), Stroke(width: 11, join: join), ink.opacity(0.8))
            }
        },
        Golden(name: "stroke-miter-limit") { canvas in
            // Sharper from left to right, a higher limit from top to bottom: 1 / sin(half the angle) widths are allowed.
            for (row, limit) in [1.0, 1.5, 3, 8].enumerated() {
                for column in 0..<4 {
                    let x = Double(column) * 31 + 17, y = Double(row) * 31 + 28, spread = [13.0, 9, 5, 2][column]
                    let bend = Path([[SIMD2(x - spread, y), SIMD2(x, y - 16), SIMD2(x + spread, y)]], closed: false)
                    canvas.stroke(bend, Stroke(width: 5, join: .miter, miterLimit: limit), ink.opacity(0.8))
                }
            }
        },
        Golden(name: "symbol-halos") { canvas in
            canvas.fill(Path([[SIMD2(0, 0), SIMD2(128, 0), SIMD2(128, 64), SIMD2(0, 64)]]), light)
            for (row, color) in [Color.white, Color("#00000080")!].enumerated() {
                for (column, width) in [0.0, 1, 3, 6].enumerated() {
                    let style = SymbolStyle(
                        symbol: row == 0 ? .triangle : .disc, size: 12, fill: paint, outline: ink, outlineWidth: 1,
                        halo: color, haloWidth: width)
                    canvas.draw(Sprite(style), x: Double(column) * 31 + 17, y: Double(row) * 34 + 47)
                }
            }
        },
        Golden(name: "stroke-caps") { canvas in
            for (index, cap) in [Stroke.Cap.butt, .round, .square].enumerated() {
                let y = 24 + Double(index) * 36
                let line = Path([[SIMD2(24, y), SIMD2(84, y + 12)]], closed: false)
                canvas.stroke(line, Stroke(width: 13, cap: cap), ink)
                canvas.stroke(line, Stroke(width: 1), light)
                canvas.stroke(Path([[SIMD2(110, y + 6)]], closed: false), Stroke(width: 13, cap: cap), ink)
            }
        },
        Golden(name: "stroke-dashes") { canvas in
            let patterns: [([Double], Stroke.Cap)] = [([10, 5], .butt), ([0, 6], .round), ([12, 4, 2, 4], .butt)]
            for (index, (lengths, cap)) in patterns.enumerated() {
                let stroke = Stroke(width: 4, cap: cap, join: .round, dash: Dash(lengths, offset: 3))
                canvas.stroke(zigzag(y: 36 + Double(index) * 36), stroke, ink)
            }
        },
        Golden(name: "stroke-casing") { canvas in
            let road = Stroke(width: 5, cap: .round, join: .round)
            let roads = Path(
                [
                    [SIMD2(-10, 30), SIMD2(60, 70), SIMD2(140, 60)], [SIMD2(60, 70), SIMD2(50, 140)],
                    [SIMD2(20, -10), SIMD2(60, 70)],
                ], closed: false)
            canvas.stroke(roads, road.casing(2), ink.opacity(0.8))
            canvas.stroke(roads, road, light)
        },
        Golden(name: "stroke-ring") { canvas in
            canvas.stroke(star, Stroke(width: 5, join: .miter, miterLimit: 8), ink)
            canvas.stroke(star, Stroke(width: 1.2, join: .round), light)
        },
        Golden(name: "symbols") { canvas in
            for (index, symbol) in Symbol.allCases.enumerated() {
                let x = Double(index % 4) * 30 + 19.3, y = Double(index / 4) * 36 + 22.6
                let style = SymbolStyle(
                    symbol: symbol, size: 16, fill: Color("#1b9e77")!, outline: .white, outlineWidth: 1.5,
                    halo: Color("#00000080"), haloWidth: 1.5)
                canvas.draw(Sprite(style), x: x, y: y)
            }
        },
        Golden(name: "discs") { canvas in
            let disc = Sprite(SymbolStyle(size: 6, fill: Color("#e7298a")!, outline: .white))
            for index in 0..<64 {
                canvas.draw(disc, x: Double(index % 8) * 16.13 + 6, y: Double(index / 8) * 16.29 + 5)
            }
        },
    ]
}

extension Path {
    init(_ lines: [[SIMD2<Double>]], closed: Bool) {
        self.init()
        for line in lines {
            for (index, point) in line.enumerated() {
                if index == 0 { move(x: point.x, y: point.y) } else { self.line(x: point.x, y: point.y) }
            }
            if closed { close() }
        }
    }
}

@Suite("Golden pictures")
struct GoldenTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "tiles/golden")

    /// A channel as it is seen, times alpha, may differ by 2 of 255, for machines that round differently; in the mean by 0.05.
    ///
    /// With `WORKSMAP_UPDATE_GOLDEN=1` in the environment the pictures are written instead, to be looked at.
    @Test("Each drawing operation looks as in its golden picture", arguments: Golden.all)
    func golden(golden: Golden) throws {
        let canvas = Canvas(width: 128, height: 128)
        golden.draw(canvas)
        let file = Self.folder.appending(path: "\(golden.name).png")
        if ProcessInfo.processInfo.environment["WORKSMAP_UPDATE_GOLDEN"] != nil {
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            try Data(PNGEncoder().encode(canvas)).write(to: file)
        }
        let expected = try #require(pixels(ofPNG: [UInt8](Data(contentsOf: file))))
        #expect(expected.width == canvas.width && expected.height == canvas.height)
        let differences = zip(seen(expected.rgba), seen(canvas.rgba)).map { abs($0 - $1) }
        #expect(differences.max() ?? 255 <= 2)
        #expect(Double(differences.reduce(0, +)) / Double(differences.count) < 0.05)
    }

    /// Red, green and blue over black, then alpha: what little colour there is in a pixel that is nearly transparent is coarse in a file.
    private func seen(_ rgba: [UInt8]) -> [Int] {
        rgba.indices.map { index in
            index % 4 == 3 ? Int(rgba[index]) : (Int(rgba[index]) * Int(rgba[index | 3]) + 127) / 255
        }
    }
}
