import Raster
import SeededRandom
import Testing

/// A scene in world pixels, drawn on a canvas whose corner is a world pixel.
struct Scene: Sendable {
    let name: String
    let draw: @Sendable (_ canvas: Canvas, _ originX: Int, _ originY: Int) -> Void
}

@Suite("Tiles fit together")
struct SeamTests {
    static let side = 64
    static let block = 4

    /// Lines and rings that run through, along and far beyond the block of tiles.
    static func path(seed: UInt64, closed: Bool, originX: Int, originY: Int) -> Path {
        var generator = SeededRandom(seed: seed)
        var path = Path()
        for subpath in 0..<12 {
            let reach = subpath % 3 == 0 ? 3000.0 : subpath % 3 == 1 ? 300.0 : 40.0
            var at = generator.point(0...256)
            for index in 0..<20 {
                let x = Path.subpixels(at.x) - originX * 256, y = Path.subpixels(at.y) - originY * 256
                if index == 0 {
                    path.move(subpixelX: x, subpixelY: y)
                } else {
                    path.line(subpixelX: x, subpixelY: y)
                }
                at += generator.point(-reach...reach) * (index % 4 == 0 ? 0.01 : 1)
                // Points on the tile borders themselves.
                if index % 5 == 0 { at = (at / 64).rounded(.toNearestOrEven) * 64 }
            }
            if closed { path.close() }
        }
        return path
    }

    static let scenes: [Scene] = {
        let red = Color("#d7301fa0")!
        var scenes = [
            Scene(name: "fill") { canvas, x, y in
                canvas.fill(path(seed: 1, closed: true, originX: x, originY: y), red)
            },
            Scene(name: "fill, even-odd") { canvas, x, y in
                canvas.fill(path(seed: 2, closed: true, originX: x, originY: y), red, rule: .evenOdd)
            },
            Scene(name: "sprites") { canvas, x, y in
                var generator = SeededRandom(seed: 3)
                let sprite = Sprite(SymbolStyle(symbol: .star, size: 14, fill: red, outline: .white))
                for _ in 0..<300 {
                    let at = generator.point(-20...276)
                    canvas.draw(
                        sprite, subpixelX: Path.subpixels(at.x) - x * 256, subpixelY: Path.subpixels(at.y) - y * 256)
                }
            },
        ]
        for direction in Hatch.Direction.allCases {
            scenes.append(
                Scene(name: "hatch \(direction)") { canvas, x, y in
                    canvas.fill(
                        path(seed: 4, closed: true, originX: x, originY: y), red,
                        hatch: Hatch(direction, spacing: 7, width: 1.7), originX: x + 1000, originY: y - 77)
                })
        }
        for join in [Stroke.Join.miter, .round, .bevel] {
            for cap in [Stroke.Cap.butt, .round, .square] {
                for (width, dash) in [(0.7, nil), (5, nil), (40, nil), (3, Dash([7, 3, 0, 3], offset: 2))] {
                    for closed in [false, true] {
                        scenes.append(
                            Scene(name: "stroke \(join) \(cap) \(width) \(dash?.lengths ?? []) \(closed)") {
                                canvas, x, y in
                                canvas.stroke(
                                    path(seed: 5, closed: closed, originX: x, originY: y),
                                    Stroke(width: width, cap: cap, join: join, dash: dash), red)
                            })
                    }
                }
            }
        }
        return scenes
    }()

    @Test("A block of 4 by 4 tiles equals one large drawing, pixel for pixel", arguments: scenes.indices)
    func tilesEqualOneDrawing(index: Int) {
        let scene = Self.scenes[index]
        let whole = Canvas(width: Self.side * Self.block, height: Self.side * Self.block)
        scene.draw(whole, 0, 0)
        #expect(!whole.isEmpty, "\(scene.name)")
        let tile = Canvas(width: Self.side, height: Self.side)
        for row in 0..<Self.block {
            for column in 0..<Self.block {
                tile.clear()
                scene.draw(tile, column * Self.side, row * Self.side)
                var differences = 0
                for y in 0..<Self.side {
                    for x in 0..<Self.side where tile[x, y] != whole[column * Self.side + x, row * Self.side + y] {
                        differences += 1
                    }
                }
                #expect(differences == 0, "\(scene.name): tile \(column), \(row)")
            }
        }
    }

    @Test("With a palette too a block of tiles equals one large picture: no seam shows between neighbours")
    func palettesAgree() throws {
        let palette = Palette(blending: [Color("#d7301fa0")!, .white])
        let encoder = PNGEncoder()
        let whole = Canvas(width: Self.side * Self.block, height: Self.side * Self.block)
        let tile = Canvas(width: Self.side, height: Self.side)
        for scene in Self.scenes.prefix(5) {
            whole.clear()
            scene.draw(whole, 0, 0)
            let expected = try #require(pixels(ofPNG: try encoder.encode(whole, .palette(palette))))
            #expect(Set(stride(from: 0, to: expected.rgba.count, by: 4).map { expected.rgba[$0 + 3] }).count > 2)
            for row in 0..<Self.block {
                for column in 0..<Self.block {
                    tile.clear()
                    scene.draw(tile, column * Self.side, row * Self.side)
                    let own = try #require(pixels(ofPNG: try encoder.encode(tile, .palette(palette))))
                    let isEqual = (0..<Self.side).allSatisfy { y in
                        let start = ((row * Self.side + y) * whole.width + column * Self.side) * 4
                        return expected.rgba[start..<start + Self.side * 4]
                            == own.rgba[y * Self.side * 4..<(y + 1) * Self.side * 4]
                    }
                    #expect(isEqual, "\(scene.name): tile \(column), \(row)")
                }
            }
        }
    }
}
