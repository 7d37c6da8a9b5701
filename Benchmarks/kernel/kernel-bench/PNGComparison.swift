import CPNG
import Foundation
import Raster

/// Encodes the drawn scenes as RGBA: ours beside libpng with zlib at its levels 1 and 6, without filters.
///
/// libpng gets straight pixels, which are made outside of its timing; ours makes them itself.
final class PNGComparison {
    private let file: SceneFile
    private let drawing = SceneDrawing()

    init(_ file: SceneFile) { self.file = file }

    func run(rounds: Int) throws {
        var times: [String: [Int: [Double]]] = [:]
        var sizes: [String: [Int: [Double]]] = [:]
        let encoder = PNGEncoder()
        let names = ["libpng, zlib 6", "libpng, zlib 1", "worksmap (ISA-L 1)"]
        for scene in file.scenes {
            drawing.draw(scene, layers: 15)
            let pixels = straightPixels()
            var own: [String: [Double]] = [:]
            for _ in 0..<rounds {
                for name in names {
                    let started = processSeconds()
                    let bytes =
                        switch name {
                        case names[0]: libpng(pixels, level: 6)
                        case names[1]: libpng(pixels, level: 1)
                        default: try encoder.encode(drawing.canvas).count
                        }
                    own[name, default: []].append(processSeconds() - started)
                    sizes[name, default: [:]][scene.zoom, default: []].append(Double(bytes))
                }
            }
            for (name, spent) in own { times[name, default: [:]][scene.zoom, default: []].append(median(spent)) }
        }
        let zooms = Set(file.scenes.map(\.zoom)).sorted()
        func mean(_ values: [Double]?) -> Double { (values ?? []).reduce(0, +) / Double(values?.count ?? 1) }
        print("\nPNG of 256 px, RGBA: CPU ms a tile and bytes, medians of \(rounds) interleaved rounds\n")
        print(
            "| | " + zooms.map { "z\($0)" }.joined(separator: " | ") + " |\n|---|" + zooms.map { _ in "---:|" }.joined()
        )
        for name in names {
            let cells = zooms.map { String(format: "%.3f", 1e3 * mean(times[name]?[$0])) }
            print("| \(name), ms | " + cells.joined(separator: " | ") + " |")
        }
        for name in names {
            let cells = zooms.map { String(format: "%.0f", mean(sizes[name]?[$0])) }
            print("| \(name), bytes | " + cells.joined(separator: " | ") + " |")
        }
        let ratios = zooms.map { String(format: "%.1f", mean(times[names[1]]?[$0]) / mean(times[names[2]]?[$0])) }
        print("| times as fast as zlib 1 | " + ratios.joined(separator: " | ") + " |")
    }

    private func straightPixels() -> [UInt8] {
        (0..<256).flatMap { y in
            (0..<256).flatMap { x -> [UInt8] in
                let pixel = drawing.canvas[x, y]
                func straight(_ channel: UInt8) -> UInt8 {
                    pixel.alpha == 0
                        ? 0 : UInt8(min(255, (Int(channel) * 255 + Int(pixel.alpha) / 2) / Int(pixel.alpha)))
                }
                return [straight(pixel.red), straight(pixel.green), straight(pixel.blue), pixel.alpha]
            }
        }
    }

    /// The size of the file.
    private func libpng(_ pixels: [UInt8], level: Int32) -> Int {
        var png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nil, nil, nil)
        var info = png_create_info_struct(png)
        var file: [UInt8] = []
        withUnsafeMutablePointer(to: &file) { file in
            png_set_write_fn(
                png, file,
                { png, data, count in
                    png_get_io_ptr(png)?.assumingMemoryBound(to: [UInt8].self).pointee
                        .append(contentsOf: UnsafeBufferPointer(start: data, count: count))
                }, { _ in })
            png_set_compression_level(png, level)
            png_set_filter(png, 0, 0x08)
            png_set_IHDR(png, info, 256, 256, 8, PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_NONE, 0, 0)
            png_write_info(png, info)
            pixels.withUnsafeBufferPointer { pixels in
                for row in 0..<256 { png_write_row(png, pixels.baseAddress! + row * 1024) }
            }
            png_write_end(png, nil)
        }
        png_destroy_write_struct(&png, &info)
        return file.count
    }
}
