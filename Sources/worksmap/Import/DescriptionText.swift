import Hotspots
import Interchange

/// Description of a file as people read it: a table of columns, and lines on what holds for all rows.
struct DescriptionText {
    let file: FileDescription

    /// Lines for the terminal; control characters are escaped where they are printed.
    func text(width: Int?) -> String {
        var table = TextTable([
            .init("column", .left, mayShrink: true), .init("filled"), .init("kind", .left), .init("different"),
            .init("looks like", .left, mayShrink: true), .init("values", .left, mayShrink: true),
        ])
        for column in file.columns {
            table.add([
                column.name, Self.share(column.fill), column.kind.rawValue,
                column.isExact ? "\(column.distinct)" : "> \(column.distinct)",
                remarks(on: column), column.samples.map { "“\(Self.short($0.value))”" }.joined(separator: " "),
            ])
        }
        return head.map { $0.escapedForTerminal() + "\n" }.joined() + "\n" + table.text(width: width) + "\n"
            + foot.map { $0.escapedForTerminal() + "\n" }.joined()
    }

    private var head: [String] {
        var parts = [file.format + (file.isPacked ? ", gzip" : ""), "encoding \(file.encoding)"]
        if let delimiter = file.delimiter {
            parts.append("fields parted by \(delimiter == "tab" ? "tabs" : "“\(delimiter)”")")
        }
        if let records = file.records { parts.append("rows at “\(records)”") }
        var rows = "\(file.rows) rows"
        if !file.isWhole {
            rows =
                "the first \(file.rows) rows" + (file.share.map { " (\(Self.share($0)) of the file)" } ?? "")
                + ": a sample, all below holds for it only"
        }
        return ["\(file.file): \(rows); \(parts.joined(separator: ", "))"]
    }

    private var foot: [String] {
        var lines = ["place:     \(place)"]
        if let bounds = file.bounds { lines.append("extent:    \(bounds)") }
        lines.append(
            "id:        \(file.ids.isEmpty ? "no column has a different value in each row" : file.ids.prefix(5).joined(separator: ", "))"
        )
        if file.columns.contains(where: { $0.time != nil }) {
            lines.append(
                "time zone: "
                    + (file.needsZone
                        ? "times without an offset: by which clocks? "
                            + (file.zone.map { "The places suggest \($0)." } ?? "Say it in the mapping.")
                        : "all times say their offset"))
        }
        let personal = file.columns.filter(\.looksPersonal)
        lines.append(
            "personal:  \(personal.isEmpty ? "nothing looks so" : personal.map { "\($0.name) (\($0.personalReason))" }.joined(separator: "; "))"
        )
        if !file.members.isEmpty {
            lines.append("beside:    \(file.members.map { "@collection.\($0)" }.joined(separator: ", "))")
        }
        return lines + file.notes.map { "note:      \($0)" }
    }

    private var place: String {
        switch file.place {
        case .feature:
            let kinds = file.geometryKinds.sorted { $1.value < $0.value }.map { "\($0.value) \($0.key)" }
            return "geometries of features: \(kinds.joined(separator: ", "))"
                + (file.withoutGeometry > 0 ? ", \(file.withoutGeometry) without" : "")
        case .columns(let longitude, let latitude): return "columns \(longitude) (longitude) and \(latitude) (latitude)"
        case .pair(let column, let isLatitudeFirst):
            return "column \(column), \(isLatitudeFirst ? "latitude" : "longitude") first"
        case .wkt(let column): return "column \(column), as WKT"
        case .wkb(let column): return "column \(column), as WKB in hexadecimal digits"
        case .geoJSON(let column): return "column \(column), as GeoJSON"
        case .projected(let x, let y, let candidates):
            return
                "columns \(x) and \(y) in a projected system, which only you know: \(candidates.joined(separator: "; "))"
        case .none: return "no column says it"
        }
    }

    private func remarks(on column: ColumnDescription) -> String {
        var remarks: [String] = []
        if let time = column.time {
            remarks.append(time.formats.joined(separator: " or ") + (time.hasZone ? "" : ", no zone"))
            if let other = time.otherOrder { remarks.append("or \(other)?") }
            if !time.emptyValues.isEmpty { remarks.append("empty: \(time.emptyValues.joined(separator: ", "))") }
        }
        if column.kind == .number, let range = column.range {
            remarks.append("\(Self.number(range.lowerBound)) … \(Self.number(range.upperBound))")
        }
        if file.ids.contains(column.name) { remarks.append(column.countsRows ? "counts the rows" : "id") }
        if column.looksPersonal { remarks.append("personal: \(column.personalReason)") }
        return remarks.joined(separator: "; ")
    }

    static func share(_ value: Double) -> String {
        // A column that some rows lack is not full, one that some have is not empty.
        let percent = (value * 100).rounded()
        if percent == 100, value < 1 { return "> 99 %" }
        if percent == 0, value > 0 { return "< 1 %" }
        return "\(Int(percent)) %"
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
    }

    private static func short(_ text: String) -> String { text.count > 40 ? text.prefix(39) + "…" : text }
}
