/// How a line is drawn along a path.
public struct Stroke: Hashable, Sendable {
    /// What a line's end looks like.
    public enum Cap: Hashable, Sendable {
        /// Cut off at the end point.
        case butt
        /// A half disc around the end point; a line without length becomes a disc.
        case round
        /// Half the width longer, cut off; a line without length becomes an upright square.
        case square
    }

    /// What a bend looks like on its outer side.
    public enum Join: Hashable, Sendable {
        /// Pointed, as long as `miterLimit` allows; otherwise bevelled.
        case miter
        /// A disc sector.
        case round
        /// Cut off.
        case bevel
    }

    /// Pixels across the line, clamped to 0...1024; NaN is 0, and a line of width 0 draws nothing.
    public var width: Double
    public var cap: Cap
    public var join: Join
    /// The longest miter, from inner to outer corner, in widths; as in SVG, at least 1.
    public var miterLimit: Double
    /// Dashes along the line, or nil for an unbroken one.
    public var dash: Dash?

    public init(
        width: Double, cap: Cap = .butt, join: Join = .miter, miterLimit: Double = 4, dash: Dash? = nil
    ) {
        self.width = width
        self.cap = cap
        self.join = join
        self.miterLimit = miterLimit
        self.dash = dash
    }

    /// The same stroke `extra` pixels wider on each side: the casing of a line.
    public func casing(_ extra: Double) -> Stroke {
        var casing = self
        casing.width += 2 * extra
        return casing
    }

    var halfWidth: Float { width > 0 ? Float(min(width, 1024)) * 128 : 0 }
}

/// Lengths of dashes and gaps in turn, measured along each subpath from its beginning.
public struct Dash: Hashable, Sendable {
    /// Pixels of dash, gap, dash, gap…; an even number of them.
    public let lengths: [Double]
    /// Pixels into the pattern at which a subpath begins.
    public let offset: Double

    /// A pattern; with an odd number of lengths it is the pattern twice over, as in SVG.
    ///
    /// `nil` when a length is negative or not finite, or when all together are less than a quarter of a pixel.
    public init?(_ lengths: [Double], offset: Double = 0) {
        let all = lengths.count % 2 == 0 ? lengths : lengths + lengths
        guard all.allSatisfy({ $0 >= 0 && $0.isFinite }), offset.isFinite else { return nil }
        let period = all.reduce(0, +)
        guard period >= 0.25, period.isFinite else { return nil }
        self.lengths = all
        self.offset = offset
    }
}
