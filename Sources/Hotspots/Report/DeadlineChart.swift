/// Charts of how groups of works kept their deadlines, as SVG that stands in a page of HTML.
///
/// They are narrow, with the name of each group above its bar, so that they can be read on a telephone as well as beside a table. Colours are
/// told apart by those who cannot tell red from green, and have a contrast of 3 to 1 to white and to black; what is overdue is hatched too.
public struct DeadlineChart: Sendable {
    /// One group.
    public struct Bar: Sendable {
        public var name: String
        public var tally: DeadlineTally

        public init(name: String, tally: DeadlineTally) {
            self.name = name
            self.tally = tally
        }

        public init(_ month: DeadlineReport.Month) {
            name = month.name
            tally = DeadlineTally()
            (tally.works, tally.open) = (month.works, month.open)
            (tally.met, tally.missed, tally.overdue) = (month.met, month.missed, month.overdue)
        }
    }

    /// What a part of a bar stands for.
    public enum Part: Sendable, CaseIterable {
        case met, missed, overdue, undecided

        public var color: String {
            switch self {
            case .met: "#1878b8"
            case .missed: "#d06a1c"
            case .overdue: "#c8102e"
            case .undecided: "#868686"
            }
        }

        /// Of what a chart with this id is filled.
        fileprivate func fill(_ id: String) -> String { self == .overdue ? "url(#\(id)-late)" : color }

        func count(_ tally: DeadlineTally) -> Int {
            switch self {
            case .met: tally.met
            case .missed: tally.missed + tally.movedLateOpen
            case .overdue: tally.overdue
            case .undecided: tally.works - tally.met - tally.missed - tally.movedLateOpen - tally.overdue
            }
        }
    }

    public var bars: [Bar]
    /// What a picture is of, for those who do not see it.
    public var label: String

    /// - Parameter id: Tells the chart from others of its page.
    public init(_ bars: [Bar], label: String, id: String) {
        self.bars = bars
        self.label = label
        self.id = id
    }

    private let id: String
    private static let (width, row, top) = (440.0, 40.0, 18.0)

    /// One stacked bar for each group: the shares of works met, missed, overdue and not decided; the number of works at its end.
    public func outcomes() -> String {
        drawing(foot: 0, Self.hatch(id)) { bar, y in
            var x = 0.0
            var svg = text("\(bar.tally.works)", x: Self.width, y: y - 4, anchor: "end")
            for part in Part.allCases {
                let share = Double(part.count(bar.tally)) / Double(max(bar.tally.works, 1)) * Self.width
                guard share > 0 else { continue }
                svg +=
                    "<rect x=\"\(x.fixed(1))\" y=\"\(y.fixed(0))\" width=\"\(share.fixed(1))\" height=\"14\" fill=\"\(part.fill(id))\"/>"
                x += share
            }
            return svg
        }
    }

    /// The parts of ``outcomes()`` with their names, as items of a list: `li` elements with a sample each.
    public func legend(_ name: (Part) -> String) -> String {
        Part.allCases.map { part in
            "<li><svg viewBox=\"0 0 10 10\" width=\"14\" height=\"14\" aria-hidden=\"true\">"
                + "<rect width=\"10\" height=\"10\" fill=\"\(part.fill(id))\"/></svg> \(name(part).escapedForHTML)</li>"
        }.joined()
    }

    /// The pattern of what is overdue.
    private static func hatch(_ id: String) -> String {
        "<defs><pattern id=\"\(id)-late\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
            + "<rect width=\"5\" height=\"5\" fill=\"\(Part.overdue.color)\"/>"
            + "<rect width=\"1.5\" height=\"5\" fill=\"#fff\"/></pattern></defs>"
    }

    /// One line for each group with an outcome: the share of deadlines kept, and from where to where it can lie by chance alone (95 %).
    ///
    /// - Parameter mean: The share of all works together, drawn through all lines.
    public func sharesMet(mean: Double?) -> String {
        func x(_ share: Double) -> String { (share * Self.width).fixed(1) }
        let foot = Self.top + Double(bars.count) * Self.row
        var frame = ""
        for (share, anchor) in [(0.0, "start"), (0.25, "middle"), (0.5, "middle"), (0.75, "middle"), (1.0, "end")] {
            frame += "<path d=\"M\(x(share)) 0V\(foot.fixed(0))\" stroke=\"currentColor\" stroke-opacity=\".2\"/>"
            frame += text("\((share * 100).fixed(0)) %", x: share * Self.width, y: foot + 14, anchor: anchor)
        }
        if let mean {
            frame +=
                "<path d=\"M\(x(mean)) 0V\(foot.fixed(0))\" stroke=\"currentColor\" stroke-width=\"1.5\" stroke-dasharray=\"5 4\"/>"
        }
        return drawing(foot: 18, frame) { bar, y in
            guard let share = bar.tally.shareMet, let likely = bar.tally.likelyShareMet else { return "" }
            let middle = y + 7
            let line = "M\(x(likely.low)) \(middle.fixed(0))H\(x(likely.high))"
            let ends = [likely.low, likely.high].map { "M\(x($0)) \((middle - 5).fixed(0))v10" }.joined()
            return "<path d=\"\(line)\(ends)\" stroke=\"\(Part.met.color)\" stroke-width=\"2.5\" fill=\"none\"/>"
                + "<circle cx=\"\(x(share))\" cy=\"\(middle.fixed(0))\" r=\"5.5\" fill=\"\(Part.met.color)\"/>"
                + text("\((share * 100).fixed(0)) %", x: Self.width, y: y - 4, anchor: "end")
        }
    }

    /// A picture with a line for each bar: its name, and below that what `draw` makes of it.
    private func drawing(foot: Double, _ frame: String, _ draw: (Bar, Double) -> String) -> String {
        let height = Self.top + Double(bars.count) * Self.row + foot
        var svg =
            "<svg class=\"chart\" viewBox=\"0 0 \(Self.width.fixed(0)) \(height.fixed(0))\" role=\"img\" aria-label=\"\(label.escapedForHTML)\">"
        svg += frame
        for (index, bar) in bars.enumerated() {
            let y = Self.top + Double(index) * Self.row
            svg += text(bar.name.cut(toTerminalWidth: 46), x: 0, y: y - 4, anchor: "start") + draw(bar, y)
        }
        return svg + "</svg>"
    }

    private func text(_ text: String, x: Double, y: Double, anchor: String) -> String {
        "<text x=\"\(x.fixed(1))\" y=\"\(y.fixed(0))\" text-anchor=\"\(anchor)\" fill=\"currentColor\">\(text.escapedForHTML)</text>"
    }
}
