import Foundation
import Geometry
import Testing
import Works

@testable import Interchange

/// Which columns of a file become public.
@Suite struct PublishedColumnsTests {
    private func load(
        _ text: String, _ mapping: String?, into store: MemoryStore = MemoryStore(), name: String = "list.csv",
        _ configure: (inout Importer.Options) -> Void = { _ in }
    ) throws -> (report: ImportReport, store: MemoryStore) {
        var options = Importer.Options()
        options.now = Instant("2026-11-23T09:00:00Z")
        configure(&options)
        let report = try Importer(store: store, options: options).importBytes(
            named: name, as: .hazards, mapping: try mapping.map { try Mapping(yaml: $0, name: "test") }
        ) { try InputFile.unwrap(MemorySource(name: name, Array(text.utf8))) }
        return (report, store)
    }

    private static let fields = "source: s\nfields: {source_id: ID, kind: {constant: hazard}, title: T}\n"
    private static let table =
        "ID,T,ФИО,Телефон,contact_email,applicant,owner_phone,ward\n1,Hole,Иванов,+7 1,a@b,Петров,+7 2,3\n"

    static let tables: [(publish: String, published: String?, withheld: [String])] = [
        ("", nil, ["ФИО", "Телефон", "contact_email", "applicant", "owner_phone", "ward"]),
        ("publish: []\n", nil, ["ФИО", "Телефон", "contact_email", "applicant", "owner_phone", "ward"]),
        ("publish: [ward]\n", #"{"ward":"3"}"#, ["ФИО", "Телефон", "contact_email", "applicant", "owner_phone"]),
        (
            "publish: [Ward, WARD, wards]\n", nil,
            ["ФИО", "Телефон", "contact_email", "applicant", "owner_phone", "ward"]
        ),
        (
            "publish: [ФИО]\nomit: [ward]\n", #"{"ФИО":"Иванов"}"#,
            ["Телефон", "contact_email", "applicant", "owner_phone"]
        ),
        (
            "publish: all\nomit: [ФИО, Телефон, contact_email, applicant]\n", #"{"owner_phone":"+7 2","ward":"3"}"#, []
        ),
    ]

    @Test("Of a table only what the mapping publishes is public, the rest is for staff", arguments: tables)
    func table(_ one: (publish: String, published: String?, withheld: [String])) throws {
        let (report, store) = try load(Self.table, one.publish + Self.fields)
        let work = try #require(store.works.first)
        #expect(work.extra == one.published)
        let members = try work.privateExtra.map { try JSONParser.parse($0).object?.map(\.name) ?? [] } ?? []
        #expect(members == one.withheld)
        #expect(report.withheld.map(\.name) == one.withheld)
        #expect(report.published.isEmpty == (one.published == nil))
    }

    private static let feature = """
        {"type":"Feature","geometry":null,"properties":{"ID":1,"T":"Hole","contact":{"email":"a@b","role":"owner"},
        "people":[{"name":"A","unit":"x"},{"name":"B","unit":"y"}],"a.b":"dotted","a":{"b":"nested","c":"x"}}}
        """

    static let features: [(publish: String, published: String?)] = [
        ("contact.role", #"{"contact":{"role":"owner"}}"#),
        ("contact", #"{"contact":{"email":"a@b","role":"owner"}}"#),
        ("contact.email.x", nil),
        ("people.1.unit", #"{"people":[{"unit":"y"}]}"#),
        ("email", nil),
        ("a.b", #"{"a.b":"dotted","a":{"b":"nested"}}"#),
    ]

    @Test("A path publishes what it leads to and nothing beside it", arguments: features)
    func paths(_ one: (publish: String, published: String?)) throws {
        let text = Self.feature.replacing("\n", with: "")
        let (report, store) = try load(text, "publish: [\(one.publish)]\n" + Self.fields, name: "list.geojsonl")
        let work = try #require(store.works.first)
        #expect(work.extra == one.published)
        // Nothing is lost: what is not public is with staff.
        let all = (work.extra ?? "") + (work.privateExtra ?? "")
        for value in ["a@b", "owner", "\"A\"", "\"y\"", "dotted", "nested"] { #expect(all.contains(value), "\(value)") }
        #expect(report.notes.contains { $0.contains("“\(one.publish)”") } == (one.published == nil))
    }

    @Test("A file without a mapping publishes nothing but our properties, unless the importer says so")
    func ownNames() throws {
        let text = #"[{"source_id":"1","title":"Hole","lanes":2,"extra":{"email":"a@b"},"private_extra":{"note":"n"}}]"#
        let plain = try load(text, nil, name: "list.json").store
        #expect(plain.works.first?.extra == nil)
        #expect(plain.works.first?.privateExtra == #"{"email":"a@b","note":"n","lanes":2}"#)
        for (published, expected) in [
            (PublishedColumns(list: "lanes"), #"{"lanes":2}"#),
            (PublishedColumns(list: "all"), #"{"email":"a@b","lanes":2}"#),
        ] {
            let store = try load(text, nil, name: "list.json") { $0.published = published }.store
            #expect(store.works.first?.extra == expected)
            #expect(store.works.first?.privateExtra?.contains(#""note":"n""#) == true)
        }
    }

    @Test("A column that is published no longer is private at the next import, and nothing else changes")
    func again() throws {
        let store = try load(Self.table, "publish: [ward, applicant]\n" + Self.fields).store
        #expect(store.works.first?.extra == #"{"applicant":"Петров","ward":"3"}"#)
        #expect(try load(Self.table, "publish: [ward, applicant]\n" + Self.fields, into: store).report.unchanged == 1)
        #expect(try load(Self.table, "publish: [ward]\n" + Self.fields, into: store).report.updated == 1)
        #expect(store.works.first?.extra == #"{"ward":"3"}"#)
        #expect(store.works.first?.privateExtra?.contains("Петров") == true)
        #expect(try load(Self.table, Self.fields, into: store).report.updated == 1)
        #expect(store.works.first?.extra == nil)
        #expect(try load(Self.table, Self.fields, into: store).report.unchanged == 1)
        // Columns that are gone from the file, or left out, are public no longer either.
        _ = try load(Self.table, "publish: [ward]\n" + Self.fields, into: store)
        _ = try load("ID,T\n1,Hole\n", "publish: [ward]\n" + Self.fields, into: store)
        #expect(store.works.first?.extra == nil)
    }

    @Test("The report lists both kinds of columns, a dry run with a few values, and entries that no row has")
    func summary() throws {
        let text = "ID,T,name,ward\n1,a,Иванов,3\n2,b,Петров,3\n3,c,,4\n"
        let mapping = "publish: [ward, waard, maybe?, T]\n" + Self.fields
        let report = try load(text, mapping).report
        #expect(report.published.map(\.name) == ["ward"] && report.published.map(\.rows) == [3])
        #expect(report.withheld.map(\.name) == ["name"] && report.withheld.map(\.rows) == [2])
        #expect(report.withheld.allSatisfy { $0.samples.isEmpty })
        #expect(
            report.notes.filter { $0.contains("publish") } == [
                "`publish` names the column “waard”, which no row has; is “ward” meant?"
            ])
        let dry = try load(text, mapping) { $0.isDryRun = true }.report
        #expect(dry.withheld.map(\.samples) == [["Иванов", "Петров"]])
        #expect(dry.published.map(\.samples) == [["3", "4"]])
    }

    @Test("A variant publishes what it says itself")
    func variants() throws {
        let mapping = "publish: all\n" + Self.fields + "variants:\n  - needs: [B]\n    fields: {source_id: B}\n"
        #expect(try load("B,name\n1,Иванов\n", mapping).store.works.first?.extra == nil)
    }

    @Test("The mappings that come with the program publish no column that is called like a person's")
    func shipped() throws {
        let personal = [
            "name", "phone", "mail", "person", "owner", "inspector", "user", "contact", "rep_", "permittee",
        ]
        // Looked at one by one: streets, offices, and whether somebody went on foot.
        let harmless = ["core_details.road_names", "road_names", "road_name", "OWNERSHIP", "USERTYPE"]
        for name in RealData.mappings.names where !name.hasPrefix("osm-") {
            let mapping = try RealData.mappings.mapping(name)
            for mapping in [mapping] + mapping.variants.map(\.mapping) {
                #expect(mapping.published != .all, "\(name)")
                for entry in mapping.published.entries where !harmless.contains(entry.name) {
                    #expect(!personal.contains { entry.name.lowercased().contains($0) }, "\(name): \(entry.name)")
                }
            }
        }
    }
}
