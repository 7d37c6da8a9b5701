import CGEOS
import Foundation
import Raster

/// Clips lines and areas to the tiles, with our clippers and with GEOSClipByRect in turn.
///
/// Only pairs count whose boxes overlap without the shape being inside: what nobody would clip is left out, and found outside of the timing.
final class ClipComparison {
    private struct Pair {
        var shape: Int
        var tile: Int
    }

    private let shapes: [ShapeFile.Shape]
    private let tiles: [Tile]
    private let rectangles: [ClipRectangle]
    private let context: GEOSContextHandle_t
    private var geometries: [OpaquePointer?] = []
    private var ours: [Polylines] = []

    init(_ file: ShapeFile, _ tiles: [Tile]) {
        shapes = file.shapes.filter { $0.kind > 0 }
        self.tiles = tiles
        rectangles = tiles.map { ClipRectangle($0) }
        context = GEOS_init_r()
        for shape in shapes {
            var rings = shape.rings.map { ring in
                let values = ring.flatMap { [$0.x, $0.y] }
                let sequence = GEOSCoordSeq_copyFromBuffer_r(context, values, UInt32(ring.count), 0, 0)
                return shape.kind == 2
                    ? GEOSGeom_createLinearRing_r(context, sequence) : GEOSGeom_createLineString_r(context, sequence)
            }
            let shell = rings.removeFirst()
            geometries.append(
                shape.kind == 2 ? GEOSGeom_createPolygon_r(context, shell, &rings, UInt32(rings.count)) : shell)
            var lines = Polylines()
            for ring in shape.rings { lines.append(shape.kind == 2 ? ring.dropLast() : ring[...]) }
            ours.append(lines)
        }
    }

    deinit {
        for geometry in geometries { GEOSGeom_destroy_r(context, geometry) }
        GEOS_finish_r(context)
    }

    func run(rounds: Int) {
        print("\nClipping: million vertices of the input a second, medians of \(rounds) interleaved rounds\n")
        print(
            "| | zoom | pairs | vertices | GEOSClipByRect | worksmap | times as fast |\n|---|---:|---:|---:|---:|---:|---:|"
        )
        for (kind, name) in [(2, "areas"), (1, "lines")] {
            var whole = (pairs: 0, vertices: 0, theirs: 0.0, ours: 0.0)
            for zoom in Set(tiles.map(\.z)).sorted() {
                let pairs = pairs(kind: kind, zoom: zoom)
                guard !pairs.isEmpty else { continue }
                let vertices = pairs.reduce(0) { $0 + ours[$1.shape].points.count }
                let repetitions = max(1, 2_000_000 / vertices)
                var times: (theirs: [Double], ours: [Double]) = ([], [])
                for _ in 0..<rounds {
                    times.theirs.append(seconds(repetitions) { clipByGEOS(pairs) })
                    times.ours.append(seconds(repetitions) { kind == 2 ? clipAreas(pairs) : clipLines(pairs) })
                }
                let (theirs, mine) = (median(times.theirs), median(times.ours))
                row(name, "z\(zoom)", pairs.count, vertices, theirs, mine)
                whole = (whole.pairs + pairs.count, whole.vertices + vertices, whole.theirs + theirs, whole.ours + mine)
            }
            row(name, "all", whole.pairs, whole.vertices, whole.theirs, whole.ours)
        }
    }

    private func row(_ name: String, _ zoom: String, _ pairs: Int, _ vertices: Int, _ theirs: Double, _ ours: Double) {
        func rate(_ seconds: Double) -> String { String(format: "%.1f", Double(vertices) / seconds / 1e6) }
        print(
            "| \(name) | \(zoom) | \(pairs) | \(vertices) | \(rate(theirs)) | \(rate(ours)) | "
                + String(format: "%.2f", theirs / ours) + " |")
    }

    private func pairs(kind: Int, zoom: Int) -> [Pair] {
        tiles.indices.filter { tiles[$0].z == zoom }.flatMap { tile in
            shapes.indices.compactMap { index in
                let shape = shapes[index]
                guard shape.kind == kind, shape.overlaps(rectangles[tile]), !shape.isInside(rectangles[tile]) else {
                    return nil
                }
                return Pair(shape: index, tile: tile)
            }
        }
    }

    private func seconds(_ repetitions: Int, _ body: () -> Void) -> Double {
        let started = processSeconds()
        for _ in 0..<repetitions { body() }
        return (processSeconds() - started) / Double(repetitions)
    }

    private func clipByGEOS(_ pairs: [Pair]) {
        for pair in pairs {
            let r = rectangles[pair.tile]
            let part = GEOSClipByRect_r(context, geometries[pair.shape], r.minX, r.minY, r.maxX, r.maxY)
            GEOSGeom_destroy_r(context, part)
        }
    }

    private func clipAreas(_ pairs: [Pair]) {
        let (ours, rectangles) = (ours, rectangles)
        var polygons = PolygonClipper.Polygons()
        var clipper = PolygonClipper(rectangles[pairs[0].tile])
        for pair in pairs {
            clipper.rectangle = rectangles[pair.tile]
            polygons.removeAll()
            clipper.clip(ours[pair.shape], into: &polygons)
        }
    }

    private func clipLines(_ pairs: [Pair]) {
        let (ours, rectangles) = (ours, rectangles)
        var pieces = Polylines()
        for pair in pairs {
            pieces.removeAll()
            let line = ours[pair.shape].points
            rectangles[pair.tile].clip(line: line.span, into: &pieces)
        }
    }
}
