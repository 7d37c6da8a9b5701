import Geometry
import Interchange
import Testing
import Works

@Suite("CQL2")
struct CQL2Tests {
    private func parse(_ text: String, _ form: CQL2.Form = .text) throws(CQL2Error) -> FilterExpression {
        try CQL2.parse(text, as: form, vocabulary: .works)
    }

    @Test(
        "A filter in words and in JSON is the same",
        arguments: [
            ("status = 'done'", #"{"op":"=","args":[{"property":"status"},"done"]}"#),
            (
                "NOT due_changes > 2 AND kind <> 'hazard' OR TRUE",
                #"""
                {"op":"or","args":[{"op":"and","args":[{"op":"not","args":[{"op":">","args":[{"property":"due_changes"},2]}]},
                {"op":"<>","args":[{"property":"kind"},"hazard"]}]},true]}
                """#
            ),
            ("due_at IS NOT NULL", #"{"op":"not","args":[{"op":"isNull","args":[{"property":"due_at"}]}]}"#),
            (
                "CASEI(title) LIKE casei('%труба%')",
                #"{"op":"like","args":[{"op":"casei","args":[{"property":"title"}]},{"op":"casei","args":["%труба%"]}]}"#
            ),
            (
                "\"category\" NOT IN ('water', 'O''Hara')",
                #"{"op":"not","args":[{"op":"in","args":[{"property":"category"},["water","O'Hara"]]}]}"#
            ),
            ("revision BETWEEN 1 AND -2.5e1", #"{"op":"between","args":[{"property":"revision"},1,-25]}"#),
            (
                "due_changes + 2 * revision ^ 2 >= (7 - 1) div 2",
                #"""
                {"op":">=","args":[{"op":"+","args":[{"property":"due_changes"},{"op":"*","args":[2,{"op":"^","args":[{"property":"revision"},2]}]}]},
                {"op":"div","args":[{"op":"-","args":[7,1]},2]}]}
                """#
            ),
            (
                "S_INTERSECTS(geometry, POINT(37.5 55.5))",
                #"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[37.5,55.5]}]}"#
            ),
            (
                "S_WITHIN(geometry, BBOX(1,2,3,4))",
                #"{"op":"s_within","args":[{"property":"geometry"},{"bbox":[1,2,3,4]}]}"#
            ),
            ("due_at < DATE('2026-05-04')", #"{"op":"<","args":[{"property":"due_at"},{"date":"2026-05-04"}]}"#),
            (
                "T_DURING(due_at, INTERVAL('2026-05-04T00:00:00Z', '..'))",
                #"{"op":"t_during","args":[{"property":"due_at"},{"interval":["2026-05-04T00:00:00Z",".."]}]}"#
            ),
            (
                "T_INTERSECTS(INTERVAL(starts_at, due_at), TIMESTAMP('2026-05-04T10:00:00.5Z'))",
                #"""
                {"op":"t_intersects","args":[{"interval":[{"property":"starts_at"},{"property":"due_at"}]},
                {"timestamp":"2026-05-04T10:00:00.5Z"}]}
                """#
            ),
        ])
    func forms(text: String, json: String) throws {
        let filter = try parse(text)
        #expect(try parse(json, .json) == filter)
        #expect(try parse(CQL2.json(filter).description, .json) == filter)
    }

    @Test(
        "What cannot be read or used is refused with its place and what would be right",
        arguments: [
            ("", "the filter is empty"),
            ("status", "at character 1: a condition expected, a value alone found"),
            ("status = ", "at character 10: a value expected, the end found"),
            ("titel = 'a'", "at character 1: there is no property “titel” to ask for; there are id, kind"),
            ("status = 'done", "at character 10: a text in quotation marks has no end"),
            ("название = 1", "there is no property “название”"),
            ("title = 'ё' AND due_changes = 'a'", "at character 29: = compares a number with a text"),
            ("title > 1", "at character 7: > compares a text with a number"),
            ("TRUE < FALSE", "truth values are equal or not"),
            ("status LIKE title", "the pattern after LIKE has to be a text in quotes"),
            ("due_at = TIMESTAMP('2026-05-04')", "“2026-05-04” is not a moment in UTC"),
            ("due_at = DATE('2026-02-30')", "“2026-02-30” is not a date"),
            ("due_at = TIMESTAMP('2026-05-04T10:00:00+03:00')", "is not a moment in UTC such as"),
            ("T_AFTER(due_at, INTERVAL('2026-05-04','2026-05-03'))", "the interval ends before it starts"),
            ("S_INTERSECTS(geometry, POINT(55.5 137.5))", "the position 55.5 137.5 is outside the world"),
            ("S_INTERSECTS(geometry, POLYGON((0 0,1 1)))", "at character 24: the geometry cannot be used"),
            ("S_INTERSECTS(title, POINT(1 1))", "S_INTERSECTS takes a geometry, not a text"),
            ("S_CROSSES(geometry, GEOMETRYCOLLECTION(POINT(1 1)))", "is not defined for a GEOMETRYCOLLECTION"),
            ("geometry = POINT(1 1)", "= does not compare a geometry; S_EQUALS and its like do"),
            ("A_CONTAINS(title, 'a')", "A_CONTAINS is not offered: no property here is an array"),
            ("avg(due_changes) = 1", "there is no function “avg”; there are CASEI"),
            ("BBOX(1,2,3) = 1", "a box has four numbers, or six with heights; here are 3"),
            ("status = 'a' status = 'b'", "at character 14: nothing more, or AND or OR expected, “status” found"),
            ("(status = 'a'", "at character 14: “)” expected, the end found"),
            ("due_changes = 1.2.3", "is no number"), ("due_changes = 1e999", "is beyond ±1.8e308"),
            ("status & 'a'", "at character 8: “&” means nothing here"),
            ("{\"op\":\"=\"}", "a filter in JSON is told by filter-lang=cql2-json"),
        ])
    func refusals(text: String, reason: String) {
        let error = #expect(throws: CQL2Error.self) { try parse(text) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test(
        "The same in JSON, by the path of what is wrong",
        arguments: [
            ("{", "the filter is not JSON"), ("[]", "a condition expected: an object with op and args"),
            (#"{"op":"and","args":[true]}"#, "and joins two conditions or more; here are 1"),
            (
                #"{"op":"and","args":[true,{"op":"=","args":[{"property":"titel"},1]}]}"#,
                "at args[1].args[0]: there is no property “titel”"
            ),
            (#"{"op":"=","args":[{"property":"title"}]}"#, "at args: = takes 2 arguments; here are 1"),
            (#"{"op":"=","args":[{"property":"title"},null]}"#, "at args[1]: null is no value to compare with; isNull"),
            (#"{"op":"avg","args":[]}"#, "at op: there is no function “avg”"),
            (
                #"{"op":"s_within","args":[{"property":"geometry"},{"type":"Point","coordinates":["a",1]}]}"#,
                "args[1].coordinates"
            ),
        ])
    func jsonRefusals(text: String, reason: String) {
        let error = #expect(throws: CQL2Error.self) { try parse(text, .json) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test("What is deep or long without end is refused, not followed", arguments: [100, 10_000])
    func depth(count: Int) {
        func piled(_ open: String, _ core: String, _ close: String) -> String {
            String(repeating: open, count: count) + core + String(repeating: close, count: count)
        }
        let texts = [
            piled("(", "TRUE", ")"), piled("NOT ", "TRUE", ""), piled("-", "1", "") + " = 1",
            piled("CASEI(", "title", ")") + " = 'a'", "due_changes" + piled(" + 1", "", "") + " = 1",
            piled("due_changes = (1 + ", "1", ")"),
            "S_INTERSECTS(geometry, " + piled("GEOMETRYCOLLECTION(", "POINT(1 1)", ")") + ")",
            piled("(status = 'a' AND (status = 'b' OR ", "TRUE", "))"),
        ]
        for text in texts {
            #expect(throws: CQL2Error.self, "\(text.prefix(40))") { try parse(text) }
        }
        let json = [
            piled(#"{"op":"not","args":["#, "true", "]}"), piled("[", "", "]"),
            #"{"op":"=","args":[1,"# + piled(#"{"op":"+","args":[1,"#, "1", "]}") + "]}",
            #"{"op":"s_intersects","args":[{"property":"geometry"},"#
                + piled(#"{"type":"GeometryCollection","geometries":["#, #"{"type":"Point","coordinates":[1,1]}"#, "]}")
                + "]}",
        ]
        for text in json {
            #expect(throws: CQL2Error.self, "\(text.prefix(40))") { try parse(text, .json) }
        }
        #expect(throws: CQL2Error.self) {
            try parse("source_id IN (" + String(repeating: "'a',", count: 2001) + "'a')")
        }
        #expect(throws: CQL2Error.self) { try parse("title = '" + String(repeating: "a", count: 1 << 16) + "'") }
    }

    @Test("AND and OR in turns may lie as deep in each other as SQL is read, and no deeper")
    func levels() throws {
        func turns(_ count: Int) -> String {
            (0..<count).reduce("TRUE") { "(revision = 1 \($1 % 2 == 0 ? "AND" : "OR") \($0))" }
        }
        #expect(try parse(turns(CQL2.maximumLevels)).levels == CQL2.maximumLevels)
        let error = #expect(throws: CQL2Error.self) { try parse(turns(CQL2.maximumLevels + 1)) }
        #expect(error?.description.contains("more than 20 deep; write the filter flatter") == true)
        // What only looks deep is read.
        let pile = (0..<60).reduce("TRUE") { text, _ in "(\(text) AND revision = 1)" }
        #expect(try parse(pile).normalized.levels == 1)
    }

    @Test("Positions are read in the order of the system that the filter is written in")
    func positions() throws {
        let filter = try CQL2.parse(
            "S_INTERSECTS(geometry, BBOX(55, 37, 56, 38))", as: .text, vocabulary: .works,
            position: { Coordinate(longitude: $1, latitude: $0) })
        #expect(
            filter
                == .spatial(.intersects, .property("geometry"), .box(Bounds(west: 37, south: 55, east: 38, north: 56))))
    }

    @Test("A time may be written as a text where it is compared with a time")
    func timesAsTexts() throws {
        #expect(try parse("due_at >= '2026-05-04T10:00:00Z'") == parse("due_at >= TIMESTAMP('2026-05-04T10:00:00Z')"))
        #expect(try parse("due_at IN ('2026-05-04')") == parse("due_at IN (DATE('2026-05-04'))"))
        #expect(throws: CQL2Error.self) { try parse("due_at = 'tomorrow'") }
        #expect(try parse("title = '2026-05-04'") == .comparison(.equal, .property("title"), .text("2026-05-04")))
    }

    @Test("Without a vocabulary every name will do")
    func anyNames() throws {
        #expect(
            try CQL2.parse("eo:cloud_cover < 0.1", as: .text)
                == .comparison(.less, .property("eo:cloud_cover"), .number(0.1)))
    }
}
