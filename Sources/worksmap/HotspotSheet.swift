import Cartography
import Geometry
import Hotspots
import Raster
import Works

// The answer to a hotspot question as a map sheet: what was found over the basemap, with the places on top.

extension MapSheet {
    /// How many places are numbered on the map and named beside it.
    private static let named = 12

    /// A sheet that shows an answer; nil if nothing in it has a position.
    ///
    /// - Parameter credits: Whom the data asks to name.
    init?(_ answer: HotspotAnswer, credits: String) {
        // Places far outside the data would shrink the city to a dot.
        let places = answer.places.filter { $0.place.geometry != nil && !$0.count.isOutside }
        let cells = answer.cells(significantOnly: true)
        let peaks = answer.peaks.filter { !$0.places.isEmpty }
        let geometries =
            places.compactMap(\.place.geometry) + cells.map(\.geometry) + answer.clusters.map(\.hull)
            + peaks.map { .point($0.position) }
        let boxes = geometries.compactMap(\.bounds)
        guard let first = boxes.first else { return nil }
        let shown = boxes.dropFirst().reduce(first) { $0.union($1) }
        let lines = answer.headline.split(separator: "\n").map(String.init)
        self.init(
            title: "Where \(Self.subject(answer.question)) pile up near \(answer.question.layer)", notes: lines,
            credits: credits.split(separator: "\n").joined(separator: "; "),
            bounds: shown.expanded(byDegreesOf: answer.question.within))

        add(answer)
        for cell in cells {
            marks.append(SheetMark(cell.geometry, .area(FindingColor.cell(cell), opacity: 0.65, edge: 0.5)))
        }
        for cluster in answer.clusters {
            marks.append(SheetMark(cluster.hull, .area(FindingColor.cluster, opacity: 0.35, edge: 1.5)))
        }
        for peak in peaks {
            marks.append(SheetMark(.point(peak.position), .point(FindingColor.peak, size: 12, symbol: .triangle)))
        }
        add(places)
        if !answer.limits.isEmpty {
            legend.append(.heading("What to know"))
            legend += answer.limits.map { .note($0.text) }
        }
    }

    private static func subject(_ question: HotspotQuestion) -> String {
        if !question.categories.isEmpty {
            return "incidents (\(question.categories.map(words).joined(separator: ", ")))"
        }
        if question.kinds.isEmpty { return "incidents" }
        return question.kinds.map { words($0.rawValue) + "s" }.joined(separator: ", ")
    }

    private static func words(_ code: String) -> String { code.replacing("_", with: " ") }

    /// What the colours stand for.
    private mutating func add(_ answer: HotspotAnswer) {
        legend.append(.heading("Within \(Int(answer.question.within.rounded())) m of each place"))
        for (color, text) in [
            (FindingColor.more, "more than chance explains"), (FindingColor.usual, "as it explains"),
            (FindingColor.fewer, "fewer"),
        ] {
            legend.append(.point(.point(color, size: 12), text))
        }
        switch answer.question.method {
        case .count: break
        case .giStar:
            legend.append(.heading("Cells, after Benjamini and Hochberg"))
            for (cell, text) in FindingColor.cellSteps {
                legend.append(.area(.area(cell, opacity: 0.65, edge: 0.5), text))
            }
        case .dbscan:
            legend.append(.heading("Clusters"))
            legend.append(
                .area(
                    .area(FindingColor.cluster, opacity: 0.35, edge: 1.5),
                    "\(answer.question.minimumPoints) incidents or more within \(Int(answer.question.clusterDistance)) m",
                    detail: "\(answer.clusters.count)"))
        case .kde:
            legend.append(.heading("Incidents per km², smoothed"))
            if let surface = answer.surface, let projection = answer.projection {
                let ramp = DensityRamp(surface)
                legend.append(.ramp(DensityRamp.colors, low: "0", high: "\(Int((ramp.highest * 1e6).rounded()))"))
                self.surface = { coordinate in ramp.color(surface.value(at: projection.project(coordinate))) }
            }
            legend.append(.point(.point(FindingColor.peak, size: 12, symbol: .triangle), "peak near a place"))
        }
    }

    /// The places: the first ones large and numbered, in the order of the answer.
    private mutating func add(_ places: [PlaceFinding]) {
        let most = Double(places.map(\.count.incidents).max() ?? 1)
        for (index, finding) in places.enumerated().reversed() {
            let color = FindingColor.place(finding.count)
            let share = (Double(finding.count.incidents) / max(most, 1)).squareRoot()
            var sign = SheetSign.point(color, size: index < Self.named ? 20 : 6 + 8 * share)
            if index < Self.named { sign.text = "\(index + 1)" }
            guard let geometry = finding.place.geometry else { continue }
            if case .point = geometry {
                marks.append(SheetMark(geometry, sign))
            } else {
                marks.append(SheetMark(geometry, .area(color, opacity: 0.3, edge: 1.5)))
                if index < Self.named, let anchor = geometry.representativePoint {
                    marks.append(SheetMark(.point(anchor), sign))
                }
            }
        }
        guard !places.isEmpty else { return }
        legend.append(.heading("Most incidents"))
        for (index, finding) in places.prefix(Self.named).enumerated() {
            var sign = SheetSign.point(FindingColor.place(finding.count), size: 20)
            sign.text = "\(index + 1)"
            legend.append(
                .point(sign, finding.place.name ?? finding.place.id, detail: "\(finding.count.incidents)"))
        }
    }
}

extension SheetSign {
    /// A symbol with a white edge.
    fileprivate static func point(_ color: String, size: Double, symbol: Symbol = .disc) -> SheetSign {
        SheetSign(fill: Color(color), line: .white, lineWidth: 1.2, symbol: symbol, size: size)
    }

    /// An area, its edge in the same colour.
    fileprivate static func area(_ color: String, opacity: Double, edge: Double) -> SheetSign {
        SheetSign(fill: Color(color)?.opacity(opacity), line: Color(color), lineWidth: edge)
    }
}

/// The colours of a surface of density: ColorBrewer's YlOrRd, clear where there is next to nothing.
private struct DensityRamp {
    static let colors = ["#ffffb2", "#fecc5c", "#fd8d3c", "#f03b20", "#bd0026"].map { Color($0)!.opacity(0.6) }

    /// Incidents per square metre where the last colour is reached.
    let highest: Double

    init(_ surface: KernelDensity) {
        highest = Double(surface.values.max() ?? 0)
    }

    func color(_ density: Double) -> Color? {
        guard highest > 0 else { return nil }
        // The square root, since a few peaks tower over the rest.
        let share = (density / highest).squareRoot()
        guard share > 0.1 else { return nil }
        return Self.colors[min(Int((share - 0.1) / 0.9 * Double(Self.colors.count)), Self.colors.count - 1)]
    }
}

extension Bounds {
    /// As large as it is and so many metres more on each side, and at least 5 % of its size.
    fileprivate func expanded(byDegreesOf metres: Double) -> Bounds {
        let latitude = max(metres / 111_000, height * 0.05)
        let longitude = latitude / max(0.1, (1 - center.latitude * center.latitude / 8100))
        return Bounds(
            west: max(west - longitude, -180), south: max(south - latitude, -85), east: min(east + longitude, 180),
            north: min(north + latitude, 85))
    }
}
