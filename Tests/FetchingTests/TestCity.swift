import Foundation
import HTTPEdge
import Interchange
import SpatiaLiteStore
import Synchronization
import TimeBudgets
import Works

@testable import Fetching

/// A city's folder and its store, for one test. A class, because the folder goes with its last user.
final class TestCity: Sendable {
    let folder: URL
    let store: SpatiaLiteStore
    let time = Mutex(Instant("2026-05-04T12:00:00Z")!)

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("worksmap-\(UUID().uuidString).city")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["works.sqlite", "works.city"] {
            try FileManager.default.copyItem(
                at: Self.template.get().appendingPathComponent(name), to: folder.appendingPathComponent(name))
        }
        store = try SpatiaLiteStore.open(at: folder.appendingPathComponent("works.sqlite").path)
    }

    /// An empty database, made once: each test has a copy.
    private static let template = Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("worksmap-template-\(getpid())")
        try? FileManager.default.removeItem(at: folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try SpatiaLiteStore.create(at: folder.appendingPathComponent("works.sqlite").path).close()
        return folder
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var now: Instant { time.withLock { $0 } }

    func pass(_ seconds: Int64) { time.withLock { $0 = $0 + seconds } }

    /// Names ending in `.test` are hosts: `inside.test` is this machine, all others are the playing server,
    /// which counts as public.
    func surroundings(_ store: SpatiaLiteStore? = nil) -> SourceSurroundings {
        var surroundings = SourceSurroundings(cityFolder: folder, store: store ?? self.store, mappings: folder.path)
        surroundings.clock = SourceClock(
            now: { [weak self] in self?.now ?? .now }, sleep: { try await Task.sleep(for: $0) })
        surroundings.backOff = BackOff { 0 }
        surroundings.resolver = Resolver { host in
            guard host.hasSuffix(".test") else { throw FetchError(.unreachable, "\(host): no address") }
            return [IPAddress(host == "inside.test" ? "127.0.0.1" : ListServer.address)!]
        }
        surroundings.policy = AddressPolicy { $0 == IPAddress(ListServer.address)! || $0.isPublic }
        return surroundings
    }

    /// A source with a full list of hazards.
    func schedule(_ address: String, name: String = "holes") -> SourceSchedule {
        var schedule = SourceSchedule(name: name, address: .web(address), every: 900)
        schedule.layer = .hazards
        schedule.isFull = true
        schedule.limits.bytes = 1_000_000
        return schedule
    }

    @discardableResult
    func fetch(_ schedule: SourceSchedule, _ options: SourceRun.Options = .init()) async throws -> SourceRun.Result {
        try await SourceRun(of: schedule, in: surroundings(), options: options).run()
    }

    func state(_ name: String = "holes") -> SourceState { SourceFolder(of: name, in: folder).state() }

    func openWorks() throws -> Int {
        var filter = WorkFilter()
        filter.openOnly = true
        return try store.countWorks(matching: filter, at: now, budget: .unlimited)
    }

    func write(_ text: String, to name: String, mode: Int = 0o600) throws {
        let url = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
    }
}

/// Lists of hazards with these ids.
enum Lists {
    static func features(_ ids: some Sequence<Int>) -> String { ids.map(feature).joined(separator: ",") }

    static func feature(_ id: Int) -> String {
        """
        {"type":"Feature","geometry":{"type":"Point","coordinates":[44.5,56.\(100 + id)]},\
        "properties":{"source_id":"\(id)","category":"pothole","title":"Hole \(id)"}}
        """
    }

    static func collection(_ ids: some Sequence<Int>, _ members: String = "") -> String {
        "{\"type\":\"FeatureCollection\",\(members)\"features\":[\(features(ids))]}"
    }
}
