/// Symbols that stand on each other: offered from the top to the bottom, then drawn from the bottom to the top without what cannot be seen.
///
///     offered   ●  1   whole                     drawn  3  2  1
///              ◑   2   its left half, row by row
///              ○   3   nothing: left out
///
/// The picture is the same, pixel by pixel, as with all of them. Made to be used again: it keeps its memory.
public struct SpritePile: Sendable {
    private struct Stand {
        var x: Int32
        var y: Int32
        var sprite: Int32
        /// Which of the sprite's rows are seen.
        var rows: UInt64
    }

    private var occlusion = Occlusion()
    private var stands: ContiguousArray<Stand> = []

    public init() {}

    /// Takes everything away, for a picture of this size.
    public mutating func clear(width: Int, height: Int) {
        occlusion.clear(width: width, height: height)
        stands.removeAll(keepingCapacity: true)
    }

    /// Puts a sprite below all that were offered before, with its anchor at a place in 1/256 pixel, if anything of it can be seen there.
    ///
    /// - Parameters:
    ///   - sprite: Its number in the set.
    ///   - set: The same for all that are offered.
    @inline(__always)
    public mutating func offer(_ sprite: Int, of set: borrowing SpriteSet, subpixelX: Int, subpixelY: Int) {
        let seen = occlusion.seenRows(of: sprite, set.stencils, subpixelX: subpixelX, subpixelY: subpixelY)
        guard seen != 0 else { return }
        stands.append(
            Stand(
                x: Int32(truncatingIfNeeded: subpixelX), y: Int32(truncatingIfNeeded: subpixelY),
                sprite: Int32(truncatingIfNeeded: sprite), rows: seen))
    }

    /// How many stand there.
    public var count: Int { stands.count }

    fileprivate func draw(_ set: SpriteSet, on canvas: Canvas, patience: () throws -> Void) rethrows {
        let starts = set.starts
        try set.pixels.withUnsafeBufferPointer { pixels in
            try set.rows.withUnsafeBufferPointer { rows in
                for (turn, stand) in stands.reversed().enumerated() {
                    if turn % 1024 == 0 { try patience() }
                    let known = set.known[Int(stand.sprite)]
                    let x = Int(stand.x) >> 8, y = Int(stand.y) >> 8
                    let phase = known.starts &+ Sprite.phase(Int(stand.x), Int(stand.y))
                    let first = Int(starts[phase])
                    if known.isLarge {
                        for row in first..<Int(starts[phase &+ 1]) { canvas.stamp(rows[row], of: pixels, x: x, y: y) }
                    } else {
                        var seen = stand.rows
                        // Rows are multiples of four pixels and so up to three wider than the sprite.
                        if x >= known.reach, x &+ known.reach &+ 4 <= canvas.width, y >= known.reach,
                            y &+ known.reach < canvas.height
                        {
                            while seen != 0 {
                                canvas.stampWhole(
                                    rows[first &+ seen.trailingZeroBitCount], of: pixels, x: x, y: y)
                                seen &= seen &- 1
                            }
                        }
                        while seen != 0 {
                            canvas.stamp(rows[first &+ seen.trailingZeroBitCount], of: pixels, x: x, y: y)
                            seen &= seen &- 1
                        }
                    }
                }
            }
        }
    }
}

extension Canvas {
    /// Draws what of a pile of symbols is seen.
    public func draw(_ pile: SpritePile, of set: SpriteSet) { pile.draw(set, on: self) {} }

    /// Draws what of a pile of symbols is seen.
    ///
    /// - Parameter patience: Called now and then; what it throws ends the drawing.
    public func draw(_ pile: SpritePile, of set: SpriteSet, patience: () throws -> Void) rethrows {
        try pile.draw(set, on: self, patience: patience)
    }
}
