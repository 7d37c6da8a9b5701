/// Symbols that stand on each other: offered from the top to the bottom, then drawn from the bottom to the top without what cannot be seen.
///
///     offered   ●  1   whole                     drawn  3  2  1
///              ◑   2   its left half, row by row
///              ○   3   nothing: left out
///
/// The picture is the same, pixel by pixel, as with all of them. Made to be used again: it keeps its memory.
public struct SpritePile: Sendable {
    /// A sprite, by its place in the lists of all: a sprite taken in hand for each stand would be counted each time.
    private struct Known {
        /// Where the rows of its phases begin in `starts`.
        var starts: Int
        var reach: Int
        /// Whether it has more rows than there are bits, so that all are drawn.
        var isLarge: Bool
    }

    private struct Stand {
        var x: Int32
        var y: Int32
        var sprite: Int32
        /// Which of the sprite's rows are seen.
        var rows: UInt64
    }

    private var occlusion = Occlusion()
    private var known: ContiguousArray<Known> = []
    private var starts: ContiguousArray<Int32> = []
    private var rows: ContiguousArray<Sprite.Row> = []
    private var pixels: ContiguousArray<UInt32> = []
    private var stands: ContiguousArray<Stand> = []

    public init() {}

    /// Forgets everything, for a picture of this size.
    public mutating func clear(width: Int, height: Int) {
        occlusion.clear(width: width, height: height)
        known.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
        pixels.removeAll(keepingCapacity: true)
        stands.removeAll(keepingCapacity: true)
    }

    /// Makes a sprite known; its number for ``offer(_:subpixelX:subpixelY:)``.
    public mutating func add(_ sprite: Sprite) -> Int {
        let number = occlusion.add(sprite)
        known.append(Known(starts: starts.count, reach: sprite.reach, isLarge: sprite.masks.isEmpty))
        let (firstRow, firstPixel) = (Int32(rows.count), Int32(pixels.count))
        for start in sprite.starts { starts.append(firstRow + start) }
        for var row in sprite.rows {
            row.start += firstPixel
            rows.append(row)
        }
        pixels.append(contentsOf: sprite.pixels)
        return number
    }

    /// Puts a sprite below all that were offered before, with its anchor at a place in 1/256 pixel, if anything of it can be seen there.
    @inline(__always)
    public mutating func offer(_ sprite: Int, subpixelX: Int, subpixelY: Int) {
        let seen = occlusion.seenRows(of: sprite, subpixelX: subpixelX, subpixelY: subpixelY)
        guard seen != 0 else { return }
        stands.append(
            Stand(
                x: Int32(truncatingIfNeeded: subpixelX), y: Int32(truncatingIfNeeded: subpixelY),
                sprite: Int32(truncatingIfNeeded: sprite), rows: seen))
    }

    /// How many stand there.
    public var count: Int { stands.count }

    fileprivate func draw(on canvas: Canvas, patience: () throws -> Void) rethrows {
        try pixels.withUnsafeBufferPointer { pixels in
            try rows.withUnsafeBufferPointer { rows in
                for (turn, stand) in stands.reversed().enumerated() {
                    if turn % 1024 == 0 { try patience() }
                    let known = known[Int(stand.sprite)]
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
    public func draw(_ pile: SpritePile) { pile.draw(on: self) {} }

    /// Draws what of a pile of symbols is seen.
    ///
    /// - Parameter patience: Called now and then; what it throws ends the drawing.
    public func draw(_ pile: SpritePile, patience: () throws -> Void) rethrows {
        try pile.draw(on: self, patience: patience)
    }
}
