public import TimeBudgets

/// Incidents as flat arrays of one length: where they are and what counts about them.
public struct IncidentTable: Sendable {
    public var points: PlanePoints
    /// What each weighs, by its severity.
    public var weights: [Double]
    public var isOpen: [Bool]
    public var isOverdue: [Bool]

    public init(points: PlanePoints, weights: [Double], isOpen: [Bool], isOverdue: [Bool]) {
        precondition(
            weights.count == points.count && isOpen.count == points.count && isOverdue.count == points.count)
        self.points = points
        self.weights = weights
        self.isOpen = isOpen
        self.isOverdue = isOverdue
    }

    public var count: Int { points.count }
}

/// What is around one place.
public struct PlaceCount: Sendable, Hashable {
    /// Incidents within the distance.
    public var incidents = 0
    public var open = 0
    public var overdue = 0
    /// The sum of their weights.
    public var weighted = 0.0
    /// Metres to the nearest incident, also if it is further away than the distance; nil without incidents.
    public var nearest: Double?
    /// Square metres of the study area within the distance; nil without one.
    public var reach: Double?
    /// Exposure that incidents are expected in proportion to: square metres of the study area within the distance, or what the question says; nil if
    /// that is not known of the place.
    public var exposure: Double?
    /// Number that there would be if incidents were in proportion to ``exposure``; nil where that is not known or 0 of the whole.
    public var expected: Double?
    /// The means that are compatible with ``incidents`` (95 %), by the model of the answer.
    public var interval = PoissonInterval(count: 0)
    /// Two-sided probability of a count as far from ``expected`` by chance; nil without one.
    public var p: Double?
    /// ``p`` after Benjamini and Hochberg, over all places of the layer.
    public var q: Double?
    /// More or fewer than chance explains, by ``q``; nil where one cannot say.
    public var verdict: Verdict?
    /// Incidents within the distance in the period before; nil if there is no such period.
    public var before: Int?
    /// Days that ``before`` and ``incidents`` cover; equally many if nil.
    public var coverage: TrendCoverage?
    /// Whether the place itself is outside the study area.
    public var isOutside = false

    public enum Verdict: String, Sendable {
        case more, fewer
    }

    /// By what share there are more (or, negative, fewer) than in the period before; nil without one or if it had none.
    public var trend: Double? { change?.relative }

    /// The change from the period before, per day of coverage; nil without one.
    public var change: RateChange? {
        before.map { RateChange(before: $0, days: coverage?.before ?? 1, now: incidents, days: coverage?.now ?? 1) }
    }

    /// True if ``expected`` and the figures beside it are of ``weighted``, not of ``incidents``.
    public var comparesWeights = false

    /// ``incidents``, or ``weighted``, over ``expected``: 2 is twice the mean.
    public var rate: Double? {
        guard let expected, expected > 0 else { return nil }
        return (comparesWeights ? weighted : Double(incidents)) / expected
    }
}

/// Counts incidents around places.
public struct NearPlaces: Sendable {
    /// The incidents, sorted into cells.
    public let grid: PointGrid
    /// Metres.
    public let radius: Double
    private let weights: [Double]
    private let isOpen: [Bool]
    private let isOverdue: [Bool]

    /// - Throws: ``HotspotError`` if the distance is out of range; `TimeBudgetError`.
    public init(_ incidents: IncidentTable, within radius: Double, budget: TimeBudget = .unlimited) throws {
        try HotspotQuestion.distances.require(radius, "within")
        // Thirds of the distance: small enough that few positions outside the circle are looked at.
        let grid = try PointGrid(incidents.points, cellSize: radius / 3, within: budget)
        self.grid = grid
        self.radius = radius
        weights = grid.inputIndex.map { incidents.weights[Int($0)] }
        isOpen = grid.inputIndex.map { incidents.isOpen[Int($0)] }
        isOverdue = grid.inputIndex.map { incidents.isOverdue[Int($0)] }
    }

    /// Incidents, or the sum of their weights, within a distance of a shape.
    func value(
        within reach: Double, of shape: PlaceShape, weighted: Bool, _ meter: inout BudgetMeter
    ) throws(TimeBudgetError) -> Double {
        var sum = 0.0
        try grid.visits(of: shape, within: reach, &meter) { position, _ in sum += weighted ? weights[position] : 1 }
        return sum
    }

    /// One count for each place, on all cores.
    ///
    /// - Parameters:
    ///   - before: Where the incidents of the equally long period before were; nil if the period has no beginning.
    ///   - studyArea: What the mean density is taken over; nil if there is none.
    /// - Throws: `TimeBudgetError`.
    public func counts(
        around places: [PlaceShape], before: PlanePoints?, studyArea: StudyArea?, budget: TimeBudget = .unlimited
    ) throws -> [PlaceCount] {
        let earlier = try before.map { try PointGrid($0, cellSize: radius / 3, within: budget) }
        let density = studyArea.map { Double(grid.count) / $0.area }
        return try mapChunks(of: places.count, size: 8, within: budget) { range in
            var meter = BudgetMeter(budget)
            return try range.map { number in
                let place = places[number]
                var count = try count(around: place, &meter)
                count.before = try earlier.map {
                    try $0.visits(of: place, within: radius, &meter) { _, _ in }
                }
                count.interval = PoissonInterval(count: count.incidents)
                if let studyArea, let density {
                    let reach = try studyArea.area(within: radius, of: place, &meter)
                    (count.reach, count.expected) = (reach, density * reach)
                    count.isOutside = try !studyArea.shape.isWithin(0, of: place, &meter)
                }
                return count
            }
        }.flatMap { $0 }
    }

    /// The input numbers of the incidents within the distance of a place, ascending.
    public func incidents(around place: PlaceShape) -> [Int] {
        var found = [Int]()
        var meter = BudgetMeter(.unlimited)
        try! grid.visits(of: place, within: radius, &meter) { position, _ in
            found.append(Int(grid.inputIndex[position]))
        }
        return found.sorted()
    }

    /// Which of the numbers 0..<`count` the incidents within the distance of a place bear in `labels`, ascending.
    func labels(
        around place: PlaceShape, of labels: [Int32], count: Int, _ meter: inout BudgetMeter
    ) throws(TimeBudgetError) -> [Int] {
        try meter.spend(count / 8)
        var isSeen = [Bool](repeating: false, count: count)
        try grid.visits(of: place, within: radius, &meter) { position, _ in
            let label = labels[Int(grid.inputIndex[position])]
            if label >= 0 { isSeen[Int(label)] = true }
        }
        return isSeen.indices.filter { isSeen[$0] }
    }

    private func count(around place: PlaceShape, _ meter: inout BudgetMeter) throws(TimeBudgetError) -> PlaceCount {
        var count = PlaceCount()
        var nearest = Double.infinity
        count.incidents = try grid.visits(of: place, within: radius, &meter) { position, distance in
            count.weighted += weights[position]
            if isOpen[position] { count.open += 1 }
            if isOverdue[position] { count.overdue += 1 }
            nearest = min(nearest, distance)
        }
        // Look in ever larger rings before looking everywhere.
        for ring in [4, 16] as [Double] where nearest == .infinity {
            try grid.visits(of: place, within: radius * ring, &meter) { _, distance in
                nearest = min(nearest, distance)
            }
        }
        if nearest == .infinity {
            nearest = try nearestIncident(to: place, &meter)
        }
        count.nearest = nearest.isFinite ? nearest : nil
        return count
    }

    /// The distance to the nearest incident wherever it is; infinite if there is none.
    private func nearestIncident(
        to place: PlaceShape, _ meter: inout BudgetMeter
    ) throws(TimeBudgetError) -> Double {
        let cost = place.cost
        do {
            return try grid.nearest(
                lowerBound: {
                    try meter.spend()
                    return $0.distance(to: place.extent)
                },
                distance: { x, y in
                    try meter.spend(cost)
                    return place.distance(to: PlanePoint(x: x, y: y))
                })
        } catch {
            throw error as! TimeBudgetError
        }
    }
}

extension PointGrid {
    /// Calls `body` with every sorted position within `reach` of a place and its distance; returns how many there are.
    @discardableResult
    func visits(
        of place: PlaceShape, within reach: Double, _ meter: inout BudgetMeter,
        _ body: (Int, Double) -> Void
    ) throws(TimeBudgetError) -> Int {
        var found = 0
        var runs = [Range<Int>]()
        forEachRun(touching: place.extent.expanded(by: reach)) { runs.append($0) }
        let point = place.singlePoint
        let limit = reach * reach
        let cost = point == nil ? place.cost : 1
        for run in runs {
            for position in run {
                try meter.spend(cost)
                let (px, py) = (x[position], y[position])
                if let point {
                    let square = (px - point.x) * (px - point.x) + (py - point.y) * (py - point.y)
                    guard square <= limit else { continue }
                    found += 1
                    body(position, square.squareRoot())
                } else {
                    let distance = place.distance(to: PlanePoint(x: px, y: py), atMost: reach)
                    guard distance <= reach else { continue }
                    found += 1
                    body(position, distance)
                }
            }
        }
        return found
    }
}

extension PlaneExtent {
    /// The distance between two rectangles, 0 if they touch.
    func distance(to other: PlaneExtent) -> Double {
        let dx = max(minX - other.maxX, other.minX - maxX, 0)
        let dy = max(minY - other.maxY, other.minY - maxY, 0)
        return (dx * dx + dy * dy).squareRoot()
    }
}
