import TimeBudgets
import Works

/// Variation of counts around places by chance, learned from positions at which nothing is special.
///
/// Positions are drawn at random from the study area. Incidents around each, within the radius of a circle as large as the middle place's
/// reach, have the mean that their exposure gives them and vary more than Poisson counts where incidents come in groups or densities differ.
/// ``CountDistribution`` takes its dispersion from them.
public struct ChanceModel: Sendable {
    public let distribution: CountDistribution
    /// Random positions that it was learned from; 0 if from the places themselves.
    public let positions: Int

    static let positions = 999
    /// Draws for one position that may miss the study area.
    private static let tries = 200

    /// The model of a study area; nil if positions in it cannot be drawn.
    ///
    /// - Parameters:
    ///   - expected: Incidents expected within a distance of a shape.
    ///   - radius: Metres.
    /// - Throws: `TimeBudgetError`.
    init?(
        of incidents: NearPlaces, as measure: WeightedMeasure, in area: StudyArea, radius: Double, seed: Int,
        within budget: TimeBudget,
        expected: @Sendable (PlaceShape, Double, inout BudgetMeter) throws(TimeBudgetError) -> Double
    ) throws {
        let pairs = try mapChunks(of: Self.positions, size: 16, within: budget) { range in
            var meter = BudgetMeter(budget)
            return try range.compactMap { number -> (Double, Double)? in
                var random = SplitMix(seed: seed, stream: number)
                for _ in 0..<Self.tries {
                    let extent = area.shape.extent
                    let point = PlanePoint(
                        x: extent.minX + random.unit() * extent.width, y: extent.minY + random.unit() * extent.height)
                    try meter.spend(area.shape.cost)
                    guard area.shape.contains(point) else { continue }
                    let circle = PlaceShape(polygon: [point])!
                    let sum = try incidents.value(
                        within: radius, of: circle, weighted: measure.isWeighted, &meter)
                    return (sum / measure.unit, try expected(circle, radius, &meter) * measure.mean / measure.unit)
                }
                return nil
            }
        }.flatMap { $0 }
        guard pairs.count * 2 >= Self.positions else { return nil }
        distribution = CountDistribution(counts: pairs.map(\.0), expected: pairs.map(\.1))
        positions = pairs.count
    }

    /// The model of places that have exposures of their own, learned from themselves; nil for fewer than three.
    init?(of counts: [PlaceCount], as measure: WeightedMeasure) {
        let known = counts.filter { ($0.expected ?? 0) > 0 }
        guard known.count >= 3 else { return nil }
        distribution = CountDistribution(
            counts: known.map { measure.value($0) / measure.unit }, expected: known.map { $0.expected! / measure.unit })
        positions = 0
    }

    /// A sentence about the model.
    func sentence(at level: Double) -> String {
        let model =
            distribution.name == "poisson"
            ? "Poisson" : "negative binomial (variance \(distribution.dispersion.fixed(1)) times the mean)"
        let origin = positions > 0 ? "\(positions) random positions" : "the places themselves"
        return "Chance: \(model), from \(origin); more and fewer where q ≤ \(level.shortest) over all places"
    }
}

/// Search for exposure around a place.
enum ExposureModel: Sendable {
    case area(StudyArea)
    case points(PointExposure)
    /// Each place has its own.
    case own

    func within(_ radius: Double, of place: PlaceShape, _ meter: inout BudgetMeter) throws(TimeBudgetError) -> Double {
        switch self {
        case .area(let area): try area.area(within: radius, of: place, &meter)
        case .points(let exposure): try exposure.within(radius, of: place, &meter)
        case .own: 0
        }
    }
}

extension HotspotAnswer {
    /// Finds the exposure of each place, and the incidents that it makes expect; nil without a reference area.
    ///
    /// - Throws: ``HotspotError/noExposure(_:reason:)``, `TimeBudgetError`.
    mutating func expose(
        _ findings: inout [PlaceFinding], _ shapes: [PlaceShape], _ near: NearPlaces, to source: ExposureSource?,
        budget: TimeBudget
    ) throws -> ExposureModel? {
        guard let studyArea, let projection else { return nil }
        var model = ExposureModel.area(studyArea)
        switch source {
        case nil:
            exposureTotal = studyArea.area
            for index in findings.indices { findings[index].count.exposure = findings[index].count.reach }
        case .own(let values):
            model = .own
            for index in findings.indices { findings[index].count.exposure = values[findings[index].place.id] }
            exposureTotal = findings.compactMap(\.count.exposure).reduce(0, +)
        case let source?:
            let exposure = try PointExposure(
                source, reach: question.within, in: studyArea, on: projection, budget: budget)
            model = .points(exposure)
            exposureTotal = exposure.total
            let (radius, found) = (question.within, model)
            let values = try mapChunks(of: shapes.count, size: 8, within: budget) { range in
                var meter = BudgetMeter(budget)
                return try range.map { try found.within(radius, of: shapes[$0], &meter) }
            }.flatMap { $0 }
            for index in findings.indices { findings[index].count.exposure = values[index] }
        }
        let total = exposureTotal ?? 0
        guard total > 0 else {
            throw HotspotError.noExposure(question.per.text, reason: "it is 0 in the whole reference area")
        }
        // Incidents near several places with exposures of their own count for each of them.
        let amount =
            if case .own = model {
                findings.reduce(0) { $0 + ($1.count.exposure == nil ? 0 : measure.value($1.count)) }
            } else { Double(near.grid.count) * measure.mean }
        for index in findings.indices {
            findings[index].count.expected = findings[index].count.exposure.map { $0 / total * amount }
            findings[index].count.comparesWeights = measure.isWeighted
        }
        let without = findings.count { ($0.count.exposure ?? 0) <= 0 && !$0.count.isOutside }
        if question.per != .area, without > 0 {
            areaLimits.append(
                HotspotLimit(
                    code: .placesWithoutExposure, count: without,
                    text:
                        "\(without) of \(placeCount) \(question.layer) have no exposure (\(question.per.text)), or 0: nothing is "
                        + "expected there and they have no rate."))
        }
        return model
    }

    /// Compares the counts around places with chance.
    ///
    /// - Throws: `TimeBudgetError`.
    mutating func judge(
        _ findings: inout [PlaceFinding], _ near: NearPlaces, by exposure: ExposureModel?, budget: TimeBudget
    ) throws {
        guard let studyArea, let exposure, let total = exposureTotal else { return }
        let found: ChanceModel?
        if case .own = exposure {
            found = ChanceModel(of: findings.map(\.count), as: measure)
        } else {
            // Circles as large as the middle place's part of the area.
            let reaches = findings.filter { !$0.count.isOutside }.compactMap(\.count.reach).sorted()
            guard !reaches.isEmpty else { return }
            let radius = min((reaches[reaches.count / 2] / .pi).squareRoot(), studyArea.area.squareRoot())
            let perExposure = Double(near.grid.count) / total
            found = try ChanceModel(
                of: near, as: measure, in: studyArea, radius: radius, seed: question.permutations.seed, within: budget,
                expected: { shape, radius, meter throws(TimeBudgetError) in
                    perExposure * (try exposure.within(radius, of: shape, &meter))
                })
        }
        guard let model = found else { return }
        chance = model
        // Many places have the same count.
        let measure = measure
        let distinct = Set(findings.map { measure.value($0.count) }).sorted()
        let limits = try mapIndices(of: distinct.count, chunk: 16, within: budget) {
            var interval = model.distribution.interval(of: distinct[$0] / measure.unit)
            interval.low *= measure.unit
            interval.high *= measure.unit
            return interval
        }
        let intervals = Dictionary(uniqueKeysWithValues: zip(distinct, limits))
        let counts = findings.map(\.count)
        let p = try mapIndices(of: counts.count, chunk: 64, within: budget) { index -> Double? in
            // A place beyond the study area expects nothing, and nothing can be said of it.
            guard let expected = counts[index].expected, expected > 0 else { return nil }
            return model.distribution.tails(
                of: measure.value(counts[index]) / measure.unit, mean: expected / measure.unit
            ).twoSidedP
        }
        for index in findings.indices {
            findings[index].count.interval = intervals[measure.value(counts[index])]!
            findings[index].count.p = p[index]
        }
        let q = try FalseDiscoveryRate.adjusted(findings.map { $0.count.p ?? .nan }, within: budget)
        for index in findings.indices where !q[index].isNaN {
            let count = findings[index].count
            findings[index].count.q = q[index]
            guard q[index] <= question.significance, let expected = count.expected else { continue }
            findings[index].count.verdict = measure.value(count) > expected ? .more : .fewer
        }
    }
}
