import PortableKernel
import Raster
import Testing

@Suite("The kernel without AVX2")
struct PortableKernelTests {
    @Test("Draws the same pixels from the same sources", arguments: DrawingCases.all.map(\.name))
    func samePixels(drawing name: String) throws {
        let drawing = try #require(DrawingCases.all.first { $0.name == name })
        for seed in 1...12 as ClosedRange<UInt64> {
            var dice = Dice(seed: seed)
            let ours = try drawing.draw(&dice)
            #expect(try ours == PortableKernel.drawing(name, seed: seed), "seed \(seed)")
            #expect(!ours.isEmpty)
        }
    }
}
