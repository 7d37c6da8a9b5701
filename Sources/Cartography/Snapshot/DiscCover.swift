/// Which quarter pixels of a square block are covered by discs of ``radius``, laid from the top to the bottom.
///
///     ┌──────────────┐  a bit for each quarter pixel: 128 pixels across, and a margin that discs reach into
///     │   ▒▒▒░░      │  ▒ the disc on top covers its quarters
///     │  ▒▒▒▒▒░░     │  ░ what is left of one below
///     └──────────────┘
///
/// Symbols stand on quarters of a pixel when they are drawn, so this is how they cover each other. If a disc lies below others, then any
/// larger disc in its place lies below those as much larger: discs of radius R are these with a disc of R − r added to each of their points.
///
/// Made to be used again: it keeps its memory.
struct DiscCover {
    /// Quarter pixels across a block.
    static let side = 512
    /// Three pixels and a quarter: discs of six pixels with a rim of one are a little larger.
    static let radius = 13
    private static let margin = 16
    private static let words = (side + 2 * margin) / 64 + 2

    /// The rows of a disc from the top; bit `radius` is its middle.
    private static let disc: [UInt64] = (-radius...radius).map { y in
        (-radius...radius).reduce(0) { $1 * $1 + y * y <= radius * radius ? $0 | 1 << UInt64($1 + radius) : $0 }
    }

    private let disc = Self.disc
    private var covered = [UInt64](repeating: 0, count: (side + 2 * margin) * words)

    /// Uncovers everything.
    mutating func clear() {
        covered.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    }

    /// Whether more than `limit` quarter pixels of a disc around a place in the block are not covered.
    func shows(x: Int, y: Int, beyond limit: Int) -> Bool {
        let column = x + Self.margin - Self.radius
        let shift = UInt64(column & 63)
        return covered.withUnsafeBufferPointer { covered in
            disc.withUnsafeBufferPointer { disc in
                var word = (y + Self.margin - Self.radius) * Self.words + column >> 6
                var seen = 0
                for row in disc {
                    // Shifted in two steps, since a shift by 64 would be one by 0.
                    let there = covered[word] &>> shift | (covered[word + 1] &<< 1) &<< (63 &- shift)
                    let left = row & ~there
                    if left != 0 {
                        seen += left.nonzeroBitCount
                        if seen > limit { return true }
                    }
                    word += Self.words
                }
                return false
            }
        }
    }

    /// Covers what lies below a disc around a place in the block.
    mutating func cover(x: Int, y: Int) {
        let column = x + Self.margin - Self.radius
        let shift = UInt64(column & 63)
        covered.withUnsafeMutableBufferPointer { covered in
            disc.withUnsafeBufferPointer { disc in
                var word = (y + Self.margin - Self.radius) * Self.words + column >> 6
                for row in disc {
                    covered[word] |= row &<< shift
                    covered[word + 1] |= (row &>> 1) &>> (63 &- shift)
                    word += Self.words
                }
            }
        }
    }
}
