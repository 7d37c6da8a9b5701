import Foundation
import Hotspots
import SeededRandom
import TestConditions
import Testing

@Suite("Density clusters")
struct DensityClustersTests {
    /// DBSCAN as its definition reads: every pair of positions is looked at.
    private func naiveLabels(_ points: PlanePoints, epsilon: Double, minimumPoints: Int) -> [Int32] {
        func near(_ i: Int) -> [Int] {
            (0..<points.count).filter {
                let (dx, dy) = (points.x[$0] - points.x[i], points.y[$0] - points.y[i])
                return dx * dx + dy * dy <= epsilon * epsilon
            }
        }
        let neighbours = (0..<points.count).map(near)
        var labels = [Int32](repeating: -1, count: points.count)
        var next: Int32 = 0
        for start in 0..<points.count where labels[start] < 0 && neighbours[start].count >= minimumPoints {
            var open = [start]
            labels[start] = next
            while let point = open.popLast() {
                guard neighbours[point].count >= minimumPoints else { continue }
                for other in neighbours[point] where labels[other] < 0 {
                    labels[other] = next
                    open.append(other)
                }
            }
            next += 1
        }
        return labels
    }

    @Test("Labels are those of the definition", arguments: 0..<24)
    func naive(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var points = [PlanePoint]()
        for _ in 0..<6 {
            let center = PlanePoint(x: random.number(0...1000), y: random.number(0...1000))
            for _ in 0..<Int.random(in: 3...80, using: &random) {
                points.append(
                    PlanePoint(x: center.x + random.number(-90...90), y: center.y + random.number(-90...90)))
            }
        }
        for _ in 0..<60 { points.append(PlanePoint(x: random.number(0...1000), y: random.number(0...1000))) }
        // Whole metres give pairs at exactly the distance, and positions that coincide.
        if seed % 2 == 0 { points = points.map { PlanePoint(x: $0.x.rounded(), y: $0.y.rounded()) } }
        points.shuffle(using: &random)
        let plane = PlanePoints(points)
        for (epsilon, minimumPoints) in [(10, 3), (25, 5), (25, 1), (40, 12), (5, 2), (2000, 4)] as [(Double, Int)] {
            let clusters = try DensityClusters(plane, epsilon: epsilon, minimumPoints: minimumPoints)
            #expect(clusters.labels == naiveLabels(plane, epsilon: epsilon, minimumPoints: minimumPoints))
        }
    }

    @Test("A border position between two clusters goes to the one whose first core position comes first")
    func border() throws {
        // Positions on a line, 1 apart, with how many lie on each:
        //     0 1 2 3 4   5   6 7 8 9 10
        //     2 2 2 4 2   1   2 4 2 2 2
        // At 4 there are 4 + 2 + 1 = 7 within reach, so it is core, as 6 is; at 5 only 2 + 1 + 2 = 5.
        func pile(_ places: [Int]) -> [PlanePoint] { places.map { PlanePoint(x: Double($0), y: 0) } }
        let left = pile([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 3, 3])
        let right = pile([10, 9, 8, 7, 6, 10, 9, 8, 7, 6, 7, 7])
        for (first, second) in [(left, right), (right, left)] {
            let clusters = try DensityClusters(
                PlanePoints(pile([5]) + first + second), epsilon: 1, minimumPoints: 6)
            #expect(clusters.clusterCount == 2)
            #expect(!clusters.isCore[0])
            #expect(clusters.labels == [0] + [Int32](repeating: 0, count: 12) + [Int32](repeating: 1, count: 12))
        }
    }

    @Test("Nothing, one position, and all on one point")
    func degenerate() throws {
        let none = try DensityClusters(PlanePoints(x: [], y: []), epsilon: 5, minimumPoints: 2)
        #expect(none.labels == [] && none.clusterCount == 0)
        let one = PlanePoints(x: [3], y: [4])
        #expect(try DensityClusters(one, epsilon: 5, minimumPoints: 2).labels == [-1])
        #expect(try DensityClusters(one, epsilon: 5, minimumPoints: 1).labels == [0])
        let pile = PlanePoints(x: [Double](repeating: 7, count: 50), y: [Double](repeating: -7, count: 50))
        let clusters = try DensityClusters(pile, epsilon: 0.001, minimumPoints: 50)
        #expect(clusters.clusterCount == 1 && clusters.noiseCount == 0)
        #expect(try DensityClusters(pile, epsilon: 0.001, minimumPoints: 51).noiseCount == 50)
    }

    @Test("A distance of 0 or less, or no minimum, is refused")
    func refusals() {
        let one = PlanePoints(x: [3], y: [4])
        for epsilon in [0, -1, Double.nan, .infinity] {
            #expect(throws: HotspotError.self) { try DensityClusters(one, epsilon: epsilon, minimumPoints: 2) }
        }
        #expect(throws: HotspotError.self) {
            try DensityClusters(one, epsilon: 1, minimumPoints: 0)
        }
        #expect(throws: HotspotError.self) {
            try DensityClusters(PlanePoints(x: [0, 1e7], y: [0, 0]), epsilon: 1e-6, minimumPoints: 1)
        }
    }

    // MARK: - Against scikit-learn

    @Test("Labels of the Burkitt cases are those of scikit-learn", .needs(.realData("stats-reference")))
    func burkitt() throws {
        let reference = try PointReference(named: "burkitt_points")
        let points = shapefilePoints(try ReferenceFolder.contents("stats-reference/burkitt/burkitt.shp"))
        try compare(PlanePoints(points.map { PlanePoint(x: $0.x, y: $0.y) }), reference)
    }

    @Test("Labels of the Boston sample are those of scikit-learn", .needs(.realData("stats-reference")))
    func boston() throws {
        let reference = try PointReference(named: "boston311_sample_2000_points")
        let csv = try ReferenceFolder.contents("boston-311-2015/service_requests_sample_2000.csv")
        let positions = try csvColumns(["LONGITUDE", "LATITUDE"], in: String(decoding: csv, as: UTF8.self))
        try compare(PlanePoints(positions.map { massachusettsMainland($0[0], $0[1]) }), reference)
    }

    private func compare(_ points: PlanePoints, _ reference: PointReference) throws {
        #expect(points.count == reference.n)
        for expected in reference.dbscan {
            let clusters = try DensityClusters(points, epsilon: expected.eps, minimumPoints: expected.min_samples)
            #expect(clusters.clusterCount == expected.clusters)
            #expect(clusters.noiseCount == expected.noise)
            #expect(clusters.isCore.count { $0 } == expected.core)
            // Not up to renaming: our numbers are scikit-learn's own.
            #expect(clusters.labels == expected.labels)
        }
        let nearest = (0..<points.count).map { own in
            PointGrid(points, cellSize: 100).nearestDistance(to: points[own]) { $0 != own } ?? 0
        }
        let expected = reference.nearest_neighbour_distance
        #expect(abs(nearest.reduce(0, +) / Double(points.count) / expected.mean - 1) < 1e-6)
        #expect(abs(nearest.max()! / expected.max - 1) < 1e-6)
        #expect(nearest.count { $0 == 0 } == expected.zeros)
    }

    /// EPSG:26986, NAD 83 / Massachusetts Mainland: Lambert conformal conic with two standard parallels on GRS 80.
    ///
    /// Snyder, *Map Projections: A Working Manual*, USGS 1395, pp. 107–108.
    private func massachusettsMainland(_ longitude: Double, _ latitude: Double) -> PlanePoint {
        let radians = Double.pi / 180
        let (a, flattening) = (6_378_137.0, 1 / 298.257222101)
        let e = (2 * flattening - flattening * flattening).squareRoot()
        func m(_ phi: Double) -> Double { cos(phi) / (1 - e * e * sin(phi) * sin(phi)).squareRoot() }
        func t(_ phi: Double) -> Double {
            tan(.pi / 4 - phi / 2) / pow((1 - e * sin(phi)) / (1 + e * sin(phi)), e / 2)
        }
        let (phi0, phi1, phi2) = (41 * radians, (42 + 41.0 / 60) * radians, (41 + 43.0 / 60) * radians)
        let n = (log(m(phi1)) - log(m(phi2))) / (log(t(phi1)) - log(t(phi2)))
        let f = m(phi1) / (n * pow(t(phi1), n))
        let rho = a * f * pow(t(latitude * radians), n)
        let theta = n * (longitude + 71.5) * radians
        return PlanePoint(x: 200_000 + rho * sin(theta), y: 750_000 + a * f * pow(t(phi0), n) - rho * cos(theta))
    }

    /// Columns of a CSV file as numbers; rows without them are left out.
    private func csvColumns(_ names: [String], in text: String) throws -> [[Double]] {
        var rows = [[String]]()
        var (row, field, quoted) = ([String](), "", false)
        for character in text {
            switch character {
            case "\"": quoted.toggle()
            case "," where !quoted:
                row.append(field)
                field = ""
            case "\n" where !quoted, "\r\n" where !quoted:
                rows.append(row + [field])
                (row, field) = ([], "")
            default: field.append(character)
            }
        }
        let indices = try names.map { try #require(rows[0].firstIndex(of: $0)) }
        return rows.dropFirst().compactMap { row in
            let values = indices.compactMap { $0 < row.count ? Double(row[$0]) : nil }
            return values.count == names.count ? values : nil
        }
    }
}
