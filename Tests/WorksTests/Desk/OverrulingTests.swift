import Foundation
import Geometry
import Testing
import Works

@Suite("A source and a person who disagree")
struct OverrulingTests {
    private static let now = Instant("2026-11-23T09:00:00Z")!
    private static let source = Actor(kind: .source, name: "list")
    private static let person = Actor(kind: .person, name: "Анна")

    private static func entry(_ field: LedgerField, _ from: String?, _ to: String?, _ actor: Actor) -> LedgerEntry {
        LedgerEntry(revision: 2, at: now, recordedAt: now, field: field, from: from, to: to, actor: actor)
    }

    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var ledger: [LedgerEntry]
        var said: String
        var isHeard: Bool
    }

    static let cases = [
        Case(
            testDescription: "what a person overruled and the source repeats is not taken back",
            ledger: [entry(.organisation, "A", "B", person)], said: "A", isHeard: false),
        Case(
            testDescription: "what the source says anew is heard", ledger: [entry(.organisation, "A", "B", person)],
            said: "C", isHeard: true),
        Case(
            testDescription: "of several decisions in a row, what stood before the first counts",
            ledger: [entry(.organisation, "A", "B", person), entry(.organisation, "B", "D", person)], said: "A",
            isHeard: false),
        Case(
            testDescription: "once the source had the last word, people have overruled nothing",
            ledger: [entry(.organisation, "A", "B", person), entry(.organisation, "B", "C", source)], said: "A",
            isHeard: true),
        Case(
            testDescription: "decisions about other fields count for nothing",
            ledger: [entry(.contractor, "A", "B", person)], said: "A", isHeard: true),
        Case(testDescription: "without a decision the source is heard", ledger: [], said: "A", isHeard: true),
    ]

    @Test("respecting", arguments: cases)
    func respecting(_ each: Case) {
        var draft = WorkDraft()
        draft.organisation = each.said
        #expect((draft.respecting(each.ledger).organisation != nil) == each.isHeard)
    }

    @Test(
        "A place that people gave a work stays, with its district, until the source says another one",
        arguments: [true, false])
    func place(isRedacted: Bool) throws {
        let (old, new) = (
            Geometry.point(.init(longitude: 1, latitude: 2)), Geometry.point(.init(longitude: 3, latitude: 4))
        )
        let from = isRedacted ? LedgerMark.redacted : old.geoJSON
        let ledger = [Self.entry(.geometry, from, new.geoJSON, Self.person)]
        var draft = WorkDraft()
        (draft.geometry, draft.district) = (old, "Old")
        let kept = draft.respecting(ledger)
        #expect(kept.geometry == nil && kept.district == nil)
        draft.geometry = .point(.init(longitude: 5, latitude: 6))
        // Of a place that was redacted nobody knows whether the source says another one.
        let heard = draft.respecting(ledger)
        #expect((heard.geometry == nil) == isRedacted && (heard.district == nil) == isRedacted)
    }

    @Test("About what was redacted a source is not heard", arguments: RedactableField.allCases)
    func redacted(_ field: RedactableField) {
        var draft = WorkDraft()
        (draft.title, draft.description, draft.address, draft.contractor) = ("t", "d", "a", "c")
        draft.extra = ExtraStatement(
            published: #"{"media_url":"https://a/b","title_en":"t","ward":1}"#,
            withheld: #"{"phone":"1","address_ru":"a"}"#)
        let entry = Self.entry(.redacted, nil, field.rawValue, Self.person)
        let heard = draft.respecting([entry])
        #expect((heard.title == nil) == (field == .title) && (heard.description == nil) == (field == .description))
        #expect((heard.address == nil) == (field == .address) && heard.contractor == "c")
        let published = heard.extra?.published
        switch field {
        case .title: #expect(published == #"{"media_url":"https://a/b","ward":1}"#)
        case .photo: #expect(published == #"{"title_en":"t","ward":1}"#)
        case .extra: #expect(published == nil)
        case .description, .address, .privateExtra: #expect(published == draft.extra?.published)
        }
        #expect((heard.extra?.withheld == nil) == (field == .privateExtra))
        #expect(draft.respecting([Self.entry(.redacted, nil, "entry 1", Self.person)]) == draft)
    }

    @Test("A status that is not taken back takes no completion with it")
    func completion() {
        var draft = WorkDraft()
        draft.status = .done
        draft.completedAt = Self.now
        draft.title = "title"
        let heard = draft.respecting([Self.entry(.status, "done", "in_progress", Self.person)])
        #expect(heard.status == nil && heard.completedAt == nil && heard.title == "title")
    }

    @Test("A report's ledger says which rule promised the deadline and chose the service")
    func intake() {
        let rules = RuleBook(
            calendar: WorkingCalendar(timeZone: .gmt),
            categories: [CategoryRule(code: "pothole", kind: .roadRepair, names: ["ru": "Яма", "en": "Pothole"])],
            routes: [
                RoutingRule(categories: ["other"], organisation: "Other"), RoutingRule(organisation: "Roads"),
            ], limits: [LimitRule(limit: .hours(24))], duplicates: [])
        let decision = rules.decide(category: "pothole", district: nil, reportedAt: Self.now)!
        var draft = WorkDraft()
        draft.description = "hole"
        let (work, ledger) = Reconciliation.create(
            draft, kind: decision.kind, decision: decision, id: .new(), at: Self.now, by: Actor(kind: .resident))
        #expect(work.kind == .roadRepair && work.severity == .moderate && work.organisation == "Roads")
        #expect(work.dueAt == Self.now + 86_400 && work.originalDueAt == work.dueAt && work.dueChanges == 0)
        #expect(ledger.first { $0.field == .registered }?.actor.kind == .resident)
        #expect(ledger.first { $0.field == .dueAt }?.actor == Actor(kind: .rule, name: "limits 1"))
        #expect(ledger.first { $0.field == .organisation }?.actor == Actor(kind: .rule, name: "routing 2"))
    }
}
