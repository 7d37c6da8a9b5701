/// A picture to draw on: premultiplied RGBA, 8 bits a channel, rows from top to bottom.
///
/// Drawing is source-over in drawing order, on sRGB-encoded values (see ``Color``). A canvas is made once and used for
/// many tiles: ``clear()`` empties it, and no drawing operation allocates memory in the steady state.
///
/// A class because it owns its memory, which many features draw into; it belongs to one thread at a time.
public final class Canvas {
    /// Pixels in a row of the picture.
    public let width: Int
    /// Rows of the picture.
    public let height: Int

    /// Pixels from one row to the next: `width` rounded up to a multiple of 8. What lies behind `width` is not part of
    /// the picture and holds nothing of meaning.
    let stride: Int
    let pixels: UnsafeMutablePointer<UInt32>
    /// Pixels before the first and behind the last: four at a time may begin or end there. As many as keep the rows' alignment.
    private static let margin = 16
    let cells: CoverageCells

    /// Asked every few hundred edges of a long path whether anybody still wants the picture. Once it says no, the rest of the path is left out,
    /// and the picture has no meaning any more.
    public var isWanted: () -> Bool = { true }
    /// Shorter paths are not worth the question.
    static let patience = 512

    /// A transparent canvas. Both sides are 1...16384 pixels.
    public init(width: Int, height: Int) {
        precondition((1...16384).contains(width) && (1...16384).contains(height), "a canvas side is 1...16384 pixels")
        self.width = width
        self.height = height
        stride = (width + 7) / 8 * 8
        let count = stride * height
        let memory = UnsafeMutableRawPointer.allocate(byteCount: (count + 2 * Self.margin) * 4, alignment: 64)
            .bindMemory(to: UInt32.self, capacity: count + 2 * Self.margin)
        memory.initialize(repeating: 0, count: count + 2 * Self.margin)
        pixels = memory + Self.margin
        cells = CoverageCells(width: stride, height: height)
    }

    deinit {
        UnsafeMutableRawPointer(pixels - Self.margin).deallocate()
        cells.deallocate()
    }

    /// Makes every pixel transparent.
    public func clear() {
        pixels.update(repeating: 0, count: stride * height)
    }

    /// Makes every pixel this colour.
    public func clear(_ color: Color) {
        pixels.update(repeating: color.premultiplied.bits, count: stride * height)
    }

    /// The pixel in a column and a row, which must be inside the picture.
    public subscript(x: Int, y: Int) -> Pixel {
        get {
            precondition((0..<width).contains(x) && (0..<height).contains(y), "pixel outside of the canvas")
            return Pixel(bits: pixels[y * stride + x])
        }
        set {
            precondition((0..<width).contains(x) && (0..<height).contains(y), "pixel outside of the canvas")
            pixels[y * stride + x] = newValue.bits
        }
    }

    /// True when every pixel is transparent.
    public var isEmpty: Bool {
        for row in 0..<height {
            var any: UInt32 = 0
            for column in 0..<width { any |= pixels[row * stride + column] }
            if any != 0 { return false }
        }
        return true
    }

    // MARK: Fills

    /// Fills the inside of a path. Each subpath is closed by a straight line.
    public func fill(_ path: Path, _ color: Color, rule: FillRule = .nonZero) {
        addFill(path)
        cells.resolve(rule, SolidPaint(color), over: pixels)
    }

    /// Strokes a path. The strokes of all its subpaths are one shape: where they overlap, colour is laid once.
    public func stroke(_ path: Path, _ stroke: Stroke, _ color: Color) {
        addStroke(path, stroke)
        cells.resolve(.nonZero, SolidPaint(color), over: pixels)
    }

    func addFill(_ path: Path) {
        let isWanted = path.vertexCount > Self.patience ? isWanted : nil
        path.forEachSubpath { vertices, _ in
            if vertices.count > 2 { cells.ring(vertices, while: isWanted) }
        }
    }

    func addStroke(_ path: Path, _ stroke: Stroke) {
        guard stroke.halfWidth > 0 else { return }
        var stroker = Stroker(stroke, cells, while: path.vertexCount > Self.patience ? isWanted : nil)
        if let pattern = stroke.dash.map({ DashPattern($0) }) {
            path.forEachSubpath { vertices, isClosed in stroker.dashes(vertices, isClosed: isClosed, pattern) }
        } else {
            path.forEachSubpath { vertices, isClosed in stroker.line(vertices, isClosed: isClosed) }
        }
    }
}
