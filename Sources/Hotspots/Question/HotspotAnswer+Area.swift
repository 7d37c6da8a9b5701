import Geometry
import TimeBudgets
import Works

extension HotspotAnswer {
    /// Beginning of the commands that the limits name.
    static let command = "worksmap hotspots "

    /// Decides the area that chance is measured against, and leaves out the incidents that are not of it.
    ///
    /// A stated boundary holds as it is. The usual one holds if at least half of the incidents are in it. Else the area is the hull of the
    /// incidents without ``LocationOutliers``.
    ///
    /// - Throws: ``HotspotError`` for a boundary without area or incidents; `TimeBudgetError`.
    mutating func settleArea(
        _ selection: inout IncidentSelection, _ points: inout PlanePoints, _ stated: StudyBoundary?,
        usual: StudyBoundary?, budget: TimeBudget
    ) throws {
        guard let projection else { return }
        for boundary in [stated, stated == nil ? usual : nil].compactMap({ $0 }) {
            guard
                let area = PlaceShape(boundary.geometry, on: projection).flatMap({
                    StudyArea(boundary: $0, origin: boundary.origin)
                })
            else { throw HotspotError.boundaryWithoutArea(boundary.name) }
            let isInside = try area.holds(points, within: budget)
            let inside = isInside.count { $0 }
            if stated != nil, inside == 0, points.count > 0 {
                throw HotspotError.boundaryMisses(
                    boundary.name, incidents: points.count, box: selection.coordinates.boxText)
            }
            guard stated != nil || inside * 2 >= points.count else {
                areaLimits.append(
                    HotspotLimit(
                        code: .boundaryNotUsed, count: points.count - inside,
                        text:
                            "\(points.count - inside) of \(points.count) incidents lie outside of the \(area.origin.text), "
                            + "which therefore are not the area that chance is measured against; --boundary states it.")
                )
                continue
            }
            if inside < points.count {
                areaLimits.append(
                    HotspotLimit(
                        code: .incidentsOutside, count: points.count - inside,
                        text: "\(points.count - inside) incidents lie outside of the reference area "
                            + "(\(area.origin.text): \(boundary.name)) and are left out."))
            }
            selection.keep(isInside, elseFor: .outsideArea)
            points = PlanePoints(isInside.indices.filter { isInside[$0] }.map { points[$0] })
            studyArea = points.count >= StudyArea.fewestIncidents ? area : nil
            return
        }
        try leaveOutliers(&selection, &points, budget: budget)
        if points.count >= StudyArea.fewestIncidents { studyArea = try StudyArea(hullOf: points, within: budget) }
    }

    private mutating func leaveOutliers(
        _ selection: inout IncidentSelection, _ points: inout PlanePoints, budget: TimeBudget
    ) throws {
        let groups = try LocationOutliers.groups(in: points, within: budget)
        guard !groups.isEmpty else { return }
        var isKept = [Bool](repeating: true, count: points.count)
        for index in groups.joined() { isKept[index] = false }
        outliers = groups.map { group in
            let first = points[group[0]]
            return OutlierGroup(
                position: selection.coordinates[group[0]], incidents: group.count,
                isPile: group.allSatisfy { points[$0] == first }, distance: first.distance(to: PlanePoint(x: 0, y: 0)),
                rows: group.prefix(OutlierGroup.mostNamed).map { selection.rows[$0] }.filter { $0 > 0 })
        }
        selection.keep(isKept, elseFor: .farAway)
        points = PlanePoints(isKept.indices.filter { isKept[$0] }.map { points[$0] })
        areaLimits.append(outlierLimit(among: selection.coordinates))
    }

    /// The outliers by position, and the command that leaves them out of everything.
    private func outlierLimit(among rest: [Coordinate]) -> HotspotLimit {
        let shown = outliers.prefix(3).map { group in
            let place = group.isNullIsland ? "0,0, where programs put what they cannot locate" : group.position.text
            return "\(group.incidents) \(group.isPile ? "at" : "around") \(place) "
                + "(\((group.distance / 1000).fixed(0)) km from the middle)"
        }
        let count = outliers.reduce(0) { $0 + $1.incidents }
        let more = outliers.count > 3 ? ", …" : ""
        let piles = outliers.allSatisfy(\.isPile) && outliers.count <= 3
        let option =
            piles
            ? outliers.map { "--exclude-at=\($0.position.text)" }.joined(separator: " ") : "--bbox=\(rest.boxText)"
        return HotspotLimit(
            code: .incidentsFarAway, count: count,
            text:
                "\(count) \(count == 1 ? "incident lies" : "incidents lie") far from all others and \(count == 1 ? "is" : "are") "
                + "left out: \(shown.joined(separator: ", "))\(more). \(Self.command)\(option) leaves "
                + "\(count == 1 ? "it" : "them") out without this note; --boundary says what belongs to the city.")
    }

    /// Takes over what a selection counts.
    mutating func take(_ selection: IncidentSelection) {
        incidents = selection.coordinates.count
        leftOut = Dictionary(uniqueKeysWithValues: zip(LeftOutReason.allCases, selection.leftOut))
    }
}

extension StudyArea {
    /// True for each position that is inside or on the edge.
    func holds(_ points: PlanePoints, within budget: TimeBudget) throws -> [Bool] {
        let shape = shape
        return try mapChunks(of: points.count, size: 4096, within: budget) { range in
            var meter = BudgetMeter(budget)
            return try range.map { index in
                try meter.spend(16)
                return try shape.contains(points[index])
                    || shape.isOnEdge(points[index], &meter)
            }
        }.flatMap { $0 }
    }
}

extension Coordinate {
    /// `LON,LAT` as options take it, to about a centimetre.
    var text: String { "\(longitude.trimmed(7)),\(latitude.trimmed(7))" }
}

extension [Coordinate] {
    /// The box around them as `--bbox` takes it, a little larger; over the antimeridian if that is narrower.
    var boxText: String {
        let west = map(\.longitude), shifted = west.map { $0 < 0 ? $0 + 360 : $0 }
        let latitudes = map(\.latitude)
        guard var low = west.min(), var high = west.max(), let south = latitudes.min(), let north = latitudes.max()
        else {
            return ""
        }
        if let east = shifted.max(), let first = shifted.min(), east - first < high - low {
            (low, high) = (first, east > 180 ? east - 360 : east)
        }
        func out(_ value: Double, _ rule: FloatingPointRoundingRule, _ limit: Double) -> String {
            let moved = (value * 1000).rounded(rule) / 1000
            return Swift.min(Swift.max(moved, -limit), limit).trimmed(3)
        }
        return [out(low, .down, 180), out(south, .down, 90), out(high, .up, 180), out(north, .up, 90)]
            .joined(separator: ",")
    }
}
