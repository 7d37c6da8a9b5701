import Foundation

/// What `make bench-kernel` measures of the kernel, each part beside the library that is usually taken for it.
///
///     kernel-bench scenes SHAPES TILES SCENES    cuts shapes to tiles, for `draw` and for agg.cpp
///     kernel-bench draw SCENES                   answers "scene layers" lines on standard input, see ``SceneWorker``
///     kernel-bench clip SHAPES TILES ROUNDS      clipping beside GEOSClipByRect
///     kernel-bench png SCENES ROUNDS             encoding beside libpng with zlib
@main
enum KernelBench {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch (arguments.first, arguments.count) {
        case ("scenes", 4):
            try SceneFile.write(
                try ShapeFile(path: arguments[1]), try Tile.read(path: arguments[2]), to: arguments[3])
        case ("draw", 2): try SceneWorker(SceneFile(path: arguments[1])).run()
        case ("clip", 4):
            try ClipComparison(ShapeFile(path: arguments[1]), try Tile.read(path: arguments[2])).run(
                rounds: Int(arguments[3]) ?? 5)
        case ("png", 3): try PNGComparison(SceneFile(path: arguments[1])).run(rounds: Int(arguments[2]) ?? 5)
        default:
            FileHandle.standardError.write(
                Data("usage: kernel-bench scenes|draw|clip|png …, see Benchmarks/kernel\n".utf8))
            exit(64)
        }
    }
}

/// CPU time of this process so far, in seconds.
func processSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

/// Reads numbers one after the other from the bytes of a file.
struct ByteCursor {
    private let data: Data
    private var place = 0

    init(path: String) throws { data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) }

    mutating func next<Value: BitwiseCopyable>(_ type: Value.Type) -> Value {
        defer { place += MemoryLayout<Value>.size }
        return data.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: type) }
    }

    mutating func next<Value: BitwiseCopyable>(_ type: Value.Type, count: Int) -> [Value] {
        (0..<count).map { _ in next(type) }
    }
}

/// A tile of the web map and its rectangle in metres of EPSG:3857, 16 pixels wider on each side.
struct Tile {
    var z: Int
    var x: Int
    var y: Int

    static let halfWorld = 20_037_508.342789244
    static let buffer = 16.0

    static func read(path: String) throws -> [Tile] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { line in
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            return numbers.count == 3 ? Tile(z: numbers[0], x: numbers[1], y: numbers[2]) : nil
        }
    }

    /// Metres across a pixel.
    var pixel: Double { 2 * Self.halfWorld / Double(1 << z) / 256 }
    var west: Double { -Self.halfWorld + Double(x) * pixel * 256 }
    var north: Double { Self.halfWorld - Double(y) * pixel * 256 }
}
