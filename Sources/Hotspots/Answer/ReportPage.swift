/// The frame of a self-contained HTML page: no script, no other file.
enum ReportPage {
    /// A page with a title and a body that is already HTML.
    static func html(title: String, body: String) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>\(title.escapedForHTML)</title>
        <style>
        body { font: 15px/1.45 system-ui, sans-serif; max-width: 62rem; margin: 1.5rem auto; padding: 0 1rem; color: #222; }
        h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid #ddd; }
        th { border-bottom: 2px solid #888; } .name { text-align: left; }
        svg { max-width: 100%; height: auto; background: #fafafa; border: 1px solid #ddd; }
        svg.chart { display: block; width: 100%; max-width: 34rem; padding: .4rem; }
        .legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0 1.2rem; }
        .legend svg { border: 0; vertical-align: -.1em; }
        svg text { font: 12px system-ui, sans-serif; }
        .note { border-left: 4px solid #ef8a62; padding-left: .8rem; margin: .3rem 0; }
        .credits { color: #555; font-size: .85rem; margin: .2rem 0; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f4f4f4; padding: .6rem; }
        .key { display: inline-block; width: .9em; height: .9em; margin: 0 .3em 0 1em; vertical-align: -.1em; }
        </style></head><body>
        <h1>\(title.escapedForHTML)</h1>
        \(body)
        </body></html>

        """
    }

    /// A table; the columns in `names` are set to the left.
    static func table(_ titles: [String], names: Set<Int>, _ rows: [[String]]) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            let content = cells.enumerated().map { column, cell in
                "<\(tag)\(names.contains(column) ? " class=\"name\"" : "")>\(cell.escapedForHTML)</\(tag)>"
            }
            return "<tr>" + content.joined() + "</tr>"
        }
        return "<table>" + row(titles, "th") + rows.map { row($0, "td") }.joined(separator: "\n") + "</table>"
    }

    /// A legend of coloured squares.
    static func legend(_ entries: [(color: String, text: String)]) -> String {
        "<p>"
            + entries.map { "<span class=\"key\" style=\"background:\($0.color)\"></span>\($0.text.escapedForHTML)" }
            .joined()
            + "</p>"
    }
}

extension String {
    /// With the five characters replaced that mean something in HTML and XML; control characters and marks that turn the direction of
    /// writing become U+FFFD.
    var escapedForHTML: String {
        var text = ""
        text.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            case "\t", "\n", "\r": text.unicodeScalars.append(scalar)
            case "\0"..<" ", "\u{7F}"..<"\u{A0}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
                text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
