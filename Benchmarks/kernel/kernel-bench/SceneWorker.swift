import Foundation
import Raster

/// Draws the scenes that its standard input names, one a line, "scene layers" (the sum of 1 fills, 2 borders, 4 streets, 8 discs), and answers
/// each with a line of the CPU seconds it took, then the 256 × 256 premultiplied RGBA pixels. agg.cpp does the same.
struct SceneWorker {
    let file: SceneFile
    let drawing = SceneDrawing()

    init(_ file: SceneFile) { self.file = file }

    func run() {
        while let line = readLine() {
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            guard numbers.count == 2 else { continue }
            let started = processSeconds()
            drawing.draw(file.scenes[numbers[0]], layers: numbers[1])
            let spent = processSeconds() - started
            var pixels = Data(capacity: 256 * 256 * 4)
            for y in 0..<256 {
                for x in 0..<256 {
                    withUnsafeBytes(of: drawing.canvas[x, y].bits.littleEndian) { pixels.append(contentsOf: $0) }
                }
            }
            FileHandle.standardOutput.write(Data("\(spent)\n".utf8) + pixels)
        }
    }
}

/// The style of the tile benchmarks (style.md) on one canvas. A class because it owns canvas and path, which are used again.
final class SceneDrawing {
    let canvas = Canvas(width: 256, height: 256)
    private var path = Path()
    private let fill = Color(red: 0xd7, green: 0x30, blue: 0x1f).opacity(0.35)
    private let border = Color(red: 0x7f, green: 0, blue: 0).opacity(0.9)
    private let casing = Color(red: 0x33, green: 0x33, blue: 0x33).opacity(0.8)
    private let inner = Color(red: 0xfd, green: 0xae, blue: 0x61)
    private let discs: [Sprite] = [0x1b9e77, 0xd95f02, 0x7570b3, 0xe7298a, 0x66a61e, 0xe6ab02].map { rgb in
        Sprite(
            SymbolStyle(
                size: 6, fill: Color(red: UInt8(rgb >> 16), green: UInt8(rgb >> 8 & 255), blue: UInt8(rgb & 255)),
                outline: Color(red: 255, green: 255, blue: 255), outlineWidth: 1))
    }

    func draw(_ scene: borrowing SceneFile.Scene, layers: Int) {
        // Taken out for the time of drawing: a class's property is checked for exclusive access at every vertex.
        var path = Path()
        swap(&path, &self.path)
        defer { swap(&path, &self.path) }
        canvas.clear()
        for feature in scene.features where feature.kind == 2 && layers & 3 != 0 {
            path.trace(feature, isClosed: true)
            if layers & 1 != 0 { canvas.fill(path, fill) }
            if layers & 2 != 0 { canvas.stroke(path, Stroke(width: 1.2, cap: .butt, join: .miter), border) }
        }
        if layers & 4 != 0 {
            for (width, color) in [(5.0, casing), (3.0, inner)] {
                let stroke = Stroke(width: width, cap: .round, join: .round)
                for feature in scene.features where feature.kind == 1 {
                    path.trace(feature, isClosed: false)
                    canvas.stroke(path, stroke, color)
                }
            }
        }
        if layers & 8 != 0 {
            for feature in scene.features where feature.kind == 0 {
                let place = feature.rings[0][0]
                canvas.draw(discs[feature.category % 6], x: Double(place.x), y: Double(place.y))
            }
        }
    }
}

extension Path {
    /// The rings or lines of one feature instead of what the path held.
    fileprivate mutating func trace(_ feature: SceneFile.Feature, isClosed: Bool) {
        removeAll()
        for ring in feature.rings {
            add(upTo: ring.count, isClosed: isClosed) { pen in
                for vertex in ring { pen.line(x: Double(vertex.x), y: Double(vertex.y)) }
            }
        }
    }
}
