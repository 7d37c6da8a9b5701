/// Finds a pixel's palette entry: the nearest one to the middle of the pixel's cell, of which there are 32 along each
/// premultiplied channel. A palette colour has its own cell.
///
/// So the difference between a pixel and its entry is at most half a cell (4 of 255 in each channel) more than the
/// distance of that cell's middle to the palette. Cells are searched when they are first met; which entry is found does
/// not depend on when.
struct PaletteLookup {
    let palette: Palette
    /// Palette entry + 1 for each cell, 0 where not searched yet.
    private var cells: [UInt16]
    /// The palette's premultiplied colours.
    private let entries: [SIMD4<Float>]

    init(_ palette: Palette) {
        self.palette = palette
        cells = [UInt16](repeating: 0, count: 1 << 20)
        let pixels = palette.colors.map(\.premultiplied)
        entries = pixels.map { Self.channels($0.bits) }
        for (index, pixel) in pixels.enumerated().reversed() { cells[Self.cell(pixel.bits)] = UInt16(index + 1) }
    }

    @inline(__always)
    static func cell(_ bits: UInt32) -> Int {
        let red = bits >> 3 & 31, green = bits >> 11 & 31, blue = bits >> 19 & 31, alpha = bits >> 27
        return Int(red | green << 5 | blue << 10 | alpha << 15)
    }

    private static func channels(_ bits: UInt32) -> SIMD4<Float> {
        SIMD4(Float(bits & 255), Float(bits >> 8 & 255), Float(bits >> 16 & 255), Float(bits >> 24))
    }

    /// The entry of a pixel.
    @inline(__always)
    mutating func entry(_ bits: UInt32) -> UInt8 {
        let cell = Self.cell(bits)
        let known = cells[cell]
        if known != 0 { return UInt8(truncatingIfNeeded: known &- 1) }
        return search(cell)
    }

    private mutating func search(_ cell: Int) -> UInt8 {
        func middle(_ shift: Int) -> Float { Float((cell >> shift & 31) * 8 + 4) }
        let wanted = SIMD4(middle(0), middle(5), middle(10), middle(15))
        var best = 0
        var least = Float.infinity
        for (index, entry) in entries.enumerated() {
            let difference = entry - wanted
            let distance = (difference * difference).sum()
            if distance < least { (best, least) = (index, distance) }
        }
        cells[cell] = UInt16(best + 1)
        return UInt8(best)
    }

    /// Writes the picture as PNG wants it: for each row a filter byte (0, none) and palette entries.
    mutating func writeRows(of canvas: Canvas, to rows: inout [UInt8]) {
        let size = canvas.height * (1 + canvas.width)
        if rows.count != size { rows = [UInt8](repeating: 0, count: size) }
        rows.withUnsafeMutableBufferPointer { target in
            var index = 0
            for row in 0..<canvas.height {
                target[index] = 0
                index += 1
                var last: UInt32 = 0
                var entry = self.entry(0)
                for column in 0..<canvas.width {
                    let bits = canvas.pixels[row * canvas.stride + column]
                    if bits != last {
                        last = bits
                        entry = self.entry(bits)
                    }
                    target[index] = entry
                    index += 1
                }
            }
        }
    }
}
