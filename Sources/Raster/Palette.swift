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

    /// A palette for everything that these paints give together: each paint by itself, each over what others leave, and their anti-aliased
    /// edges, as many of these blends as 256 colours can hold, chosen by halving the largest spread (median cut).
    ///
    /// - Parameter paints: the colours that are drawn, in drawing order. The first ``mostPaints`` have an entry of their own.
    public convenience init(blending paints: [Color]) {
        var distinct: [Pixel] = []
        for paint in paints.map(\.premultiplied) where !distinct.contains(paint) && distinct.count < Self.mostPaints {
            distinct.append(paint)
        }
        let paints = distinct
        var blends: [Pixel] = []
        // What paints can leave: one alone, or one over another. The lowest are under everything, the latest under what is drawn next.
        var grounds = [Pixel(bits: 0)]
        for paint in paints {
            let below =
                grounds.prefix(Self.lowestGrounds) + grounds.dropFirst(Self.lowestGrounds).suffix(Self.latestGrounds)
            for ground in below {
                for coverage in stride(from: UInt32(16), through: 256, by: 16) {
                    blends.append(Blend.over(paint, coverage: coverage, destination: ground))
                }
                let whole = Blend.over(paint, coverage: 256, destination: ground)
                if !grounds.contains(whole) { grounds.append(whole) }
                if !distinct.contains(whole), distinct.count < Self.mostExact { distinct.append(whole) }
            }
        }
        self.init((distinct + MedianCut.reduce(blends, to: 255 - distinct.count)).map(\.color))
    }

    /// So many paints are kept as they are, and with what they give over each other so many colours.
    private static let mostPaints = 96
    private static let mostExact = 128
    private static let lowestGrounds = 6
    private static let latestGrounds = 8
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
        var spreads = boxes.map(widest)
        while boxes.count < count {
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
            spreads[index] = widest(boxes[index])
            spreads.append(widest(boxes[boxes.count - 1]))
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
