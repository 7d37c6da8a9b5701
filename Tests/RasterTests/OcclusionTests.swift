import SeededRandom
import Testing

@testable import Raster

@Suite("Occlusion")
struct OcclusionTests {
    @Test(
        "Leaving out what is covered changes no pixel, at any size of the picture",
        arguments: [(256, 256), (61, 40), (1, 300)])
    func nothingChanges(width: Int, height: Int) {
        var generator = SeededRandom(seed: UInt64(width))
        let sprites = [
            Sprite(SymbolStyle(size: 6, fill: Color("#1b9e77")!, outline: .white)),
            Sprite(
                SymbolStyle(symbol: .star, size: 17, fill: Color("#d95f02")!, halo: Color("#00000080"), haloWidth: 2)),
            Sprite(SymbolStyle(symbol: .square, size: 40, fill: Color("#7570b3")!)),
            Sprite(SymbolStyle(symbol: .disc, size: 12, fill: Color("#e7298a80")!)),
        ]
        let stands = (0..<4000).map { _ -> (sprite: Int, x: Int, y: Int) in
            let place = generator.point(-30...290)
            return (Int(generator.number(0...3.99)), Path.subpixels(place.x), Path.subpixels(place.y))
        }
        var pile = SpritePile()
        pile.clear(width: width, height: height)
        var set = SpriteSet()
        let numbers = sprites.map { set.add($0) }
        for stand in stands.reversed() {
            pile.offer(numbers[stand.sprite], of: set, subpixelX: stand.x, subpixelY: stand.y)
        }
        let all = Canvas(width: width, height: height), few = Canvas(width: width, height: height)
        for stand in stands { all.draw(sprites[stand.sprite], subpixelX: stand.x, subpixelY: stand.y) }
        few.draw(&pile, of: set)
        #expect(pile.count(of: set) < stands.count / 2)
        #expect(!all.isEmpty)
        #expect((0..<height).allSatisfy { y in (0..<width).allSatisfy { all[$0, y] == few[$0, y] } })
    }

    @Test("Sprites of which nothing is to be seen change nothing, however far they reach", arguments: [4, 30, 40, 200])
    func nothingToSee(reach: Int) {
        var set = SpriteSet()
        let number = set.add(Sprite(reach: reach) { _, _, _ in })
        var pile = SpritePile()
        pile.clear(width: 61, height: 40)
        for y in stride(from: -300, to: 300, by: 7) {
            for x in stride(from: -300, to: 300, by: 7) {
                pile.offer(number, of: set, subpixelX: x << 8, subpixelY: y << 8)
            }
        }
        let canvas = Canvas(width: 61, height: 40)
        canvas.draw(&pile, of: set)
        #expect(canvas.isEmpty)
    }

    @Test(
        "Of a sprite on the border a picture shows what a larger one shows there",
        arguments: [(256, 256), (61, 40), (3, 9)])
    func borders(width: Int, height: Int) {
        var generator = SeededRandom(seed: UInt64(height))
        let sprite = Sprite(SymbolStyle(symbol: .star, size: 17, fill: Color("#d95f0280")!, outline: .white))
        let margin = 32
        let small = Canvas(width: width, height: height)
        let large = Canvas(width: width + 2 * margin, height: height + 2 * margin)
        for _ in 0..<400 {
            let (x, y) = (generator.number(-16...Double(width) + 16), generator.number(-16...Double(height) + 16))
            small.draw(sprite, x: x, y: y)
            large.draw(sprite, x: x + Double(margin), y: y + Double(margin))
        }
        #expect(!small.isEmpty)
        #expect(
            (0..<height).allSatisfy { y in
                (0..<width).allSatisfy { small[$0, y] == large[$0 + margin, y + margin] }
            })
    }

    @Test("A sprite of any size changes the picture as its pixels do one by one", arguments: 1...20, [4, 7, 8, 13])
    func pixels(height: Int, width: Int) {
        var generator = SeededRandom(seed: UInt64(100 * height + width))
        func pixel() -> Pixel {
            func channel() -> UInt8 { UInt8(generator.number(0...255)) }
            return Color(red: channel(), green: channel(), blue: channel(), alpha: channel()).premultiplied
        }
        let pattern = (0..<height).map { _ in (0..<width).map { _ in pixel() } }
        let sprite = Sprite(reach: 20) { canvas, x, y in
            for row in 0..<height {
                for column in 0..<width { canvas[Int(x) + column - 3, Int(y) + row - 2] = pattern[row][column] }
            }
        }
        var set = SpriteSet()
        let number = set.add(sprite)
        // Inside and over all borders.
        let size = 64
        let places = [(3, 2), (-4, 30), (30, -5), (60, 30), (30, 60), (28, 29), (45, 3)]
        let (stamped, piled, expected) = (
            Canvas(width: size, height: size), Canvas(width: size, height: size), Canvas(width: size, height: size)
        )
        for y in 0..<size {
            for x in 0..<size {
                expected[x, y] = pixel()
                (stamped[x, y], piled[x, y]) = (expected[x, y], expected[x, y])
            }
        }
        for (x, y) in places {
            for row in 0..<height {
                for column in 0..<width where (0..<size).contains(x + column - 3) && (0..<size).contains(y + row - 2) {
                    let place = (x: x + column - 3, y: y + row - 2)
                    expected[place.x, place.y] = Blend.over(
                        pattern[row][column], destination: expected[place.x, place.y])
                }
            }
            stamped.draw(sprite, subpixelX: x << 8, subpixelY: y << 8)
            var pile = SpritePile()
            pile.clear(width: size, height: size)
            pile.offer(number, of: set, subpixelX: x << 8, subpixelY: y << 8)
            piled.draw(&pile, of: set)
        }
        for canvas in [stamped, piled] {
            #expect((0..<size).allSatisfy { y in (0..<size).allSatisfy { canvas[$0, y] == expected[$0, y] } })
        }
    }
}
