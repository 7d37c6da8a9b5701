import Glibc

/// Turns a line into the edges of its stroke, and gives them to the cells chain by chain.
///
///            L ────────────▶ L        The outline runs forward along the left chain (L), around the end, and back
///     start  ┃               ┃ end    along the right chain (R). Left is the direction turned from x towards y.
///            R ◀──────────── R
///
/// The non-zero rule holds although coverage is a clamped sum, because every piece of every stroke has the same
/// orientation: a bend's inner side either meets in one point, when both segments are long enough, or goes through the
/// vertex itself. No piece is ever subtracted from another.
///
/// Segments that cannot be seen are left out whole, with everything around them closed by cuts out of sight. Visible
/// segments are never shortened: each tile computes the very same outline points.
struct Stroker {
    let cells: CoverageCells
    /// Half of the width in 1/256 pixel.
    let halfWidth: Float
    let cap: Stroke.Cap
    let join: Stroke.Join
    /// A single point serves as a bend while the squared tangent of half the angle is at most this.
    let smallBend: Float
    /// A miter is drawn while 1 + cos(angle) is at least this.
    private let miterFloor: Float
    /// One step along an arc, at most 1/12 pixel off the circle.
    private let arcCosine: Float
    private let arcSine: Float
    private let capSteps: Int
    private let capCosine: Float
    private let capSine: Float
    /// How far a stroke reaches beyond its segment, in 1/256 pixel.
    let margin: Int32

    /// The left and right chains of the outline that is being drawn, as far as they are not yet in the cells.
    let lefts: UnsafeMutablePointer<PixelPoint>
    let rights: UnsafeMutablePointer<PixelPoint>
    var leftCount = 0
    var rightCount = 0

    private let isWanted: (() -> Bool)?
    /// The answer was no: the rest of the path is left out.
    private(set) var isGivenUp = false

    /// Vertices nearer than this to the last one are skipped, squared: their direction would be noise.
    static let shortest: Float = 16 * 16

    init(_ stroke: Stroke, _ cells: CoverageCells, while isWanted: (() -> Bool)? = nil) {
        self.cells = cells
        self.isWanted = isWanted
        lefts = cells.outlines
        rights = cells.outlines + CoverageCells.outlineCapacity
        halfWidth = stroke.halfWidth
        cap = stroke.cap
        join = stroke.join
        let limit = Float(max(1, min(stroke.miterLimit.isNaN ? 1 : stroke.miterLimit, 64)))
        smallBend = 2 * 13 / max(halfWidth, 1)
        miterFloor = 2 / (limit * limit)
        let step = 2 * acos(1 - 21 / max(halfWidth, 21))
        arcCosine = cos(step)
        arcSine = sin(step)
        capSteps = max(2, Int((Float.pi / step).rounded(.up)))
        capCosine = cos(Float.pi / Float(capSteps))
        capSine = -sin(Float.pi / Float(capSteps))
        margin = Int32(halfWidth * max(1.5, stroke.join == .miter ? limit : 1)) + 256
    }

    /// A segment's direction, ready to be offset.
    struct Segment {
        /// Unit direction.
        var ux: Float
        var uy: Float
        /// Length in 1/256 pixel.
        var length: Float
        /// The left normal times half the width.
        var nx: Float
        var ny: Float

        @inline(__always)
        init(dx: Float, dy: Float, lengthSquared: Float, halfWidth: Float) {
            length = lengthSquared.squareRoot()
            let inverse = 1 / length
            ux = dx * inverse
            uy = dy * inverse
            nx = -uy * halfWidth
            ny = ux * halfWidth
        }

        init(from a: PixelPoint, to b: PixelPoint, halfWidth: Float) {
            let dx = Float(b.x &- a.x), dy = Float(b.y &- a.y)
            self.init(dx: dx, dy: dy, lengthSquared: dx * dx + dy * dy, halfWidth: halfWidth)
        }
    }

    // MARK: The outline

    @inline(__always)
    mutating func left(to point: PixelPoint) {
        if leftCount == CoverageCells.outlineLimit { leaveLeft() }
        lefts[leftCount] = point
        leftCount &+= 1
    }

    @inline(__always)
    mutating func right(to point: PixelPoint) {
        if rightCount == CoverageCells.outlineLimit { leaveRight() }
        rights[rightCount] = point
        rightCount &+= 1
    }

    /// Gives the left chain to the cells; it goes on from its last point.
    @inline(never)
    mutating func leaveLeft() {
        if let isWanted, !isWanted() { isGivenUp = true }
        cells.chain(lefts, edges: leftCount &- 1, sign: 1)
        lefts[0] = lefts[leftCount &- 1]
        leftCount = 1
    }

    @inline(never)
    mutating func leaveRight() {
        cells.chain(rights, edges: rightCount &- 1, sign: -1)
        rights[0] = rights[rightCount &- 1]
        rightCount = 1
    }

    /// Begins an outline, straight across the stroke.
    @inline(__always)
    private mutating func begin(_ left: PixelPoint, _ right: PixelPoint) {
        // The way across is part of the left chain.
        lefts[0] = right
        lefts[1] = left
        leftCount = 2
        rights[0] = right
        rightCount = 1
    }

    /// Ends an outline, straight across the stroke.
    @inline(__always)
    private mutating func end() {
        left(to: rights[rightCount &- 1])
        leaveLeft()
        leaveRight()
    }

    /// Begins an outline with a straight cut.
    @inline(__always)
    mutating func beginCut(_ p: PixelPoint, _ segment: Segment) {
        begin(p.moved(segment.nx, segment.ny), p.moved(-segment.nx, -segment.ny))
    }

    /// Ends an outline with a straight cut.
    @inline(__always)
    mutating func endCut(_ p: PixelPoint, _ segment: Segment) {
        left(to: p.moved(segment.nx, segment.ny))
        right(to: p.moved(-segment.nx, -segment.ny))
        end()
    }

    /// Begins an outline where the bend from `a` to `b` leaves it, so that `b` has the very edges it would have if `a` were drawn.
    mutating func beginBent(_ p: PixelPoint, _ a: Segment, _ b: Segment) {
        let cosine = a.ux * b.ux + a.uy * b.uy
        let sine = a.ux * b.uy - a.uy * b.ux
        let inverse = 1 / (1 + cosine)
        let mx = (a.nx + b.nx) * inverse, my = (a.ny + b.ny) * inverse
        let tangent = sine.magnitude * inverse
        let meetsInside = cosine > 0 && tangent * halfWidth <= min(a.length, b.length)
        let isSmall = meetsInside && tangent * tangent <= smallBend
        let meetsOutside = isSmall || outerSide(cosine) == .miter
        let (meetsLeft, meetsRight) =
            isSmall ? (true, true) : sine >= 0 ? (meetsInside, meetsOutside) : (meetsOutside, meetsInside)
        begin(
            meetsLeft ? p.moved(mx, my) : p.moved(b.nx, b.ny), meetsRight ? p.moved(-mx, -my) : p.moved(-b.nx, -b.ny))
    }

    /// Ends an outline straight across the stroke, where a bend has led it.
    mutating func endBent() {
        end()
    }

    mutating func beginCap(_ p: PixelPoint, _ segment: Segment) {
        switch cap {
        case .butt:
            beginCut(p, segment)
        case .square:
            let ex = segment.ux * halfWidth, ey = segment.uy * halfWidth
            begin(p.moved(segment.nx - ex, segment.ny - ey), p.moved(-segment.nx - ex, -segment.ny - ey))
        case .round:
            let start = p.moved(-segment.nx, -segment.ny)
            begin(start, start)
            halfDisc(p, -segment.nx, -segment.ny)
        }
    }

    mutating func endCap(_ p: PixelPoint, _ segment: Segment) {
        switch cap {
        case .butt:
            endCut(p, segment)
        case .square:
            let ex = segment.ux * halfWidth, ey = segment.uy * halfWidth
            left(to: p.moved(segment.nx + ex, segment.ny + ey))
            right(to: p.moved(-segment.nx + ex, -segment.ny + ey))
            end()
        case .round:
            left(to: p.moved(segment.nx, segment.ny))
            halfDisc(p, segment.nx, segment.ny)
            right(to: lefts[leftCount &- 1])
            end()
        }
    }

    /// Leads the left chain around `p`, from the offset given to the opposite one.
    private mutating func halfDisc(_ p: PixelPoint, _ x: Float, _ y: Float) {
        var ax = x, ay = y
        for _ in 1..<capSteps {
            (ax, ay) = (ax * capCosine - ay * capSine, ax * capSine + ay * capCosine)
            left(to: p.moved(ax, ay))
        }
        left(to: p.moved(-x, -y))
    }

    // MARK: Bends

    /// Leads both chains around the vertex `p`, from segment `a` to segment `b`.
    @inline(__always)
    mutating func bend(_ p: PixelPoint, _ a: Segment, _ b: Segment) {
        let cosine = a.ux * b.ux + a.uy * b.uy
        let sine = a.ux * b.uy - a.uy * b.ux
        if cosine > 0 {
            let inverse = 1 / (1 + cosine)
            let tangent = sine.magnitude * inverse
            if tangent * tangent <= smallBend, tangent * halfWidth <= min(a.length, b.length) {
                let mx = (a.nx + b.nx) * inverse, my = (a.ny + b.ny) * inverse
                left(to: p.moved(mx, my))
                right(to: p.moved(-mx, -my))
                return
            }
        }
        sharpBend(p, a, b, cosine: cosine, sine: sine)
    }

    @inline(never)
    mutating func sharpBend(_ p: PixelPoint, _ a: Segment, _ b: Segment, cosine: Float, sine: Float) {
        let inverse = 1 / (1 + cosine)
        let meetsInside = cosine > 0 && sine.magnitude * inverse * halfWidth <= min(a.length, b.length)
        if sine >= 0 {
            if meetsInside {
                left(to: p.moved((a.nx + b.nx) * inverse, (a.ny + b.ny) * inverse))
            } else {
                left(to: p.moved(a.nx, a.ny))
                left(to: p)
                left(to: p.moved(b.nx, b.ny))
            }
            switch outerSide(cosine) {
            case .miter:
                right(to: p.moved(-(a.nx + b.nx) * inverse, -(a.ny + b.ny) * inverse))
                return
            case .round:
                right(to: p.moved(-a.nx, -a.ny))
                var ax = -a.nx, ay = -a.ny
                var steps = 0
                while -(ax * b.nx + ay * b.ny) < arcCosine * halfWidth * halfWidth, steps < 512 {
                    (ax, ay) = (ax * arcCosine - ay * arcSine, ax * arcSine + ay * arcCosine)
                    right(to: p.moved(ax, ay))
                    steps += 1
                }
            case .bevel:
                right(to: p.moved(-a.nx, -a.ny))
            }
            right(to: p.moved(-b.nx, -b.ny))
        } else {
            if meetsInside {
                right(to: p.moved(-(a.nx + b.nx) * inverse, -(a.ny + b.ny) * inverse))
            } else {
                right(to: p.moved(-a.nx, -a.ny))
                right(to: p)
                right(to: p.moved(-b.nx, -b.ny))
            }
            switch outerSide(cosine) {
            case .miter:
                left(to: p.moved((a.nx + b.nx) * inverse, (a.ny + b.ny) * inverse))
                return
            case .round:
                left(to: p.moved(a.nx, a.ny))
                var ax = a.nx, ay = a.ny
                var steps = 0
                while ax * b.nx + ay * b.ny < arcCosine * halfWidth * halfWidth, steps < 512 {
                    (ax, ay) = (ax * arcCosine + ay * arcSine, ay * arcCosine - ax * arcSine)
                    left(to: p.moved(ax, ay))
                    steps += 1
                }
            case .bevel:
                left(to: p.moved(a.nx, a.ny))
            }
            left(to: p.moved(b.nx, b.ny))
        }
    }

    /// What the outer side of a bend becomes: a miter that would be too long is a bevel.
    @inline(__always)
    private func outerSide(_ cosine: Float) -> Stroke.Join {
        guard join == .miter else { return join }
        return 1 + cosine >= miterFloor ? .miter : .bevel
    }

    // MARK: Sight

    /// False when nothing of the segment's stroke can touch the canvas.
    @inline(__always)
    func sees(_ a: PixelPoint, _ b: PixelPoint) -> Bool {
        let right = Int32(truncatingIfNeeded: cells.width) << 8 &+ margin
        let bottom = Int32(truncatingIfNeeded: cells.height) << 8 &+ margin
        return min(a.x, b.x) < right && max(a.x, b.x) > 0 &- margin && min(a.y, b.y) < bottom
            && max(a.y, b.y) > 0 &- margin
    }
}

extension PixelPoint {
    /// The point moved by an offset in 1/256 pixel, which is rounded to nearest. Exact for offsets below 2^22.
    @inline(__always)
    func moved(_ dx: Float, _ dy: Float) -> PixelPoint {
        // Adding 1.5 × 2^23 leaves the rounded integer in the low bits of the significand.
        let magic: Float = 12_582_912
        let offset = Int32(bitPattern: magic.bitPattern)
        return PixelPoint(
            x: x &+ Int32(bitPattern: (dx + magic).bitPattern) &- offset,
            y: y &+ Int32(bitPattern: (dy + magic).bitPattern) &- offset)
    }
}
