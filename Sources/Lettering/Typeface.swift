import CFreeType
import CHarfBuzz
import Synchronization

/// One font file: shaping by HarfBuzz, outlines by FreeType, without hinting.
///
/// A class because it owns both libraries' handles. HarfBuzz's font is made immutable, which may be read from any thread; FreeType's
/// face is touched only while the lock of the outlines is held. Hence unchecked.
public final class Typeface: @unchecked Sendable {
    /// The file that it was read from.
    public let path: String
    /// Ems from the baseline to the top and to the bottom of a line of text, both positive.
    public let ascent: Double
    public let descent: Double

    let unitsPerEm: Double
    private let font: OpaquePointer
    private let library: FT_Library
    private let face: FT_Face
    /// By number of the glyph; at most as many as the font has.
    private let outlines = Mutex<[UInt32: GlyphOutline]>([:])

    /// Reads a font.
    ///
    /// - Parameter path: A TrueType or OpenType file with outlines.
    /// - Throws: ``LetteringError/font(path:reason:)``.
    public init(path: String) throws(LetteringError) {
        var library: FT_Library?
        guard FT_Init_FreeType(&library) == 0, let library else {
            throw .font(path: path, reason: "FreeType does not start")
        }
        var face: FT_Face?
        let status = FT_New_Face(library, path, 0, &face)
        guard status == 0, let face else {
            FT_Done_FreeType(library)
            throw .font(path: path, reason: "it cannot be read (FreeType error \(status))")
        }
        guard face.pointee.units_per_EM > 0, let blob = hb_blob_create_from_file_or_fail(path) else {
            FT_Done_Face(face)
            FT_Done_FreeType(library)
            throw .font(path: path, reason: "it has no outlines")
        }
        let shaping = hb_face_create(blob, 0)
        hb_blob_destroy(blob)
        font = hb_font_create(shaping)
        hb_face_destroy(shaping)
        let units = Int32(face.pointee.units_per_EM)
        hb_font_set_scale(font, units, units)
        hb_font_make_immutable(font)
        self.path = path
        self.library = library
        self.face = face
        unitsPerEm = Double(units)
        ascent = Double(face.pointee.ascender) / Double(units)
        descent = -Double(face.pointee.descender) / Double(units)
    }

    deinit {
        hb_font_destroy(font)
        FT_Done_Face(face)
        FT_Done_FreeType(library)
    }

    /// Whether the font has a glyph for a character.
    func has(_ scalar: Unicode.Scalar) -> Bool {
        var glyph: hb_codepoint_t = 0
        return hb_font_get_nominal_glyph(font, scalar.value, &glyph) != 0
    }

    /// The glyphs of a run of text of one direction, in the order from left to right, and where the pen stands after them, in ems.
    func shape(_ text: String, rightToLeft: Bool) -> (glyphs: [ShapedGlyph], advance: Double) {
        let buffer = hb_buffer_create()
        defer { hb_buffer_destroy(buffer) }
        var text = text
        text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { bytes in
                hb_buffer_add_utf8(buffer, bytes.baseAddress, Int32(bytes.count), 0, Int32(bytes.count))
            }
        }
        hb_buffer_guess_segment_properties(buffer)
        hb_buffer_set_direction(buffer, rightToLeft ? HB_DIRECTION_RTL : HB_DIRECTION_LTR)
        hb_shape(font, buffer, nil, 0)
        var count: UInt32 = 0
        guard let records = hb_buffer_get_glyph_infos(buffer, &count),
            let positions = hb_buffer_get_glyph_positions(buffer, &count)
        else { return ([], 0) }
        var pen = 0.0
        let glyphs = (0..<Int(count)).map { index in
            let position = positions[index]
            defer { pen += Double(position.x_advance) / unitsPerEm }
            return ShapedGlyph(
                outline: outline(records[index].codepoint), x: pen + Double(position.x_offset) / unitsPerEm,
                y: Double(position.y_offset) / unitsPerEm, pen: pen, advance: Double(position.x_advance) / unitsPerEm)
        }
        return (glyphs, pen)
    }

    /// The shape of a glyph; empty if the font has none of that number.
    private func outline(_ glyph: UInt32) -> GlyphOutline {
        outlines.withLock { outlines in
            if let known = outlines[glyph] { return known }
            let outline = GlyphOutline(curves(of: glyph))
            outlines[glyph] = outline
            return outline
        }
    }

    private func curves(of glyph: UInt32) -> GlyphCurves {
        /// What FreeType's walk along an outline writes to.
        struct Walk {
            var curves = GlyphCurves()
            var scale: Float

            func point(_ vector: UnsafePointer<FT_Vector>?) -> SIMD2<Float> {
                guard let vector else { return SIMD2() }
                return SIMD2(Float(vector.pointee.x), Float(vector.pointee.y)) * scale
            }

            static func at(_ pointer: UnsafeMutableRawPointer?, _ body: (inout Walk) -> Void) -> Int32 {
                guard let pointer else { return 1 }
                body(&pointer.assumingMemoryBound(to: Walk.self).pointee)
                return 0
            }
        }
        guard FT_Load_Glyph(face, glyph, Int32(FT_LOAD_NO_SCALE)) == 0,
            face.pointee.glyph.pointee.format == FT_GLYPH_FORMAT_OUTLINE
        else { return GlyphCurves() }
        var callbacks = FT_Outline_Funcs()
        callbacks.move_to = { to, walk in Walk.at(walk) { $0.curves.pieces.append(.move($0.point(to))) } }
        callbacks.line_to = { to, walk in Walk.at(walk) { $0.curves.pieces.append(.line($0.point(to))) } }
        callbacks.conic_to = { control, to, walk in
            Walk.at(walk) { $0.curves.pieces.append(.quadratic($0.point(control), $0.point(to))) }
        }
        callbacks.cubic_to = { first, second, to, walk in
            Walk.at(walk) { $0.curves.pieces.append(.cubic($0.point(first), $0.point(second), $0.point(to))) }
        }
        var walk = Walk(scale: 1 / Float(unitsPerEm))
        let status = withUnsafeMutablePointer(to: &walk) { walk in
            FT_Outline_Decompose(&face.pointee.glyph.pointee.outline, &callbacks, UnsafeMutableRawPointer(walk))
        }
        return status == 0 ? walk.curves : GlyphCurves()
    }
}
