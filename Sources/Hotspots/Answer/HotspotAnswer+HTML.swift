import Geometry
import Works

extension HotspotAnswer {
    /// The answer as a self-contained HTML page: a map, bars, the table, the notes and the parameters.
    ///
    /// - Parameters:
    ///   - version: The version of the software, so that the result can be reproduced.
    ///   - credits: Whom the data asks to name.
    ///   - backdrop: Draws the ground that the findings are shown over, as PNG of the frame's size.
    public func html(
        version: String, credits: String = "", backdrop: (ReportFrame) throws -> [UInt8]? = { _ in nil }
    ) rethrows -> String {
        var body = headline.split(separator: "\n").map { "<p>\(String($0).escapedForHTML)</p>" }.joined(separator: "\n")
        if let map = try mapDrawing(backdrop) {
            body += "\n<h2>Map</h2>\n" + legend + map
            if !credits.isEmpty {
                let names = credits.split(separator: "\n").joined(separator: "; ")
                body += "<p class=\"credits\">\(names.escapedForHTML)</p>"
            }
        }
        if !places.isEmpty {
            body += "\n<h2>Incidents around each place, and what is expected</h2>\n" + bars()
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
            (FindingColor.more, "more than chance explains"), (FindingColor.usual, "as it explains"),
            (FindingColor.fewer, "fewer"),
        ]
        switch question.method {
        case .count: break
        case .giStar: entries += FindingColor.cellSteps.map { ($0.0, "cells: " + $0.1) }
        case .dbscan: entries.append((FindingColor.cluster, "cluster"))
        case .kde: entries.append((FindingColor.peak, "peak near a place"))
        }
        return ReportPage.legend(entries)
    }

    // MARK: - Map

    /// What was found and the places on top, north up; nil if nothing has a position.
    private func mapDrawing(_ backdrop: (ReportFrame) throws -> [UInt8]?) rethrows -> String? {
        let found = cells(significantOnly: true)
        let reaching = peaks.filter { !$0.places.isEmpty }
        // The study area frames the map; places far outside it would shrink the city to a dot.
        let shown = studyArea == nil ? places : places.filter { !$0.count.isOutside }
        var area = [[Coordinate]]()
        if let studyArea, let projection {
            area = studyArea.shape.outlines.map { $0.map { projection.unproject($0) } }
        }
        let geometries =
            found.map(\.geometry) + clusters.map(\.hull) + reaching.map { .point($0.position) }
            + shown.compactMap(\.place.geometry) + area.map { .lineString($0) }
        let boxes = geometries.compactMap(\.bounds)
        guard let first = boxes.first else { return nil }
        let frame = ReportFrame(showing: boxes.dropFirst().reduce(first) { $0.union($1) }, margin: question.within)
        let sheet = ReportMap(frame)

        var svg = sheet.opening
        if let picture = try backdrop(frame) { svg += sheet.image(picture) }
        svg += sheet.path(rings: area, "fill=\"none\" stroke=\"#777\" stroke-dasharray=\"6 4\"")
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
        return svg + "upright: expected; right edge: \(most.fixed(0))</text></svg>"
    }

    private func placeTable() -> String {
        ReportPage.table(
            [
                "Place", "Incidents", "Open", "Overdue", "Weighted", "Nearest, m", "Expected", "Low", "High", "Rate",
                "p", "q",
                "Trend", "95 %",
            ],
            names: [0],
            places.map { finding in
                let count = finding.count
                return [
                    finding.place.name ?? finding.place.id, "\(count.incidents)", "\(count.open)", "\(count.overdue)",
                    count.weighted.shortest, count.nearest.fixed(0), count.expected.fixed(1),
                    count.interval.low.fixed(1),
                    count.interval.high.fixed(1), count.rate.fixed(2), count.p.map(\.scientific) ?? "",
                    count.q.map(\.scientific) ?? "", count.change?.text ?? "",
                    count.change?.likelyText ?? "",
                ]
            })
    }
}
