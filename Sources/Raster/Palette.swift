/// Up to 256 colours that stand for all colours of a style's pictures.
///
/// A palette belongs to the style and not to a tile, and the colour that a pixel gets depends on the pixel alone: the
/// same colour is the same on both sides of a tile's border, and no seam shows.
///
/// A class because it is large, never changes, and is compared by identity.
public final class Palette: Sendable {
    /// The colours; the first one is transparent.
    public let colors: [Color]

    /// A palette of these colours: fully transparent first, then at most 255 of them in their order.
    public init(_ colors: some Sequence<Color>) {
        var distinct = [Color.transparent]
        for color in colors where color.alpha != 0 && !distinct.contains(color) && distinct.count < 256 {
            distinct.append(color)
        }
        self.colors = distinct
    }

    /// A palette for everything that these paints give together: each paint, each over each other, and their
    /// anti-aliased edges, as many of these blends as 256 colours can hold, chosen by halving the largest spread (median cut).
    ///
    /// - Parameter paints: the colours that are drawn, in drawing order, at most 16 of them.
    public convenience init(blending paints: [Color]) {
        var exact: [Pixel] = []
        var blends: [Pixel] = []
        // Areas that paints can leave: one alone, or one over another.
        var grounds = [Pixel(bits: 0)]
        let paints = paints.prefix(16).map(\.premultiplied)
        for paint in paints {
            let before = grounds
            for ground in before {
                for coverage in stride(from: UInt32(16), through: 256, by: 16) {
                    let pixel = Blend.over(paint, coverage: coverage, destination: ground)
                    if coverage == 256 { exact.append(pixel) } else { blends.append(pixel) }
                }
            }
            for ground in before.prefix(12) {
                let pixel = Blend.over(paint, coverage: 256, destination: ground)
                if !grounds.contains(pixel) { grounds.append(pixel) }
            }
        }
        var distinct: [Pixel] = []
        for pixel in paints + exact where !distinct.contains(pixel) && distinct.count < 96 { distinct.append(pixel) }
        let room = 255 - distinct.count
        self.init((distinct + MedianCut.reduce(blends, to: room)).map(\.color))
    }
}

extension Palette: Hashable {
    public static func == (a: Palette, b: Palette) -> Bool { a === b }
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// Heckbert's median cut (1982) in premultiplied RGBA: the box of pixels with the widest channel is halved at its median
/// until there are enough boxes, and each box becomes its mean.
enum MedianCut {
    static func reduce(_ pixels: [Pixel], to count: Int) -> [Pixel] {
        guard count > 0, !pixels.isEmpty else { return [] }
        var boxes = [pixels.sorted { $0.bits < $1.bits }]
        while boxes.count < count {
            let spreads = boxes.map(widest)
            guard let index = spreads.indices.max(by: { spreads[$0].width < spreads[$1].width }),
                spreads[index].width > 0
            else { break }
            let shift = spreads[index].shift
            let sorted = boxes[index].sorted {
                ($0.bits >> shift & 255, $0.bits) < ($1.bits >> shift & 255, $1.bits)
            }
            // Cut between two different values next to the middle of the range, so that no box is empty.
            let low = sorted[0].bits >> shift & 255
            let middle = low + (spreads[index].width + 1) / 2
            let cut = sorted.firstIndex { $0.bits >> shift & 255 >= middle } ?? sorted.count / 2
            boxes[index] = Array(sorted[..<cut])
            boxes.append(Array(sorted[cut...]))
        }
        return boxes.map(mean)
    }

    private static func widest(_ box: [Pixel]) -> (width: UInt32, shift: UInt32) {
        var result: (width: UInt32, shift: UInt32) = (0, 0)
        for shift in stride(from: UInt32(0), through: 24, by: 8) {
            var low: UInt32 = 255, high: UInt32 = 0
            for pixel in box {
                low = min(low, pixel.bits >> shift & 255)
                high = max(high, pixel.bits >> shift & 255)
            }
            if high > low, high - low > result.width { result = (high - low, shift) }
        }
        return result
    }

    private static func mean(_ box: [Pixel]) -> Pixel {
        var bits: UInt32 = 0
        for shift in stride(from: UInt32(0), through: 24, by: 8) {
            let sum = box.reduce(0) { $0 + Int($1.bits >> shift & 255) }
            bits |= UInt32((sum + box.count / 2) / box.count) << shift
        }
        return Pixel(bits: bits)
    }
}
