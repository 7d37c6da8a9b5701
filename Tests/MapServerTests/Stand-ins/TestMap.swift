import Geometry
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Works

@testable import HTTPEdge
@testable import MapServer

/// A server over a few works, for one test.
struct TestMap {
    let store: MemoryStore
    let atlas: StandInAtlas
    let server: MapServer

    init(
        works: [Work] = TestMap.works, features: [ReferenceLayer: [ReferenceFeature]] = TestMap.features,
        _ configure: (inout MapServerConfiguration) -> Void = { _ in }
    ) {
        store = MemoryStore(works, ledger: [Self.pothole.id: Self.ledger], features: features)
        atlas = StandInAtlas(store: store)
        var configuration = MapServerConfiguration()
        configuration.port = 0
        // No test is about how fast the machine is: those about time set their own.
        configuration.deadlineTiles = .seconds(600)
        configuration.deadlineFeatures = .seconds(600)
        configuration.limits.partingGrace = .seconds(600)
        configure(&configuration)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        server = MapServer(configuration: configuration, store: store, tiles: atlas, logger: logger)
        // As the refresher does before anything else.
        try! server.services.freshness.refresh()
    }

    /// Runs a test against the routes, without a socket.
    func test<Value>(_ body: @Sendable (any TestClientProtocol) async throws -> Value) async throws -> Value {
        try await over(.router, body)
    }

    /// Runs a test against the routes, over a socket or without, and ends the server's threads after it.
    func over<Value>(
        _ setup: TestingSetup, _ body: @Sendable (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = .success(try await server.application().test(setup, body))
        } catch {
            result = .failure(error)
        }
        store.stalls = false
        atlas.stalls = false
        await server.services.shutDown()
        return try result.get()
    }

    /// One of many clients.
    static func client(_ number: UInt64) -> ClientAddress {
        ClientAddress(IPAddress(high: 0, low: 0xFFFF << 32 | 0x0A00_0000 + number))
    }

    // MARK: Content

    static let now = Instant.now

    static func work(
        _ number: Int, _ kind: WorkKind = .roadRepair, status: WorkStatus = .accepted, due: Int64? = 10 * 86_400,
        geometry: Geometry? = .point(Coordinate(longitude: 44.5, latitude: 56.5))
    ) -> Work {
        Work(
            id: WorkID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 + UInt64(number)), kind: kind,
            category: kind == .outage ? "water" : "pothole", title: "Работа № \(number)",
            address: "ул. Лесная, \(number)",
            status: status, district: "Заречный", reportedAt: now - 86_400, dueAt: due.map { now + $0 }, updatedAt: now,
            source: "test", sourceID: "\(number)", geometry: geometry)
    }

    static let pothole = work(1)
    static let works = [
        pothole,
        work(2, .outage, due: -3600, geometry: .point(Coordinate(longitude: 44.25, latitude: 56.25))),
        work(3, .hazard, due: nil, geometry: nil),
    ]

    static let ledger = [
        LedgerEntry(
            revision: 1, at: now - 86_400, recordedAt: now - 86_400, field: .registered, to: "reported",
            actor: Actor(kind: .resident, name: "Иван Петров")),
        LedgerEntry(
            revision: 2, at: now - 3600, recordedAt: now - 3600, field: .dueAt, from: "2026-01-01T09:00:00Z",
            to: "2026-02-01T09:00:00Z", reason: "<нет> асфальта",
            actor: Actor(kind: .person, name: "Анна Сидорова", organisation: "Дорожная служба")),
    ]

    static let features: [ReferenceLayer: [ReferenceFeature]] = [
        .schools: [
            ReferenceFeature(
                id: "school/1", name: "Школа № 1", geometry: .point(Coordinate(longitude: 44.1, latitude: 56.1)))
        ]
    ]
}

extension TestResponse {
    var text: String { String(buffer: body) }

    /// The body as JSON.
    var json: JSONValue {
        get throws { try JSONParser.parse(text) }
    }
}
