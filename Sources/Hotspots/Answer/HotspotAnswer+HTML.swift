import Geometry
import Works

extension HotspotAnswer {
    /// The answer as a self-contained HTML page: a map, bars, the table, the notes and the parameters.
    public func html(version: String) -> String {
        var body = headline.split(separator: "\n").map { "<p>\(String($0).escapedForHTML)</p>" }.joined(separator: "\n")
        if let map = mapDrawing() { body += "\n<h2>Map</h2>\n" + legend + map }
        if !places.isEmpty {
            body += "\n<h2>Incidents around each place, and what the mean density explains</h2>\n" + bars()
            body += "\n<h2>Places</h2>\n" + placeTable()
        }
        if !limits.isEmpty {
            body += "\n<h2>What to know before relying on this</h2>\n"
            body += limits.map { "<p class=\"note\">\($0.text.escapedForHTML)</p>" }.joined(separator: "\n")
        }
        var json = JSONWriter()
        json.beginObject()
        writeHead(version: version, to: &json)
        json.endObject()
        body += "\n<h2>Parameters</h2>\n<pre>" + String(decoding: json.bytes, as: UTF8.self).escapedForHTML + "</pre>"
        return ReportPage.html(title: "Hotspots near \(question.layer): \(question.method.rawValue)", body: body)
    }

    private var legend: String {
        var entries: [(color: String, text: String)] = [
            ("#b2182b", "more than the mean density explains"), ("#757575", "as it explains"), ("#2166ac", "fewer"),
        ]
        switch question.method {
        case .count: break
        case .giStar: entries += [("#ef8a62", "hot cell"), ("#67a9cf", "cold cell")]
        case .dbscan: entries.append((FindingColor.cluster, "cluster"))
        case .kde: entries.append((FindingColor.peak, "peak near a place"))
        }
        return ReportPage.legend(entries)
    }

    // MARK: - Map

    /// What was found and the places on top, north up; nil if nothing has a position.
    private func mapDrawing() -> String? {
        guard let projection else { return nil }
        let found = cells(significantOnly: true)
        let reaching = peaks.filter { !$0.places.isEmpty }
        // The study area frames the map; places far outside it would shrink the city to a dot.
        let shown = studyArea == nil ? places : places.filter { !$0.count.isOutside }
        var outline = found.map(\.geometry) + clusters.map(\.hull) + reaching.map { .point($0.position) }
        outline += shown.compactMap(\.place.geometry)
        var corners = [PlanePoint]()
        for geometry in outline { geometry.forEachRun { corners += $0.map { projection.project($0) } } }
        guard let content = PlanePoints(corners + (studyArea?.shape.vertices ?? [])).extent else { return nil }
        let sheet = MapSheet(extent: content.expanded(by: question.within), projection: projection, width: 960)

        var svg = sheet.opening
        if let area = studyArea {
            svg += sheet.path(rings: area.shape.outlines, "fill=\"none\" stroke=\"#bbb\" stroke-dasharray=\"6 4\"")
        }
        for cell in found {
            let style = "fill=\"\(FindingColor.cell(cell))\" fill-opacity=\".6\""
            svg += sheet.draw(
                cell.geometry, style, title: "\(cell.id): \(cell.incidents) incidents, z \(cell.z.fixed(1))")
        }
        for cluster in clusters {
            let style = "fill=\"\(FindingColor.cluster)\" fill-opacity=\".3\" stroke=\"\(FindingColor.cluster)\""
            svg += sheet.draw(cluster.hull, style, title: "cluster \(cluster.id): \(cluster.size) incidents")
        }
        for peak in reaching {
            let style = "fill=\"\(FindingColor.peak)\""
            svg += sheet.draw(.point(peak.position), style, title: "peak \(peak.id): \(peak.density.fixed(0)) per km²")
        }
        let most = Double(places.map(\.count.incidents).max() ?? 1)
        for place in shown.reversed() {
            guard let geometry = place.place.geometry else { continue }
            let color = FindingColor.place(place.count)
            let radius = 3 + 9 * (Double(place.count.incidents) / max(most, 1)).squareRoot()
            svg += sheet.draw(
                geometry, "fill=\"\(color)\" fill-opacity=\".75\" stroke=\"#fff\"",
                title: "\(place.place.name ?? place.place.id): \(place.count.incidents)", radius: radius)
        }
        return svg + sheet.scaleBar + "</svg>"
    }

    // MARK: - Bars and table

    private func bars() -> String {
        let shown = places.prefix(20)
        let most = shown.map { max($0.count.interval.high, $0.count.expected ?? 0) }.max() ?? 1
        let (left, width, step) = (260.0, 640.0, 24.0)
        func x(_ value: Double) -> String { (left + value / most * width).fixed(1) }
        let height = Double(shown.count) * step + 30
        var svg = "<svg viewBox=\"0 0 960 \(height.fixed(0))\" role=\"img\">"
        for (index, finding) in shown.enumerated() {
            let count = finding.count
            let y = Double(index) * step + 6
            let name = (finding.place.name ?? finding.place.id).cut(toTerminalWidth: 36).escapedForHTML
            svg += "<text x=\"\((left - 8).fixed(0))\" y=\"\((y + 13).fixed(0))\" text-anchor=\"end\">\(name)</text>"
            svg +=
                "<rect x=\"\(left.fixed(0))\" y=\"\(y.fixed(0))\" height=\"16\" fill=\"\(FindingColor.place(count))\" "
            svg += "fill-opacity=\".7\" width=\"\((Double(count.incidents) / most * width).fixed(1))\"/>"
            let middle = (y + 8).fixed(0)
            svg += "<path d=\"M\(x(count.interval.low)) \(middle)H\(x(count.interval.high))\" stroke=\"#222\"/>"
            if let expected = count.expected {
                svg += "<path d=\"M\(x(expected)) \((y - 2).fixed(0))v20\" stroke=\"#000\" stroke-width=\"2\"/>"
            }
        }
        svg += "<text x=\"\(left.fixed(0))\" y=\"\((height - 8).fixed(0))\">bar: incidents; thin line: 95 % interval; "
        return svg + "upright: expected by the mean density; right edge: \(most.fixed(0))</text></svg>"
    }

    private func placeTable() -> String {
        ReportPage.table(
            ["Place", "Incidents", "Open", "Overdue", "Weighted", "Nearest, m", "Expected", "Low", "High", "Trend, %"],
            names: [0],
            places.map { finding in
                let count = finding.count
                return [
                    finding.place.name ?? finding.place.id, "\(count.incidents)", "\(count.open)", "\(count.overdue)",
                    count.weighted.shortest, count.nearest.fixed(0), count.expected.fixed(1),
                    count.interval.low.fixed(1),
                    count.interval.high.fixed(1), count.trend.map { ($0 * 100).fixed(0) } ?? "",
                ]
            })
    }
}

/// A drawing of the plane, `width` pixels wide, north up.
private struct MapSheet {
    let extent: PlaneExtent
    let projection: LocalProjection
    let width: Double
    let scale: Double

    init(extent: PlaneExtent, projection: LocalProjection, width: Double) {
        self.extent = extent
        self.projection = projection
        self.width = width
        // A tall and narrow extent is limited by its height.
        scale = min(width / extent.width, 900 / extent.height)
    }

    var height: Double { extent.height * scale }

    var opening: String { "<svg viewBox=\"0 0 \(width.fixed(0)) \(height.fixed(0))\" role=\"img\">" }

    private func text(_ point: PlanePoint) -> String {
        let margin = (width - extent.width * scale) / 2
        let x = (margin + (point.x - extent.minX) * scale).fixed(1)
        return x + " " + ((extent.maxY - point.y) * scale).fixed(1)
    }

    func path(rings: [[PlanePoint]], isClosed: Bool = true, title: String = "", _ style: String) -> String {
        let data = rings.map { "M" + $0.map(text).joined(separator: "L") + (isClosed ? "Z" : "") }.joined()
        return "<path d=\"\(data)\" fill-rule=\"evenodd\" \(style)>" + name(title) + "</path>\n"
    }

    func path(rings: [[PlanePoint]], _ style: String) -> String { path(rings: rings, title: "", style) }

    func draw(_ geometry: Geometry, _ style: String, title: String, radius: Double = 4) -> String {
        switch geometry {
        case .point(let coordinate): return circle(coordinate, style, title, radius)
        case .multiPoint(let coordinates): return coordinates.map { circle($0, style, title, radius) }.joined()
        case .lineString(let line): return path(lines: [line], style, title)
        case .multiLineString(let lines): return path(lines: lines, style, title)
        case .polygon(let polygon): return path(rings: projected(polygon.rings), title: title, style)
        case .multiPolygon(let polygons):
            return path(rings: projected(polygons.flatMap(\.rings)), title: title, style)
        case .geometryCollection(let members):
            return members.map { draw($0, style, title: title, radius: radius) }.joined()
        }
    }

    private func path(lines: [[Coordinate]], _ style: String, _ title: String) -> String {
        // A line has no inside: its fill becomes its stroke.
        let stroke = style.replacing("fill=", with: "fill=\"none\" stroke-width=\"2\" stroke=")
            .replacing(" stroke=\"#fff\"", with: "")
        return path(rings: projected(lines), isClosed: false, title: title, stroke)
    }

    private func projected(_ runs: [[Coordinate]]) -> [[PlanePoint]] {
        runs.filter { !$0.isEmpty }.map { run in run.map { projection.project($0) } }
    }

    private func circle(_ coordinate: Coordinate, _ style: String, _ title: String, _ radius: Double) -> String {
        let parts = text(projection.project(coordinate)).split(separator: " ")
        return "<circle cx=\"\(parts[0])\" cy=\"\(parts[1])\" r=\"\(radius.fixed(1))\" \(style)>" + name(title)
            + "</circle>\n"
    }

    private func name(_ title: String) -> String { title.isEmpty ? "" : "<title>\(title.escapedForHTML)</title>" }

    /// A bar of a round number of metres.
    var scaleBar: String {
        let metres =
            [1, 2, 5].flatMap { step in (0...6).map { step * Self.power($0) } }.sorted()
            .last { Double($0) * scale <= width / 4 } ?? 1
        let (length, y) = ((Double(metres) * scale).fixed(1), (height - 12).fixed(0))
        let label = metres >= 1000 ? "\(metres / 1000) km" : "\(metres) m"
        return "<path d=\"M12 \(y)h\(length)\" stroke=\"#222\" stroke-width=\"3\"/>"
            + "<text x=\"12\" y=\"\((height - 20).fixed(0))\">\(label)</text>"
    }

    private static func power(_ exponent: Int) -> Int { (0..<exponent).reduce(1) { power, _ in power * 10 } }
}
