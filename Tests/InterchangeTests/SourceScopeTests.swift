import Foundation
import Geometry
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@testable import Interchange

extension TestCity {
    /// A city with two works of each of two sources and one of none.
    fileprivate static func filled() throws -> TestCity {
        let city = try TestCity()
        for source in ["a", "b"] {
            try city.load("source_id,title,status\n7,First of \(source),accepted\n8,Second,accepted\n", source: source)
        }
        try city.load("title,status\nOf nobody,accepted\n", source: "loose")
        return city
    }

    @discardableResult
    fileprivate func load(
        _ text: String, source: String?, as layer: ImportLayer = .hazards, isFull: Bool? = nil,
        _ yaml: String? = nil
    ) throws -> ImportReport {
        try importText(text, name: text.hasPrefix("{") ? "list.geojsonl" : "list.csv", as: layer, yaml) { options in
            options.source = source
            options.isFullSnapshot = isFull
        }
    }
}

@Suite("Works of other sources in a list")
struct SourceScopeTests {
    /// A row with all marks of our exports.
    private static func marked(_ id: WorkID, source: String? = nil, sourceID: String? = nil, title: String) -> String {
        func text(_ value: String?) -> String { value.map { "\"\($0)\"" } ?? "null" }
        return #"{"type":"Feature","id":"\#(id)","geometry":null,"properties":{"id":"\#(id)","revision":9,"#
            + #""deadline_state":"none","kind":"hazard","status":"rejected","source":\#(text(source)),"#
            + #""source_id":\#(text(sourceID)),"title":"\#(title)"}}"# + "\n"
    }

    @Test("A list with a named source changes no work of another source, whatever its rows name")
    func named() throws {
        let city = try TestCity.filled()
        let before = try city.works()
        let others = before.filter { $0.source != "b" }
        #expect(others.count == 3)
        let attacks =
            others.map { Self.marked($0.id, title: "hijacked") }
            + others.map { Self.marked($0.id, source: "b", sourceID: "7", title: "hijacked") }
            + others.map { Self.marked($0.id, source: $0.source, sourceID: $0.sourceID, title: "hijacked") }
        for row in attacks {
            let report = try city.load(row, source: "b")
            #expect(report.refused == 1 && report.updated == 0 && report.inserted == 0, "\(row)")
            #expect(report.refusals[0].reason.contains("speaks for “b” only"))
            #expect(try city.works() == before)
        }
        // A name without an id is one of the list's own source, and this is told.
        let report = try city.load("source,source_id,title\na,7,Said by b\n", source: "b")
        #expect(report.updated == 1 && report.notes.contains { $0.contains("1 row names another source (“a” 1)") })
        let after = try city.works()
        #expect(after.filter { $0.source != "b" } == others)
        #expect(after.first { $0.source == "b" && $0.sourceID == "7" }?.title == "Said by b")
        // A mapping that names sources by a column does not speak for others either.
        let mapped = try city.load(
            "who,id,what\na,8,Mapped\n", source: "b", "fields: {source: who, source_id: id, title: what}")
        #expect(mapped.updated == 1)
        #expect(try city.works().filter { $0.source != "b" } == others)
    }

    @Test("A list with a named source changes its own works by our ids, and takes the works of another city over")
    func own() throws {
        let city = try TestCity.filled()
        let text = try city.export(.works(nil), .geojsonl)
        let own = text.split(separator: "\n").filter { $0.contains("\"source\":\"b\"") }.joined(separator: "\n")
        #expect(try city.load(own, source: "b").unchanged == 2)
        #expect(try city.load(own.replacing("Second", with: "2nd"), source: "b").updated == 1)
        // Works of two sources that have the same names there stay apart.
        let other = try TestCity()
        for _ in 0..<2 {
            let report = try other.load(text, source: "neighbours")
            #expect(report.refused == 0 && report.inserted + report.unchanged == 5, "\(report)")
        }
        #expect(try Set(other.works().map(\.source)) == ["neighbours"])
        #expect(try Set(other.works().map(\.id)) == Set(city.works().map(\.id)))
    }

    @Test("An export comes back without a named source, and changes of other sources' works are told")
    func export() throws {
        let city = try TestCity.filled()
        let before = try city.works()
        #expect(try city.load(try city.export(.works(nil), .csv), source: nil).unchanged == 5)
        #expect(try city.works() == before)
        let changed = try city.export(.works(nil), .geojsonl).replacing("Second", with: "2nd").replacing(
            "Of nobody", with: "Ours")
        let report = try city.load(changed, source: nil)
        #expect(report.updated == 3)
        #expect(
            report.notes.contains { $0.contains("3 works of other sources changed (“a” 1, “b” 1, “loose” 1)") },
            "\(report.notes)")
    }

    @Test("A full list closes by absence only works of its own source, and names of other sources are not its own")
    func absence() throws {
        let city = try TestCity.filled()
        func open(_ source: String) throws -> [String] {
            try city.works().filter { $0.source == source && $0.status.isOpen }.compactMap(\.sourceID)
        }
        // Row 7 is one of “a”: it does not stand for the 7 of the list's own source.
        let yaml = "source: b\nsnapshot: full\nfields: {source: who, source_id: id, status: {constant: accepted}}"
        let report = try city.load("who,id\na,7\nb,8\n", source: nil, yaml)
        #expect(report.closed == 1)
        #expect(try open("b") == ["8"] && open("a") == ["7", "8"])

        // A refused row of somebody else's work closes nothing, and neither does a work that is meant by its id alone.
        let other = try TestCity.filled()
        let works = try other.works()
        let first = try #require(works.first { $0.source == "a" && $0.sourceID == "7" })
        let mine = try #require(works.first { $0.source == "b" && $0.sourceID == "7" })
        let rows =
            Self.marked(first.id, source: "a", sourceID: "7", title: "x")
            + Self.marked(mine.id, title: "mine").replacing("rejected", with: "accepted")
        let second = try other.load(rows, source: "b", isFull: true)
        #expect(second.refused == 1 && second.updated == 1 && second.closed == 1, "\(second)")
        #expect(try other.works().filter { $0.status.isOpen }.count == 4)
        #expect(try other.works().first { $0.id == mine.id }?.status == .accepted)
    }

    @Test("Places of another source are not replaced")
    func places() throws {
        let city = try TestCity()
        func school(_ source: String?, _ id: String, _ name: String, featureID: String? = nil) -> String {
            let more = source.map { #""source":"\#($0)","# } ?? ""
            let own = featureID.map { #""id":"\#($0)","# } ?? ""
            return #"{"type":"Feature",\#(own)"geometry":{"type":"Point","coordinates":[8,49]},"#
                + #""properties":{\#(more)"source_id":"\#(id)","name":"\#(name)"}}"# + "\n"
        }
        func names() throws -> [String: String?] {
            var names: [String: String?] = [:]
            try city.store.forEachFeature(in: .schools, matching: .all, after: nil, limit: nil, budget: .unlimited) {
                names[$1.id] = $1.name
            }
            return names
        }
        try city.load(school(nil, "7", "First"), source: "a", as: .reference(.schools))
        try city.load(school(nil, "c", "Colon"), source: "a:b", as: .reference(.schools))
        let attack = school("a", "7", "Bad") + school("a", "7", "Bad", featureID: "a:7")
        try city.load(attack, source: "b", as: .reference(.schools))
        let refused = try city.load(school(nil, "b:c", "Bad"), source: "a", as: .reference(.schools))
        #expect(refused.refused == 1)
        #expect(try names() == ["a:7": "First", "a:b:c": "Colon", "b:7": "Bad", "b:a:7": "Bad"])
    }
}
