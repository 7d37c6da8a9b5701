import Raster

/// The shapes of the bench city in metres of EPSG:3857, as `shapes.py` writes them: a number of shapes; for each its kind (0 point, 1 line,
/// 2 area), its category, the number of its rings and of each ring's vertices; then the vertices. Little-endian.
struct ShapeFile {
    struct Shape {
        var kind: Int
        var category: Int
        /// Rings repeat their first vertex.
        var rings: [[SIMD2<Double>]]
        var low = SIMD2(Double.infinity, .infinity)
        var high = SIMD2(-Double.infinity, -.infinity)

        func overlaps(_ r: ClipRectangle) -> Bool {
            low.x <= r.maxX && high.x >= r.minX && low.y <= r.maxY && high.y >= r.minY
        }

        func isInside(_ r: ClipRectangle) -> Bool {
            low.x >= r.minX && high.x <= r.maxX && low.y >= r.minY && high.y <= r.maxY
        }
    }

    let shapes: [Shape]

    init(path: String) throws {
        var bytes = try ByteCursor(path: path)
        shapes = (0..<Int(bytes.next(UInt32.self))).map { _ in
            let kind = Int(bytes.next(UInt32.self)), category = Int(bytes.next(UInt32.self))
            let counts = bytes.next(UInt32.self, count: Int(bytes.next(UInt32.self)))
            var shape = Shape(kind: kind, category: category, rings: [])
            for count in counts {
                let ring = bytes.next(SIMD2<Double>.self, count: Int(count))
                for vertex in ring {
                    shape.low = pointwiseMin(shape.low, vertex)
                    shape.high = pointwiseMax(shape.high, vertex)
                }
                shape.rings.append(ring)
            }
            return shape
        }
    }
}

extension ClipRectangle {
    init(_ tile: Tile) {
        let margin = Tile.buffer * tile.pixel, side = 256 * tile.pixel
        self.init(
            minX: tile.west - margin, minY: tile.north - side - margin, maxX: tile.west + side + margin,
            maxY: tile.north + margin)
    }
}
