import Works

extension DeadlineReport {
    /// A column of the table, by which rows can be put in order.
    ///
    /// Columns whose names stand first here stay longest where the terminal is narrow.
    public enum Column: String, Sendable, CaseIterable, Codable {
        case rank
        case name
        case missedShare = "share-missed"
        case works
        case decided
        case likely = "interval"
        case firstShare = "share-missed-first"
        case ratio = "missed-ratio"
        case overdue
        case movedLate = "moved-late"
        case open
        case met
        case missed
        case moved = "due-changes"
        case daysAdded = "days-added"
        case days = "median-days"
        case p90Days = "p90-days"
        case delay = "median-delay-days"
        case p90Delay = "p90-delay-days"
        case trend

        /// In the order of the table.
        static let shown: [Column] = [
            .rank, .name, .works, .decided, .met, .missed, .open, .overdue, .missedShare, .likely, .firstShare,
            .ratio,
            .moved, .movedLate, .daysAdded, .days, .p90Days, .delay, .p90Delay, .trend,
        ]

        /// Columns by which one can sort: not the interval, nor the trend.
        public static let sortable = allCases.filter { ![.likely, .trend].contains($0) }

        var title: String {
            switch self {
            case .rank: "#"
            case .name: ""
            case .works: "Works"
            case .decided: "De-\ncided"
            case .met: "Met"
            case .missed: "Missed"
            case .open: "Open"
            case .overdue: "Over-\ndue"
            case .missedShare: "Missed\n%"
            case .likely: "95 %"
            case .firstShare: "First\nmissed %"
            case .ratio: "Ratio"
            case .moved: "Moved"
            case .movedLate: "Moved\nlate"
            case .daysAdded: "Days\nadded"
            case .days: "Days\nto fix"
            case .p90Days: "90 %\nto fix"
            case .delay: "Days\nlate"
            case .p90Delay: "90 %\nlate"
            case .trend: "Trend"
            }
        }

        /// The number that rows are put in order by, the largest first; nil where there is none. Names are not numbers.
        func number(_ tally: DeadlineTally) -> Double? {
            switch self {
            case .rank, .name, .likely, .trend: nil
            case .works: Double(tally.works)
            case .decided: Double(tally.decided)
            case .met: Double(tally.met)
            case .missed: Double(tally.missed)
            case .open: Double(tally.open)
            case .overdue: Double(tally.overdue)
            case .missedShare: tally.shareMissed
            case .firstShare: tally.shareMetFirst.map { 1 - $0 }
            case .ratio: tally.standardized?.ratio
            case .moved: Double(tally.dueChanges)
            case .movedLate: Double(tally.movedLate)
            case .daysAdded: tally.daysAdded
            case .days: tally.medianDays
            case .p90Days: tally.p90Days
            case .delay: tally.medianDelayDays
            case .p90Delay: tally.p90DelayDays
            }
        }
    }

    /// Puts the rows in the order of a column: names in theirs, numbers from the largest, rows without one last.
    public mutating func sort(by column: Column) {
        switch column {
        case .rank, .likely, .trend: return
        case .name: rows.sort { ($0.name == nil ? 1 : 0, $0.name ?? "") < ($1.name == nil ? 1 : 0, $1.name ?? "") }
        default:
            let order = rows.enumerated().sorted { a, b in
                let (x, y) = (column.number(a.element.tally), column.number(b.element.tally))
                if x != y { return (x ?? -.infinity) > (y ?? -.infinity) }
                return a.offset < b.offset
            }
            rows = order.map(\.element)
        }
    }

    /// The report for a terminal of `width` characters.
    public func table(width: Int? = nil) -> String {
        var table = TextTable(
            Column.shown.map { column in
                switch column {
                case .name: .init(title, .left, mayShrink: true)
                // The last in the order of what matters gives way first.
                default:
                    .init(
                        column.title, column == .trend ? .left : .right,
                        givesWay: Column.allCases.count - (Column.allCases.firstIndex(of: column) ?? 0))
                }
            })
        var rank = 0
        for row in rows {
            if row.isRanked { rank += 1 }
            table.add(cells(row, rank: row.isRanked ? "\(rank)" : "–"))
        }
        table.add(cells(total, rank: "", name: "all"))
        let until = period.until.map { " to before \(text(of: $0))" } ?? ""
        let from = period.from.map { " from \(text(of: $0))" } ?? ""
        let head = "\(group.rawValue)\(from)\(until), as of \(askedAt)\n\n"
        var notes = """

            Missed: of the works whose deadline has come (decided), with the interval in which the share can lie by chance alone (95 %, \
            Wilson); first missed: by the first deadline promised. Ratio: missed to what the city's rates for the same kinds, categories \
            and quarters let one expect. Days to fix and days late (early where below 0) are medians by Kaplan and Meier: open works count \
            as lasting at least until now; – where more than half (or a tenth) are still open. Trend: share missed month by month, low to \
            high. Groups with fewer than \(minimumSample) works whose deadline has come are not ranked.

            """
        for remark in remarks { notes += "Note: \(remark)\n" }
        return head.wrapped(toTerminalWidth: width) + table.text(width: width) + notes.wrapped(toTerminalWidth: width)
    }

    private func cells(_ row: Row, rank: String, name: String? = nil) -> [String] {
        let tally = row.tally
        return Column.shown.map { column in
            switch column {
            case .rank: rank
            case .name: name ?? row.name ?? "(none)"
            case .met: tally.metText
            case .missedShare: tally.missedText
            case .likely: tally.likelyMissedText
            case .firstShare: tally.firstMissedText
            case .ratio: (tally.standardized?.ratio).fixed(2, or: "–")
            case .trend: sparkline(row.months)
            case .works, .decided, .missed, .open, .overdue, .moved, .movedLate, .daysAdded:
                (column.number(tally) ?? 0).fixed(0)
            case .days, .p90Days, .delay, .p90Delay: column.number(tally).fixed(1, or: "–")
            }
        }
    }

    /// A moment of the city's clock: its day where it is the beginning of one.
    func text(of moment: Instant) -> String {
        let civil = WorkingCalendar(timeZone: timeZone).civil(moment)
        return WorkingCalendar(timeZone: timeZone).instant(civil.date, minutes: 0) == moment
            ? civil.date.description : moment.description
    }

    /// The share of missed deadlines in the last twelve months, as a line of bars.
    private func sparkline(_ months: [Month]) -> String {
        let bars = Array("▁▂▃▄▅▆▇█")
        return String(
            months.suffix(12).map { month -> Character in
                let decided = month.met + month.missed + month.overdue
                guard decided > 0 else { return "·" }
                return bars[Int((Double(month.missed + month.overdue) / Double(decided) * 7).rounded())]
            })
    }
}

extension DeadlineTally {
    /// The works that met their deadline, with how many of them by an estimate if there are any: `12 (~3)`.
    var metText: String { metEstimated > 0 ? "\(met) (~\(metEstimated))" : "\(met)" }

    /// Per cent of deadlines missed.
    var missedText: String { shareMissed.map { ($0 * 100).fixed(1) } ?? "–" }

    /// Per cent between which the share missed can lie by chance alone.
    var likelyMissedText: String {
        likelyShareMet.map { "\(((1 - $0.high) * 100).fixed(0))–\(((1 - $0.low) * 100).fixed(0))" } ?? "–"
    }

    /// Per cent of first promises missed.
    var firstMissedText: String { shareMetFirst.map { ((1 - $0) * 100).fixed(1) } ?? "–" }

    /// Limits of the ratio of missed deadlines to those that were expected.
    var ratioText: String {
        standardized?.likely.map { "\($0.low.fixed(2))–\($0.high.fixed(2))" } ?? "–"
    }
}
