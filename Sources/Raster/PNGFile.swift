import CISAL
import CPNG

/// One PNG file in the making: libpng writes its signature, header and palette into memory, and the end.
///
/// Only chunk-level functions are used with data of the right shape, so that libpng has no error to report; if it does
/// (out of memory), the process ends with its message, since its errors cannot be unwound through Swift.
struct PNGFile {
    private let png: OpaquePointer
    private let bytes: UnsafeMutablePointer<[UInt8]>

    init() {
        bytes = .allocate(capacity: 1)
        bytes.initialize(to: [])
        guard
            let png = png_create_write_struct(
                PNG_LIBPNG_VER_STRING, nil,
                { _, message in fatalError("libpng: " + (message.map { String(cString: $0) } ?? "")) },
                { _, _ in })
        else { fatalError("libpng: out of memory") }
        self.png = png
        png_set_write_fn(
            png, bytes,
            { png, data, count in
                guard let data, let target = png_get_io_ptr(png) else { return }
                target.assumingMemoryBound(to: [UInt8].self).pointee
                    .append(contentsOf: UnsafeBufferPointer(start: data, count: count))
            }, { _ in })
    }

    /// Writes signature, header and palette.
    func begin(width: Int, height: Int, palette: Palette?) {
        var info = png_create_info_struct(png)
        png_set_IHDR(
            png, info, UInt32(width), UInt32(height), 8,
            palette == nil ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE,
            PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE)
        if let palette {
            let colors = palette.colors.map { png_color(red: $0.red, green: $0.green, blue: $0.blue) }
            let alphas = palette.colors.map(\.alpha)
            png_set_PLTE(png, info, colors, Int32(colors.count))
            png_set_tRNS(png, info, alphas, Int32(alphas.count), nil)
        }
        png_write_info(png, info)
        png_destroy_info_struct(png, &info)
    }

    /// Writes the picture's compressed stream and the end; the whole file. The structure is used up.
    ///
    /// The chunk's CRC-32 comes from ISA-L, which takes a tenth of the time of zlib's in libpng.
    func end(_ compressed: [UInt8], count: Int) -> [UInt8] {
        bytes.pointee.reserveCapacity(bytes.pointee.count + count + 24)
        let name = Array("IDAT".utf8)
        append(UInt32(count))
        bytes.pointee.append(contentsOf: name)
        bytes.pointee.append(contentsOf: compressed[..<count])
        append(crc32_gzip_refl(crc32_gzip_refl(0, name, UInt64(name.count)), compressed, UInt64(count)))
        png_write_chunk(png, "IEND", nil, 0)
        let file = bytes.move()
        bytes.deallocate()
        var used: OpaquePointer? = png
        png_destroy_write_struct(&used, nil)
        return file
    }

    /// Appends a number as PNG has it, the highest byte first.
    private func append(_ number: UInt32) {
        withUnsafeBytes(of: number.bigEndian) { bytes.pointee.append(contentsOf: $0) }
    }
}
