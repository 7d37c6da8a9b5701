import Foundation
import Hotspots
import Testing
import Works

@Suite("Deadline reports")
struct DeadlineReportTests {
    static let now = Instant("2026-06-01T00:00:00Z")!

    private func day(_ days: Double) -> Instant { Self.now + Int64(days * 86_400) }

    /// A work that began `began` days from now, was due and done at others, and was moved from its first deadline.
    private func work(
        _ status: WorkStatus, began: Double? = -100, due: Double? = nil, original: Double? = nil, done: Double? = nil,
        changes: Int = 0, contractor: String? = "Dorstroy", category: String = "pothole"
    ) -> WorkOutcome {
        WorkOutcome(
            kind: .roadRepair, category: category, contractor: contractor, status: status, beganAt: began.map(day),
            dueAt: due.map(day), originalDueAt: (original ?? due).map(day), completedAt: done.map(day),
            dueChanges: changes)
    }

    @Test("A tally counts what was kept, what was not and what is open")
    func tally() {
        let tally = DeadlineTally(
            [
                work(.done, due: -50, done: -60),  // met, 40 days, 10 early
                work(.done, due: -50, done: -50),  // met, 50 days
                work(.done, due: -50, original: -70, done: -40, changes: 2),  // missed, 60 days, 10 late, 20 added
                work(.inProgress, due: -10, original: -5, changes: 1),  // overdue, 5 days brought forward
                work(.accepted, due: 30),  // open, on time
                work(.reported),  // open, no deadline
                work(.rejected, due: -20),
                work(.done, due: -20),  // done, nobody knows when
            ], at: Self.now)
        #expect(tally.works == 8)
        #expect((tally.met, tally.missed, tally.open, tally.overdue) == (2, 1, 3, 1))
        #expect(tally.withDeadline == 6)
        #expect(tally.shareMissed == 0.5 && tally.shareMet == 0.5)
        #expect(tally.dueChanges == 3)
        #expect(tally.daysAdded == 15)
        // Fixing: 40 50 60 ended, 100 three times censored: survival 5/6, 4/6, 3/6 = a half at 60.
        #expect(tally.medianDays == 60)
        #expect(tally.p90Days == nil)
        // Delay: −30 censored, −10 0 10 ended, 10 censored: survival 1, 3/4, 2/4 at 0.
        #expect(tally.medianDelayDays == 0)
        #expect(tally.p90DelayDays == nil)
    }

    @Test("Leaving out open works would make a slow service look quick; censoring does not")
    func censoring() {
        let quick = (1...4).map { work(.done, began: -100, done: -100 + Double($0)) }
        let open = (0..<6).map { _ in work(.inProgress, began: -100) }
        #expect(DeadlineTally(quick, at: Self.now).medianDays == 2)
        #expect(DeadlineTally(quick + open, at: Self.now).medianDays == nil)
        #expect(DeadlineTally(quick, at: Self.now).p90Days == 4)
    }

    @Test("Groups below the minimum sample are shown but not ranked, and who misses most leads")
    func ranking() {
        let good = (0..<12).map { _ in work(.done, due: -50, done: -60, contractor: "Good") }
        let bad = (0..<10).map { work(.done, due: -50, done: $0 < 5 ? -40 : -60, contractor: "Bad") }
        let few = (0..<9).map { _ in work(.done, due: -50, done: -10, contractor: "Few") }
        let nobody = (0..<30).map { _ in work(.done, due: -50, done: -10, contractor: nil) }
        let report = DeadlineReport(good + few + nobody + bad, by: .contractors, at: Self.now)
        #expect(report.rows.map(\.name) == ["Bad", "Good", nil, "Few"])
        #expect(report.rows.map(\.isRanked) == [true, true, false, false])
        #expect(report.rows[0].tally.shareMissed == 0.5)
        #expect(report.total.tally.works == 61)
        #expect(
            DeadlineReport(few, by: .contractors, at: Self.now, minimumSample: 9).rows.map(\.isRanked) == [true])
    }

    @Test("A group of which few works have a deadline is not ranked by them")
    func deadlinesNeeded() {
        let works = (0..<20).map { work(.done, due: $0 == 0 ? -50 : nil, done: -10) }
        #expect(DeadlineReport(works, by: .contractors, at: Self.now).rows.map(\.isRanked) == [false])
    }

    @Test("The period cuts by when works began, its end belongs to the next one, and it says what it left out")
    func period() {
        let works = [-100, -50, -10, -5, nil].map { work(.reported, began: $0) }
        let report = DeadlineReport(
            works, by: .categories, period: Period(from: day(-50), until: day(-10)), at: Self.now)
        #expect(report.total.tally.works == 1)
        #expect(report.outsidePeriod == 3 && report.withoutTime == 1)
        let next = DeadlineReport(works, by: .categories, period: Period(from: day(-10), until: nil), at: Self.now)
        #expect(next.total.tally.works == 2)
        #expect(DeadlineReport(works, by: .categories, at: Self.now).total.tally.works == 5)
    }

    @Test("The trend goes month by month of UTC, as the months report does")
    func months() {
        let works = [
            work(.done, began: -62, due: -40, done: -41), work(.done, began: -61, due: -40, done: -39),
            work(.inProgress, began: -20, due: -10), work(.reported, began: nil),
        ]
        let report = DeadlineReport(works, by: .deadlines, at: Self.now)
        #expect(report.rows.map(\.name) == ["road_repair"])
        #expect(
            report.rows[0].months.map { [$0.works, $0.met, $0.missed, $0.open, $0.overdue] } == [
                [1, 1, 0, 0, 0], [1, 0, 1, 0, 0], [1, 0, 0, 1, 1],
            ])
        #expect(report.rows[0].months.map(\.name) == ["2026-03", "2026-04", "2026-05"])
        #expect(
            DeadlineReport(works, by: .months, at: Self.now).rows.map(\.name) == ["2026-03", "2026-04", "2026-05", nil])
    }

    @Test("JSON has the fields of the interface")
    func json() throws {
        let report = DeadlineReport(
            [work(.done, due: -50, done: -60), work(.reported, contractor: nil)], by: .contractors, at: Self.now)
        let parsed = try JSONSerialization.jsonObject(with: Foundation.Data(report.json(version: "1.0")))
        let json = try #require(parsed as? [String: Any])
        #expect(json["group"] as? String == "contractors")
        #expect(json["period"] is [String: Any])
        let rows = try #require(json["rows"] as? [[String: Any]])
        for field in [
            "name", "works", "met", "missed", "open", "overdue", "due_changes", "days_added", "median_days", "p90_days",
            "ranked",
        ] {
            #expect(rows.allSatisfy { $0[field] != nil }, "\(field)")
        }
        #expect(rows.map { $0["name"] as? String } == ["Dorstroy", nil])
        #expect(rows[0]["median_days"] as? Double == 40)
    }

    @Test("CSV and table have a line for each group, and Cyrillic names keep the columns straight")
    func text() {
        let works = (0..<12).map { work(.done, due: -50, done: -40, contractor: $0 % 2 == 0 ? "Дорстрой" : "Roads") }
        let report = DeadlineReport(works, by: .contractors, at: Self.now)
        #expect(report.csv().components(separatedBy: "\r\n").count == 4)
        let lines = report.table().split(separator: "\n").map(String.init)
        let columns = lines.filter { $0.contains("Дорстрой") || $0.contains("Roads") }
        #expect(columns.count == 2)
        #expect(Set(columns.map(\.terminalWidth)).count == 1)
    }

    @Test("The table fits the terminal, whatever the names are", arguments: DeadlineReport.Group.allCases)
    func fits(group: DeadlineReport.Group) {
        let name = "Общество с ограниченной ответственностью «Дорожно-строительное управление № 7»"
        let works = (0..<30).map { work(.done, due: -50, done: -40 + Double($0), contractor: name + " \($0 % 3)") }
        let report = DeadlineReport(works, by: group, at: Self.now)
        for width in [60, 80, 120] {
            let lines = report.table(width: width).split(separator: "\n").map { String($0).terminalWidth }
            #expect(lines.max()! <= width, "\(width)")
        }
        #expect(report.table(width: 80).contains("too narrow for"))
        #expect(!report.table().contains("too narrow for"))
    }

    @Test("No works at all make an empty report")
    func empty() {
        let report = DeadlineReport([WorkOutcome](), by: .districts, at: Self.now)
        #expect(report.rows.isEmpty && report.total.tally.works == 0)
        #expect(report.total.tally.medianDays == nil && report.total.tally.shareMissed == nil)
    }

    @Test("The page is one well-formed document with a bar for each ranked group")
    func html() throws {
        let works = (0..<24).map {
            work(
                .done, began: -100 + Double($0 * 3), due: -10, done: -5,
                contractor: $0 % 2 == 0 ? "<Дорстрой>" : "Roads")
        }
        let page = DeadlineReport(works, by: .contractors, at: Self.now).html(version: "1.0")
        let body =
            "<body>" + page.components(separatedBy: "<body>")[1].components(separatedBy: "</body>")[0] + "</body>"
        try XMLCheck.check(body)
        #expect(page.contains("&lt;Дорстрой&gt;") && !page.contains("<Дорстрой>"))
        #expect(DeadlineReport([WorkOutcome](), by: .months, at: Self.now).html(version: "1").contains("0 works"))
    }
}
