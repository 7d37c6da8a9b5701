public import Geometry
import TimeBudgets
import Works

/// Incidents far from all others, such as mistyped coordinates and positions at 0, 0.
///
/// A position is a candidate beyond Tukey's outer fence of the distances from the middle, *Q*₃ + 3 (*Q*₃ − *Q*₁) (J. W. Tukey, *Exploratory
/// Data Analysis*, 1977, p. 44), where quartiles are of distinct positions, so that piles do not count. Positions belong together where they
/// lie in touching squares of the side *Q*₃, or three times the middle gap between candidates if that is more and there are twenty. A group of candidates apart from the largest group is an outlier if it has less than 5 % of the
/// incidents, or is one position with less than half of them. Larger groups are towns of their own.
enum LocationOutliers {
    /// Fewer incidents have no outliers.
    static let fewestIncidents = 10
    private static let smallGroup = 0.05
    private static let sampleSize = 8192
    /// Fewer distinct candidates are no sparse suburb.
    private static let fewestSparse = 20

    /// The groups of outliers as indices of positions, the largest group first.
    ///
    /// Complexity: O(*n*), on all cores; sorting only where there are candidates.
    ///
    /// - Throws: `TimeBudgetError`.
    static func groups(in points: PlanePoints, within budget: TimeBudget) throws -> [[Int]] {
        guard points.count >= fewestIncidents, let spread = Spread(points) else { return [] }
        let fence = spread.fence
        let isFar = try mapIndices(of: points.count, chunk: 65_536, within: budget) { index in
            points[index].distance(to: spread.middle) > fence
        }
        guard isFar.contains(true) else { return [] }
        let far = isFar.indices.filter { isFar[$0] }
        let side = max(spread.thirdQuartile, try usualGap(of: far, in: points, spread, within: budget))
        let squares = try PointGrid(points, cellSize: side, within: budget)
        let labels = try squares.touchingGroups(within: budget)
        var members: [Int32: [Int]] = [:]
        var (sizes, hasNear) = ([Int32: Int](), Set<Int32>())
        var meter = BudgetMeter(budget)
        for cell in squares.cells.indices {
            let label = labels[cell]
            for position in Int(squares.starts[cell])..<Int(squares.starts[cell + 1]) {
                try meter.spend()
                let index = Int(squares.inputIndex[position])
                if isFar[index] { members[label, default: []].append(index) } else { hasNear.insert(label) }
            }
            sizes[label, default: 0] += Int(squares.starts[cell + 1] - squares.starts[cell])
        }
        let groups = members.filter { label, indices in
            guard !hasNear.contains(label), sizes[label] == indices.count else { return false }
            let isPile = indices.allSatisfy { points[$0] == points[indices[0]] }
            return Double(indices.count) < Double(points.count) * (isPile ? 0.5 : smallGroup)
        }
        return groups.values.map { $0.sorted() }.sorted { (-$0.count, $0[0]) < (-$1.count, $1[0]) }
    }

    /// Three times the middle distance of candidates to the nearest other position, where suburbs are sparse; 0 for few candidates.
    private static func usualGap(
        of far: [Int], in points: PlanePoints, _ spread: Spread, within budget: TimeBudget
    ) throws -> Double {
        let distinct = Array(Set(far.map { points[$0] })).sorted { ($0.x, $0.y) < ($1.x, $1.y) }
        guard distinct.count >= fewestSparse else { return 0 }
        let grid = try PointGrid(points, cellSize: spread.thirdQuartile, within: budget)
        let step = max(1, distinct.count / 199)
        let gaps = try stride(from: 0, to: distinct.count, by: step).compactMap { number -> Double? in
            try budget.check()
            return grid.nearestDistance(to: distinct[number]) { points[$0] != distinct[number] }
        }.sorted()
        return gaps.isEmpty ? 0 : 3 * gaps[gaps.count / 2]
    }

    /// Middle and quartiles of distance of distinct positions, from an evenly spaced sample.
    private struct Spread {
        let middle: PlanePoint
        let fence: Double
        let thirdQuartile: Double

        /// Nil if most positions are one.
        init?(_ points: PlanePoints) {
            let step = max(1, points.count / sampleSize)
            let sample = Array(Set(stride(from: 0, to: points.count, by: step).map { points[$0] }))
            guard sample.count >= 4 else { return nil }
            let middle = PlanePoint(
                x: sample.map(\.x).sorted()[sample.count / 2], y: sample.map(\.y).sorted()[sample.count / 2])
            let distances = sample.map { $0.distance(to: middle) }.sorted()
            let (first, third) = (distances[distances.count / 4], distances[distances.count * 3 / 4])
            guard third > 0 else { return nil }
            self.middle = middle
            fence = third + 3 * (third - first)
            thirdQuartile = third
        }
    }
}

/// Incidents of one group of outliers.
public struct OutlierGroup: Sendable, Hashable {
    /// Position of the first of them.
    public var position: Coordinate
    public var incidents: Int
    /// True if all are at that position.
    public var isPile: Bool
    /// Metres from the middle of the incidents.
    public var distance: Double
    /// Row ids of the works, at most ``OutlierGroup/mostNamed`` of them; empty where incidents come from no store.
    var rows: [Int64]
    /// Ids of the works that ``rows`` has.
    public var works: [String] = []

    static let mostNamed = 20

    /// True for a position within about a metre of 0, 0, where programs put what they cannot locate.
    public var isNullIsland: Bool {
        isPile && abs(position.longitude) < 1e-5 && abs(position.latitude) < 1e-5
    }
}

extension PointGrid {
    /// Labels of the occupied cells; cells that touch, also at a corner, have the same one.
    fileprivate func touchingGroups(within budget: TimeBudget) throws(TimeBudgetError) -> [Int32] {
        var meter = BudgetMeter(budget)
        var parents = cells.indices.map(Int32.init)
        func root(_ cell: Int32) -> Int32 {
            var cell = cell
            while parents[Int(cell)] != cell {
                parents[Int(cell)] = parents[Int(parents[Int(cell)])]
                cell = parents[Int(cell)]
            }
            return cell
        }
        for cell in cells.indices {
            try meter.spend(16)
            let (row, column) = cells[cell].quotientAndRemainder(dividingBy: columns)
            for other in [row - 1, row] {
                for neighbour in occupiedCells(row: other, columns: column - 1...column + 1) where neighbour < cell {
                    parents[Int(root(Int32(neighbour)))] = root(Int32(cell))
                }
            }
        }
        return cells.indices.map { root(Int32($0)) }
    }
}
