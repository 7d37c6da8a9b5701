/// Which pixels of a picture are covered by opaque sprites, when sprites are asked for from the top to the bottom: those of which nothing
/// would be seen need not be drawn.
///
///          ┌────┐ 3         asked 3, 2, 1: of 2 a rim is seen, 1 is covered by both together.
///      ┌───┼──┐ │ 2         Pixels outside of the picture count as covered.
///      │  1└──┼─┘           The picture is the same, pixel by pixel, as with all of them.
///      └──────┘
///
/// A word stands for 64 pixels of a line, and those below each other lie one after the other, so that eight lines are asked for together.
///
/// Made to be used again: it keeps its memory.
struct Occlusion: Sendable {
    fileprivate typealias Lines = Stencils.Lines

    /// Lines above and below the picture: as many as a sprite that touches it may reach beyond, and the rest of eight.
    private static let margin = 80

    private var width = 0
    private var height = 0
    /// Lines in a column of words.
    private var lines = 0
    /// Column by column, one of ones on each side.
    private var covered: ContiguousArray<UInt64> = []

    /// Uncovers all pixels of a picture.
    mutating func clear(width: Int, height: Int) {
        self.width = width
        self.height = height
        lines = height + 2 * Self.margin
        covered.removeAll(keepingCapacity: true)
        let columns = (width + 63) / 64
        for column in -1...columns {
            let last = UInt64(width % 64)
            let word: UInt64 =
                column < 0 || column == columns ? .max : column == columns - 1 && last > 0 ? .max << last : 0
            for part in [(UInt64.max, Self.margin), (word, height), (.max, Self.margin)] {
                covered.append(contentsOf: repeatElement(part.0, count: part.1))
            }
        }
    }

    /// Which rows of a sprite can be seen below those that were asked for before, one bit each from the top; they cover what lies under them.
    ///
    /// The sprite stands where ``Canvas/draw(_:subpixelX:subpixelY:)`` would draw it. Sprites wider than 64 pixels are always seen, all bits
    /// set, and cover nothing.
    @inline(__always)
    mutating func seenRows(
        of sprite: Int, _ stencils: borrowing Stencils, subpixelX: Int, subpixelY: Int
    ) -> UInt64 {
        let stencil =
            stencils.all[sprite &* Sprite.phases &* Sprite.phases &+ Sprite.phase(subpixelX, subpixelY)]
        if stencil.isLarge { return .max }
        let x = subpixelX >> 8, y = subpixelY >> 8
        let reach = stencil.reach
        guard x &+ reach >= 0, y &+ reach >= 0, x &- reach < width, y &- reach < height else { return 0 }
        let column = x &- reach &+ 64
        let shift = UInt64(column & 63)
        let first = (column >> 6) &* lines &+ Self.margin &+ y &+ stencil.line
        // Sprites that reach into the picture stay within the margins.
        precondition(first >= 0 && first &+ stencil.count &* 8 &+ lines <= covered.count)
        let (lines, start) = (lines, stencil.start)
        return covered.withUnsafeMutableBufferPointer { covered in
            let here = UnsafeMutableRawPointer(covered.baseAddress! + first)
            let next = here + lines &* 8
            // Shifted in two steps, since a shift by 64 would be one by 0.
            let (right, left) = (Lines(repeating: shift), Lines(repeating: 63 &- shift))
            let one = Lines(repeating: 1)
            var seen: UInt64 = 0
            for turn in 0..<stencil.count {
                let offset = turn &* 64
                let a = (here + offset).loadUnaligned(as: Lines.self)
                let b = (next + offset).loadUnaligned(as: Lines.self)
                let rest = stencils.drawn[start &+ turn] & ~(a &>> right | (b &<< one) &<< left)
                // In each lane 1 if anything is left, shifted to the lane's place.
                let bits = Self.either(((rest | (0 &- rest)) &>> 63) &<< Lines(0, 1, 2, 3, 4, 5, 6, 7))
                if bits == 0 { continue }
                seen |= bits &<< UInt64(truncatingIfNeeded: turn &* 8)
                let solid = stencils.opaque[start &+ turn]
                (here + offset).storeBytes(of: a | solid &<< right, as: Lines.self)
                (next + offset).storeBytes(of: b | (solid &>> one) &>> left, as: Lines.self)
            }
            return seen
        }
    }

    /// All lanes in one.
    @inline(__always)
    private static func either(_ lines: Lines) -> UInt64 {
        let four = lines.lowHalf | lines.highHalf
        let two = four.lowHalf | four.highHalf
        return two[0] | two[1]
    }
}

/// Which pixels sprites draw and which of those are opaque, phase by phase, in flat lists of all.
struct Stencils: Sendable {
    typealias Lines = SIMD8<UInt64>

    /// One phase of a sprite.
    struct Stencil: Sendable {
        /// Lines below the anchor's where it begins.
        var line: Int
        /// Where its masks begin, and how many lines of eight they are; none if it is too wide to be asked for.
        var start: Int
        var count: Int
        var reach: Int
        var isLarge: Bool
    }

    /// The phases of one sprite after the other.
    private(set) var all: ContiguousArray<Stencil> = []
    /// Which pixels are part of the sprites and which of those are opaque: bit k of a word stands for the pixel k − reach right of the anchor.
    private(set) var drawn: ContiguousArray<Lines> = []
    private(set) var opaque: ContiguousArray<Lines> = []

    mutating func add(_ sprite: Sprite) {
        for phase in 0..<Sprite.phases * Sprite.phases {
            let rows = Int(sprite.starts[phase])..<Int(sprite.starts[phase + 1])
            var stencil = Stencil(line: 0, start: drawn.count, count: 0, reach: sprite.reach, isLarge: false)
            if sprite.masks.isEmpty {
                stencil.isLarge = true
            } else if !rows.isEmpty {
                stencil.line = Int(sprite.rows[rows.lowerBound].row)
                for first in stride(from: rows.lowerBound, to: rows.upperBound, by: 8) {
                    var (all, solid) = (Lines(), Lines())
                    for row in first..<min(first + 8, rows.upperBound) {
                        all[row - first] = sprite.masks[row].drawn
                        solid[row - first] = sprite.masks[row].opaque
                    }
                    drawn.append(all)
                    opaque.append(solid)
                    stencil.count += 1
                }
            }
            all.append(stencil)
        }
    }
}
