import Geometry
import Works

extension HotspotAnswer {
    /// The answer as one JSON object, UTF-8.
    ///
    /// - Parameters:
    ///   - version: The version of the software, so that the result can be reproduced.
    ///   - allCells: Whether `gi-star` lists every cell or only the significant ones.
    public func json(version: String, allCells: Bool = true) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        writeHead(version: version, to: &json)
        json.key("places")
        json.beginArray()
        for place in places {
            json.newline()
            json.beginObject()
            writeMembers(of: place, to: &json)
            json.endObject()
        }
        json.endArray()
        switch question.method {
        case .count: break
        case .giStar:
            json.key("cells")
            json.beginArray()
            for cell in cells(significantOnly: !allCells) {
                json.newline()
                json.beginObject()
                writeMembers(of: cell, to: &json)
                json.geometryMember(cell.geometry)
                json.endObject()
            }
            json.endArray()
        case .dbscan:
            json.member("noise", noise)
            json.key("clusters")
            json.beginArray()
            for cluster in clusters {
                json.newline()
                json.beginObject()
                writeMembers(of: cluster, to: &json)
                json.key("hull")
                json.geometry(cluster.hull)
                json.endObject()
            }
            json.endArray()
        case .kde:
            json.key("peaks")
            json.beginArray()
            for peak in peaks {
                json.newline()
                json.beginObject()
                writeMembers(of: peak, to: &json)
                json.geometryMember(.point(peak.position))
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
        json.newline()
        return json.takeBytes()
    }

    // MARK: - Pieces that GeoJSON has too

    /// Everything that is not a list of findings.
    func writeHead(version: String, to json: inout JSONWriter) {
        json.member("method", question.method.rawValue)
        json.member("version", version)
        json.member("asked_at", askedAt.description)
        json.key("parameters")
        json.beginObject()
        writeParameters(to: &json)
        json.endObject()
        json.key("period")
        json.beginObject()
        json.member("from", period.from?.description)
        json.member("until", period.until?.description)
        json.endObject()
        json.member("incidents", incidents)
        json.key("left_out")
        json.beginObject()
        for reason in LeftOutReason.allCases { json.member(reason.rawValue, leftOut[reason] ?? 0) }
        json.endObject()
        json.key("outliers")
        json.beginArray()
        for group in outliers {
            json.beginObject()
            json.member("longitude", group.position.longitude)
            json.member("latitude", group.position.latitude)
            json.member("incidents", group.incidents)
            json.member("one_position", group.isPile)
            json.member("distance_km", group.distance / 1000)
            json.member("works", group.works)
            json.endObject()
        }
        json.endArray()
        json.member("places_in_layer", placeCount)
        json.key("moran")
        if let moran {
            json.beginObject()
            json.member("i", moran.statistic.i)
            json.member("expected", moran.statistic.expected)
            json.member("z", moran.statistic.zRandomised)
            json.member("p", moran.p)
            json.member("p_is", moran.method)
            json.member("permutations", moran.permutations)
            json.endObject()
        } else {
            json.null()
        }
        if !stability.isEmpty {
            json.key("stability")
            json.beginArray()
            for one in stability {
                json.beginObject()
                json.member("cell_m", one.size)
                json.member("cells", one.cells)
                json.member("hot", one.hot)
                json.endObject()
            }
            json.endArray()
        }
        json.key("limits")
        json.beginArray()
        for limit in limits {
            json.beginObject()
            json.member("code", limit.code.rawValue)
            json.member("count", limit.count)
            json.member("text", limit.text)
            json.endObject()
        }
        json.endArray()
    }

    private func writeParameters(to json: inout JSONWriter) {
        json.member("near", question.layer)
        json.member("within_m", question.within)
        json.member("kinds", question.kinds.map(\.rawValue))
        json.member("categories", question.categories)
        json.member("open_only", question.openOnly)
        json.member("where", question.filterTexts)
        json.key("exclude_at")
        json.beginArray()
        for position in question.excluded { json.position(position) }
        json.endArray()
        json.key("severity_weights")
        json.beginObject()
        for severity in Severity.allCases { json.member(severity.rawValue, question.severityWeights[severity]) }
        json.endObject()
        json.member("measure", measure.isWeighted ? "weights" : "incidents")
        json.member("top", question.top)
        json.member("study_area", studyArea?.origin.rawValue)
        json.member("boundary", question.boundary?.name)
        json.member("study_area_km2", studyArea.map { $0.area / 1e6 })
        json.key("center")
        if let projection { json.position(projection.center) } else { json.null() }
        json.member("largest_distance_error", largestDistanceError)
        json.member("per", question.per.text)
        json.member("exposure_total", exposureTotal)
        json.member("places_model", chance?.distribution.name)
        json.member("dispersion", chance?.distribution.dispersion)
        json.member("reference_positions", chance?.positions)
        json.member("places_significance", question.significance)
        json.member("permutations", question.permutations.count)
        json.member("seed", question.permutations.seed)
        switch question.method {
        case .count: break
        case .giStar:
            json.member("cell_m", question.gridCell)
            json.member("cell_rule", question.isCellAutomatic ? "sqrt(2A/n)" : nil)
            json.member("further_cells_m", question.furtherCells)
            json.member("cell_shape", question.cellShape.rawValue)
            json.member("band_m", question.gridBand)
            json.member("significance", question.significance)
            json.member("p_is", "two-sided")
            json.member("p_model", grid?.model)
            json.member("cells", grid?.cells.count ?? 0)
        case .dbscan:
            json.member("epsilon_m", question.clusterDistance)
            json.member("minimum_points", question.minimumPoints)
        case .kde:
            json.member("kernel", "quartic")
            json.member("bandwidth_m", question.kernelBandwidth)
            json.member("cell_m", question.rasterCell)
        }
    }

    func writeMembers(of finding: PlaceFinding, to json: inout JSONWriter) {
        let count = finding.count
        json.member("id", finding.place.id)
        json.member("name", finding.place.name)
        json.member("incidents", count.incidents)
        json.member("open", count.open)
        json.member("overdue", count.overdue)
        json.member("weighted", count.weighted)
        json.member("nearest_m", count.nearest.map { ($0 * 1000).rounded() / 1000 })
        json.member("exposure", count.exposure)
        json.member("expected", count.expected)
        json.member("low", count.interval.low)
        json.member("high", count.interval.high)
        json.member("rate", count.rate)
        json.member("p", count.p)
        json.member("q", count.q)
        json.member("verdict", count.verdict?.rawValue)
        json.member("before", count.before)
        json.member("trend", count.trend)
        json.member("trend_low", (count.change?.likely?.low).map { $0 - 1 })
        json.member("trend_high", (count.change?.likely?.high).map { $0 - 1 })
        json.member("trend_direction", count.change?.direction?.rawValue)
        json.member("trend_new", count.change?.isNew ?? false)
        json.member("outside", count.isOutside)
        switch question.method {
        case .count: break
        case .giStar:
            json.member("cells", finding.reachedBy)
            if !question.furtherCells.isEmpty {
                json.member("hot_at_m", finding.hotAt)
                json.member("hot_at_all", finding.hotAt.count == question.furtherCells.count + 1)
            }
        case .dbscan: json.member("clusters", finding.reachedBy.compactMap { Int($0) })
        case .kde: json.member("peaks", finding.reachedBy.compactMap { Int($0) })
        }
    }

    func writeMembers(of cell: CellFinding, to json: inout JSONWriter) {
        json.member("id", cell.id)
        json.member("incidents", cell.incidents)
        if measure.isWeighted { json.member("weighted", cell.weighted) }
        json.member("z", cell.z.isNaN ? nil : cell.z)
        json.member("p", cell.p)
        json.member("p_adjusted", cell.adjustedP)
        json.member("significant", cell.isSignificant)
        json.member("few_neighbours", cell.hasFewNeighbours)
        json.member("places", cell.places)
    }

    func writeMembers(of cluster: ClusterFinding, to json: inout JSONWriter) {
        json.member("id", cluster.id)
        json.member("size", cluster.size)
        json.member("open", cluster.open)
        json.member("from", cluster.from?.description)
        json.member("until", cluster.until?.description)
        json.member("area_m2", cluster.area.rounded())
        json.member("places", cluster.places)
    }

    func writeMembers(of peak: PeakFinding, to json: inout JSONWriter) {
        json.member("id", peak.id)
        json.member("density_per_km2", peak.density)
        json.member("places", peak.places)
    }
}

// MARK: - Members in one line

extension JSONWriter {
    mutating func member(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    mutating func member(_ name: String, _ value: Int?) {
        key(name)
        if let value { integer(value) } else { null() }
    }

    mutating func member(_ name: String, _ value: Double?) {
        key(name)
        if let value, value.isFinite { number(value) } else { null() }
    }

    mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    mutating func member(_ name: String, _ values: [String]) {
        key(name)
        beginArray()
        for value in values { string(value) }
        endArray()
    }

    mutating func member(_ name: String, _ values: [Double]) {
        key(name)
        beginArray()
        for value in values { number(value) }
        endArray()
    }

    mutating func member(_ name: String, _ values: [Int]) {
        key(name)
        beginArray()
        for value in values { integer(value) }
        endArray()
    }
}
