/// A small picture drawn once and stamped many times: the symbols of a map.
///
/// It is drawn for each quarter of a pixel in x and y (16 phases), so that a stamp is at most 1/8 pixel off its place
/// and keeps its anti-aliasing. A value that can be shared between threads.
public struct Sprite: Sendable {
    /// Phases in each direction.
    static let phases = 4

    /// One phase: a rectangle of pixels and where it goes, relative to the pixel of the anchor.
    struct Phase: Sendable {
        /// Index of the first pixel in `pixels`, row by row; those that are not part of the picture are transparent.
        var start: Int32
        /// The first column and the first row.
        var column: Int32
        var row: Int32
        /// Pixels in a row, a multiple of 4.
        var width: Int32
        var height: Int32
    }

    /// Which pixels of a row are part of the picture and which of those are opaque: bit k stands for the pixel k − reach right of the anchor.
    struct Mask: Sendable {
        var drawn: UInt64 = 0
        var opaque: UInt64 = 0
    }

    let pixels: ContiguousArray<UInt32>
    let all: ContiguousArray<Phase>
    /// Of each row, phase by phase, for ``Occlusion``. Empty if the sprite is wider than 64 pixels.
    let masks: ContiguousArray<Mask>
    /// Pixels that the picture reaches from its anchor in any direction.
    public let reach: Int

    /// The phase for a place in 1/256 pixel.
    @inline(__always)
    static func phase(_ subpixelX: Int, _ subpixelY: Int) -> Int { (subpixelY >> 6 & 3) << 2 | subpixelX >> 6 & 3 }

    /// Draws a sprite.
    ///
    /// - Parameters:
    ///   - reach: pixels from the anchor that the drawing may touch, 1...512. What is beyond is cut off.
    ///   - draw: draws on the canvas with the anchor at the pixel coordinates given to it. Called once for each phase.
    public init(reach: Int, _ draw: (_ canvas: Canvas, _ x: Double, _ y: Double) -> Void) {
        precondition((1...512).contains(reach), "a sprite reaches 1...512 pixels")
        let centre = reach + 1
        let canvas = Canvas(width: 2 * centre + 1, height: 2 * centre + 1)
        var pixels: ContiguousArray<UInt32> = []
        var all: ContiguousArray<Phase> = []
        var masks: ContiguousArray<Mask> = []
        for phase in 0..<Self.phases * Self.phases {
            canvas.clear()
            // The middle of the quarter that this phase stands for.
            let dx = (Double(phase % Self.phases) + 0.5) / Double(Self.phases)
            let dy = (Double(phase / Self.phases) + 0.5) / Double(Self.phases)
            draw(canvas, Double(centre) + dx, Double(centre) + dy)
            let used = (0..<canvas.height).map { y in (0..<canvas.width).filter { canvas[$0, y].bits != 0 } }
            let (left, right) = (used.compactMap(\.first).min() ?? centre, used.compactMap(\.last).max() ?? centre - 1)
            let top = used.firstIndex { !$0.isEmpty } ?? centre
            let bottom = used.lastIndex { !$0.isEmpty } ?? top - 1
            let width = (right - left + 4) / 4 * 4
            all.append(
                Phase(
                    start: Int32(pixels.count), column: Int32(left - centre), row: Int32(top - centre),
                    width: Int32(width), height: Int32(bottom + 1 - top)))
            for y in top..<bottom + 1 {
                for x in left..<left + width { pixels.append(x <= right ? canvas[x, y].bits : 0) }
                guard canvas.width <= 64 else { continue }
                var mask = Mask()
                for x in used[y] {
                    mask.drawn |= 1 << UInt64(x)
                    if canvas[x, y].alpha == 255 { mask.opaque |= 1 << UInt64(x) }
                }
                masks.append(mask)
            }
        }
        self.pixels = pixels
        self.all = all
        self.masks = masks
        self.reach = centre
    }
}

extension Canvas {
    /// Stamps a sprite with its anchor at a place in pixels (rounded down to a quarter).
    @inlinable
    public func draw(_ sprite: Sprite, x: Double, y: Double) {
        draw(sprite, subpixelX: Path.subpixels(x), subpixelY: Path.subpixels(y))
    }

    /// Stamps a sprite with its anchor at a place in 1/256 pixel (rounded down to a quarter of a pixel).
    public func draw(_ sprite: Sprite, subpixelX: Int, subpixelY: Int) {
        let x = subpixelX >> 8, y = subpixelY >> 8
        let reach = sprite.reach
        guard x &+ reach >= 0, y &+ reach >= 0, x &- reach < width, y &- reach < height else { return }
        sprite.pixels.withUnsafeBufferPointer { pixels in
            guard let pixels = pixels.baseAddress else { return }
            stamp(sprite.all[Sprite.phase(subpixelX, subpixelY)], rows: nil, of: pixels, x: x, y: y)
        }
    }

    /// Lays rows of a sprite's phase over the picture, with the sprite's anchor in pixel (`x`, `y`), close enough to the picture that the
    /// sprite's reach touches it.
    ///
    /// - Parameter rows: One bit for each row from the top, if only some of them are wanted.
    @inline(__always)
    func stamp(_ phase: Sprite.Phase, rows: UInt64?, of pixels: UnsafePointer<UInt32>, x: Int, y: Int) {
        let source = UnsafeRawPointer(pixels + Int(phase.start))
        let (column, line) = (x &+ Int(phase.column), y &+ Int(phase.row))
        let count = Int(phase.width)
        let lines = max(0, 0 &- line)..<max(0, 0 &- line, min(Int(phase.height), height &- line))
        let first = line &* stride &+ column
        func target(_ row: Int) -> UnsafeMutableRawPointer {
            UnsafeMutableRawPointer(self.pixels + (first &+ row &* stride))
        }
        if column < 0 || column &+ count > width {
            Self.forEach(rows, in: lines) { stampClipped(source + $0 &* count &* 4, target($0), count, at: column) }
        } else if count == 8 {
            Self.forEach(rows, in: lines) { stampEight(source + $0 &* 32, target($0)) }
        } else {
            Self.forEach(rows, in: lines) { stamp(source + $0 &* count &* 4, target($0), count) }
        }
    }

    /// Calls `body` with each of some rows within a range, or with all of the range.
    @inline(__always)
    private static func forEach(_ rows: UInt64?, in range: Range<Int>, _ body: (Int) -> Void) {
        guard let rows else { return range.forEach(body) }
        // Shifts by more than a word leave nothing.
        var rest = rows & (UInt64.max << range.lowerBound) & ~(UInt64.max << range.upperBound)
        while rest != 0 {
            body(rest.trailingZeroBitCount)
            rest &= rest &- 1
        }
    }

    /// Lays eight pixels over the picture.
    @inline(__always)
    private func stampEight(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
        let result = Blend.over(
            source.loadUnaligned(as: Blend.Pixels.self), destination: target.loadUnaligned(as: Blend.Pixels.self))
        target.storeBytes(of: result, as: Blend.Pixels.self)
    }

    /// Lays pixels over the picture, a multiple of four.
    @inline(__always)
    private func stamp(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int) {
        var offset = 0
        while offset &+ 32 <= count &* 4 {
            stampEight(source + offset, target + offset)
            offset &+= 32
        }
        if offset < count &* 4 { stampFour(source + offset, target + offset) }
    }

    /// Lays four pixels over the picture.
    @inline(__always)
    private func stampFour(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
        let result = Blend.over(
            source.loadUnaligned(as: SIMD4<UInt32>.self), destination: target.loadUnaligned(as: SIMD4<UInt32>.self))
        target.storeBytes(of: result, as: SIMD4<UInt32>.self)
    }

    /// Lays pixels, a multiple of four, over a row beyond which they reach: what is outside is taken for transparent, which changes nothing there.
    private func stampClipped(
        _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, at column: Int
    ) {
        let order = SIMD4<Int32>(0, 1, 2, 3), width = Int32(truncatingIfNeeded: width)
        for group in Swift.stride(from: max(0, -column) & ~3, to: min(count, self.width &- column), by: 4) {
            let columns = order &+ Int32(truncatingIfNeeded: column &+ group)
            let isInside = ~(columns &>> 31) & (columns &- width) &>> 31
            let inside =
                (source + group * 4).loadUnaligned(as: SIMD4<UInt32>.self)
                & unsafeBitCast(isInside, to: SIMD4<UInt32>.self)
            let target = target + group * 4
            let result = Blend.over(inside, destination: target.loadUnaligned(as: SIMD4<UInt32>.self))
            target.storeBytes(of: result, as: SIMD4<UInt32>.self)
        }
    }
}
