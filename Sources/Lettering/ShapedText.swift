/// One glyph of a text, in ems.
public struct ShapedGlyph: Sendable {
    public let outline: GlyphOutline
    /// Where the outline's (0, 0) lies, from the beginning of the text's baseline; y upwards.
    public var x: Double
    public var y: Double
    /// Where the pen stood before the glyph, and how far it moved. A mark upon a letter does not move it.
    public var pen: Double
    public var advance: Double
}

/// A line of text turned into glyphs; it has no size yet: everything is in ems.
public struct ShapedText: Sendable {
    /// From left to right.
    public let glyphs: [ShapedGlyph]
    /// From the beginning of the baseline to its end.
    public let width: Double
    /// The box around the ink, y upwards from the baseline; empty if there is no ink.
    public let ink: TextBox

    init(glyphs: [ShapedGlyph], width: Double) {
        self.glyphs = glyphs
        self.width = width
        var ink = TextBox.empty
        for glyph in glyphs where glyph.outline.ink.width > 0 {
            ink.extend(glyph.outline.ink.moved(x: glyph.x, y: glyph.y))
        }
        self.ink = ink
    }

    /// The same text with `distance` ems more between its letters.
    public func spaced(by distance: Double) -> ShapedText {
        guard distance != 0 else { return self }
        var shift = 0.0
        var spaced = glyphs
        for index in spaced.indices {
            if index > 0, spaced[index].advance > 0 { shift += distance }
            spaced[index].x += shift
            spaced[index].pen += shift
        }
        return ShapedText(glyphs: spaced, width: width + shift)
    }
}
