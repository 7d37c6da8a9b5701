/// A small picture drawn once and stamped many times: the symbols of a map.
///
/// It is drawn for each quarter of a pixel in x and y (16 phases), so that a stamp is at most 1/8 pixel off its place
/// and keeps its anti-aliasing. A value that can be shared between threads.
public struct Sprite: Sendable {
    /// Phases in each direction.
    static let phases = 4

    /// One row of a phase: its pixels and where they go, relative to the pixel of the anchor.
    struct Row: Sendable {
        /// Index into `pixels`.
        var start: Int32
        /// Column of the first pixel.
        var column: Int32
        /// Row.
        var row: Int32
        /// Pixels, a multiple of 4; those that are not part of the picture are transparent.
        var count: Int32
    }

    /// Which pixels of a row are part of the picture and which of those are opaque: bit k stands for the pixel k − reach right of the anchor.
    struct Mask: Sendable {
        var drawn: UInt64 = 0
        var opaque: UInt64 = 0
    }

    let pixels: ContiguousArray<UInt32>
    let rows: ContiguousArray<Row>
    /// For each phase where its rows begin in `rows`, and at the end the number of all. A phase's rows follow each other without gaps.
    let starts: ContiguousArray<Int32>
    /// Of each row, for ``Occlusion``. Empty if the sprite is wider than 64 pixels.
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
        var rows: ContiguousArray<Row> = []
        var starts: ContiguousArray<Int32> = [0]
        var masks: ContiguousArray<Mask> = []
        for phase in 0..<Self.phases * Self.phases {
            canvas.clear()
            // The middle of the quarter that this phase stands for.
            let dx = (Double(phase % Self.phases) + 0.5) / Double(Self.phases)
            let dy = (Double(phase / Self.phases) + 0.5) / Double(Self.phases)
            draw(canvas, Double(centre) + dx, Double(centre) + dy)
            let used = (0..<canvas.height).map { y in (0..<canvas.width).filter { canvas[$0, y].bits != 0 } }
            let top = used.firstIndex { !$0.isEmpty } ?? 0
            for y in top..<max(top, (used.lastIndex { !$0.isEmpty } ?? -1) + 1) {
                let used = used[y]
                let (first, last) = (used.first ?? centre, used.last ?? centre - 1)
                let count = (last - first + 4) / 4 * 4
                rows.append(
                    Row(
                        start: Int32(pixels.count), column: Int32(first - centre), row: Int32(y - centre),
                        count: Int32(count)))
                for x in first..<first + count { pixels.append(x <= last ? canvas[x, y].bits : 0) }
                guard canvas.width <= 64 else { continue }
                var mask = Mask()
                for x in used {
                    mask.drawn |= 1 << UInt64(x)
                    if canvas[x, y].alpha == 255 { mask.opaque |= 1 << UInt64(x) }
                }
                masks.append(mask)
            }
            starts.append(Int32(rows.count))
        }
        self.pixels = pixels
        self.rows = rows
        self.starts = starts
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
        let phase = Sprite.phase(subpixelX, subpixelY)
        let rows = Int(sprite.starts[phase])..<Int(sprite.starts[phase + 1])
        sprite.pixels.withUnsafeBufferPointer { source in
            sprite.rows.withUnsafeBufferPointer { all in
                for row in rows { stamp(all[row], of: source, x: x, y: y) }
            }
        }
    }

    /// Lays one row of a sprite over the picture, with the sprite's anchor in pixel (`x`, `y`).
    @inline(__always)
    func stamp(_ row: Sprite.Row, of pixels: UnsafeBufferPointer<UInt32>, x: Int, y: Int) {
        let line = y &+ Int(row.row)
        guard line >= 0, line < height else { return }
        let column = x &+ Int(row.column), count = Int(row.count)
        guard column >= 0, column &+ count <= stride else {
            let source = UnsafeRawPointer(pixels.baseAddress! + Int(row.start))
            let target = UnsafeMutableRawPointer(self.pixels + (line &* stride &+ column))
            return stampClipped(source, target, count, at: column)
        }
        stampWhole(row, of: pixels, x: x, y: y)
    }

    /// The same for a row that is known to lie within the picture.
    @inline(__always)
    func stampWhole(_ row: Sprite.Row, of pixels: UnsafeBufferPointer<UInt32>, x: Int, y: Int) {
        let count = Int(row.count)
        let source = UnsafeRawPointer(pixels.baseAddress! + Int(row.start))
        let target = UnsafeMutableRawPointer(self.pixels + ((y &+ Int(row.row)) &* stride &+ x &+ Int(row.column)))
        var offset = 0
        while offset &+ 32 <= count &* 4 {
            let result = Blend.over(
                (source + offset).loadUnaligned(as: Blend.Pixels.self),
                destination: (target + offset).loadUnaligned(as: Blend.Pixels.self))
            (target + offset).storeBytes(of: result, as: Blend.Pixels.self)
            offset &+= 32
        }
        if offset < count &* 4 { stamp(source + offset, target + offset) }
    }

    /// Lays four pixels over the picture.
    @inline(__always)
    private func stamp(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
        let result = Blend.over(
            source.loadUnaligned(as: SIMD4<UInt32>.self), destination: target.loadUnaligned(as: SIMD4<UInt32>.self))
        target.storeBytes(of: result, as: SIMD4<UInt32>.self)
    }

    /// The same for a row that reaches beyond the picture: what is outside is taken for transparent, which changes nothing there.
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
