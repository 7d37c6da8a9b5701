import Foundation
import Raster

/// What is to be drawn of each tile, in pixels: what both rasterizers read. A number of scenes; for each its zoom and the number of its
/// features; for each feature its kind, its category, the number of its rings and of each ring's vertices; then the vertices as pairs of
/// 32-bit floats. Rings do not repeat their first vertex. Little-endian.
struct SceneFile {
    struct Feature {
        var kind: Int
        var category: Int
        var rings: [[SIMD2<Float>]]
    }

    struct Scene {
        var zoom: Int
        /// Areas, then lines, then points.
        var features: [Feature]
    }

    let scenes: [Scene]

    init(path: String) throws {
        var bytes = try ByteCursor(path: path)
        func count(_ bytes: inout ByteCursor) -> Int { Int(bytes.next(UInt32.self)) }
        scenes = (0..<count(&bytes)).map { _ in
            let zoom = count(&bytes)
            return Scene(
                zoom: zoom,
                features: (0..<count(&bytes)).map { _ in
                    let kind = count(&bytes), category = count(&bytes)
                    let counts = bytes.next(UInt32.self, count: count(&bytes))
                    return Feature(
                        kind: kind, category: category,
                        rings: counts.map { bytes.next(SIMD2<Float>.self, count: Int($0)) })
                })
        }
    }

    /// Cuts shapes to tiles. Vertices nearer than a quarter of a pixel to the one before are left out.
    static func write(_ file: ShapeFile, _ tiles: [Tile], to path: String) throws {
        var bytes = Data()
        func add(_ number: Int) { withUnsafeBytes(of: UInt32(number).littleEndian) { bytes.append(contentsOf: $0) } }
        add(tiles.count)
        for tile in tiles {
            let rectangle = ClipRectangle(tile)
            var clipper = PolygonClipper(rectangle)
            var features: [Feature] = []
            for kind in [2, 1, 0] {
                for shape in file.shapes where shape.kind == kind && shape.overlaps(rectangle) {
                    let rings = cut(shape, rectangle, &clipper).map { ring in
                        thinned(
                            ring.map {
                                SIMD2(Float(($0.x - tile.west) / tile.pixel), Float((tile.north - $0.y) / tile.pixel))
                            })
                    }
                    if !rings.isEmpty { features.append(Feature(kind: kind, category: shape.category, rings: rings)) }
                }
            }
            add(tile.z)
            add(features.count)
            for feature in features {
                add(feature.kind)
                add(feature.category)
                add(feature.rings.count)
                for ring in feature.rings { add(ring.count) }
                for vertex in feature.rings.joined() { withUnsafeBytes(of: vertex) { bytes.append(contentsOf: $0) } }
            }
        }
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    private static func cut(
        _ shape: ShapeFile.Shape, _ rectangle: ClipRectangle, _ clipper: inout PolygonClipper
    ) -> [ArraySlice<SIMD2<Double>>] {
        switch shape.kind {
        case 0: return [shape.rings[0][...]]
        case 1:
            var pieces = Polylines()
            let line = shape.rings[0]
            rectangle.clip(line: line.span, into: &pieces)
            return (0..<pieces.count).map { ArraySlice(pieces[$0]) }
        default:
            var rings = Polylines(), polygons = PolygonClipper.Polygons()
            for ring in shape.rings { rings.append(ring.dropLast()) }
            clipper.clip(rings, into: &polygons)
            return (0..<polygons.rings.count).map { ArraySlice(polygons.rings[$0]) }
        }
    }

    private static func thinned(_ line: [SIMD2<Float>]) -> [SIMD2<Float>] {
        var kept: [SIMD2<Float>] = []
        for (index, vertex) in line.enumerated() {
            if let last = kept.last, index < line.count - 1 {
                let step = vertex - last
                if (step * step).sum() < 0.0625 { continue }
            }
            kept.append(vertex)
        }
        return kept
    }
}
