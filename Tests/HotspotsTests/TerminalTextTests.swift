import Geometry
import Hotspots
import Testing
import Works

@Suite("Texts on a terminal") struct TerminalTextTests {
    @Test(
        "What a terminal would obey is spelled out",
        arguments: [
            ("\u{1B}]0;owned\u{7}", "\\u001b]0;owned\\u0007"), ("a\u{9B}31mb", "a\\u009b31mb"),
            ("a\rb\nc\td", "a\\u000db\\u000ac\\u0009d"),
            ("\u{7F}", "\\u007f"), ("a\u{202E}b\u{2066}c", "a\\u202eb\\u2066c"),
            ("a\u{2028}b\u{85}c", "a\\u2028b\\u0085c"),
            ("\0", "\\u0000"), ("Яма — 5 м, «ООО» 🕳️", "Яма — 5 м, «ООО» 🕳️"), ("", ""),
        ])
    func escapes(text: String, shown: String) {
        #expect(text.escapedForTerminal() == shown)
    }

    @Test("JSON stays the same JSON")
    func json() throws {
        let text = "\u{1B}[2J\u{9B}\u{7F}\u{202E}\"\\ а"
        let written = JSONValue.array([.string(text)]).description
        let shown = written.escapedForTerminal(keeping: "\n")
        #expect(
            !shown.unicodeScalars.contains { $0.value < 32 || (127..<160).contains($0.value) || $0.value == 0x202E })
        #expect(try JSONParser.parse(shown) == JSONParser.parse(written))
    }

    @Test("A row of a table is one line, whatever its cells hold")
    func table() {
        var table = TextTable([.init("title", .left), .init("n")])
        table.add(["a\nworksmap: all is well\u{1B}[2J", "1"])
        #expect(table.text().split(separator: "\n").count == 3)
        #expect(table.text().unicodeScalars.allSatisfy { $0.value >= 32 || $0 == "\n" })
    }

    @Test("Names in the CSV of a report are guarded, numbers below nought stay numbers")
    func reportCSV() {
        let outcomes = (0..<12).map { _ in
            WorkOutcome(
                kind: .roadRepair, category: "pothole", contractor: "=cmd()", status: .done,
                beganAt: Instant("2026-01-01T00:00:00Z"), dueAt: Instant("2026-03-01T00:00:00Z"),
                originalDueAt: Instant("2026-04-01T00:00:00Z"), completedAt: Instant("2026-02-01T00:00:00Z"),
                dueChanges: 1)
        }
        let csv = DeadlineReport(outcomes, by: .contractors, at: Instant("2026-06-01T00:00:00Z")!).csv()
        let rows = csv.split(separator: "\r\n")
        #expect(rows[1].hasPrefix("'=cmd(),12,"))
        #expect(rows[1].contains(",-"), "days are given back")
    }
}
