import Foundation
import Geometry
import SeededRandom
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

/// A folder that is gone when its last user is.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("worksmap-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String = "works.sqlite") -> String { url.appendingPathComponent(name).path }

    /// Removes a database with its logs.
    func removeDatabase(_ name: String = "works.sqlite") {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path(name) + suffix) }
    }

    var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: url.path).sorted()) ?? [] }
}

let noon = Instant("2026-05-04T12:00:00Z")!
let importer = Actor(kind: .source, name: "test")

extension Work {
    /// A work with the next id, registered at noon.
    static func sample(
        _ number: Int = 1, kind: WorkKind = .roadRepair, source: String? = nil, at place: Geometry? = nil
    ) -> Work {
        var generator = SeededRandom(seed: UInt64(number))
        let id = WorkID(millisecondsSinceEpoch: 1_700_000_000_000 + UInt64(number), using: &generator)
        var work = Work(id: id, kind: kind, category: "pothole", updatedAt: noon)
        work.source = source
        work.sourceID = source == nil ? nil : "\(number)"
        work.geometry = place
        return work
    }

    /// A work with anything in its fields that they can hold.
    static func random(_ number: Int, using generator: inout SeededRandom) -> Work {
        func chance<Value>(_ value: Value) -> Value? { Int.random(in: 0..<3, using: &generator) == 0 ? nil : value }
        func moment() -> Instant { noon + Int64.random(in: -400_000...400_000, using: &generator) }
        func word(_ words: [String]) -> String { words.randomElement(using: &generator)! }
        let id = WorkID(millisecondsSinceEpoch: 1_700_000_000_000 + UInt64(number), using: &generator)
        var work = Work(
            id: id, kind: WorkKind.allCases.randomElement(using: &generator)!,
            category: word(["pothole", "water", "heating"]), updatedAt: moment())
        work.title = chance(
            word(["Яма на улице Пушкина", "ЁЛКА упала", "Burst pipe", "İstanbul", "cafe\u{301} STRASSE"]))
        work.description = chance(
            word(["", "ремонт Теплотрассы", "line one\r\nline two", "emoji 🚧 sign", "o'Brien's \"x\""]))
        work.address = chance(word(["ул. Ленина, 5", "Main St 7", "Győr út"]))
        work.status = WorkStatus.allCases.randomElement(using: &generator)!
        work.severity = Severity.allCases.randomElement(using: &generator)!
        work.district = chance(word(["Центр", "Север"]))
        work.organisation = chance(word(["Водоканал", "Дорсервис"]))
        work.contractor = chance(word(["А", "Б"]))
        work.reportedAt = chance(moment())
        work.startsAt = chance(moment())
        work.dueAt = chance(moment())
        work.originalDueAt = work.dueAt
        work.completedAt = work.status == .done ? chance(moment()) : nil
        work.dailyFrom = chance(LocalTime(hour: 8, minute: 30)!)
        work.onSiteAt = chance(moment())
        work.trafficImpact = (TrafficImpact.allCases + [nil]).randomElement(using: &generator)!
        work.source = "random"
        work.sourceID = "\(number)"
        work.extra = chance(#"{"a":[1,null,"б"]}"#)
        work.geometry = chance(.random(using: &generator))
        return work
    }

    var ledger: [LedgerEntry] {
        var entries = [
            LedgerEntry(
                revision: 1, at: noon, recordedAt: noon, field: .registered, to: status.rawValue, actor: importer)
        ]
        if let dueAt {
            entries.append(
                LedgerEntry(
                    revision: 1, at: noon, recordedAt: noon, field: .dueAt, to: dueAt.description, actor: importer))
        }
        return entries
    }
}

extension Geometry {
    /// A point, line or area anywhere in the world, often near the antimeridian, the poles and 0.
    static func random(using generator: inout SeededRandom) -> Geometry {
        func coordinate() -> Coordinate {
            let longitude = [-180, -179.5, -0.1, 0, 0.1, 179.5, 180].randomElement(using: &generator)!
            let near = longitude + Double.random(in: -1...1, using: &generator)
            return Coordinate(
                longitude: min(max(Bool.random(using: &generator) ? near : longitude, -180), 180),
                latitude: min(max(Double.random(in: -95...95, using: &generator), -90), 90))
        }
        let (a, b, c) = (coordinate(), coordinate(), coordinate())
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return .lineString([a, b])
        case 1: return .polygon(Polygon(rings: [[a, b, c, a]]))
        case 2: return .multiPoint([a, b, c])
        default: return .point(a)
        }
    }
}

extension SpatiaLiteStore {
    /// The ids of the works that a page has, in order.
    func ids(_ page: WorkPage = WorkPage(), at now: Instant = noon) throws -> [WorkID] {
        var ids: [WorkID] = []
        try forEachWork(page, at: now, budget: .unlimited) { row in
            ids.append(try #require(row.utf8(.id).flatMap { WorkID(utf8: $0) }))
        }
        return ids
    }

    /// All works whole, in order.
    func works() throws -> [Work] {
        var works: [Work] = []
        try forEachWork(WorkPage(), at: noon, budget: .unlimited) { works.append(try $0.work()) }
        return works
    }
}
