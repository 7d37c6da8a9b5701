/// Source-over of premultiplied 8-bit pixels, 8 at a time, and its scalar twin.
///
/// A pixel's four bytes are handled as two pairs of 16-bit lanes (red and blue, green and alpha), so that nothing is
/// unpacked, shuffled or packed:
///
///     pixel      A B G R       red-blue    . B . R       green-alpha  . A . G
///
/// The arithmetic, the same in both twins: coverage is 0...256; the source channel is (c × coverage + 128) / 256;
/// the destination channel is multiplied by 255 − source alpha and divided by 255, rounded to nearest.
enum Blend {
    typealias Pixels = SIMD8<UInt32>
    typealias Halves = SIMD16<UInt16>

    /// A premultiplied colour spread over the lanes.
    struct Solid {
        let redBlue: Halves
        let greenAlpha: Halves
        let pixel: Pixel

        init(_ pixel: Pixel) {
            self.pixel = pixel
            redBlue = halves(Pixels(repeating: pixel.bits & 0x00ff_00ff))
            greenAlpha = halves(Pixels(repeating: pixel.bits >> 8 & 0x00ff_00ff))
        }
    }

    @inline(__always) static func halves(_ pixels: Pixels) -> Halves { unsafeBitCast(pixels, to: Halves.self) }
    @inline(__always) static func pixels(_ halves: Halves) -> Pixels { unsafeBitCast(halves, to: Pixels.self) }

    /// `color` × coverage over `destination`. Coverage is 0...256 in each lane.
    @inline(__always)
    static func over(_ color: Solid, coverage: Pixels, destination: Pixels) -> Pixels {
        let scale = halves(coverage | coverage &<< 16)
        let half = Halves(repeating: 128)
        let redBlue = (color.redBlue &* scale &+ half) &>> 8
        let greenAlpha = (color.greenAlpha &* scale &+ half) &>> 8
        return over(redBlue: redBlue, greenAlpha: greenAlpha, destination: destination)
    }

    /// Premultiplied `source` over `destination`.
    @inline(__always)
    static func over(_ source: Pixels, destination: Pixels) -> Pixels {
        let redBlue = halves(source & 0x00ff_00ff)
        let greenAlpha = halves(source) &>> 8
        return over(redBlue: redBlue, greenAlpha: greenAlpha, destination: destination)
    }

    /// Premultiplied `source` over `destination`, four pixels.
    @inline(__always)
    static func over(_ source: SIMD4<UInt32>, destination: SIMD4<UInt32>) -> SIMD4<UInt32> {
        let alpha = source &>> 24
        let keep = SIMD8<UInt16>(repeating: 255) &- unsafeBitCast(alpha | alpha &<< 16, to: SIMD8<UInt16>.self)
        let low = divideBy255(unsafeBitCast(destination & 0x00ff_00ff, to: SIMD8<UInt16>.self) &* keep)
        let high = divideBy255((unsafeBitCast(destination, to: SIMD8<UInt16>.self) &>> 8) &* keep)
        // No byte overflows: what is kept of the destination is at most 255 − source alpha.
        return source &+ unsafeBitCast(low | high &<< 8, to: SIMD4<UInt32>.self)
    }

    @inline(__always)
    static func over(redBlue: Halves, greenAlpha: Halves, destination: Pixels) -> Pixels {
        let alpha = pixels(greenAlpha) &>> 16
        let keep = Halves(repeating: 255) &- halves(alpha | alpha &<< 16)
        let low = redBlue &+ divideBy255(halves(destination & 0x00ff_00ff) &* keep)
        let high = greenAlpha &+ divideBy255((halves(destination) &>> 8) &* keep)
        return pixels(low | high &<< 8)
    }

    /// x / 255 rounded to nearest, for x up to 255 × 255.
    @inline(__always)
    static func divideBy255(_ x: Halves) -> Halves {
        let rounded = x &+ Halves(repeating: 128)
        return (rounded &+ rounded &>> 8) &>> 8
    }

    @inline(__always)
    static func divideBy255(_ x: SIMD8<UInt16>) -> SIMD8<UInt16> {
        let rounded = x &+ SIMD8(repeating: 128)
        return (rounded &+ rounded &>> 8) &>> 8
    }
}

// MARK: - The scalar twin

extension Blend {
    /// The twin of `over(_:coverage:destination:)` for one pixel.
    static func over(_ color: Pixel, coverage: UInt32, destination: Pixel) -> Pixel {
        var source: UInt32 = 0
        for shift in stride(from: UInt32(0), through: 24, by: 8) {
            source |= (((color.bits >> shift & 255) * coverage + 128) / 256) << shift
        }
        return over(Pixel(bits: source), destination: destination)
    }

    /// The twin of `over(_:destination:)` for one pixel.
    static func over(_ source: Pixel, destination: Pixel) -> Pixel {
        var result: UInt32 = 0
        let keep = 255 - UInt32(source.alpha)
        for shift in stride(from: UInt32(0), through: 24, by: 8) {
            let kept = ((destination.bits >> shift & 255) * keep * 2 + 255) / 510
            result |= ((source.bits >> shift & 255) + kept) << shift
        }
        return Pixel(bits: result)
    }
}
