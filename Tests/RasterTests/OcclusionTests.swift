import Raster
import SeededRandom
import Testing

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
}
