import Testing

@testable import Works

/// Rules for what a work's source says beside our properties.
@Suite struct ExtraStatementTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var said: ExtraStatement
        var known: String?
        var hidden: String?
        var published: String?
        var withheld: String?

        init(
            _ description: String, _ said: ExtraStatement, over known: String? = nil, _ hidden: String? = nil,
            gives published: String?, _ withheld: String?
        ) {
            testDescription = description
            self.said = said
            self.known = known
            self.hidden = hidden
            self.published = published
            self.withheld = withheld
        }
    }

    private static func row(_ published: String?, _ withheld: String?) -> ExtraStatement {
        ExtraStatement(published: published, withheld: withheld)
    }

    private static func submission(_ withheld: String?, published: String? = nil) -> ExtraStatement {
        ExtraStatement(published: published, withheld: withheld, isWhole: false)
    }

    static let cases: [Case] = [
        Case("a row of a new work", row("{\"a\":1}", "{\"b\":2}"), gives: "{\"a\":1}", "{\"b\":2}"),
        Case("a column that is published no longer", row(nil, "{\"a\":1}"), over: "{\"a\":1}", gives: nil, "{\"a\":1}"),
        Case("a column that is published now", row("{\"a\":1}", nil), over: nil, "{\"a\":1}", gives: "{\"a\":1}", nil),
        Case(
            "a row that says nothing more", row(nil, nil), over: "{\"a\":1}", "{\"b\":2}", gives: nil,
            "{\"b\":2,\"a\":1}"),
        Case("a row that says nothing of a work with nothing", row(nil, nil), gives: nil, nil),
        Case("a submission of a new work", submission("{\"a\":1}"), gives: nil, "{\"a\":1}"),
        Case(
            "a column that is public already", submission("{\"a\":2,\"b\":3}"), over: "{\"a\":1,\"c\":4}",
            gives: "{\"a\":2,\"c\":4}", "{\"b\":3}"),
        Case(
            "the same value again", submission("{\"a\":{\"x\":1}}"), over: "{\"a\":{\"x\":1}}",
            gives: "{\"a\":{\"x\":1}}", nil),
        Case(
            "an object under a public name", submission("{\"a\":{\"email\":\"e\"}}"), over: "{\"a\":{\"role\":\"r\"}}",
            gives: nil, "{\"a\":{\"email\":\"e\"}}"),
        Case(
            "an object in the place of a value", submission("{\"a\":[1]}"), over: "{\"a\":1}", gives: nil, "{\"a\":[1]}"
        ),
        Case(
            "a value in the place of an object", submission("{\"a\":1}"), over: "{\"a\":[1]}", gives: nil, "{\"a\":1}"),
        Case("what staff said before", submission("{\"a\":1}"), over: nil, "{\"b\":2}", gives: nil, "{\"a\":1}"),
        Case(
            "a picture", submission(nil, published: "{\"media_url\":\"m\"}"), over: "{\"a\":1}", "{\"b\":2}",
            gives: "{\"a\":1,\"media_url\":\"m\"}", "{\"b\":2}"),
        Case("a text that is no object", row("[1]", nil), over: "no JSON", gives: "[1]", nil),
        Case(
            "a submission over what is no object", submission("{\"a\":1}"), over: "no JSON", gives: "no JSON",
            "{\"a\":1}"),
    ]

    @Test("Nothing becomes public that the city does not publish", arguments: cases)
    func taken(_ one: Case) {
        let (published, withheld) = one.said.taken(over: one.known, one.hidden)
        #expect(published == one.published)
        #expect(withheld == one.withheld)
        // Repeated, a statement changes nothing.
        let again = one.said.taken(over: published, withheld)
        #expect(again.published == published && again.withheld == withheld)
    }

    @Test("A change of what is private is a new revision without a line in the ledger; the same again is none")
    func revisions() throws {
        let now = Instant("2026-05-04T12:00:00Z")!
        let actor = Actor(kind: .source, name: "s")
        var draft = WorkDraft()
        draft.extra = ExtraStatement(published: "{\"a\":1}", withheld: "{\"b\":\"MARKER\"}")
        let (work, first) = Reconciliation.create(
            draft, kind: .hazard, id: .new(), at: now, by: actor)
        #expect(work.extra == "{\"a\":1}" && work.privateExtra == "{\"b\":\"MARKER\"}")
        #expect(Reconciliation.update(work, with: draft, at: now + 9, by: actor) == .unchanged)
        draft.extra?.withheld = "{\"b\":\"MARKER2\"}"
        guard case .updated(let next, let ledger) = Reconciliation.update(work, with: draft, at: now + 9, by: actor)
        else {
            Issue.record("what is private has changed")
            return
        }
        #expect(next.revision == 2 && next.privateExtra == "{\"b\":\"MARKER2\"}")
        #expect(ledger.isEmpty && !"\(first)".contains("MARKER"))
        next.withRow { row in #expect(!WorkColumn.allCases.contains { row.text($0)?.contains("MARKER") ?? false }) }
    }
}
