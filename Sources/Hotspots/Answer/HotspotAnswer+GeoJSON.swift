import Geometry
public import TimeBudgets
import Works

extension HotspotAnswer {
    /// The answer as a FeatureCollection, UTF-8: what was found, then the places on top.
    ///
    /// The head of the JSON answer stands beside `features` as foreign members (RFC 7946 section 6.1). Each feature has a
    /// `role` (`cell`, `cluster`, `peak` or `place`) and the properties of simplestyle-spec 1.1.0, so that it shows in
    /// colour where those are understood.
    ///
    /// - Parameter allCells: Whether `gi-star` draws every cell or only the significant ones.
    public func geoJSON(version: String, allCells: Bool = false) -> [UInt8] {
        try! geoJSON(version: version, allCells: allCells, within: .unlimited)
    }

    /// As ``geoJSON(version:allCells:)``, within a budget.
    ///
    /// - Throws: `TimeBudgetError`.
    public func geoJSON(version: String, allCells: Bool = false, within budget: TimeBudget) throws -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("type", "FeatureCollection")
        writeHead(version: version, to: &json)
        json.key("features")
        json.beginArray()
        for cell in try cells(significantOnly: !allCells, within: budget) {
            try budget.check()
            json.feature(id: cell.id, role: "cell", cell.geometry) { json in
                writeMembers(of: cell, to: &json)
                json.style(fill: FindingColor.cell(cell), line: FindingColor.cell(cell))
            }
        }
        for cluster in clusters {
            try budget.check()
            json.feature(id: "cluster-\(cluster.id)", role: "cluster", cluster.hull) { json in
                writeMembers(of: cluster, to: &json)
                json.style(fill: FindingColor.cluster, line: FindingColor.cluster)
            }
        }
        for peak in peaks {
            try budget.check()
            json.feature(id: "peak-\(peak.id)", role: "peak", .point(peak.position)) { json in
                writeMembers(of: peak, to: &json)
                json.style(marker: FindingColor.peak)
            }
        }
        for place in places {
            try budget.check()
            json.feature(id: place.place.id, role: "place", place.place.geometry) { json in
                writeMembers(of: place, to: &json)
                let color = FindingColor.place(place.count)
                json.style(fill: color, line: color, marker: color)
            }
        }
        json.endArray()
        json.endObject()
        json.newline()
        return json.takeBytes()
    }
}

/// The colours of findings, from ColorBrewer's RdBu and Set1.
public enum FindingColor {
    public static let cluster = "#984ea3"
    public static let peak = "#e41a1c"
    /// More incidents than chance explains, fewer, and as many.
    public static let more = "#b2182b"
    public static let fewer = "#2166ac"
    public static let usual = "#757575"

    /// The colours of significant cells, the hottest first, and what each means.
    public static let cellSteps = [
        ("#b2182b", "hot, 99 %"), ("#ef8a62", "hot, 95 %"), ("#67a9cf", "cold, 95 %"), ("#2166ac", "cold, 99 %"),
    ]

    /// Hot cells in reds, cold ones in blues, at 90, 95 and 99 % after correction; grey otherwise.
    public static func cell(_ cell: CellFinding) -> String {
        switch (cell.adjustedP, cell.z > 0) {
        case (...0.01, true): "#b2182b"
        case (...0.05, true): "#ef8a62"
        case (...0.1, true): "#fddbc7"
        case (...0.01, false): "#2166ac"
        case (...0.05, false): "#67a9cf"
        case (...0.1, false): "#d1e5f0"
        default: "#bdbdbd"
        }
    }

    /// Red where there are more incidents than chance explains, blue where there are fewer, grey otherwise.
    public static func place(_ count: PlaceCount) -> String {
        switch count.verdict {
        case .more: more
        case .fewer: fewer
        case nil: usual
        }
    }
}

extension JSONWriter {
    fileprivate mutating func feature(
        id: String, role: String, _ geometry: Geometry?, _ properties: (inout JSONWriter) -> Void
    ) {
        newline()
        beginObject()
        member("type", "Feature")
        member("id", id)
        geometryMember(geometry)
        key("properties")
        beginObject()
        member("role", role)
        properties(&self)
        endObject()
        endObject()
    }

    fileprivate mutating func style(fill: String? = nil, line: String? = nil, marker: String? = nil) {
        if let fill {
            member("fill", fill)
            member("fill-opacity", 0.45)
        }
        if let line {
            member("stroke", line)
            member("stroke-width", 1.5)
        }
        if let marker { member("marker-color", marker) }
    }
}
