import Geometry
public import TimeBudgets

/// DBSCAN: clusters of any shape, made of positions that have many others near them; the rest is noise.
///
/// A position is *core* if at least `minimumPoints` positions, itself counted, are within `epsilon` metres, the edge
/// included; with weights, if those of the positions sum up to as much, as in scikit-learn. Core positions within `epsilon` of each other are in one cluster. A position that is not core but within
/// `epsilon` of a core one is on the border; where several clusters reach it, it goes to the one whose first core position
/// comes first in the input. Clusters are numbered in that order too, so labels equal those of scikit-learn.
///
/// M. Ester et al., "A density-based algorithm for discovering clusters", KDD-96. Found exactly on a grid of cells of
/// side `epsilon` / √2 (A. Gunawan, TU Eindhoven 2013): positions in one cell are all within reach of each other, so a cell
/// with enough of them is core without a look at distances, and two cells join as soon as one pair of theirs does.
public struct DensityClusters: Sendable {
    public let epsilon: Double
    public let minimumPoints: Int
    /// The cluster of each position, from 0; −1 for noise.
    public let labels: [Int32]
    /// Whether each position is core.
    public let isCore: [Bool]
    public let clusterCount: Int

    /// Complexity: O(*n* · `minimumPoints`) distances and O(*n*) memory, however dense the data, except where the core positions
    /// of two cells interlock without reaching each other.
    ///
    /// - Throws: ``HotspotError`` for an `epsilon` or `minimumPoints` out of range; `TimeBudgetError`.
    public init(
        _ points: PlanePoints, weights: [Double]? = nil, epsilon: Double, minimumPoints: Int,
        budget: TimeBudget = .unlimited
    ) throws {
        try HotspotQuestion.distances.require(epsilon, "epsilon")
        try HotspotQuestion.counts.require(minimumPoints, "minimum_points")
        let extent = points.extent ?? PlaneExtent(minX: 0, minY: 0, maxX: 0, maxY: 0)
        let smallest = 2 * max(extent.width, extent.height) / PointGrid.maximumSide
        guard epsilon >= smallest else {
            throw HotspotError.distanceTooSmall(parameter: "epsilon", metres: epsilon, smallest: smallest)
        }
        // A ten-millionth less than ε/√2, so that rounding never makes two positions of one cell too far apart.
        let grid = try PointGrid(points, cellSize: epsilon / 2.0.squareRoot() * (1 - 1e-7), within: budget)
        let reach = EpsilonReach(grid: grid, epsilon: epsilon)
        let isCore =
            try weights.map { weights in
                try reach.coreFlags(
                    weights: grid.inputIndex.map { weights[Int($0)] }, atLeast: minimumPoints, budget: budget)
            } ?? reach.coreFlags(minimumPoints: minimumPoints, budget: budget)
        let cores = CoreCells(grid: grid, isCore: isCore)
        try budget.check()
        let joined = try reach.joins(of: cores, budget: budget)

        try budget.check()
        // Number the clusters by their first core position in the input.
        var sets = DisjointSets(count: grid.cells.count)
        for (a, b) in joined { sets.join(Int(a), Int(b)) }
        var firstInput = [Int32](repeating: .max, count: grid.cells.count)
        for cell in grid.cells.indices {
            let root = sets.root(of: cell)
            for core in cores.positions(of: cell) {
                firstInput[root] = min(firstInput[root], grid.inputIndex[Int(core)])
            }
        }
        var meter = BudgetMeter(budget)
        let roots = try grid.cells.indices.filter { firstInput[$0] != .max }.sorted {
            try meter.spend(4)
            return firstInput[$0] < firstInput[$1]
        }
        var labelOfRoot = [Int32](repeating: -1, count: grid.cells.count)
        for (label, root) in roots.enumerated() { labelOfRoot[root] = Int32(label) }
        let labelOfCell = grid.cells.indices.map { labelOfRoot[sets.root(of: $0)] }

        let sortedLabels = try reach.labels(of: cores, labelOfCell: labelOfCell, isCore: isCore, budget: budget)
        var labels = [Int32](repeating: -1, count: grid.count)
        var coreInput = [Bool](repeating: false, count: grid.count)
        for position in 0..<grid.count {
            labels[Int(grid.inputIndex[position])] = sortedLabels[position]
            coreInput[Int(grid.inputIndex[position])] = isCore[position]
        }
        self.epsilon = epsilon
        self.minimumPoints = minimumPoints
        self.labels = labels
        self.isCore = coreInput
        clusterCount = roots.count
    }

    /// How many positions are in no cluster.
    public var noiseCount: Int { labels.count { $0 < 0 } }

    /// The positions of each cluster, ascending.
    public func members() -> [[Int32]] {
        var members = [[Int32]](repeating: [], count: clusterCount)
        for (position, label) in labels.enumerated() where label >= 0 { members[Int(label)].append(Int32(position)) }
        return members
    }
}

// MARK: - Stages

/// The core positions of each occupied cell, as runs of one flat array of sorted positions.
private struct CoreCells: Sendable {
    private let starts: [Int32]
    let flat: [Int32]
    /// The box around each cell's core positions; meaningless where there are none.
    let boxes: [PlaneExtent]

    init(grid: PointGrid, isCore: [Bool]) {
        var starts: [Int32] = [0]
        var flat = [Int32]()
        var boxes = [PlaneExtent]()
        starts.reserveCapacity(grid.cells.count + 1)
        boxes.reserveCapacity(grid.cells.count)
        for cell in grid.cells.indices {
            var box = PlaneExtent(minX: .infinity, minY: .infinity, maxX: -.infinity, maxY: -.infinity)
            for position in grid.starts[cell]..<grid.starts[cell + 1] where isCore[Int(position)] {
                flat.append(position)
                let (x, y) = (grid.x[Int(position)], grid.y[Int(position)])
                box = PlaneExtent(
                    minX: min(box.minX, x), minY: min(box.minY, y), maxX: max(box.maxX, x), maxY: max(box.maxY, y))
            }
            starts.append(Int32(flat.count))
            boxes.append(box)
        }
        self.starts = starts
        self.flat = flat
        self.boxes = boxes
    }

    func positions(of cell: Int) -> ArraySlice<Int32> { flat[range(of: cell)] }

    func range(of cell: Int) -> Range<Int> { Int(starts[cell])..<Int(starts[cell + 1]) }
}

/// The questions that DBSCAN asks of the grid.
private struct EpsilonReach: Sendable {
    let grid: PointGrid
    let epsilon: Double
    private var limit: Double { epsilon * epsilon }
    /// Cells handed to a core at a time.
    private let chunk = 512

    init(grid: PointGrid, epsilon: Double) {
        self.grid = grid
        self.epsilon = epsilon
    }

    /// Whether each sorted position is core.
    func coreFlags(minimumPoints: Int, budget: TimeBudget) throws -> [Bool] {
        try mapChunks(of: grid.cells.count, size: chunk, within: budget) { cells in
            var meter = BudgetMeter(budget)
            var flags = [Bool]()
            for cell in cells {
                let own = Int(grid.starts[cell])..<Int(grid.starts[cell + 1])
                if own.count >= minimumPoints {
                    flags.append(contentsOf: repeatElement(true, count: own.count))
                    continue
                }
                let around = runs(around: cell)
                for position in own { flags.append(try hasNeighbours(position, minimumPoints, in: around, &meter)) }
            }
            return flags
        }.flatMap { $0 }
    }

    /// For each sorted position, true if the weights within reach of it, its own among them, sum up to at least so much.
    func coreFlags(weights: [Double], atLeast wanted: Int, budget: TimeBudget) throws -> [Bool] {
        try mapChunks(of: grid.cells.count, size: chunk, within: budget) { cells in
            var meter = BudgetMeter(budget)
            var flags = [Bool]()
            for cell in cells {
                let around = runs(around: cell)
                for position in Int(grid.starts[cell])..<Int(grid.starts[cell + 1]) {
                    flags.append(try hasWeight(position, Double(wanted), weights, in: around, &meter))
                }
            }
            return flags
        }.flatMap { $0 }
    }

    private func hasWeight(
        _ position: Int, _ wanted: Double, _ weights: [Double], in runs: [Range<Int>], _ meter: inout BudgetMeter
    ) throws(TimeBudgetError) -> Bool {
        let (x, y) = (grid.x[position], grid.y[position])
        var sum = 0.0
        for run in runs {
            for other in run {
                try meter.spend()
                let (dx, dy) = (grid.x[other] - x, grid.y[other] - y)
                guard dx * dx + dy * dy <= limit else { continue }
                sum += weights[other]
                if sum >= wanted { return true }
            }
        }
        return false
    }

    private func hasNeighbours(
        _ position: Int, _ wanted: Int, in runs: [Range<Int>], _ meter: inout BudgetMeter
    ) throws(TimeBudgetError) -> Bool {
        let (x, y) = (grid.x[position], grid.y[position])
        var found = 0
        for run in runs {
            for other in run {
                try meter.spend()
                let (dx, dy) = (grid.x[other] - x, grid.y[other] - y)
                if dx * dx + dy * dy <= limit {
                    found += 1
                    if found >= wanted { return true }
                }
            }
        }
        return false
    }

    /// Pairs of cells that have core positions within reach of each other; each pair once.
    func joins(of cores: CoreCells, budget: TimeBudget) throws -> [(Int32, Int32)] {
        try mapChunks(of: grid.cells.count, size: chunk, within: budget) { cells in
            var meter = BudgetMeter(budget)
            var joins = [(Int32, Int32)]()
            for cell in cells where !cores.range(of: cell).isEmpty {
                let (row, column) = grid.cells[cell].quotientAndRemainder(dividingBy: grid.columns)
                for away in 0...2 {
                    // Half of the neighbours: the others look at this cell themselves.
                    let columns = away == 0 ? column + 1...column + 2 : column - 2...column + 2
                    for other in grid.occupiedCells(row: row + away, columns: columns) {
                        if try touches(cores, cell, other, &meter) { joins.append((Int32(cell), Int32(other))) }
                    }
                }
            }
            return joins
        }.flatMap { $0 }
    }

    private func touches(
        _ cores: CoreCells, _ a: Int, _ b: Int, _ meter: inout BudgetMeter
    ) throws(TimeBudgetError) -> Bool {
        let (runA, runB) = (cores.range(of: a), cores.range(of: b))
        guard !runB.isEmpty else { return false }
        let box = cores.boxes[b]
        for first in runA {
            try meter.spend(4)
            let position = Int(cores.flat[first])
            let (x, y) = (grid.x[position], grid.y[position])
            // A hair more: the box's distance is rounded in another way than that of the positions.
            guard box.distance(toX: x, y: y) <= epsilon * (1 + 1e-9) else { continue }
            for second in runB {
                try meter.spend()
                let other = Int(cores.flat[second])
                let (dx, dy) = (grid.x[other] - x, grid.y[other] - y)
                if dx * dx + dy * dy <= limit { return true }
            }
        }
        return false
    }

    /// The cluster of each sorted position: its cell's if it is core, else the first that reaches it.
    func labels(
        of cores: CoreCells, labelOfCell: [Int32], isCore: [Bool], budget: TimeBudget
    ) throws -> [Int32] {
        try mapChunks(of: grid.cells.count, size: chunk, within: budget) { cells in
            var meter = BudgetMeter(budget)
            var labels = [Int32]()
            for cell in cells {
                let around = neighbours(of: cell).filter { !cores.range(of: $0).isEmpty }
                for position in Int(grid.starts[cell])..<Int(grid.starts[cell + 1]) {
                    try labels.append(
                        isCore[position]
                            ? labelOfCell[cell] : borderLabel(position, around, cores, labelOfCell, &meter))
                }
            }
            return labels
        }.flatMap { $0 }
    }

    private func borderLabel(
        _ position: Int, _ around: [Int], _ cores: CoreCells, _ labelOfCell: [Int32], _ meter: inout BudgetMeter
    ) throws(TimeBudgetError) -> Int32 {
        let (x, y) = (grid.x[position], grid.y[position])
        var best = Int32.max
        for cell in around where labelOfCell[cell] < best {
            for core in cores.range(of: cell) {
                try meter.spend()
                let other = Int(cores.flat[core])
                let (dx, dy) = (grid.x[other] - x, grid.y[other] - y)
                if dx * dx + dy * dy <= limit {
                    best = labelOfCell[cell]
                    break
                }
            }
        }
        return best == .max ? -1 : best
    }

    /// The occupied cells that a position of a cell can reach into: five rows of five.
    private func neighbours(of cell: Int) -> [Int] {
        let (row, column) = grid.cells[cell].quotientAndRemainder(dividingBy: grid.columns)
        return (row - 2...row + 2).flatMap { grid.occupiedCells(row: $0, columns: column - 2...column + 2) }
    }

    private func runs(around cell: Int) -> [Range<Int>] {
        let (row, column) = grid.cells[cell].quotientAndRemainder(dividingBy: grid.columns)
        return (row - 2...row + 2).map { grid.positions(row: $0, columns: column - 2...column + 2) }
    }
}

/// Which of many things are connected (union-find with path halving).
struct DisjointSets {
    private var parents: [Int32]

    init(count: Int) { parents = (0..<Int32(count)).map { $0 } }

    mutating func root(of element: Int) -> Int {
        var element = element
        while parents[element] != Int32(element) {
            parents[element] = parents[Int(parents[element])]
            element = Int(parents[element])
        }
        return element
    }

    mutating func join(_ a: Int, _ b: Int) {
        let (rootA, rootB) = (root(of: a), root(of: b))
        // The smaller number leads, so that the outcome does not depend on the order of joining.
        if rootA != rootB { parents[max(rootA, rootB)] = Int32(min(rootA, rootB)) }
    }
}
