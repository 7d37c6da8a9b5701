import PortableKernel

/// The kernel as it is compiled for AVX2, beside the same sources compiled for any processor.
enum PortableCases {
    static func run(_ dice: inout Dice) throws {
        let drawing = dice.one(of: DrawingCases.all)
        let seed = dice.next()
        var same = Dice(seed: seed)
        guard try drawing.draw(&same) == PortableKernel.drawing(drawing.name, seed: seed) else {
            throw Fault("\(drawing.name) \(seed) looks different without AVX2")
        }
    }
}
