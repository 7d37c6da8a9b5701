import TimeBudgets
import Works

/// Which features are neighbours of which: one flat array of them, cut into lists.
public struct NeighbourLists: Sendable {
    /// Where each feature's list begins in ``neighbours``; one more than there are features.
    public let starts: [Int32]
    /// The neighbours of feature 0, then those of 1, and so on. A feature is not its own neighbour.
    public let neighbours: [Int32]

    /// One list for each feature; entries must be in 0..<`lists.count`.
    public init(_ lists: [[Int]]) {
        var starts: [Int32] = [0]
        var neighbours = [Int32]()
        for list in lists {
            for neighbour in list {
                precondition(lists.indices.contains(neighbour), "there is no feature \(neighbour)")
                neighbours.append(Int32(neighbour))
            }
            starts.append(Int32(neighbours.count))
        }
        self.starts = starts
        self.neighbours = neighbours
    }

    init(starts: [Int32], neighbours: [Int32]) {
        self.starts = starts
        self.neighbours = neighbours
    }

    /// The neighbours of each position that are within `distance` metres of it, on its edge included.
    ///
    /// Memory grows with the number of pairs, which grows with the square of the distance.
    public init(of points: PlanePoints, within distance: Double) {
        let grid = PointGrid(points, cellSize: distance)
        let limit = distance * distance
        let lists = mapIndices(of: points.count, chunk: 2048) { index in
            let point = points[index]
            var list = [Int32]()
            grid.forEachRun(touching: PlaneExtent(around: point, radius: distance)) { run in
                for position in run where grid.inputIndex[position] != Int32(index) {
                    let (dx, dy) = (grid.x[position] - point.x, grid.y[position] - point.y)
                    if dx * dx + dy * dy <= limit { list.append(grid.inputIndex[position]) }
                }
            }
            list.sort()
            return list
        }
        var starts: [Int32] = [0]
        for list in lists { starts.append(starts[starts.count - 1] + Int32(list.count)) }
        self.init(starts: starts, neighbours: Array(lists.joined()))
    }

    /// How many features there are.
    public var count: Int { starts.count - 1 }

    /// The neighbours of a feature.
    public subscript(feature: Int) -> ArraySlice<Int32> {
        neighbours[Int(starts[feature])..<Int(starts[feature + 1])]
    }

    /// How many neighbours a feature has.
    public func degree(of feature: Int) -> Int { Int(starts[feature + 1] - starts[feature]) }

    /// The sum of `values` over a feature's neighbours.
    func sum(of values: [Double], around feature: Int) -> Double {
        var sum = 0.0
        for index in Int(starts[feature])..<Int(starts[feature + 1]) { sum += values[Int(neighbours[index])] }
        return sum
    }
}

/// What the moments of global statistics need to know of the weights (Cliff and Ord, *Spatial Processes*, 1981, p. 19).
struct WeightSums {
    /// Σ *w*ᵢⱼ.
    var s0 = 0.0
    /// ½ Σ (*w*ᵢⱼ + *w*ⱼᵢ)².
    var s1 = 0.0
    /// Σ (*w*ᵢ. + *w*.ᵢ)².
    var s2 = 0.0

    /// The sums when the weight of each of a feature's neighbours is `weight(of feature)`.
    init(
        _ lists: NeighbourLists, _ meter: inout BudgetMeter, weight: (Int) -> Double
    ) throws(TimeBudgetError) {
        var incoming = [Double](repeating: 0, count: lists.count)
        // ½ Σ (wᵢⱼ + wⱼᵢ)² = Σ wᵢⱼ² + Σ wᵢⱼ wⱼᵢ.
        for feature in 0..<lists.count {
            let own = weight(feature)
            try meter.spend(lists.degree(of: feature) * lists.degree(of: feature))
            for neighbour in lists[feature] {
                incoming[Int(neighbour)] += own
                let isMutual = lists[Int(neighbour)].contains(Int32(feature))
                s1 += own * own + (isMutual ? own * weight(Int(neighbour)) : 0)
            }
        }
        for feature in 0..<lists.count {
            let outgoing = weight(feature) * Double(lists.degree(of: feature))
            s0 += outgoing
            s2 += (outgoing + incoming[feature]) * (outgoing + incoming[feature])
        }
    }

    /// As ``rowStandardised(_:_:)`` without a limit of time.
    static func rowStandardised(_ lists: NeighbourLists) -> WeightSums {
        var meter = BudgetMeter(.unlimited)
        return try! rowStandardised(lists, &meter)
    }

    /// Each neighbour weighs 1 / the number of neighbours.
    static func rowStandardised(
        _ lists: NeighbourLists, _ meter: inout BudgetMeter
    ) throws(TimeBudgetError) -> WeightSums {
        try WeightSums(lists, &meter) { lists.degree(of: $0) == 0 ? 0 : 1 / Double(lists.degree(of: $0)) }
    }

    /// Each neighbour weighs 1.
    static func binary(_ lists: NeighbourLists) -> WeightSums {
        var meter = BudgetMeter(.unlimited)
        return try! WeightSums(lists, &meter) { _ in 1 }
    }
}
