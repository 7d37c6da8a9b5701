import Foundation
import Testing
import Works

@testable import Interchange

@Suite struct MappingTests {
    @Test(
        "Every mapping that is shipped can be read, the promised ones among them")
    func shipped() throws {
        let names = RealData.mappings.names
        let promised = [
            "boston-311", "boston-schools", "boston-neighborhoods", "dc-incidents", "dc-outages", "dc-hazards",
            "dc-permits", "dc-schools",
            "karlsruhe", "kentucky-outages", "wzdx",
        ]
        #expect(Set(promised).subtracting(names).isEmpty)
        for name in names {
            let mapping = try RealData.mappings.mapping(name)
            #expect(mapping.source != nil && mapping.layer != nil, "\(name)")
        }
    }

    @Test(
        "A mistake is told with its line, its key and what is allowed",
        arguments: [
            ("source: x\nfeilds: {}", 2, "feilds", "is `fields` meant?"),
            ("layer: hazard", 1, "layer", "is `hazards` meant?"),
            ("fields:\n  titel: A", 2, "fields", "is `title` meant?"),
            (
                "fields:\n  status:\n    column: S\n    table: {A: finished}", 3, "fields.status",
                "reported, accepted, in_progress, done, rejected"
            ),
            ("fields:\n  title: {colum: A}", 2, "fields.title.colum", "is `column` meant?"),
            ("fields:\n  title: {column: A, constant: B}", 2, "fields.title", "exactly one of"),
            ("fields:\n  title: {column: A, end_of_day: true}", 2, "fields.title", "only a time"),
            ("fields:\n  due_at: {column: A, time_formats: '%Q'}", 2, "fields.due_at.time_formats", "%Q means nothing"),
            ("time_zone: Mars/Olympus", 1, "time_zone", "Europe/Moscow"),
            ("encoding: klingon", 1, "encoding", "windows-1251"),
            ("delimiter: ab", 1, "delimiter", "semicolon"),
            ("geometry: {lat: A, lon: B}", 1, "geometry", "{longitude: COLUMN, latitude: COLUMN}"),
            ("observed_at: stand", 1, "observed_at", "{collection: MEMBER}"),
            ("where: [{column: A}]", 1, "where", "`is`"),
            ("refuse: [{column: A, present: true}]", 1, "refuse", "because"),
            ("source: a\npublish: NOTE", 2, "publish", "list of columns"),
            ("publish:", 1, "publish", "`all`"),
            ("publish: {NOTE: yes}", 1, "publish", "list of columns"),
            ("publish:\n  - NOTE\n  - [A, B]", 3, "publish", "single text"),
            ("publish:\n  - NOTE\n  - ''", 3, "publish", "without a name"),
            ("publish: ['@id']", 1, "publish", "no column"),
            ("omit: [NOTE]\npublish: [NOTE]", 2, "publish", "omit"),
            ("bounds: [1, 2, 3]", 1, "bounds", "[west, south, east, north]"),
            ("fields:\n  title: {template: '{A'}", 2, "fields.title", "brace"),
            ("layer: schools\nfields:\n  due_at: A", 3, "fields.due_at", "source, source_id, name, class"),
        ])
    func mistakes(yaml: String, line: Int, key: String, hint: String) {
        let error = #expect(throws: MappingError.self, "\(yaml)") { try Mapping(yaml: yaml, name: "test") }
        #expect(error?.line == line, "\(yaml)")
        #expect(error?.key == key)
        #expect(error?.message.contains(hint) == true, "\(error?.message ?? "")")
    }

    @Test("What is no YAML, and no mapping, is told", arguments: ["a: [", "- 1", "just text", ""])
    func notYAML(text: String) { #expect(throws: MappingError.self) { try Mapping(yaml: text, name: "test") } }

    @Test("An unknown name lists the mappings that there are")
    func unknownName() {
        let error = #expect(throws: MappingError.self) { try RealData.mappings.mapping("boston-312") }
        #expect(error?.message.contains("is boston-311 meant?") == true)
    }

    /// The first row of a CSV text as a draft.
    private func draft(_ fields: String, _ csv: String, head: String = "") throws -> WorkDraft {
        let mapping = try Mapping(yaml: head + "fields:\n  kind: {constant: hazard}\n" + fields, name: "test")
        let reader = try CSVReader(MemorySource(name: "t.csv", Array(csv.utf8)))
        let plan = try RecordPlan(mapping, header: reader.header, file: "t.csv")
        var mapper = try RowMapper(mapping: mapping, kind: nil, source: "test", observedAt: nil)
        #expect(try reader.next())
        return try mapper.work(CSVRow(reader: reader, plan: plan, number: 1), sourceID: nil, plan: plan)
    }

    @Test("Values come from columns, constants, templates, alternatives, joins, tables and steps")
    func expressions() throws {
        let draft = try draft(
            """
              title: {template: "{A} ({B})"}
              description: {first_non_empty: [N, C, A]}
              address: {join: [A, N, B], separator: " / "}
              category: {column: A, table: {x: pothole}, default: other}
              organisation: {column: B, table: {q: Roads}}
              contractor: {column: C, table: {z: ~}}
              severity: {column: D, at_least: {0: minor, 50: moderate, 500: severe}}
              status: {column: N, default: accepted}
              district: {template: "{N} {A}"}

            """, "A,B,C,D,N\nx, y ,z,499,\n")
        #expect(draft.title == "x (y)")
        #expect(draft.description == "z")
        #expect(draft.address == "x / y")
        #expect(draft.category == "pothole")
        // A name that the table does not list is taken as it is.
        #expect(draft.organisation == "y")
        #expect(draft.contractor == nil)
        #expect(draft.severity == .moderate)
        #expect(draft.status == .accepted)
        #expect(draft.district == nil)
        // Values only looked up are kept for staff, as are those that nobody asked for.
        #expect(draft.extra?.published == nil && draft.extra?.withheld?.contains(#""D":"499""#) == true)
    }

    @Test("Dates are days of the city: a deadline lasts until the end of its day")
    func days() throws {
        let draft = try draft(
            "  starts_at: A\n  due_at: {column: A, end_of_day: true}\n  completed_at: {column: B, end_of_day: true}\n",
            "A,B\n2026-03-29,2026-03-29 12:00:00\n", head: "time_zone: Europe/Berlin\n")
        #expect(draft.startsAt?.description == "2026-03-28T23:00:00Z")
        #expect(draft.dueAt?.description == "2026-03-29T21:59:59Z")
        #expect(draft.completedAt?.description == "2026-03-29T10:00:00Z")
    }

    @Test("A status that the source does not say follows from the start")
    func statusByStart() throws {
        let yaml = "  starts_at: A\n  observed_at: B\n  status: {before_start: accepted, after_start: in_progress}\n"
        #expect(try draft(yaml, "A,B\n2026-01-02,2026-01-01\n").status == .accepted)
        #expect(try draft(yaml, "A,B\n2026-01-02,2026-01-02\n").status == .inProgress)
    }

    @Test(
        "A row that cannot be understood says which column and value it is",
        arguments: [
            ("  due_at: A", "A\nsoon\n", ["due_at", "column A", "“soon”", "time_formats"]),
            ("  status: {column: A, table: {x: done}}", "A\ny\n", ["status", "“y”", "table"]),
            ("  severity: A", "A\nhigh\n", ["severity", "“high”", "minor, moderate, severe"]),
            ("  daily_from: A", "A\n25:00\n", ["daily_from", "“25:00”"]),
            ("  severity: {column: A, at_least: {0: minor}}", "A\nmany\n", ["severity", "“many”", "number"]),
        ])
    func refusals(fields: String, csv: String, words: [String]) throws {
        let error = #expect(throws: RowRefusal.self) { try draft(fields + "\n", csv) }
        for word in words { #expect(error?.reason.contains(word) == true, "\(error?.reason ?? "")") }
    }

    @Test("A mapping that names a column that the file lacks lists the columns that there are")
    func missingColumn() throws {
        let error = #expect(throws: MappingError.self) { try draft("  title: TITEL\n", "TITLE,B\n1,2\n") }
        #expect(error?.message.contains("“TITLE” meant") == true)
        #expect(error?.message.contains("TITLE, B") == true)
        #expect(try draft("  title: TITEL?\n", "TITLE,B\n1,2\n").title == nil)
    }

    @Test(
        "Well-known text is read and written",
        arguments: [
            "POINT (30 10.5)", "LINESTRING (30 10,10 30,40 40)",
            "POLYGON ((30 10,40 40,20 40,30 10),(25 20,30 25,28 22,25 20))",
            "MULTIPOINT ((10 40),(40 30))", "MULTILINESTRING ((10 10,20 20),(40 40,30 30))",
            "MULTIPOLYGON (((30 20,45 40,10 40,30 20)),((15 5,40 10,10 20,15 5)))",
            "GEOMETRYCOLLECTION (POINT (40 10),LINESTRING (10 10,20 20))",
        ])
    func wkt(text: String) throws {
        var text = text
        let geometry = try #require(try text.withUTF8 { try WKT.parse($0) })
        #expect(WKT.text(of: geometry).replacing(".0", with: "") == text)
        var ewkt = "SRID=4326; " + text.lowercased().replacing("(", with: " ( ")
        #expect(try ewkt.withUTF8 { try WKT.parse($0) } == geometry)
    }

    @Test("Collections in collections without end are refused, not followed", arguments: [65, 100_000])
    func deepWKT(depth: Int) {
        var text =
            String(repeating: "GEOMETRYCOLLECTION (", count: depth) + "POINT (1 1)"
            + String(repeating: ")", count: depth)
        #expect(throws: RowRefusal.self) { try text.withUTF8 { try WKT.parse($0) } }
    }

    @Test(
        "What is no well-known text is refused",
        arguments: [
            "POINT (1)", "CIRCLE (1 2)", "POINT (1 2", "POINT (1 2) x", "SRID=3857;POINT (1 2)",
            "SRID=1e300;POINT (1 2)", "SRID=-1e19;POINT (1 2)",
            "SRID=\(String(repeating: "9", count: 400));POINT (1 2)", "POINT (1e999 2)",
        ])
    func wrongWKT(text: String) {
        var text = text
        #expect(throws: RowRefusal.self) { try text.withUTF8 { try WKT.parse($0) } }
    }

    @Test(
        "Numbers are read with a point or a comma, and nothing else is one",
        arguments: [
            ("42.3574", 42.3574), ("-71,0648", -71.0648), ("1e3", 1000), ("+7", 7),
            ("0.1234567890123456789", 0.12345678901234568), ("abc", nil),
            ("", nil), ("-", nil), ("nan", nil), ("inf", nil), ("1.2.3", nil), ("1e999", nil),
        ] as [(String, Double?)])
    func numbers(text: String, expected: Double?) {
        var text = text
        #expect(text.withUTF8 { Decimal.parse($0) } == expected)
    }
}
