import Foundation
import Testing
import Works

@Suite("Who may read what is private")
struct PrivateReadingTests {
    private static func token(_ role: Role, _ organisation: String? = nil, source: String? = nil) -> AccessToken {
        AccessToken(
            id: 7, name: "Иванова", role: role, organisation: organisation, source: source, digest: "",
            createdAt: Instant("2026-11-23T09:00:00Z")!)
    }

    @Test(
        "The responsible service's dispatchers, those of the whole city and admins; of nobody's work every dispatcher",
        arguments: [
            // Role, organisation of the token, source, organisation of the work, may read.
            (Role.viewer, nil, nil, "Roads", false), (.viewer, "Roads", nil, "Roads", false),
            (.viewer, nil, nil, nil, false),
            (.dispatcher, "Roads", nil, "Roads", true), (.dispatcher, "Roads", nil, "Water", false),
            (.dispatcher, "Roads", nil, "roads", false), (.dispatcher, "Roads", nil, nil, true),
            (.dispatcher, nil, nil, "Roads", true), (.dispatcher, nil, nil, nil, true),
            (.admin, nil, nil, "Roads", true), (.admin, "Water", nil, "Roads", true), (.admin, "Water", nil, nil, true),
            (.dispatcher, nil, "sensor", "Roads", false), (.admin, nil, "sensor", nil, false),
            (.dispatcher, "Roads", "sensor", "Roads", false),
        ] as [(Role, String?, String?, String?, Bool)])
    func rule(_ role: Role, _ own: String?, _ source: String?, _ works: String?, _ may: Bool) {
        #expect(Self.token(role, own, source: source).mayReadPrivate(of: works) == may)
    }

    @Test("A waiting report is of the service that the rules would give it to, by its category and district")
    func route() throws {
        let category = { CategoryRule(code: $0, kind: .hazard, names: [:]) }
        let calendar = WorkingCalendar(timeZone: try #require(TimeZone(identifier: "UTC")))
        let book = RuleBook(
            calendar: calendar, categories: [category("ice"), category("gas"), category("other")],
            routes: [
                RoutingRule(categories: ["ice"], districts: ["North"], organisation: "North roads"),
                RoutingRule(categories: ["ice"], organisation: "Roads"),
                RoutingRule(categories: ["gas"], organisation: "Gas"),
            ], limits: [], duplicates: [])
        func owner(_ code: String, _ district: String?) -> String? {
            PendingReport(token: "t", receivedAt: .now, category: code).organisation(by: book, district: district)
        }
        #expect(
            owner("ice", "North") == "North roads" && owner("ice", "South") == "Roads" && owner("ice", nil) == "Roads")
        #expect(owner("gas", "North") == "Gas")
        #expect(owner("other", nil) == nil && owner("gone", nil) == nil)
    }

    @Test("The entry of a look says who, when and at what")
    func entries() {
        let (token, now, id) = (Self.token(.dispatcher), Instant.now, WorkID.new())
        let contact = PrivateLook.contact(id).entry(by: token, at: now)
        #expect(contact == AuditEntry(at: now, tokenID: 7, name: "Иванова", action: "contact.look", work: id))
        #expect(PrivateLook.privateExtra(id).entry(by: token, at: now).action == "private_extra.look")
        let report = PendingReport(token: "0af3", receivedAt: now, category: "ice")
        let entry = PrivateLook.report(token: report.token, name: report.auditName).entry(by: token, at: now)
        #expect(entry.action == "report.look" && entry.work == nil && entry.detail == "report 0af3 ice")
    }
}
