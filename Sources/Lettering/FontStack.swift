import Synchronization

/// Fonts in the order in which they are asked for a glyph.
///
/// A character that none of them has is drawn as the first font's box for missing glyphs. A class because it remembers the texts that
/// it has shaped.
public final class FontStack: Sendable {
    public let faces: [Typeface]
    private let shaped = Mutex<[String: ShapedText]>([:])

    /// So many texts are remembered.
    private static let limit = 20_000

    /// - Parameter faces: At least one.
    public init(_ faces: [Typeface]) {
        precondition(!faces.isEmpty, "a stack holds at least one font")
        self.faces = faces
    }

    /// - Parameter paths: Font files, at least one.
    public convenience init(paths: [String]) throws(LetteringError) {
        var faces: [Typeface] = []
        for path in paths { faces.append(try Typeface(path: path)) }
        self.init(faces)
    }

    /// Ems from the baseline to the top and to the bottom of a line.
    public var ascent: Double { faces[0].ascent }
    public var descent: Double { faces[0].descent }

    /// A line of text as glyphs. Line breaks and other control characters become spaces.
    public func shape(_ text: String) -> ShapedText {
        if let known = shaped.withLock({ $0[text] }) { return known }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            scalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        var glyphs: [ShapedGlyph] = []
        var pen = 0.0
        for run in TextRun.runs(of: String(scalars), faceCount: faces.count, has: { faces[$0].has($1) }) {
            let (found, advance) = faces[run.face].shape(run.text, rightToLeft: run.level % 2 == 1)
            for var glyph in found {
                glyph.x += pen
                glyph.pen += pen
                glyphs.append(glyph)
            }
            pen += advance
        }
        let result = ShapedText(glyphs: glyphs, width: pen)
        shaped.withLock { shaped in
            if shaped.count >= Self.limit { shaped.removeAll(keepingCapacity: true) }
            shaped[text] = result
        }
        return result
    }
}

/// Which font files a map is lettered with.
public struct FontFiles: Hashable, Sendable {
    /// For each weight the files in the order in which they are asked for a glyph.
    public var regular: [String]
    public var bold: [String]

    public init(regular: [String], bold: [String]) {
        self.regular = regular
        self.bold = bold
    }

    /// DejaVu Sans of Debian's `fonts-dejavu-core`: Latin, Cyrillic, Greek, Arabic, Hebrew, Georgian, Armenian.
    public static let dejaVu = FontFiles(
        regular: ["/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"],
        bold: [
            "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        ])
}

/// The two weights that a map is lettered in.
public struct FontSet: Sendable {
    public let regular: FontStack
    public let bold: FontStack

    /// - Throws: ``LetteringError/font(path:reason:)``.
    public init(_ files: FontFiles = .dejaVu) throws(LetteringError) {
        regular = try FontStack(paths: files.regular)
        bold = try FontStack(paths: files.bold)
    }
}
