import Foundation
import Geometry
import TestConditions
import Testing
import Works

@testable import Interchange

/// Mappings that are suggested for files, and the works that they make.
@Suite struct MappingSuggestionTests {
    static func catalogue() throws -> [CategoryRule] {
        try RuleBookReader(folder: RealData.packageRoot.appendingPathComponent("geodata/rules")).read().categories
    }

    /// A suggestion, and the import of the same text by it.
    private func load(_ text: String, name: String = "list.csv", as layer: ImportLayer? = nil) throws -> (
        yaml: String, works: [Work], report: ImportReport
    ) {
        let yaml = MappingSuggestion(
            try FileSurveyTests.describe(text, name: name), layer: layer, catalogue: try Self.catalogue()
        ).yaml
        let mapping = try Mapping(yaml: yaml, name: "suggested")
        let store = MemoryStore()
        var options = Importer.Options()
        options.now = Instant("2026-11-23T09:00:00Z")
        let report = try importBytes(
            Array(text.utf8), named: name, as: layer, mapping: mapping, into: store, options: options)
        return (yaml, store.works.sorted { $0.sourceID ?? "" < $1.sourceID ?? "" }, report)
    }

    @Test("Each code in the lists of words is one of the catalogue")
    func codes() throws {
        let codes = Set(try Self.catalogue().map(\.code))
        #expect(ValueWords.categories.map(\.code).filter { !codes.contains($0) } == [])
    }

    @Test("A table in English becomes works with kind, category, status, times and place")
    func english() throws {
        let (yaml, works, report) = try load(
            """
            CASE_ID,OPEN_DT,TARGET_DT,CLOSED_DT,STATUS,TYPE,Location,ward,caller_phone,LATITUDE,LONGITUDE
            101,11/01/2026 10:00:00 AM,11/20/2026 04:30:00 PM,,Open,Pothole Repair,1 Main St,Ward 5,617-555-0100,42.35,-71.06
            102,11/02/2026 10:00:00 AM,,11/03/2026 01:00:00 PM,Closed,Street Light Outages,2 Main St,Ward 6,,42.36,-71.07
            103,11/13/2026 10:00:00 AM,,,Open,Downed Wire,3 Main St,Ward 6,617-555-0101,0,0
            104,11/14/2026 10:00:00 AM,,,Open,Something else,4 Main St,Ward 6,,42.36,-71.08

            """)
        #expect(report.inserted == 4 && report.refused == 0)
        #expect(works.map(\.kind) == [.roadRepair, .outage, .hazard, .hazard])
        #expect(works.map(\.category) == ["pothole", "street_light", "wire_down", "other"])
        #expect(works.map(\.status) == [.reported, .done, .reported, .reported])
        #expect(works[0].dueAt?.description == "2026-11-20T21:30:00Z")
        #expect(works[1].completedAt?.description == "2026-11-03T18:00:00Z")
        #expect(works[2].geometry == nil && works[0].geometry == .point(Coordinate(longitude: -71.06, latitude: 42.35)))
        #expect(works[0].address == "1 Main St" && works[0].title == "Pothole Repair" && works[0].district == "Ward 5")
        #expect(report.published.isEmpty && report.withheld.map(\.name).contains("caller_phone"))
        #expect(yaml.contains("#   caller_phone: telephone numbers"))
        #expect(yaml.contains("time_zone: America/New_York"))
    }

    static let languages:
        [(text: String, kinds: [WorkKind], categories: [String], statuses: [WorkStatus], due: String?)] =
            [
                (
                    "Номер;Дата обращения;Срок;Статус;Тип;Адрес;Широта;Долгота\nА-1;01.11.2026 10:00;20.11.2026 18:00;В работе;Яма на дороге;ул. Мира, 1;53,2;50,1\nА-2;02.11.2026 10:00;;Выполнено;Не горит фонарь;ул. Мира, 2;53,21;50,11\n",
                    [.roadRepair, .outage], ["pothole", "street_light"], [.inProgress, .done], "2026-11-20T14:00:00Z"
                ),
                (
                    "Nummer;gemeldet am;Frist;Status;Kategorie;Straße;lat;lon\nA-1;01.11.2026;20.11.2026;in Bearbeitung;Schlagloch;Hauptstraße 1;49.01;8.4\nA-2;02.11.2026;;erledigt;Straßenlaterne defekt;Hauptstraße 2;49.02;8.41\n",
                    [.roadRepair, .outage], ["pothole", "street_light"], [.inProgress, .done], "2026-11-20T22:59:59Z"
                ),
                (
                    "folio,fecha de creación,fecha límite,estado,tipo,dirección,latitud,longitud\nF-1,2026-11-01 10:00,2026-11-20 18:00,En proceso,Bache,Calle 1,19.43,-99.13\nF-2,2026-11-02 10:00,,Cerrado,Árbol caído,Calle 2,19.44,-99.14\n",
                    [.roadRepair, .hazard], ["pothole", "fallen_tree"], [.inProgress, .done], "2026-11-21T00:00:00Z"
                ),
            ]

    @Test("Tables in Russian, German and Spanish do, too", arguments: languages)
    func others(_ one: (text: String, kinds: [WorkKind], categories: [String], statuses: [WorkStatus], due: String?))
        throws
    {
        let (yaml, works, report) = try load(one.text)
        #expect(report.inserted == 2 && report.refused == 0, "\(yaml)")
        #expect(works.map(\.kind) == one.kinds && works.map(\.category) == one.categories, "\(yaml)")
        #expect(works.map(\.status) == one.statuses && works[0].dueAt?.description == one.due, "\(yaml)")
        #expect(works.allSatisfy { $0.geometry != nil && $0.address != nil && $0.sourceID != nil })
    }

    @Test("Estimates of restoration and customers tell a list of outages, whatever its name")
    func outages() throws {
        let (yaml, works, _) = try load(
            "id,start_time,etr_first,customers_max,cause,lon,lat\n"
                + "1,2026-11-01T10:00:00Z,2026-11-01T12:00:00Z,40,Trees or limbs in lines,8,49\n"
                + "2,2026-11-01T10:00:00Z,,900,Unable to determine,8,49.1\n")
        #expect(works.map(\.kind) == [.outage, .outage], "\(yaml)")
    }

    @Test("Columns with people in them never become public by a suggestion")
    func people() throws {
        let (_, works, _) = try load(
            "id,type,description,contractor,lon,lat\n1,Pothole,call Mrs. Smith at +1 617-555-0100,Ivan Petrov,1,2\n2,Pothole,write to a@example.org,John Smith,1,2\n"
        )
        #expect(
            works.count == 2 && works.allSatisfy { $0.description == nil && $0.contractor == nil && $0.extra == nil })
    }

    @Test("Names and values of any characters make a mapping that can be read")
    func anyText() throws {
        let names = [
            "a: b", "- x", "#y", "{z}", "yes", "c?", "\"q\"", "'s", "é", "1", "tab\u{9}", "bell\u{7}", "rtl\u{202E}",
            "a\\b", "*k", "&k", "!t", "%m", "@here", "`",
        ]
        let quoted = names.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",")
        let text =
            "id,type,status,\(quoted)\n"
            + names.enumerated().map { index, name in
                "\(index),\"\(name.replacing("\"", with: "\"\""))\",\"\(name.replacing("\"", with: "\"\""))\",\(quoted)\n"
            }.joined()
        let (yaml, works, _) = try load(text)
        #expect(works.count == names.count)
        #expect(
            !yaml.unicodeScalars.contains {
                $0.properties.generalCategory == .control && $0 != "\n" || $0.properties.generalCategory == .format
            })
    }

    @Test("Areas without dates are places, lines are roads, and neither is a work")
    func references() throws {
        func layer(_ name: String, _ geometry: String, _ properties: String) throws -> String {
            let file = try FileSurveyTests.describe(
                "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":\(geometry),\"properties\":\(properties)}]}",
                name: name)
            let yaml = MappingSuggestion(file, catalogue: try Self.catalogue()).yaml
            return try #require(Mapping(yaml: yaml, name: name).layer).rawValue
        }
        let area = #"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}"#
        let line = #"{"type":"LineString","coordinates":[[0,0],[1,0]]}"#
        #expect(try layer("wards.geojson", area, #"{"WARD":1,"NAME":"Ward 1"}"#) == "districts")
        #expect(try layer("open_space.geojson", area, #"{"NAME":"Common"}"#) == "basemap")
        #expect(try layer("centerlines.geojson", line, #"{"STREET":"Main St"}"#) == "roads")
        #expect(try layer("schools.geojson", #"{"type":"Point","coordinates":[0,0]}"#, #"{"NAME":"A"}"#) == "schools")
    }

    @Test(
        "A file's name loses its date as a source and gives the pattern of its time",
        arguments: [
            ("outages_20250529T175244Z.geojson.gz", "outages", "outages_%Y%m%dT%H%M%S%z"),
            ("baustellen_2026-07-22.geojson", "baustellen", "baustellen_%Y-%m-%d"),
            ("requests.csv", "requests", nil),
        ])
    func names(_ name: String, _ source: String, _ pattern: String?) throws {
        let yaml = MappingSuggestion(try FileSurveyTests.describe("id,type\n1,Pothole\n", name: name), catalogue: [])
            .yaml
        #expect(yaml.contains("\nsource: \(source)\n"))
        #expect(yaml.contains("# observed_at: {file_name: ") == (pattern != nil))
        if let pattern { #expect(yaml.contains(pattern)) }
    }

    @Test(
        "Real files become works and places by their suggestions alone", .needs(.realData()),
        arguments: [
            ("boston-311-2015/service_requests_sample_2000.csv", "works", 1990),
            ("boston-context/schools.tsv", "schools", 137),
            ("boston-context/neighborhoods.geojson.gz", "districts", 26),
            ("outages-austin/outages_20250529T175244Z.geojson.gz", "outages", 50),
            ("karlsruhe-works/baustellen_2026-07-22.geojson.gz", "road_repairs", 50),
            ("washington-dc-2016/wards.geojson.gz", "districts", 8),
        ])
    func real(_ name: String, _ layer: String, _ atLeast: Int) throws {
        let file = try FileSurvey().describe(RealData.path(name))
        let yaml = MappingSuggestion(file, catalogue: try Self.catalogue()).yaml
        let mapping = try Mapping(yaml: yaml, name: name)
        #expect(mapping.layer?.rawValue == layer)
        var options = Importer.Options()
        options.isDryRun = true
        options.refusedFile =
            FileManager.default.temporaryDirectory.appendingPathComponent("suggested-\(UUID().uuidString)").path
        let report = try Importer(store: MemoryStore(), options: options).importFile(
            RealData.path(name), mapping: mapping)
        #expect(report.inserted >= atLeast && report.refused * 50 <= report.read, "\(yaml)")
    }
}
