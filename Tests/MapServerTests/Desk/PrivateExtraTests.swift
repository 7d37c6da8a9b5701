import Geometry
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing
import TimeBudgets
import Works

@testable import HTTPEdge
@testable import MapServer

@Suite("What systems say beside our properties, over HTTP")
struct PrivateExtraHTTPTests {
    private static let said = #"""
        {"category":"pothole","title":"Hole","source":"sensor","source_id":"1","applicant":"MARKER","owner_phone":"MARKER",
        "extra":{"contact":{"email":"MARKER"},"ФИО":"MARKER"},"private_extra":{"note":"MARKER"},
        "geometry":{"type":"Point","coordinates":[44.5,56.5]}}
        """#

    private static let open = [
        "/api/works/ID", "/api/works/ID/history", "/works/ID", "/works", "/geojson/works.geojson",
        "/ogc/collections/works/items", "/ogc/collections/works/items/ID", "/open311/v2/requests.json",
        "/open311/v2/requests/ID.xml", "/api/statistics?group=category", "/ogc/collections/works/queryables",
    ]

    private static let searches = ["/works?q=MARKER", "/ogc/collections/works/items?q=MARKER"]

    private static let refused = ["applicant", "private_extra", "extra", "contact"].map {
        "/ogc/collections/works/items?filter=\($0)%20%3D%20'MARKER'"
    }

    @Test("Nothing of it is in a public answer, and staff read all of it")
    func submission() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let answer = try await client.send(.post, "/api/works", token: DeskMap.sensor, body: Self.said)
            #expect(answer.status == .created)
            let id = try #require(try answer.json["id"]?.string)
            for path in Self.open {
                let read = try await client.send(.get, path.replacing("ID", with: id))
                #expect(read.status == .ok && !read.text.contains("MARKER"), "\(path)")
            }
            for path in Self.searches {
                let read = try await client.send(.get, path)
                #expect(read.status == .ok && !read.text.contains("Hole"), "\(path)")
            }
            for path in Self.refused { #expect(try await client.send(.get, path).status == .badRequest, "\(path)") }
            let viewer = try await client.send(.get, "/api/works/\(id)", token: DeskMap.viewer)
            #expect(viewer.status == .ok && !viewer.text.contains("MARKER"))
            let staff = try await client.send(.get, "/api/works/\(id)", token: DeskMap.dispatcher)
            let kept = try staff.json["properties"]?["private_extra"]
            #expect(
                kept?["contact"]?["email"] == "MARKER" && kept?["applicant"] == "MARKER" && kept?["note"] == "MARKER")
            #expect(staff.headers[.cacheControl] == "no-store")
            #expect(try staff.json["properties"]?["extra"] == .null)
            let open = try await client.send(.get, "/api/works/\(id)")
            #expect(staff.headers[.eTag] == open.headers[.eTag] && open.headers[.vary] == "Authorization")
            #expect(try open.json["properties"]?.object?.contains { $0.name == "private_extra" } == false)
            let again = try await client.send(.post, "/api/works", token: DeskMap.sensor, body: Self.said)
            #expect(try again.json["properties"]?["revision"] == 1)
        }
    }

    @Test("A token that is no good is refused, also where everybody may read")
    func badToken() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let (id, _) = try await client.work(#"{"category":"pothole","applicant":"MARKER"}"#)
            let answer = try await client.send(.get, "/api/works/\(id)", token: "nonsense")
            #expect(answer.status == .unauthorized && !answer.text.contains("MARKER"))
            #expect(answer.headers[.wwwAuthenticate] != nil)
        }
    }
}
