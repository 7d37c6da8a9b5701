import Foundation

#if !PORTABLE
import Raster
#endif

/// Drawings by chance. The portable kernel is compiled with this file too, so that the same dice draw the same pictures.
enum DrawingCases {
    /// A drawing gives what came out: pixels, or files.
    typealias Drawing = (name: String, draw: @Sendable (inout Dice) throws -> [UInt8])
    static let all: [Drawing] = [("fill", fill), ("stroke", stroke), ("symbols", symbols), ("png", png)]

    private static func canvas(_ dice: inout Dice) -> Canvas {
        Canvas(width: dice.number(1...300), height: dice.number(1...300))
    }

    private static func color(_ dice: inout Dice) -> Color {
        Color(
            red: UInt8(dice.number(0...255)), green: UInt8(dice.number(0...255)), blue: UInt8(dice.number(0...255)),
            alpha: UInt8(dice.one(of: [0, 1, 128, 254, 255])))
    }

    private static func path(_ dice: inout Dice) -> Path {
        var path = Path()
        for _ in 0..<dice.number(0...4) {
            let shape = dice.shape(0, 256, limit: 3000)
            let odd = dice.chance(0.1) ? dice.one(of: [Double.nan, .infinity, -.infinity, 1e300]) : nil
            for (index, p) in shape.enumerated() {
                let x = index % 7 == 3 ? odd ?? p.x : p.x
                if index == 0, dice.chance(0.9) { path.move(x: x, y: p.y) } else { path.line(x: x, y: p.y) }
            }
            if dice.chance(0.5) { path.close() }
        }
        return path
    }

    /// The pixels; as they are premultiplied, no channel is above alpha.
    private static func checked(_ canvas: Canvas) throws -> [UInt8] {
        var channels: [UInt8] = []
        for y in 0..<canvas.height {
            for x in 0..<canvas.width {
                let pixel = canvas[x, y]
                if max(pixel.red, pixel.green, pixel.blue) > pixel.alpha { throw Fault("pixel \(x), \(y): \(pixel)") }
                channels += [pixel.red, pixel.green, pixel.blue, pixel.alpha]
            }
        }
        return channels
    }

    static func fill(_ dice: inout Dice) throws -> [UInt8] {
        let canvas = canvas(&dice)
        for _ in 0..<dice.number(1...3) {
            let path = path(&dice)
            if dice.chance(0.3) {
                let hatch = Hatch(
                    dice.one(of: Hatch.Direction.allCases), spacing: dice.number(-3...40),
                    width: dice.coordinate(0, 10))
                canvas.fill(
                    path, color(&dice), hatch: hatch, originX: dice.number(-1_000_000...1_000_000),
                    originY: dice.number(-1_000_000...1_000_000))
            } else {
                canvas.fill(path, color(&dice), rule: dice.one(of: [.nonZero, .evenOdd]))
            }
        }
        return try checked(canvas)
    }

    static func stroke(_ dice: inout Dice) throws -> [UInt8] {
        let canvas = canvas(&dice)
        for _ in 0..<dice.number(1...3) {
            var lengths = (0..<dice.number(0...5)).map { _ in dice.coordinate(0, 20) }
            if dice.chance(0.2) { lengths.append(dice.one(of: [0, .nan, .infinity, 1e-9, -1])) }
            let stroke = Stroke(
                width: dice.one(of: [dice.coordinate(0, 30), .nan, 0, 1e9, 0.01]),
                cap: dice.one(of: [.butt, .round, .square]),
                join: dice.one(of: [.miter, .round, .bevel]), miterLimit: dice.one(of: [4, 0, 1, 1e9, .nan]),
                dash: Dash(lengths, offset: dice.coordinate(-10, 10)))
            canvas.stroke(path(&dice), stroke, color(&dice))
        }
        return try checked(canvas)
    }

    static func symbols(_ dice: inout Dice) throws -> [UInt8] {
        let canvas = canvas(&dice), whole = Canvas(width: canvas.width, height: canvas.height)
        let sprites = (0..<dice.number(1...3)).map { _ in
            Sprite(
                SymbolStyle(
                    symbol: dice.one(of: Symbol.allCases), size: dice.one(of: [dice.coordinate(0, 40), .nan]),
                    fill: color(&dice),
                    outline: dice.chance(0.5) ? color(&dice) : nil, outlineWidth: dice.coordinate(0, 4),
                    halo: dice.chance(0.3) ? color(&dice) : nil, haloWidth: dice.coordinate(0, 4)))
        }
        let stands = (0..<dice.count(upTo: 400)).map { _ in
            (
                sprite: dice.number(0...sprites.count - 1), x: dice.number(-20_000...90_000),
                y: dice.number(-20_000...90_000)
            )
        }
        // What is hidden need not be drawn.
        var pile = SpritePile()
        pile.clear(width: canvas.width, height: canvas.height)
        var set = SpriteSet()
        for sprite in sprites { _ = set.add(sprite) }
        for stand in stands.reversed() { pile.offer(stand.sprite, of: set, subpixelX: stand.x, subpixelY: stand.y) }
        for stand in stands { whole.draw(sprites[stand.sprite], subpixelX: stand.x, subpixelY: stand.y) }
        canvas.draw(&pile, of: set)
        for y in 0..<canvas.height {
            for x in 0..<canvas.width where canvas[x, y] != whole[x, y] {
                throw Fault("pixel \(x), \(y) is \(canvas[x, y]), with all symbols \(whole[x, y])")
            }
        }
        return try checked(canvas)
    }

    static func png(_ dice: inout Dice) throws -> [UInt8] {
        let encoder = PNGEncoder()
        let palette = Palette((0..<dice.number(1...300)).map { _ in color(&dice) })
        var files: [UInt8] = []
        for _ in 0..<2 {
            let canvas = canvas(&dice)
            for _ in 0..<dice.number(0...3) { canvas.fill(path(&dice), color(&dice)) }
            if dice.chance(0.3) {
                for y in 0..<canvas.height {
                    for x in 0..<canvas.width { canvas[x, y] = color(&dice).premultiplied }
                }
            }
            let bytes = try encoder.encode(canvas, dice.chance(0.5) ? .rgba : .palette(palette))
            guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]),
                bytes.suffix(8).starts(with: Array("IEND".utf8))
            else { throw Fault("no PNG of \(canvas.width) × \(canvas.height)") }
            files += bytes
        }
        return files
    }
}
