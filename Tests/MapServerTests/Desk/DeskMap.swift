import Cartography
import Foundation
import Geometry
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import SpatiaLiteStore
import Testing
import Works

@testable import HTTPEdge
@testable import MapServer

/// A server over a database of its own with a city of one district, rules and a few tokens, for one test.
struct DeskMap {
    let folder: URL
    let store: SpatiaLiteStore
    let server: MapServer

    static let admin = "wm_admin"
    static let dispatcher = "wm_dispatcher"
    static let roads = "wm_roads"
    static let viewer = "wm_viewer"
    static let revoked = "wm_revoked"
    static let expired = "wm_expired"
    /// Tokens of machines, the second one's for the works of one service.
    static let sensor = "wm_sensor"
    static let roadSensor = "wm_road_sensor"

    init(_ configure: (inout MapServerConfiguration) -> Void = { _ in }) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("desk-\(UUID().uuidString)")
        let rules = folder.appendingPathComponent("rules")
        try FileManager.default.createDirectory(at: rules, withIntermediateDirectories: true)
        for (name, text) in Self.rules {
            try Data(text.utf8).write(to: rules.appendingPathComponent("\(name).yaml"))
        }
        store = try SpatiaLiteStore.create(at: folder.appendingPathComponent("works.sqlite").path)
        let tokens: [(String, Role, String?, String?)] = [
            (Self.admin, .admin, nil, nil), (Self.dispatcher, .dispatcher, nil, nil),
            (Self.roads, .dispatcher, "Roads", nil), (Self.viewer, .viewer, nil, nil), (Self.revoked, .admin, nil, nil),
            (Self.expired, .admin, nil, nil), (Self.sensor, .dispatcher, nil, "sensor"),
            (Self.roadSensor, .dispatcher, "Roads", "road-sensor"),
        ]
        try store.writeDesk { transaction in
            for (secret, role, organisation, source) in tokens {
                let id = try transaction.add(
                    AccessToken(
                        name: "Иван \(secret)", role: role, organisation: organisation, source: source,
                        digest: AccessSecret.digest(of: secret), createdAt: .now,
                        expiresAt: secret == Self.expired ? .now - 1 : nil))
                if secret == Self.revoked { _ = try transaction.revokeToken(id, at: .now) }
            }
            let ring = [(44.0, 56.0), (45.0, 56.0), (45.0, 57.0), (44.0, 57.0), (44.0, 56.0)]
                .map { Coordinate(longitude: $0.0, latitude: $0.1) }
            _ = try transaction.upsert(
                ReferenceFeature(id: "d", name: "Заречный", geometry: .polygon(Polygon(rings: [ring]))), in: .districts)
        }
        var configuration = MapServerConfiguration()
        configuration.port = 0
        configuration.deadlineFeatures = .seconds(600)
        configuration.desk.rules = rules
        configuration.desk.reportsPerMinute = 0
        configuration.desk.failedLoginPause = .zero
        configure(&configuration)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        server = MapServer(
            configuration: configuration, store: store, tiles: StandInAtlas(store: MemoryStore([])), logger: logger)
    }

    /// Runs a test against the routes, without a socket.
    func test<Value>(_ body: @Sendable (DeskClient) async throws -> Value) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = .success(
                try await server.application().test(.router) { try await body(DeskClient(client: $0)) })
        } catch {
            result = .failure(error)
        }
        for pool in server.services.pools { await pool.shutDown() }
        try? FileManager.default.removeItem(at: folder)
        return try result.get()
    }

    static let rules = [
        "calendar": "time_zone: Europe/Moscow\nweekend: [saturday, sunday]\nhours: \"09:00-18:00\"\n",
        "categories": """
        - { code: pothole, kind: road_repair, ru: Яма, en: Pothole, severity: moderate }
        - { code: other, kind: hazard, ru: Другое, en: Other, moderation: yes }
        - { code: bridge, kind: road_repair, ru: Мост, en: Bridge, report: no }
        """,
        "routing": "- { categories: [pothole], organisation: Roads }\n- { organisation: City }\n",
        "limits": "- { limit: 24 hours }\n",
        "duplicates": "- { metres: 30, within: 14 days }\n",
    ]
}

/// Sends requests as staff and residents do.
struct DeskClient {
    let client: any TestClientProtocol

    func send(
        _ method: HTTPRequest.Method, _ uri: String, token: String? = nil, headers: HTTPFields = [:],
        body: String? = nil
    ) async throws -> TestResponse {
        var headers = headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        return try await client.executeRequest(
            uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
    }

    func form(
        _ uri: String, _ fields: KeyValuePairs<String, String>, headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        var headers = headers
        headers[.contentType] = "application/x-www-form-urlencoded"
        let body = fields.map { "\(PercentEncoding.encode($0.key))=\(PercentEncoding.encode($0.value))" }
        return try await send(.post, uri, headers: headers, body: body.joined(separator: "&"))
    }

    /// A new work; its id and entity tag.
    func work(_ json: String = #"{"category":"pothole"}"#) async throws -> (id: WorkID, tag: String) {
        let answer = try await send(.post, "/api/works", token: DeskMap.admin, body: json)
        let id = try #require(try answer.json["id"]?.string.flatMap { WorkID($0) })
        return (id, try #require(answer.headers[.eTag]))
    }
}
