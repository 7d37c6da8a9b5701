import SeededRandom
import Testing

@testable import Raster

@Suite("Blending eight pixels equals blending each of them")
struct BlendTests {
    static func pixel(_ generator: inout SeededRandom) -> Pixel {
        let alpha = UInt8.random(in: 0...255, using: &generator)
        func channel() -> UInt8 { UInt8.random(in: 0...255, using: &generator) }
        let kind = Int.random(in: 0..<4, using: &generator)
        return Color(
            red: channel(), green: channel(), blue: channel(), alpha: kind == 0 ? 0 : kind == 1 ? 255 : alpha
        ).premultiplied
    }

    @Test("A colour with coverage, bit for bit")
    func solid() {
        var generator = SeededRandom(seed: 1)
        for _ in 0..<20_000 {
            let color = Self.pixel(&generator)
            var destination = Blend.Pixels(), coverage = Blend.Pixels()
            for lane in 0..<8 {
                destination[lane] = Self.pixel(&generator).bits
                coverage[lane] = UInt32.random(in: 0...256, using: &generator)
            }
            let result = Blend.over(Blend.Solid(color), coverage: coverage, destination: destination)
            for lane in 0..<8 {
                let twin = Blend.over(color, coverage: coverage[lane], destination: Pixel(bits: destination[lane]))
                #expect(result[lane] == twin.bits)
            }
        }
    }

    @Test("A picture over a picture, bit for bit, eight and four at a time")
    func picture() {
        var generator = SeededRandom(seed: 2)
        for _ in 0..<20_000 {
            var source = Blend.Pixels(), destination = Blend.Pixels()
            for lane in 0..<8 {
                source[lane] = Self.pixel(&generator).bits
                destination[lane] = Self.pixel(&generator).bits
            }
            let eight = Blend.over(source, destination: destination)
            let four = Blend.over(source.lowHalf, destination: destination.lowHalf)
            for lane in 0..<8 {
                let twin = Blend.over(Pixel(bits: source[lane]), destination: Pixel(bits: destination[lane]))
                #expect(eight[lane] == twin.bits)
                if lane < 4 { #expect(four[lane] == twin.bits) }
            }
        }
    }

    @Test("No channel ever exceeds alpha, and opaque stays opaque")
    func premultiplied() {
        var generator = SeededRandom(seed: 3)
        for _ in 0..<20_000 {
            let destination = Self.pixel(&generator)
            let result = Blend.over(
                Self.pixel(&generator), coverage: UInt32.random(in: 0...256, using: &generator),
                destination: destination)
            #expect(max(result.red, result.green, result.blue) <= result.alpha)
            if destination.alpha == 255 { #expect(result.alpha == 255) }
        }
    }

    @Test("Coverage from sums equals the fill rule's definition")
    func windings() {
        var generator = SeededRandom(seed: 4)
        for _ in 0..<20_000 {
            var sums = SIMD8<Int32>()
            for lane in 0..<8 { sums[lane] = Int32.random(in: -600_000...600_000, using: &generator) }
            let nonZero = NonZero.coverage(sums), evenOdd = EvenOdd.coverage(sums)
            for lane in 0..<8 {
                let area = Double(sums[lane].magnitude) / 131_072
                #expect(abs(Double(nonZero[lane]) / 256 - min(area, 1)) <= 0.5 / 256)
                let folded = area.truncatingRemainder(dividingBy: 2)
                #expect(abs(Double(evenOdd[lane]) / 256 - (folded > 1 ? 2 - folded : folded)) <= 0.5 / 256)
            }
        }
    }
}
