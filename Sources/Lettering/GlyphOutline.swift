import Raster

/// The shape of one glyph, in ems: x grows to the right and y upwards, (0, 0) is where the pen stands.
///
/// Curves are flattened once for each of three finenesses; a shape is then only moved, turned and scaled. A class because the same
/// glyph is in many texts, which share it.
public final class GlyphOutline: Sendable {
    /// The rings of one fineness.
    struct Flattened: Sendable {
        var points: [SIMD2<Float>] = []
        /// Where each ring ends in ``points``.
        var ends: [Int] = []
    }

    /// The box around the ink, in ems; all zero where there is none, as for a space.
    public let ink: TextBox
    private let coarse: Flattened
    private let middle: Flattened
    private let fine: Flattened

    init(_ curves: GlyphCurves) {
        coarse = curves.flattened(tolerance: 0.004)
        middle = curves.flattened(tolerance: 0.0015)
        fine = curves.flattened(tolerance: 0.0003)
        var box = TextBox.empty
        for point in fine.points { box.extend(x: Double(point.x), y: Double(point.y)) }
        ink = box.isEmpty ? TextBox(minX: 0, minY: 0, maxX: 0, maxY: 0) : box
    }

    /// The rings for a size in pixels to the em: never more than a tenth of a pixel off, up to 300 pixels.
    func flattened(size: Double) -> Flattened { size <= 25 ? coarse : size <= 65 ? middle : fine }
}

/// Lines and Bézier curves of a glyph, in ems.
struct GlyphCurves {
    enum Piece {
        case move(SIMD2<Float>)
        case line(SIMD2<Float>)
        case quadratic(SIMD2<Float>, SIMD2<Float>)
        case cubic(SIMD2<Float>, SIMD2<Float>, SIMD2<Float>)
    }

    var pieces: [Piece] = []

    /// Rings of straight lines, nowhere more than `tolerance` ems off.
    ///
    /// A quadratic curve cut into n equal steps of its parameter is at most |p₀ − 2p₁ + p₂| / 4n² off its chords; a cubic one at most
    /// 3/4 of the larger second difference / n².
    func flattened(tolerance: Float) -> GlyphOutline.Flattened {
        var result = GlyphOutline.Flattened()
        var pen = SIMD2<Float>()
        func length(_ v: SIMD2<Float>) -> Float { (v * v).sum().squareRoot() }
        func end() {
            if result.points.count > result.ends.last ?? 0 { result.ends.append(result.points.count) }
        }
        for piece in pieces {
            switch piece {
            case .move(let to):
                end()
                result.points.append(to)
                pen = to
            case .line(let to):
                result.points.append(to)
                pen = to
            case .quadratic(let control, let to):
                let off = length(pen - 2 * control + to) / 4
                let steps = max(1, min(32, Int((off / tolerance).squareRoot().rounded(.up))))
                for step in 1...steps {
                    let t = Float(step) / Float(steps), u = 1 - t
                    result.points.append(u * u * pen + 2 * u * t * control + t * t * to)
                }
                pen = to
            case .cubic(let first, let second, let to):
                let off = max(length(pen - 2 * first + second), length(first - 2 * second + to)) * 0.75
                let steps = max(1, min(48, Int((off / tolerance).squareRoot().rounded(.up))))
                for step in 1...steps {
                    let t = Float(step) / Float(steps), u = 1 - t
                    let start = u * u * u * pen + 3 * u * u * t * first
                    result.points.append(start + 3 * u * t * t * second + t * t * t * to)
                }
                pen = to
            }
        }
        end()
        return result
    }
}
