public import Raster

/// A glyph in its place: pixels from wherever the text is put, y downwards.
public struct PlacedGlyph: Sendable {
    public let outline: GlyphOutline
    public var x: Double
    public var y: Double
    /// The direction in which the glyph's baseline runs; (1, 0) is upright.
    public var cosine: Double
    public var sine: Double
}

/// Text with a size and a shape: glyphs in pixels around a point that is chosen when it is drawn.
///
/// Offsets are rounded to 1/256 pixel before the point is added, so that equal texts at places that are whole pixels apart come out equal.
public struct PlacedText: Sendable {
    public var glyphs: [PlacedGlyph]
    /// Pixels to the em.
    public var size: Double

    public init(glyphs: [PlacedGlyph] = [], size: Double) {
        self.glyphs = glyphs
        self.size = size
    }

    /// A straight text whose baseline begins so many pixels from the point.
    public init(_ text: ShapedText, size: Double, x: Double = 0, y: Double = 0) {
        self.init(size: size)
        add(text, x: x, y: y)
    }

    /// Adds a straight text whose baseline begins so many pixels from the point: a further line.
    public mutating func add(_ text: ShapedText, x: Double, y: Double) {
        for glyph in text.glyphs where glyph.outline.ink.width > 0 {
            glyphs.append(
                PlacedGlyph(
                    outline: glyph.outline, x: x + glyph.x * size, y: y - glyph.y * size, cosine: 1, sine: 0))
        }
    }

    /// The box around each glyph's ink, in pixels from the point.
    public var boxes: [TextBox] {
        glyphs.map { glyph in
            let ink = glyph.outline.ink
            var box = TextBox.empty
            for (u, v) in [
                (ink.minX, ink.minY), (ink.maxX, ink.minY), (ink.minX, ink.maxY), (ink.maxX, ink.maxY),
            ] {
                box.extend(
                    x: glyph.x + size * (u * glyph.cosine + v * glyph.sine),
                    y: glyph.y + size * (u * glyph.sine - v * glyph.cosine))
            }
            return box
        }
    }

    /// Appends the outlines to a path.
    ///
    /// - Parameters:
    ///   - subpixelX: The point, in 1/256 pixel of the path.
    ///   - subpixelY: The same, downwards.
    ///   - scale: Pixels of the path to one of the text.
    public func append(to path: inout Path, subpixelX: Int, subpixelY: Int, scale: Double = 1) {
        let size = size * scale
        for glyph in glyphs {
            let flattened = glyph.outline.flattened(size: size)
            let (cosine, sine) = (glyph.cosine * size, glyph.sine * size)
            let (x, y) = (glyph.x * scale, glyph.y * scale)
            var start = 0
            for end in flattened.ends {
                for index in start..<end {
                    let u = Double(flattened.points[index].x), v = Double(flattened.points[index].y)
                    let px = subpixelX + Path.subpixels(x + u * cosine + v * sine)
                    let py = subpixelY + Path.subpixels(y + u * sine - v * cosine)
                    if index == start {
                        path.move(subpixelX: px, subpixelY: py)
                    } else {
                        path.line(subpixelX: px, subpixelY: py)
                    }
                }
                path.close()
                start = end
            }
        }
    }
}
