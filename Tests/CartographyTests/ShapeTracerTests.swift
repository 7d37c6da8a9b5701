import Geometry
import Raster
import SeededRandom
import Testing

@testable import Cartography

@Suite("Tracing shapes")
struct ShapeTracerTests {
    private static let scene = Scene(
        TileAddress(containing: Coordinate(longitude: 16.37, latitude: 48.2), zoom: 16), scale: .single)

    /// A line or ring that wanders in and out of the picture, as far as some tiles away.
    private static func walk(_ role: PartRole, vertices: Int, step: Double, seed: UInt64) -> ShapeGeometry {
        var generator = SeededRandom(seed: seed)
        var geometry = ShapeGeometry()
        let range = -700.0...950
        var (x, y) = (generator.number(range), generator.number(range))
        for _ in 0..<vertices {
            x = min(max(x + generator.number(-step...step), range.lowerBound), range.upperBound)
            y = min(max(y + generator.number(-step...step), range.lowerBound), range.upperBound)
            let unit = scene.unitsPerPixel / 256
            geometry.x.append(UInt32((Double(scene.originX) + x * 256) * unit))
            geometry.y.append(UInt32((Double(scene.originY) + y * 256) * unit))
        }
        geometry.endPart(role)
        _ = geometry.endFeature()
        return geometry.arranged([0])
    }

    @Test(
        "What is passed over outside of a picture changes no pixel of it", arguments: [4.0, 30, 150],
        [1, 31, 32, 33, 64, 500, 2000])
    func nothingChanges(step: Double, vertices: Int) {
        let tracer = ShapeTracer(Self.scene, offsetX: 0, reach: 8)
        let color = Color(red: 0, green: 0, blue: 0, alpha: 150)
        for seed in 0..<4 {
            for role in [PartRole.line, .exterior] {
                let geometry = Self.walk(role, vertices: vertices, step: step, seed: UInt64(seed))
                func picture(whole: Bool, isFill: Bool) -> Canvas {
                    var path = Path()
                    if isFill {
                        tracer.trace(ring: 0..<vertices, of: geometry, whole: whole, into: &path)
                    } else {
                        tracer.trace(
                            line: 0..<vertices, of: geometry, isRing: role != .line, whole: whole, into: &path)
                    }
                    let canvas = Canvas(width: 256, height: 256)
                    if isFill { canvas.fill(path, color) } else { canvas.stroke(path, Stroke(width: 5), color) }
                    return canvas
                }
                for isFill in role == .line ? [false] : [false, true] {
                    let (parts, whole) = (picture(whole: false, isFill: isFill), picture(whole: true, isFill: isFill))
                    #expect(
                        (0..<256).allSatisfy { y in (0..<256).allSatisfy { parts[$0, y] == whole[$0, y] } },
                        "\(role), seed \(seed), \(isFill ? "filled" : "stroked")")
                }
            }
        }
    }

    @Test("The first position not before a place is the least one", arguments: [0, 5, 15, 16, 17, 22])
    func firstPositions(zoom: Int) {
        let place = Coordinate(longitude: 16.37, latitude: 48.2)
        let scene = Scene(TileAddress(containing: place, zoom: zoom), scale: .double)
        var generator = SeededRandom(seed: UInt64(zoom))
        for _ in 0..<1000 {
            let subpixels = Int(generator.number(-1000...Double(scene.worldWidth - 1)))
            let first = scene.firstPosition(notBefore: subpixels)
            #expect(scene.subpixels(UInt32(min(first, 4_294_967_295))) >= subpixels)
            #expect(first == 0 || scene.subpixels(UInt32(first - 1)) < subpixels)
        }
    }
}
