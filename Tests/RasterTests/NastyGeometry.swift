import Foundation
import TestConditions

/// Geometry that broke other programs, read from real data when it is there.
enum NastyGeometry {
    static let folder = RealDataFolder.url.appending(path: "nasty-geometry")

    /// Unpacks an archive's members with tar, and gives their names and contents.
    private static func members(of archive: String, suffix: String) throws -> [(String, Data)] {
        let target = FileManager.default.temporaryDirectory.appending(path: "worksmap-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: target) }
        let tar = Process()
        tar.executableURL = URL(filePath: "/usr/bin/env")
        tar.arguments = ["tar", "-xzf", folder.appending(path: archive).path, "-C", target.path]
        try tar.run()
        tar.waitUntilExit()
        let names = FileManager.default.enumerator(atPath: target.path)?.compactMap { $0 as? String } ?? []
        return try names.filter { $0.hasSuffix(suffix) }.sorted().map {
            ($0, try Data(contentsOf: target.appending(path: $0)))
        }
    }

    static func earcut() throws -> [(String, [[SIMD2<Double>]])] {
        try members(of: "earcut.tar.gz", suffix: ".json").compactMap { name, data in
            guard let rings = try? JSONDecoder().decode([[[Double]]].self, from: data) else { return nil }
            return (name, rings.map { $0.map { SIMD2($0[0], $0[1]) } })
        }
    }

    /// Every well-known text of a line or a polygon in the XML cases.
    static func geosTexts() throws -> [(String, String)] {
        try members(of: "geos-xmltester.tar.gz", suffix: ".xml").flatMap { name, data in
            let text = String(decoding: data, as: UTF8.self)
            return text.matches(of: /(?:MULTI)?(?:POLYGON|LINESTRING)\s*\([^<"]*\)/).map { (name, String($0.output)) }
        }
    }

    /// Rectangles that cut a shape in different ways: its middle, a quarter with borders on whole numbers, one through
    /// its first points.
    static func rectangles(
        around points: some Sequence<SIMD2<Double>>
    ) -> [(Double, Double, Double, Double)] {
        var low = SIMD2(Double.infinity, .infinity), high = -low
        var first: [SIMD2<Double>] = []
        for point in points {
            low = pointwiseMin(low, point)
            high = pointwiseMax(high, point)
            if first.count < 3 { first.append(point) }
        }
        let size = high - low
        guard size.x > 0, size.y > 0, first.count == 3 else { return [] }
        var all = [
            (low.x + size.x * 0.25, low.y + size.y * 0.25, low.x + size.x * 0.75, low.y + size.y * 0.75),
            (low.x, low.y, low.x + size.x / 2, low.y + size.y / 2),
            (low.x + (size.x / 3).rounded(), low.y + (size.y / 3).rounded(), high.x, high.y),
        ]
        let corner = pointwiseMin(first[0], first[2]), other = pointwiseMax(first[0], first[2])
        all.append((corner.x, corner.y, other.x, other.y))
        return all.filter { $0.0 < $0.2 && $0.1 < $0.3 }
    }
}
