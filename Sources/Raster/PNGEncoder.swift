import CISAL

/// Writes canvases as PNG files.
///
/// libpng writes the file (signature, header, palette, end); the compressed stream inside IDAT comes from ISA-L at level
/// 1, which takes a fifth of zlib's time for about the same size, and so does its CRC. Rows are not filtered: that is
/// both the smallest and the fastest for maps. The same picture always gives the same bytes.
///
/// An encoder is made once and used for many pictures; the only memory that a picture costs is its result. It belongs
/// to one thread at a time.
public final class PNGEncoder {
    /// How pixels are stored.
    public enum Format: Hashable, Sendable {
        /// 8-bit red, green, blue, alpha.
        case rgba
        /// Up to 256 colours with opacity; see ``Palette``.
        case palette(Palette)
    }

    /// ISA-L could not compress, with the code that it returned.
    public struct CompressionError: Error, Hashable {
        public var code: Int32
    }

    private let stream: UnsafeMutablePointer<isal_zstream>
    private let levelBuffer: UnsafeMutablePointer<UInt8>
    /// ISAL_DEF_LVL1_DEFAULT, which Swift cannot import: 4 Ki of history, two hash tables of 8 Ki words, 64 Ki tokens.
    private static let levelBufferSize = (4 + 2 * 8 + 4 * 64) * 1024
    /// Rows as PNG wants them: a filter byte before each.
    private var rows: [UInt8] = []
    private var compressed: [UInt8] = []
    private var lookup: PaletteLookup?
    /// The last fully transparent picture: its size and its file.
    private var empty: (width: Int, height: Int, file: [UInt8])?
    /// What a fully transparent picture needs of colours.
    private static let nothing = Palette([])

    public init() {
        stream = .allocate(capacity: 1)
        levelBuffer = .allocate(capacity: Self.levelBufferSize)
    }

    deinit {
        stream.deallocate()
        levelBuffer.deallocate()
    }

    /// The PNG file of a canvas. One on which nothing is drawn has a palette of one colour in both formats, because that is smallest.
    public func encode(_ canvas: Canvas, _ format: Format = .rgba) throws(CompressionError) -> [UInt8] {
        guard canvas.isEmpty else { return try file(canvas, format) }
        if let empty, empty.width == canvas.width, empty.height == canvas.height { return empty.file }
        let file = PNGFile()
        file.begin(width: canvas.width, height: canvas.height, palette: Self.nothing)
        rows = [UInt8](repeating: 0, count: (canvas.width + 1) * canvas.height)
        let count = try deflate()
        let empty = file.end(compressed, count: count)
        self.empty = (canvas.width, canvas.height, empty)
        return empty
    }

    private func file(_ canvas: Canvas, _ format: Format) throws(CompressionError) -> [UInt8] {
        let file = PNGFile()
        switch format {
        case .rgba:
            file.begin(width: canvas.width, height: canvas.height, palette: nil)
            canvas.writeStraightRows(to: &rows)
        case .palette(let palette):
            file.begin(width: canvas.width, height: canvas.height, palette: palette)
            if lookup?.palette !== palette { lookup = PaletteLookup(palette) }
            lookup?.writeRows(of: canvas, to: &rows)
        }
        let count = try deflate()
        return file.end(compressed, count: count)
    }

    /// Compresses `rows` into `compressed` as a zlib stream; its length.
    private func deflate() throws(CompressionError) -> Int {
        // Deflate stores what it cannot compress, in blocks of 64 KiB with 5 bytes each; the rest is header and sum.
        let bound = rows.count + rows.count / 1024 + 4096
        if compressed.count < bound { compressed = [UInt8](repeating: 0, count: bound) }
        let code = rows.withUnsafeMutableBufferPointer { input in
            compressed.withUnsafeMutableBufferPointer { output in
                isal_deflate_init(stream)
                stream.pointee.level = 1
                stream.pointee.level_buf = levelBuffer
                stream.pointee.level_buf_size = UInt32(Self.levelBufferSize)
                stream.pointee.gzip_flag = UInt16(IGZIP_ZLIB)
                stream.pointee.next_in = input.baseAddress
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(output.count)
                let beginning = Self.beginning(of: input.count)
                stream.pointee.flush = beginning.flush
                stream.pointee.avail_in = UInt32(beginning.count)
                let code = isal_deflate(stream)
                guard code == COMP_OK else { return code }
                stream.pointee.flush = UInt16(NO_FLUSH)
                stream.pointee.end_of_stream = 1
                stream.pointee.avail_in = UInt32(input.count - beginning.count)
                return isal_deflate(stream)
            }
        }
        guard code == COMP_OK, stream.pointee.avail_in == 0 else { throw CompressionError(code: code) }
        return Int(stream.pointee.total_out)
    }

    /// So much of a stream is compressed by itself, for the same picture to give the same bytes.
    ///
    /// After the first byte of a stream, ISA-L (up to 2.32, `write_first_byte` in `igzip_icf_body_h1_gr_bt.asm`) notes the next but one under
    /// a hash of what a register happens to hold: the upper bits of the stream's address in memory. It does not when nothing but that byte
    /// can be compressed yet, because as much as it looks ahead waits behind it, nor when a few bytes are flushed.
    private static func beginning(of count: Int) -> (count: Int, flush: UInt16) {
        let lookAhead = 288
        return count > lookAhead + 1
            ? (lookAhead + 1, UInt16(NO_FLUSH)) : (min(8, count), UInt16(SYNC_FLUSH))
    }
}
