extension Canvas {
    /// Writes the picture as PNG wants it: for each row a filter byte (0, none) and straight RGBA pixels.
    func writeStraightRows(to rows: inout [UInt8]) {
        let size = height * (1 + width * 4)
        if rows.count != size { rows = [UInt8](repeating: 0, count: size) }
        rows.withUnsafeMutableBytes { target in
            for row in 0..<height {
                let start = target.baseAddress! + row * (1 + width * 4)
                start.storeBytes(of: 0, as: UInt8.self)
                Straight.row(UnsafeRawPointer(pixels + row * stride), start + 1, count: width)
            }
        }
    }
}

/// Undoing premultiplication: each channel times 255 / alpha, rounded to nearest. A row is done eight pixels at a time;
/// those wholly empty or opaque, most of a map, are copied.
enum Straight {
    /// Straightens `count` pixels. The source may be read up to the next multiple of eight pixels.
    static func row(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, count: Int) {
        var column = 0
        // Areas of one colour are wide: what was worked out for eight pixels often holds for the next eight.
        var known = SIMD4<UInt64>()
        var answer = SIMD4<UInt64>()
        while column &+ 8 <= count {
            let bytes = column &* 4
            let eight = (source + bytes).loadUnaligned(as: SIMD4<UInt64>.self)
            // Alpha 0 and 255 are those of which alpha + 1 has none of the bits 1 to 7.
            let mixed = ((eight &>> 24 & 0xff_0000_00ff) &+ 0x1_0000_0001) & 0xfe_0000_00fe
            if mixed[0] | mixed[1] | mixed[2] | mixed[3] == 0 {
                (target + bytes).storeBytes(of: eight, as: SIMD4<UInt64>.self)
            } else {
                if eight != known {
                    known = eight
                    let pixels = unsafeBitCast(eight, to: SIMD8<UInt32>.self)
                    answer = unsafeBitCast(
                        SIMD8(lowHalf: self.pixels(pixels.lowHalf), highHalf: self.pixels(pixels.highHalf)),
                        to: SIMD4<UInt64>.self)
                }
                (target + bytes).storeBytes(of: answer, as: SIMD4<UInt64>.self)
            }
            column &+= 8
        }
        while column < count {
            let pixel = source.loadUnaligned(fromByteOffset: column &* 4, as: UInt32.self)
            target.storeBytes(of: pixels(SIMD4(pixel, 0, 0, 0))[0], toByteOffset: column &* 4, as: UInt32.self)
            column &+= 1
        }
    }

    /// Four straight pixels.
    @inline(__always)
    static func pixels(_ four: SIMD4<UInt32>) -> SIMD4<UInt32> {
        let alpha = four &>> 24
        // 0 / 0 is avoided by an alpha that is too small to matter.
        let factor = 255 / (float(alpha) + 1e-9)
        let red = integer(float(four & 255) * factor)
        let green = integer(float(four &>> 8 & 255) * factor)
        let blue = integer(float(four &>> 16 & 255) * factor)
        return red | green &<< 8 | blue &<< 16 | alpha &<< 24
    }

    // Conversions by the bits of the significand of 2^23 + x, for 0...255: SSE2 has them as additions.

    @inline(__always)
    private static func float(_ x: SIMD4<UInt32>) -> SIMD4<Float> {
        unsafeBitCast(x | 0x4b00_0000, to: SIMD4<Float>.self) - 8_388_608
    }

    @inline(__always)
    private static func integer(_ x: SIMD4<Float>) -> SIMD4<UInt32> {
        unsafeBitCast(x + 8_388_608, to: SIMD4<UInt32>.self) & 255
    }
}
