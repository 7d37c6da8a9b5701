import Geometry
import Synchronization
public import TimeBudgets
public import Works

extension HotspotQuestion {
    /// Answers the question.
    ///
    /// - Parameters:
    ///   - incidents: Those of the kinds and categories asked for, of the period **and the equally long one before it**, which the
    ///     trend is measured against; others are left out and counted.
    ///   - places: The layer asked for.
    ///   - now: The moment of asking.
    /// - Throws: ``HotspotError`` for parameters that make no sense or do not fit into memory; `TimeBudgetError`.
    public func answer(
        incidents: [Incident], places: [Place], now: Instant, budget: TimeBudget = .unlimited
    ) throws -> HotspotAnswer {
        let end = until ?? now
        try check(until: end)
        return try answer(IncidentSelection(incidents, for: self, until: end), places, now: now, budget: budget)
    }

    /// Answers the question, of which the parameters have been checked.
    ///
    /// - Parameter usualBoundary: Area that chance is measured against where the question names none and most incidents are in it.
    func answer(
        _ selection: IncidentSelection, _ places: [Place], within usualBoundary: StudyBoundary? = nil,
        exposure source: ExposureSource? = nil, now: Instant, budget: TimeBudget
    ) throws -> HotspotAnswer {
        let end = until ?? now
        let shaped = places.filter { $0.geometry?.representativePoint != nil }
        let projection =
            LocalProjection(around: selection.coordinates)
            ?? LocalProjection(around: shaped.compactMap { $0.geometry?.representativePoint })
        var answer = HotspotAnswer(
            question: self, askedAt: now, period: Period(from: since, until: end), incidents: 0, leftOut: [:],
            places: [], placeCount: places.count,
            placesWithoutGeometry: places.filter { $0.geometry?.representativePoint == nil }, projection: projection,
            largestDistanceError: 0)
        guard let projection else {
            answer.take(selection)
            answer.limits = answer.statedLimits(hasBefore: selection.knownBefore != nil)
            return answer
        }
        try budget.check()

        var selection = selection
        var points = try projection.project(selection.coordinates, within: budget)
        try answer.settleArea(&selection, &points, boundary, usual: usualBoundary, budget: budget)
        answer.take(selection)
        let shapes = try mapChunks(of: shaped.count, size: 4, within: budget) { range in
            range.map { PlaceShape(shaped[$0].geometry!, on: projection)! }
        }.flatMap { $0 }
        answer.largestDistanceError = LocalProjection.largestError(within: points.farthestFromOrigin)
        try budget.check()

        if isCellAutomatic, let area = answer.studyArea?.area {
            answer.question.cell = CellGrid.usualSize(area: area, incidents: points.count)
        }
        let weights = countsWeights ? try selection.checkedWeights() : nil
        answer.measure = weights.map(WeightedMeasure.init) ?? WeightedMeasure()
        let table = IncidentTable(
            points: points, weights: selection.weights, isOpen: selection.isOpen, isOverdue: selection.isOverdue)
        let near = try NearPlaces(table, within: within, budget: budget)
        let before = try selection.knownBefore.map { try projection.project($0, within: budget) }
        let counts = try near.counts(
            around: shapes, before: before.map { try answer.studyArea?.keep($0, within: budget) ?? $0 },
            studyArea: answer.studyArea, budget: budget)
        var findings = zip(shaped, counts).map { PlaceFinding(place: $0, count: $1) }
        let exposure = try answer.expose(&findings, shapes, near, to: source, budget: budget)
        let coverage = selection.coverage(at: now)
        for index in findings.indices { findings[index].count.coverage = coverage }
        try answer.judge(&findings, near, by: exposure, budget: budget)
        let reach = PlaceReach(
            near: near, shapes: shapes, places: shaped, distance: within, budget: budget, limit: pairLimit)

        switch method {
        case .count: break
        case .giStar:
            try answer.findCells(points, weights, reach: reach, findings: &findings, budget: budget)
        case .dbscan:
            try answer.findClusters(points, selection, reach: reach, findings: &findings, budget: budget)
        case .kde: try answer.findPeaks(points, weights, reach: reach, findings: &findings, budget: budget)
        }
        answer.moran =
            try answer.grid?.moran(permutations: permutations, within: budget)
            ?? answer.question.overallMoran(points, weights, answer.studyArea, budget: budget)

        var meter = BudgetMeter(budget)
        try findings.sort { a, b in
            try meter.spend(16)
            return (-a.count.incidents, -a.count.weighted, a.count.nearest ?? .infinity, a.place.id)
                < (-b.count.incidents, -b.count.weighted, b.count.nearest ?? .infinity, b.place.id)
        }
        let shared = try near.grid.sharedPositions(atLeast: max(20, points.count / 50), within: budget)
        answer.limits = answer.statedLimits(
            hasBefore: selection.knownBefore != nil, outside: findings.count { $0.count.isOutside }, shared: shared)
        answer.places = top.map { Array(findings.prefix($0)) } ?? findings
        return answer
    }

    /// Moran's I on the default grid, where no grid was asked for; nil if it would be too large.
    private func overallMoran(
        _ points: PlanePoints, _ weights: [Double]?, _ area: StudyArea?, budget: TimeBudget
    ) throws -> MoranTest? {
        guard let extent = points.extent else { return nil }
        do {
            let grid = try CellGrid(
                covering: extent, cellSize: method == .kde ? within / 2 : gridCell, shape: cellShape, limit: cellLimit)
            return try GridHotspots(
                points, weights: weights, grid: grid, band: within, budget: budget, isInStudyArea: area?.cellTest
            )
            .moran(permutations: permutations, within: budget)
        } catch is HotspotError {
            return nil
        }
    }
}

// MARK: - Methods

extension HotspotAnswer {
    fileprivate mutating func findCells(
        _ points: PlanePoints, _ weights: [Double]?, reach: PlaceReach, findings: inout [PlaceFinding],
        budget: TimeBudget
    ) throws {
        guard let extent = points.extent else { return }
        let cells = try CellGrid(
            covering: extent, cellSize: question.gridCell, shape: question.cellShape, limit: question.cellLimit)
        let hotspots = try GridHotspots(
            points, weights: weights, grid: cells, band: question.gridBand, budget: budget,
            isInStudyArea: studyArea?.cellTest)
        grid = hotspots
        for entry in try hotspots.significant(at: question.significance, within: budget) where hotspots.z[entry] > 0 {
            let cell = PlaceShape(polygon: cells.corners(of: hotspots.cells[entry]))!
            let reached = try reach.places(near: cell)
            cellPlaces[entry] = reached.map { reach.places[$0].id }
            for place in reached { findings[place].reachedBy.append(cells.id(of: hotspots.cells[entry])) }
        }
        guard !question.furtherCells.isEmpty else { return }
        stability = [CellSizeFinding(hotspots, size: question.gridCell, at: question.significance)]
        for index in findings.indices where !findings[index].reachedBy.isEmpty {
            findings[index].hotAt.append(question.gridCell)
        }
        for size in question.furtherCells {
            let cells = try CellGrid(
                covering: extent, cellSize: size, shape: question.cellShape, limit: question.cellLimit)
            let hotspots = try GridHotspots(
                points, weights: weights, grid: cells, band: question.band ?? size * 1.5, budget: budget,
                isInStudyArea: studyArea?.cellTest)
            stability.append(CellSizeFinding(hotspots, size: size, at: question.significance))
            var reached = Set<Int>()
            for entry in try hotspots.significant(at: question.significance, within: budget) where hotspots.z[entry] > 0
            {
                reached.formUnion(
                    try reach.places(near: PlaceShape(polygon: cells.corners(of: hotspots.cells[entry]))!))
            }
            for place in reached { findings[place].hotAt.append(size) }
        }
    }

    fileprivate mutating func findClusters(
        _ points: PlanePoints, _ selection: IncidentSelection, reach: PlaceReach, findings: inout [PlaceFinding],
        budget: TimeBudget
    ) throws {
        let found = try DensityClusters(
            points, weights: question.countsWeights ? selection.weights : nil, epsilon: question.clusterDistance,
            minimumPoints: question.minimumPoints, budget: budget)
        noise = found.noiseCount
        let members = found.members()
        // The largest first; equally large ones stay in the order of their first core incident.
        let order = members.indices.sorted { (-members[$0].count, $0) < (-members[$1].count, $1) }
        let shapes = reach.shapes
        let near = reach.near
        let reached = try mapChunks(of: shapes.count, size: 8, within: budget) { range in
            var meter = BudgetMeter(budget)
            return try range.map {
                let labels = try near.labels(
                    around: shapes[$0], of: found.labels, count: found.clusterCount, &meter)
                try reach.list(labels.count)
                return labels
            }
        }.flatMap { $0 }
        var placesOfLabel = [[Int]](repeating: [], count: found.clusterCount)
        for (place, labels) in reached.enumerated() { for label in labels { placesOfLabel[label].append(place) } }
        for (id, label) in order.enumerated() {
            try budget.check()
            let own = members[label].map(Int.init)
            let corners = try ConvexHull.corners(of: own.map { points[$0] }, within: budget)
            let times = own.compactMap { selection.times[$0] }
            let places = placesOfLabel[label]
            for place in places { findings[place].reachedBy.append(String(id + 1)) }
            clusters.append(
                ClusterFinding(
                    id: id + 1, size: own.count, open: own.count { selection.isOpen[$0] }, from: times.min(),
                    until: times.max(), hull: projection!.geometry(ofHull: corners), area: ConvexHull.area(corners),
                    places: places.map { reach.places[$0].id }))
        }
    }

    fileprivate mutating func findPeaks(
        _ points: PlanePoints, _ weights: [Double]?, reach: PlaceReach, findings: inout [PlaceFinding],
        budget: TimeBudget
    ) throws {
        let density = try KernelDensity(
            points, weights: weights, bandwidth: question.kernelBandwidth, cellSize: question.rasterCell,
            limit: question.cellLimit * 10,
            budget: budget)
        surface = density
        for (index, peak) in try density.peaks(within: budget).enumerated() {
            let reached = try reach.places(near: PlaceShape(polygon: [peak.position])!)
            for place in reached { findings[place].reachedBy.append(String(index + 1)) }
            peaks.append(
                PeakFinding(
                    id: index + 1, position: projection!.unproject(peak.position), density: peak.density * 1e6,
                    places: reached.map { reach.places[$0].id }))
        }
    }
}

/// Which places are near a shape. A class, because it counts what an answer lists, on several threads.
private final class PlaceReach: Sendable {
    let near: NearPlaces
    let shapes: [PlaceShape]
    let places: [Place]
    let distance: Double
    private let budget: TimeBudget
    private let limit: Int
    private let listed = Atomic<Int>(0)

    init(
        near: NearPlaces, shapes: [PlaceShape], places: [Place], distance: Double, budget: TimeBudget, limit: Int
    ) {
        self.near = near
        self.shapes = shapes
        self.places = places
        self.distance = distance
        self.budget = budget
        self.limit = limit
    }

    /// The places within the distance of a cell or a peak, in their order.
    ///
    /// - Throws: ``HotspotError/tooManyPairs(limit:)``, `TimeBudgetError`.
    func places(near shape: PlaceShape) throws -> [Int] {
        var meter = BudgetMeter(budget)
        try budget.check()
        let found = try shapes.indices.filter { index in
            let place = shapes[index]
            try meter.spend(4)
            return try shape.isWithin(distance, of: place, &meter)
        }
        try list(found.count)
        return found
    }

    /// Notes that so many more pairs are to be listed.
    ///
    /// - Throws: ``HotspotError/tooManyPairs(limit:)``, before memory is taken for them.
    func list(_ count: Int) throws(HotspotError) {
        guard listed.wrappingAdd(count, ordering: .relaxed).newValue <= limit else {
            throw .tooManyPairs(limit: limit)
        }
    }
}

// MARK: - Limits

extension HotspotAnswer {
    /// - Parameter shared: Positions that strikingly many incidents have in common.
    fileprivate func statedLimits(
        hasBefore: Bool, outside: Int = 0, shared: [(position: PlanePoint, count: Int)] = []
    ) -> [HotspotLimit] {
        var limits = [HotspotLimit]()
        func state(_ code: HotspotLimit.Code, _ count: Int, _ text: String) {
            limits.append(HotspotLimit(code: code, count: count, text: text))
        }
        if placeCount == 0 {
            state(
                .noPlaces, 0,
                "The layer \(question.layer) is empty; worksmap import FILE --as \(question.layer) fills it.")
        }
        if incidents == 0 {
            let others = leftOut.values.reduce(0, +)
            state(
                .noIncidents, 0,
                others > 0
                    ? "None of \(others) incidents of these kinds and categories is left by period, state and location."
                    : "There are no incidents of these kinds and categories.")
        }
        if let count = leftOut[.noLocation], count > 0 {
            state(.incidentsWithoutLocation, count, "\(count) incidents have no location and are in no number here.")
        }
        if let count = leftOut[.noTime], count > 0 {
            state(.incidentsWithoutTime, count, "\(count) incidents have no time and are in no period.")
        }
        for pile in shared {
            guard let position = projection?.unproject(pile.position) else { continue }
            let text = position.text
            state(
                .sharedPosition, pile.count,
                "\(pile.count) incidents lie at exactly \(text): if that is where a source puts what it cannot locate, "
                    + "\(Self.command)--exclude-at=\(text) leaves them out, for they outweigh everything else.")
        }
        limits += areaLimits
        if !placesWithoutGeometry.isEmpty {
            let names = placesWithoutGeometry.prefix(3).map { $0.name ?? $0.id }.joined(separator: ", ")
            let more = placesWithoutGeometry.count > 3 ? ", …" : ""
            state(
                .placesWithoutGeometry, placesWithoutGeometry.count,
                "\(placesWithoutGeometry.count) of \(placeCount) \(question.layer) have no geometry and are left out: "
                    + names + more + ".")
        }
        if outside > 0 {
            state(
                .placesOutside, outside,
                "\(outside) of \(placeCount) \(question.layer) are outside the area that the incidents cover: few incidents near "
                    + "them may mean no data.")
        }
        if studyArea == nil, incidents > 0 {
            state(
                .noDensity, 0,
                incidents < StudyArea.fewestIncidents
                    ? "\(incidents) incidents are too few for a mean density, which takes \(StudyArea.fewestIncidents)."
                    : "The incidents span no area, so there is no mean density to compare with.")
        }
        if let grid {
            let few = grid.neighbours.count { $0 < GridHotspots.fewestNeighbours }
            if few > 0 {
                state(
                    .fewNeighbours, few,
                    "\(few) of \(grid.cells.count) cells have fewer than \(GridHotspots.fewestNeighbours) neighbours: their z is not "
                        + "to be trusted; their p is.")
            }
            if grid.model == nil {
                state(
                    .tooFewToJudge, incidents,
                    "\(incidents) incidents in \(grid.cells.count) cells are too few to call a cell hot: that takes "
                        + "\(GridHotspots.fewestIncidents) incidents and \(GridHotspots.fewestCells) cells.")
            } else if incidents < grid.cells.count {
                state(
                    .fewIncidents, 0,
                    "\(incidents) incidents in \(grid.cells.count) cells: most cells are empty; larger cells say more.")
            }
        }
        if largestDistanceError > 0.001 {
            state(
                .distancesStretched, 0,
                "The incidents are far apart: at their edge, distances can be \((largestDistanceError * 100).fixed(1)) % too long."
            )
        }
        if !hasBefore, incidents > 0 {
            state(
                .noPeriodBefore, 0,
                period.from == nil
                    ? "The period has no beginning, so there is no period before it to compare with."
                    : "There are no data of before the period, so there is no trend.")
        }
        return limits
    }
}

extension StudyArea {
    /// Which cells count, by their centres.
    fileprivate var cellTest: @Sendable (PlanePoint) -> Bool {
        let shape = shape
        return { point in shape.contains(point) }
    }

    /// The positions inside of it.
    fileprivate func keep(_ points: PlanePoints, within budget: TimeBudget) throws -> PlanePoints {
        // A hull holds the incidents of one period, which says nothing of another.
        guard origin != .hull else { return points }
        let isInside = try holds(points, within: budget)
        return PlanePoints(isInside.indices.filter { isInside[$0] }.map { points[$0] })
    }
}

extension PlanePoints {
    /// The largest distance from 0, 0.
    fileprivate var farthestFromOrigin: Double {
        var largest = 0.0
        for index in 0..<count { largest = Swift.max(largest, x[index] * x[index] + y[index] * y[index]) }
        return largest.squareRoot()
    }
}

extension LocalProjection {
    /// A hull as a polygon, or as the line or point that is left of it.
    fileprivate func geometry(ofHull corners: [PlanePoint]) -> Geometry {
        let coordinates = corners.map { unproject($0) }
        switch coordinates.count {
        case 1: return .point(coordinates[0])
        case 2: return .lineString(coordinates)
        default: return .polygon(ofRing: coordinates)
        }
    }
}
