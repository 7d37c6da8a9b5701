/// Sprites that are drawn together, each named by a number: laid out flat, since a sprite taken in hand for each stand would be counted each time.
///
/// Made once for a style and used for all its pictures; see ``SpritePile``.
public struct SpriteSet: Sendable {
    /// The phases of one sprite after the other.
    private(set) var phases: ContiguousArray<Sprite.Phase> = []
    private(set) var pixels: ContiguousArray<UInt32> = []
    private(set) var stencils = Stencils()

    public init() {}

    /// Adds a sprite; its number.
    public mutating func add(_ sprite: Sprite) -> Int {
        stencils.add(sprite)
        for var phase in sprite.all {
            phase.start += Int32(pixels.count)
            phases.append(phase)
        }
        pixels.append(contentsOf: sprite.pixels)
        return phases.count / (Sprite.phases * Sprite.phases) - 1
    }
}
