public import TimeBudgets
import Works

/// The smallest convex area around positions.
public enum ConvexHull {
    /// The corners, anticlockwise from the westernmost, the first not repeated; positions on an edge are left out.
    ///
    /// Fewer than three corners come back if all positions are on one line or point.
    /// Method: A. M. Andrew, "Another efficient algorithm for convex hulls in two dimensions",
    /// *Information Processing Letters* 9 (1979): the monotone chain. Complexity: O(*n* log *n*).
    public static func corners(of points: [PlanePoint]) -> [PlanePoint] {
        try! corners(of: points, within: .unlimited)
    }

    /// As ``corners(of:)-([PlanePoint])``, within a budget.
    ///
    /// - Throws: `TimeBudgetError`.
    static func corners(of points: [PlanePoint], within budget: TimeBudget) throws -> [PlanePoint] {
        var meter = BudgetMeter(budget)
        let sorted = try points.sorted {
            try meter.spend(4)
            return ($0.x, $0.y) < ($1.x, $1.y)
        }
        guard let first = sorted.first, let last = sorted.last, first != last else { return Array(sorted.prefix(1)) }
        let lower = chain(sorted)
        let upper = chain(sorted.reversed())
        return Array(lower.dropLast() + upper.dropLast())
    }

    /// As ``corners(of:within:)`` without a limit of time.
    public static func corners(of points: PlanePoints) -> [PlanePoint] { try! corners(of: points, within: .unlimited) }

    /// The corners of the hull of very many positions, on all cores.
    ///
    /// What lies inside the octagon of the eight outermost positions cannot be a corner (S. G. Akl and G. T. Toussaint,
    /// "A fast convex hull algorithm", *Information Processing Letters* 7, 1978), so that little is left to sort.
    ///
    /// - Throws: `TimeBudgetError`.
    public static func corners(of points: PlanePoints, within budget: TimeBudget) throws -> [PlanePoint] {
        let directions: [(x: Double, y: Double)] = [
            (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1),
        ]
        let outermost = try mapChunks(of: points.count, size: 16_384, within: budget) { range in
            var best = [(position: Int, reach: Double)](repeating: (range.lowerBound, -.infinity), count: 8)
            for position in range {
                let (x, y) = (points.x[position], points.y[position])
                for (number, direction) in directions.enumerated() {
                    let reach = direction.x * x + direction.y * y
                    if reach > best[number].reach { best[number] = (position, reach) }
                }
            }
            return best.map { points[$0.position] }
        }
        let octagon = corners(of: outermost.flatMap { $0 })
        guard octagon.count > 2 else { return try corners(of: (0..<points.count).map { points[$0] }, within: budget) }
        let remaining = try mapChunks(of: points.count, size: 16_384, within: budget) { range in
            range.map { points[$0] }.filter { point in
                !octagon.indices.allSatisfy { index in
                    turnsLeft(octagon[index], octagon[index + 1 == octagon.count ? 0 : index + 1], point)
                }
            }
        }
        return try corners(of: octagon + remaining.flatMap { $0 }, within: budget)
    }

    /// The area of a simple polygon in square metres, positive if its corners go anticlockwise.
    public static func area(_ corners: [PlanePoint]) -> Double {
        guard corners.count > 2 else { return 0 }
        // Relative to one corner, so that a small polygon far from the origin keeps its digits.
        let origin = corners[0]
        var twice = 0.0
        for index in 1..<corners.count - 1 {
            let (a, b) = (corners[index], corners[index + 1])
            twice += (a.x - origin.x) * (b.y - origin.y) - (a.y - origin.y) * (b.x - origin.x)
        }
        return twice / 2
    }

    private static func chain(_ points: some Collection<PlanePoint>) -> [PlanePoint] {
        var chain = [PlanePoint]()
        for point in points {
            while chain.count >= 2, !turnsLeft(chain[chain.count - 2], chain[chain.count - 1], point) {
                chain.removeLast()
            }
            chain.append(point)
        }
        return chain
    }

    private static func turnsLeft(_ a: PlanePoint, _ b: PlanePoint, _ c: PlanePoint) -> Bool {
        (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) > 0
    }
}
