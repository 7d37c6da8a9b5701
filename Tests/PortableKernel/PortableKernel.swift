/// The kernel's own sources, compiled without the instructions that only some processors have.
public enum PortableKernel {
    /// Pixels or files of the drawing of this name in `DrawingCases` that these dice make.
    public static func drawing(_ name: String, seed: UInt64) throws -> [UInt8] {
        guard let drawing = DrawingCases.all.first(where: { $0.name == name }) else {
            throw Fault("no drawing \(name)")
        }
        var dice = Dice(seed: seed)
        return try drawing.draw(&dice)
    }
}
