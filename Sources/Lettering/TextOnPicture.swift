public import Raster

/// How text is put on a picture.
public struct TextStyle: Hashable, Sendable {
    /// Pixels to the em.
    public var size: Double
    public var color: Color
    /// What is drawn around the letters, so that they can be read on any ground; nil for nothing.
    public var halo: Color?
    /// Pixels that the halo reaches beyond the letters.
    public var haloWidth: Double

    public init(size: Double, color: Color, halo: Color? = nil, haloWidth: Double = 1.5) {
        self.size = size
        self.color = color
        self.halo = halo
        self.haloWidth = haloWidth
    }
}

/// Which point of a line of text is put on the place given.
public enum TextAlignment: Hashable, Sendable {
    case left
    case center
    case right
}

extension Canvas {
    /// Writes one line of text.
    ///
    ///     let letters = try FontSet()
    ///     canvas.write("Аварии у школ", letters.bold, TextStyle(size: 14, color: .black), x: 20, y: 30)
    ///
    /// - Parameters:
    ///   - x: The beginning, the middle or the end of the text, in pixels.
    ///   - y: The baseline, in pixels from the top.
    public func write(
        _ text: String, _ fonts: FontStack, _ style: TextStyle, x: Double, y: Double, alignment: TextAlignment = .left
    ) {
        let shaped = fonts.shape(text)
        let start: Double =
            switch alignment {
            case .left: 0
            case .center: -shaped.width * style.size / 2
            case .right: -shaped.width * style.size
            }
        var path = Path()
        PlacedText(shaped, size: style.size, x: start).append(
            to: &path, subpixelX: Path.subpixels(x), subpixelY: Path.subpixels(y))
        draw(letters: path, style.color, halo: style.halo, haloWidth: style.haloWidth)
    }

    /// Fills outlines of letters, upon a halo if there is one.
    public func draw(letters path: Path, _ color: Color, halo: Color?, haloWidth: Double) {
        if let halo, haloWidth > 0 {
            stroke(path, Stroke(width: haloWidth * 2, cap: .round, join: .round), halo)
        }
        fill(path, color)
    }
}

extension FontStack {
    /// The width of a line of text, in pixels.
    public func width(of text: String, size: Double) -> Double { shape(text).width * size }
}
