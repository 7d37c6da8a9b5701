import Foundation
import Geometry
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing
import Works

@testable import HTTPEdge
@testable import MapServer

@Suite("The page about privacy")
struct PrivacyPageTests {
    @Test("It says in both languages what is kept and for how long: the times that the service keeps")
    func times() async throws {
        try await TestMap { $0.desk.retention.contactsOfClosedWorks = 21 * Retention.day }.test { client in
            let russian = try await DeskClient(client: client).send(.get, "/privacy?lang=ru")
            #expect(russian.status == .ok && russian.headers[.contentLanguage] == "ru")
            #expect(russian.text.contains("21 день после того, как работа закончена"))
            let english = try await DeskClient(client: client).send(.get, "/privacy", headers: [.acceptLanguage: "en"])
            #expect(
                english.text.contains("21 days after the work has ended") && english.text.contains("<html lang=\"en\">")
            )
            for page in [russian.text, english.text] {
                #expect(!page.contains("privacy.") && !page.contains("{"), "every place in the texts is filled")
            }
            #expect(try await DeskClient(client: client).send(.get, "/privacy?x=1").status == .badRequest)
        }
    }

    @Test("Every public page links to it, and it says where one is")
    func links() async throws {
        try await TestMap().test { client in
            for path in ["/works", "/works/\(TestMap.pothole.id)", "/districts", "/statistics"] {
                let page = try await DeskClient(client: client).send(.get, "\(path)?lang=en").text
                #expect(page.contains("<footer><p><a href=\"/privacy?lang=en\">Privacy</a></p></footer>"), "\(path)")
            }
            let page = try await DeskClient(client: client).send(.get, "/privacy").text
            #expect(page.contains("<a href=\"/privacy\" aria-current=\"page\">"))
        }
    }

    @Test("A city's own text is shown instead, is read anew on demand, and a broken one leaves the old one in use")
    func ownText() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("city-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("privacy.ru.md")
        try Data("# Наши правила\n\nПишите <b>на</b> [почту](mailto:a@example.org).\n".utf8).write(to: file)
        let map = TestMap { $0.cityFolder = folder }
        try await map.test { client in
            func page(_ language: String = "ru") async throws -> String {
                try await DeskClient(client: client).send(.get, "/privacy?lang=\(language)").text
            }
            let first = try await page()
            #expect(first.contains("<h1>Наши правила</h1>") && first.contains("href=\"mailto:a@example.org\""))
            #expect(first.contains("&lt;b&gt;") && !first.contains("Кто видит"))
            #expect(try await page("en").contains("What is kept of you"), "there is no English text of the city")
            try Data("# Новые правила\n".utf8).write(to: file)
            #expect(try await page().contains("Наши правила"))
            map.server.reload()
            #expect(try await page().contains("Новые правила"))
            try Data([0xFF, 0xFE, 0x00]).write(to: file)
            map.server.reload()
            #expect(try await page().contains("Новые правила"))
            try FileManager.default.removeItem(at: file)
            map.server.reload()
            #expect(try await page().contains("Кто видит"))
        }
    }
}
