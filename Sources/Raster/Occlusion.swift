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
/// Made to be used again: it keeps its memory, which is its own.
struct Occlusion: ~Copyable {
    fileprivate typealias Lines = Stencils.Lines

    /// Lines above and below the picture: as many as a sprite that touches it may reach beyond, and the rest of eight.
    private static let margin = 80

    private var width = 0
    private var height = 0
    /// Lines in a column of words.
    private var lines = 0
    /// Column by column, one of ones on each side.
    private var covered: UnsafeMutableBufferPointer<UInt64> = .init(start: nil, count: 0)

    init() {}

    deinit { covered.deallocate() }

    /// Uncovers all pixels of a picture.
    mutating func clear(width: Int, height: Int) {
        self.width = width
        self.height = height
        lines = height + 2 * Self.margin
        let columns = (width + 63) / 64
        if covered.count != (columns + 2) * lines {
            covered.deallocate()
            covered = .allocate(capacity: (columns + 2) * lines)
        }
        covered.initialize(repeating: .max)
        for column in 0..<columns {
            let last = UInt64(width % 64)
            let first = (column + 1) * lines + Self.margin
            covered[first..<first + height].initialize(
                repeating: column == columns - 1 && last > 0 ? .max << last : 0)
        }
    }

    /// Which rows of a sprite's phase can be seen below those that were asked for before, one bit each from the top; they cover what lies under
    /// them.
    ///
    /// Sprites wider than 64 pixels are always seen where they reach into the picture, all bits set, and cover nothing.
    ///
    /// - Parameters:
    ///   - place: The phase's among those of all sprites.
    ///   - x: The anchor's pixel.
    ///   - y: The anchor's row.
    @inline(__always)
    mutating func seenRows(ofPhase place: Int, _ stencils: borrowing Stencils, x: Int, y: Int) -> UInt64 {
        let stencil = stencils.all[place]
        let reach = stencil.reach
        guard x &+ reach >= 0, y &+ reach >= 0, x &- reach < width, y &- reach < height else { return 0 }
        if stencil.isLarge { return .max }
        let column = x &- reach &+ 64
        let shift = UInt64(column & 63)
        let first = (column >> 6) &* lines &+ Self.margin &+ y &+ stencil.line
        // Sprites that reach into the picture stay within the margins.
        precondition(first >= 0 && first &+ stencil.count &* 8 &+ lines <= covered.count)
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
            let rest = stencils.drawn[stencil.start &+ turn] & ~(a &>> right | (b &<< one) &<< left)
            let isSeen = unsafeBitCast(rest .!= Lines.zero, to: Lines.self)
            seen |= Self.either(isSeen & Lines(1, 2, 4, 8, 16, 32, 64, 128)) &<< UInt64(truncatingIfNeeded: turn &* 8)
            let solid = stencils.opaque[stencil.start &+ turn]
            (here + offset).storeBytes(of: a | solid &<< right, as: Lines.self)
            (next + offset).storeBytes(of: b | (solid &>> one) &>> left, as: Lines.self)
        }
        return seen
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
        /// Where its masks begin, and how many lines of eight they are; without meaning if it is too large.
        var start: Int
        var count: Int
        var reach: Int
        /// Whether it is too wide to be asked for: it has no masks.
        var isLarge: Bool
    }

    /// The phases of one sprite after the other.
    private(set) var all: ContiguousArray<Stencil> = []
    /// Which pixels are part of the sprites and which of those are opaque: bit k of a word stands for the pixel k − reach right of the anchor.
    private(set) var drawn: ContiguousArray<Lines> = []
    private(set) var opaque: ContiguousArray<Lines> = []

    mutating func add(_ sprite: Sprite) {
        var mask = 0
        for phase in sprite.all {
            let height = Int(phase.height)
            all.append(
                Stencil(
                    line: Int(phase.row), start: drawn.count, count: (height + 7) / 8, reach: sprite.reach,
                    isLarge: sprite.masks.isEmpty))
            if sprite.masks.isEmpty { continue }
            for first in stride(from: 0, to: height, by: 8) {
                var (all, solid) = (Lines(), Lines())
                for row in first..<min(first + 8, height) {
                    all[row - first] = sprite.masks[mask + row].drawn
                    solid[row - first] = sprite.masks[mask + row].opaque
                }
                drawn.append(all)
                opaque.append(solid)
            }
            mask += height
        }
    }
}
