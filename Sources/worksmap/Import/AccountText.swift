import Geometry
import Hotspots
import Interchange
import Works

/// Account of an import: figures by which a person sees whether the mapping is right.
enum AccountText {
    /// Values outside of tables that are told on standard error at most; JSON has them all.
    private static let valuesShown = 10

    /// Tells the account on standard error.
    static func tell(_ report: ImportReport) {
        let account = report.account
        let taken = report.read - report.refused - report.skipped
        func say(_ line: String) { worksmap.tell("\(report.file): \(line)") }
        if account.withoutPlace > 0 {
            say("\(account.withoutPlace) of \(taken) rows have no place: they are in lists, and not on the map")
        }
        if let extent = account.extent { say("the places lie within \(text(extent)) (west, south, east, north)") }
        if let earliest = account.earliest, let latest = account.latest { say("dates from \(earliest) to \(latest)") }
        if let open = report.openBefore, open > 0 || report.closed > 0 {
            // In a file of several lists later ones close what earlier ones brought.
            guard open > 0 else {
                say("\(report.closed) works of “\(report.source)” were closed, as a later list of the file lacks them")
                return tellUnlisted(account, say)
            }
            let share = report.shareClosed.map { " (\(Int(saturating: ($0 * 100).rounded())) %)" } ?? ""
            say(
                "of \(open) open works of “\(report.source)”, \(report.closed)\(share) were closed, as the list lacks them"
            )
        }
        tellUnlisted(account, say)
    }

    private static func tellUnlisted(_ account: ImportAccount, _ say: (String) -> Void) {
        // Values for which rows were refused stand in the reasons of the refusals.
        let unlisted = account.unlisted.filter { $0.outcome != .refused }
        for (field, values) in Dictionary(grouping: unlisted, by: \.field).sorted(by: { $0.key < $1.key }) {
            let shown = values.prefix(valuesShown).map { "“\($0.value)” \($0.count)" }.joined(separator: ", ")
            let more = values.count - valuesShown
            say(
                "not in the table of `\(field)`: \(shown)\(more > 0 ? ", and \(more) more values" : ""); \(outcome(values[0].outcome))"
            )
        }
    }

    private static func outcome(_ outcome: UnlistedValue.Outcome) -> String {
        switch outcome {
        case .refused: "refused"
        case .instead(let value?): "taken as \(value)"
        case .instead(nil): "left empty"
        case .kept: "taken as they are"
        }
    }

    private static func text(_ bounds: Bounds) -> String {
        [bounds.west, bounds.south, bounds.east, bounds.north].map { "\(($0 * 1e5).rounded() / 1e5)" }.joined(
            separator: ", ")
    }

    /// Writes the account as members of the report's object.
    static func write(_ report: ImportReport, to json: inout JSONWriter) {
        let account = report.account
        json.key("open_before")
        if let open = report.openBefore { json.integer(open) } else { json.null() }
        json.key("share_closed")
        if let share = report.shareClosed { json.number((share * 10_000).rounded() / 10_000) } else { json.null() }
        json.key("without_place")
        json.integer(account.withoutPlace)
        json.key("extent")
        if let extent = account.extent {
            json.beginArray()
            for value in [extent.west, extent.south, extent.east, extent.north] { json.number(value) }
            json.endArray()
        } else {
            json.null()
        }
        json.key("dates")
        if let earliest = account.earliest, let latest = account.latest {
            json.beginArray()
            json.string(earliest.description)
            json.string(latest.description)
            json.endArray()
        } else {
            json.null()
        }
        json.key("unlisted")
        json.beginArray()
        for value in account.unlisted {
            json.beginObject()
            json.key("property")
            json.string(value.field)
            json.key("value")
            json.string(value.value)
            json.key("rows")
            json.integer(value.count)
            json.key("outcome")
            switch value.outcome {
            case .refused: json.string("refused")
            case .kept: json.string("kept")
            case .instead(let other):
                json.string("replaced")
                json.key("by")
                other.map { json.string($0) } ?? json.null()
            }
            json.endObject()
        }
        json.endArray()
        guard !report.shown.isEmpty else { return }
        json.key("shown")
        json.beginArray()
        for row in report.shown { write(row, to: &json) }
        json.endArray()
    }

    // MARK: Rows

    /// Rows as they would become works, and the first refused ones, as text for the terminal.
    static func shown(_ report: ImportReport, count: Int) -> String {
        var lines: [String] = []
        for row in report.shown {
            lines.append("\(report.file), line \(row.line):")
            let width = row.properties.map(\.name.count).max() ?? 0
            for property in row.properties {
                let name = property.name + String(repeating: " ", count: width - property.name.count)
                lines.append(
                    "  \(name)  \(property.value)" + (property.origin.isEmpty ? "" : "   ← \(property.origin)"))
            }
            lines.append("  public beside:  \(row.published ?? "nothing")")
            lines.append("  for staff only: \(row.withheld ?? "nothing")")
        }
        for refusal in report.refusals.prefix(count) {
            lines.append("\(report.file), line \(refusal.line): refused: \(refusal.reason)")
        }
        return lines.map { $0.escapedForTerminal() + "\n" }.joined()
    }

    private static func write(_ row: ShownRow, to json: inout JSONWriter) {
        json.beginObject()
        json.key("line")
        json.integer(row.line)
        json.key("properties")
        json.beginObject()
        for property in row.properties {
            json.key(property.name)
            json.beginObject()
            json.key("value")
            json.string(property.value)
            json.key("from")
            json.string(property.origin)
            json.endObject()
        }
        json.endObject()
        for (key, text) in [("public", row.published), ("private", row.withheld)] {
            json.key(key)
            text.map { json.raw(Array($0.utf8)) } ?? json.null()
        }
        json.endObject()
    }
}
