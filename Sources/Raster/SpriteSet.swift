/// Sprites that are drawn together, each named by a number: laid out flat, since a sprite taken in hand for each stand would be counted each time.
///
/// Made once for a style and used for all its pictures; see ``SpritePile``.
public struct SpriteSet: Sendable {
    /// A sprite, by its place in the lists of all.
    struct Known: Sendable {
        /// Where the rows of its phases begin in `starts`.
        var starts: Int
        var reach: Int
        /// Whether it has more rows than there are bits, so that all are drawn.
        var isLarge: Bool
    }

    private(set) var known: ContiguousArray<Known> = []
    private(set) var starts: ContiguousArray<Int32> = []
    private(set) var rows: ContiguousArray<Sprite.Row> = []
    private(set) var pixels: ContiguousArray<UInt32> = []
    private(set) var stencils = Stencils()

    public init() {}

    /// Adds a sprite; its number.
    public mutating func add(_ sprite: Sprite) -> Int {
        stencils.add(sprite)
        known.append(Known(starts: starts.count, reach: sprite.reach, isLarge: sprite.masks.isEmpty))
        let (firstRow, firstPixel) = (Int32(rows.count), Int32(pixels.count))
        for start in sprite.starts { starts.append(firstRow + start) }
        for var row in sprite.rows {
            row.start += firstPixel
            rows.append(row)
        }
        pixels.append(contentsOf: sprite.pixels)
        return known.count - 1
    }
}
