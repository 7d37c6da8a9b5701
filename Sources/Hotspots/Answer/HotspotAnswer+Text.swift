import Geometry
import Works

extension HotspotAnswer {
    /// The places as CSV (RFC 4180), UTF-8, with a header; the columns are the members of the JSON answer's places.
    public func csv() -> String {
        let lists: [String] =
            switch question.method {
            case .count: []
            case .giStar: ["cells"]
            case .dbscan: ["clusters"]
            case .kde: ["peaks"]
            }
        var csv = CSVWriter()
        csv.row(
            [
                "id", "name", "incidents", "open", "overdue", "weighted", "nearest_m", "expected", "low", "high",
                "rate",
                "before", "trend", "trend_low", "trend_high", "trend_direction", "trend_new", "outside",
                "exposure", "p", "q", "verdict",
            ] + lists)
        for finding in places {
            let count = finding.count
            csv.text(finding.place.id)
            csv.text(finding.place.name ?? "")
            for figure in count.figures { csv.plain(figure) }
            if !lists.isEmpty { csv.text(finding.reachedBy.joined(separator: " ")) }
            csv.endRow()
        }
        return String(decoding: csv.bytes, as: UTF8.self)
    }

    /// The answer for a terminal of `width` characters: what was asked, the places, what the method found, and its limits.
    public func table(width: Int? = nil) -> String {
        var text = headline.wrapped(toTerminalWidth: width)
        if !places.isEmpty, incidents > 0 { text += "\n" + placesTable.text(width: width) }
        if places.count < placeCount - placesWithoutGeometry.count, incidents > 0 {
            text += "… and \(placeCount - placesWithoutGeometry.count - places.count) more.\n"
        }
        if incidents > 0 { text += findingsTable(width: width) }
        if !limits.isEmpty {
            text += "\n" + limits.map { "Note: \($0.text)\n" }.joined().wrapped(toTerminalWidth: width)
        }
        return text
    }

    private var placesTable: TextTable {
        var columns: [TextTable.Column] = [
            .init("Place", .left, mayShrink: true), .init("Inci-\ndents"), .init("Open", givesWay: 2),
            .init("Over-\ndue", givesWay: 4), .init("Weigh-\nted", givesWay: 0), .init("Nearest", givesWay: 1),
            .init("Expec-\nted"), .init("95 %\ninterval", givesWay: 5), .init("Rate"), .init("q", givesWay: 6),
            .init("", .left),
        ]
        if period.from != nil { columns += [.init("Trend", givesWay: 3), .init("95 %", givesWay: 2)] }
        if question.method != .count { columns.append(.init(reachTitle)) }
        var table = TextTable(columns)
        for finding in places {
            let count = finding.count
            var row = [
                finding.place.name ?? finding.place.id, "\(count.incidents)", "\(count.open)", "\(count.overdue)",
                count.weighted.shortest, count.nearest.map { $0.fixed(0) + " m" } ?? "–",
                count.expected.fixed(1, or: "–"),
                "\(count.interval.low.fixed(1))…\(count.interval.high.fixed(1))",
                count.rate.map { "×" + $0.fixed(2) } ?? "–", count.q.map(\.short) ?? "–", count.verdict?.rawValue ?? "",
            ]
            if period.from != nil {
                row.append(count.change?.text ?? "–")
                row.append(count.change?.likelyText ?? "–")
            }
            if question.method != .count { row.append("\(finding.reachedBy.count)") }
            table.add(row)
        }
        return table
    }

    /// What was asked, of how many incidents, and whether there is any clustering, in a few lines.
    public var headline: String {
        let from = period.from.map { "from \($0) " } ?? ""
        var text = "\(question.method.rawValue): incidents within \(question.within.shortest) m of \(question.layer), "
        text += from + "until \(period.until?.description ?? "now")\n"
        let others = LeftOutReason.allCases.compactMap { reason in
            (leftOut[reason] ?? 0) > 0 ? "\(leftOut[reason]!) \(reason.rawValue)" : nil
        }
        text +=
            "\(incidents) incidents used" + (others.isEmpty ? "" : "; left out: " + others.joined(separator: ", "))
            + "\n"
        if let studyArea {
            let density = Double(incidents) / (studyArea.area / 1e6)
            text += "Mean density \(density.fixed(2)) per km² over \((studyArea.area / 1e6).fixed(1)) km² "
            text += "(\(studyArea.origin.text))\n"
        }
        if measure.isWeighted {
            let weights = Severity.allCases.map { "\($0.rawValue) \(question.severityWeights[$0].shortest)" }
            text += "Counted are weights: \(weights.joined(separator: ", "))\n"
        }
        if exposureTotal != nil {
            text += "Expected \(question.per.phrase)"
            text +=
                question.per == .area
                ? ": where more people live there is more of everything, so “more” may only say that; --per compares with exposure\n"
                : "\n"
        }
        if let chance { text += chance.sentence(at: question.significance) + "\n" }
        if let moran {
            let verdict =
                moran.p > 0.05
                ? "no clustering beyond chance"
                : moran.statistic.zRandomised > 0 ? "clustered" : "more even than chance"
            text += "Moran's I \(moran.statistic.i.fixed(3)), p \(moran.p.scientific): \(verdict)\n"
        }
        return text
    }

    private var reachTitle: String {
        switch question.method {
        case .count: ""
        case .giStar: "Hot\ncells"
        case .dbscan: "Clusters"
        case .kde: "Peaks"
        }
    }

    private func findingsTable(width: Int?) -> String {
        let shown = 10
        switch question.method {
        case .count: return ""
        case .giStar:
            guard let grid else { return "" }
            let significant = grid.significant(at: question.significance)
            let hot = significant.filter { grid.z[$0] > 0 }
            var text = "\n\(hot.count) hot and \(significant.count - hot.count) cold of \(grid.cells.count) cells "
            text += "of \(question.gridCell.shortest) m (adjusted p ≤ \(question.significance.shortest))\n"
            if !stability.isEmpty {
                let sizes = stability.map(\.size.shortest).joined(separator: ", ")
                let stable = places.count { $0.hotAt.count == stability.count }
                text += "Hot cells at \(sizes) m: \(stability.map { "\($0.hot)" }.joined(separator: ", ")); "
                text += "\(stable) of the \(question.layer) listed are near a hot cell of every size\n"
            }
            var table = TextTable([
                .init("Cell", .left), .init("Incidents"), .init("z"), .init("p"), .init("adjusted p"), .init("Places"),
            ])
            for cell in hot.prefix(shown).map(cell) {
                table.add([
                    cell.id, "\(cell.incidents)", cell.z.fixed(2), cell.p.scientific, cell.adjustedP.scientific,
                    "\(cell.places.count)",
                ])
            }
            return text.wrapped(toTerminalWidth: width) + (table.rows.isEmpty ? "" : table.text(width: width))
        case .dbscan:
            let text = "\n\(clusters.count) clusters; \(noise ?? 0) incidents in none\n"
            var table = TextTable([
                .init("Cluster", .left), .init("Incidents"), .init("Open"), .init("From", .left), .init("Until", .left),
                .init("Hectares"), .init("Places"),
            ])
            for cluster in clusters.prefix(shown) {
                table.add([
                    "\(cluster.id)", "\(cluster.size)", "\(cluster.open)", cluster.from?.day ?? "–",
                    cluster.until?.day ?? "–",
                    (cluster.area / 1e4).fixed(2), "\(cluster.places.count)",
                ])
            }
            return text.wrapped(toTerminalWidth: width) + (table.rows.isEmpty ? "" : table.text(width: width))
        case .kde:
            let reaching = peaks.filter { !$0.places.isEmpty }
            let text = "\n\(peaks.count) peaks, \(reaching.count) of them near \(question.layer)\n"
            var table = TextTable([
                .init("Peak", .left), .init("Longitude"), .init("Latitude"), .init("per km²"), .init("Places"),
            ])
            for peak in reaching.prefix(shown) {
                table.add([
                    "\(peak.id)", peak.position.longitude.fixed(5), peak.position.latitude.fixed(5),
                    peak.density.fixed(1),
                    "\(peak.places.count)",
                ])
            }
            return text.wrapped(toTerminalWidth: width) + (table.rows.isEmpty ? "" : table.text(width: width))
        }
    }
}

extension PlaceCount {
    /// Figures of a row of CSV, from `incidents` to `verdict`.
    fileprivate var figures: [String] {
        let change = change
        var figures = ["\(incidents)", "\(open)", "\(overdue)", weighted.shortest, nearest.fixed(1)]
        figures += [expected.fixed(3), interval.low.fixed(3), interval.high.fixed(3), rate.fixed(3)]
        figures += [before.map { "\($0)" } ?? "", trend.fixed(3)]
        figures += [(change?.likely?.low).map { $0 - 1 }.fixed(3), (change?.likely?.high).map { $0 - 1 }.fixed(3)]
        figures += [change?.direction?.rawValue ?? "", "\(change?.isNew == true)", "\(isOutside)"]
        figures += [exposure.fixed(3), p.map(\.scientific) ?? "", q.map(\.scientific) ?? "", verdict?.rawValue ?? ""]
        return figures
    }
}

extension Double? {
    func fixed(_ digits: Int, or missing: String = "") -> String { map { $0.fixed(digits) } ?? missing }
}

extension Instant {
    /// `YYYY-MM-DD`.
    var day: String { String(description.prefix(10)) }
}
