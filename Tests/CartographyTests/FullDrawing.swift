import Geometry
import Raster
import Works

/// The style of the benchmark drawn by its letter: every vertex of every work, one after the other, with nothing left out.
enum FullDrawing {
    private static let colors = [
        "pothole": "#1b9e77", "fallen_tree": "#d95f02", "spill": "#66a61e", "sinkhole": "#e6ab02",
    ]

    /// The file of a tile.
    static func tile(of works: [Work], _ address: TileAddress) throws -> [UInt8] {
        let canvas = Canvas(width: 256, height: 256)
        for work in works {
            guard work.kind == .outage, case .polygon(let polygon) = work.geometry else { continue }
            let path = path(polygon.rings.map { $0.dropLast() }, closed: true, address)
            canvas.fill(path, Color("#d7301f")!.opacity(0.35))
            canvas.stroke(path, Stroke(width: 1.2), Color("#7f0000")!.opacity(0.9))
        }
        for (width, color) in [(5.0, Color("#333333")!.opacity(0.8)), (3, Color("#fdae61")!)] {
            for work in works {
                guard work.kind == .roadRepair, case .lineString(let line) = work.geometry else { continue }
                canvas.stroke(
                    path([line[...]], closed: false, address), Stroke(width: width, cap: .round, join: .round), color)
            }
        }
        let discs = colors.mapValues { Sprite(SymbolStyle(size: 6, fill: Color($0)!, outline: .white)) }
        let other = Sprite(SymbolStyle(size: 6, fill: Color("#888888")!, outline: .white))
        for work in works {
            guard work.kind == .hazard, case .point(let place) = work.geometry else { continue }
            let pixel = pixel(place, address)
            canvas.draw(discs[work.category] ?? other, x: pixel.x, y: pixel.y)
        }
        return try PNGEncoder().encode(canvas)
    }

    private static func pixel(_ place: Coordinate, _ address: TileAddress) -> SIMD2<Double> {
        let pixels = Double(256 << address.z)
        return SIMD2(
            WebMercator.x(longitude: place.longitude) * pixels - Double(address.x * 256),
            WebMercator.y(latitude: place.latitude) * pixels - Double(address.y * 256))
    }

    private static func path(_ lines: [ArraySlice<Coordinate>], closed: Bool, _ address: TileAddress) -> Path {
        var path = Path()
        for line in lines {
            for (index, place) in line.enumerated() {
                let pixel = pixel(place, address)
                if index == 0 { path.move(x: pixel.x, y: pixel.y) } else { path.line(x: pixel.x, y: pixel.y) }
            }
            if closed { path.close() }
        }
        return path
    }
}
