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

    let pixels: ContiguousArray<UInt32>
    let rows: ContiguousArray<Row>
    /// For each phase where its rows begin in `rows`, and at the end the number of all.
    let starts: ContiguousArray<Int32>
    /// Pixels that the picture reaches from its anchor in any direction.
    public let reach: Int

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
        for phase in 0..<Self.phases * Self.phases {
            canvas.clear()
            // The middle of the quarter that this phase stands for.
            let dx = (Double(phase % Self.phases) + 0.5) / Double(Self.phases)
            let dy = (Double(phase / Self.phases) + 0.5) / Double(Self.phases)
            draw(canvas, Double(centre) + dx, Double(centre) + dy)
            for y in 0..<canvas.height {
                let used = (0..<canvas.width).filter { canvas[$0, y].bits != 0 }
                guard let first = used.first, let last = used.last else { continue }
                let count = (last - first + 4) / 4 * 4
                rows.append(
                    Row(
                        start: Int32(pixels.count), column: Int32(first - centre), row: Int32(y - centre),
                        count: Int32(count)))
                for x in first..<first + count { pixels.append(x <= last ? canvas[x, y].bits : 0) }
            }
            starts.append(Int32(rows.count))
        }
        self.pixels = pixels
        self.rows = rows
        self.starts = starts
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
        let phase = (subpixelY >> 6 & 3) << 2 | subpixelX >> 6 & 3
        let rows = Int(sprite.starts[phase])..<Int(sprite.starts[phase + 1])
        let isWhole = x &- reach >= 0 && y &- reach >= 0 && x &+ reach &+ 4 <= stride && y &+ reach < height
        sprite.pixels.withUnsafeBufferPointer { source in
            sprite.rows.withUnsafeBufferPointer { all in
                let source = UnsafeRawPointer(source.baseAddress!)
                for row in rows {
                    let row = all[row]
                    let target = pixels + ((y &+ Int(row.row)) &* stride &+ x &+ Int(row.column))
                    if isWhole {
                        stamp(source + Int(row.start) &* 4, target, Int(row.count))
                    } else if (0..<height).contains(y &+ Int(row.row)) {
                        stampClipped(source + Int(row.start) &* 4, target, Int(row.count), at: x &+ Int(row.column))
                    }
                }
            }
        }
    }

    @inline(__always)
    private func stamp(_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<UInt32>, _ count: Int) {
        let target = UnsafeMutableRawPointer(target)
        var offset = 0
        while offset < count &* 4 {
            let result = Blend.over(
                (source + offset).loadUnaligned(as: SIMD4<UInt32>.self),
                destination: (target + offset).loadUnaligned(as: SIMD4<UInt32>.self))
            (target + offset).storeBytes(of: result, as: SIMD4<UInt32>.self)
            offset &+= 16
        }
    }

    private func stampClipped(
        _ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<UInt32>, _ count: Int, at column: Int
    ) {
        for index in 0..<count where (0..<width).contains(column + index) {
            let pixel = Pixel(bits: source.load(fromByteOffset: index * 4, as: UInt32.self))
            target[index] = Blend.over(pixel, destination: Pixel(bits: target[index])).bits
        }
    }
}
