import Geometry
import SeededRandom
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("What the database finds by an expression")
struct FilterExpressionTests {
    let folder: TemporaryFolder
    let store: SpatiaLiteStore
    let works: [Work]
    let schools: [ReferenceFeature]
    /// SpatiaLite by itself, which judges geometries without any statement of ours.
    let judge: SQLite

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
        judge = try SQLite(":memory:", spatial: true)
        var generator = SeededRandom(seed: 21)
        works = (1...300).map { number in
            var work = Work.random(number, using: &generator)
            work.dueChanges = Int.random(in: 0...4, using: &generator)
            work.revision = 1
            return work
        }
        schools = (1...60).map { number in
            ReferenceFeature(
                id: "s\(number)", name: number % 7 == 0 ? nil : "Школа № \(number % 5)", featureClass: "school",
                source: "s", sourceID: "\(number)",
                geometry: number % 11 == 0 ? nil : .random(using: &generator))
        }
        try store.write(bulk: true) { transaction in
            for work in works { try transaction.insert(work, ledger: work.ledger) }
            for school in schools { _ = try transaction.upsert(school, in: .schools) }
        }
    }

    private func relate(_ relation: SpatialRelation, _ one: Geometry, _ other: Geometry) -> Bool? {
        func literal(_ geometry: Geometry) -> String {
            "X'"
                + SpatiaLiteBlob.encode(geometry).map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }
                .joined() + "'"
        }
        let function = "ST_" + relation.rawValue.dropFirst(2)
        let answer = try? judge.text("SELECT \(function)(\(literal(one)), \(literal(other)))")
        return answer.flatMap { $0 == "-1" ? nil : $0 == "1" }
    }

    /// - Returns: How many works the expression finds.
    @discardableResult
    private func check(_ expression: FilterExpression, at now: Instant = noon) throws -> Int {
        var filter = WorkFilter.all
        filter.expression = expression
        let expected = works.filter { filter.matches($0, at: now, relate: relate) }.map(\.id)
        #expect(try store.ids(WorkPage(filter: filter), at: now) == expected, "\(expression)")
        #expect(try store.countWorks(matching: filter, at: now, budget: .unlimited) == expected.count, "\(expression)")
        // Three values: what neither a condition nor its opposite finds is unknown for both sides alike.
        filter.expression = .not(expression)
        #expect(
            try store.countWorks(matching: filter, at: now, budget: .unlimited)
                == works.count { filter.matches($0, at: now, relate: relate) }, "NOT \(expression)")
        return expected.count
    }

    @Test("An expression finds what its definition matches, and so does its opposite")
    func expressionsAgree() throws {
        var random = RandomFilter(seed: 5)
        var some = 0
        for _ in 0..<400 { if try (1..<works.count).contains(check(random.filter())) { some += 1 } }
        // The expressions are not all so contrived that they find nothing or everything.
        #expect(some > 100)
    }

    @Test("An expression and the other filters hold together")
    func together() throws {
        var random = RandomFilter(seed: 6)
        for _ in 0..<100 {
            var filter = WorkFilter.random(using: &random.generator)
            filter.expression = random.filter(depth: 2)
            let expected = works.filter { filter.matches($0, at: noon, relate: relate) }.map(\.id)
            #expect(try store.ids(WorkPage(filter: filter)) == expected, "\(filter)")
            #expect(try store.ids(WorkPage(filter: filter, limit: 7)) == Array(expected.prefix(7)), "\(filter)")
            #expect(try store.countWorks(matching: filter, at: noon, budget: .unlimited) == expected.count)
        }
    }

    @Test("A box in an expression is looked up in the R*Tree, for works and for layers")
    func spatial() throws {
        var random = RandomFilter(seed: 7)
        for relation in SpatialRelation.allCases {
            var matches = 0
            for _ in 0..<20 {
                let place = Geometry.random(using: &random.generator)
                let expression = FilterExpression.and([
                    .spatial(relation, .property("geometry"), .geometry(place)),
                    .not(.isNull(.property("geometry"))),
                ])
                matches += try check(expression)
                let filter = FeatureFilter(expression: expression)
                let expected = schools.filter { filter.matches($0, relate: relate) }
                var found: [ReferenceFeature] = []
                try store.forEachFeature(in: .schools, matching: filter, after: nil, limit: nil, budget: .unlimited) {
                    found.append($1)
                }
                #expect(found == expected)
                #expect(try store.countFeatures(in: .schools, matching: filter, budget: .unlimited) == expected.count)
            }
            #expect(matches > 0 || relation == .equals, "\(relation)")
        }
    }

    @Test("A layer's pages by an expression laid end to end are the whole")
    func pages() throws {
        let filter = FeatureFilter(
            bounds: .world, expression: .membership(.property("name"), [.text("Школа № 1"), .text("Школа № 3")]))
        var seen: [String] = []
        var last: Int64?
        while true {
            let before = seen.count
            try store.forEachFeature(in: .schools, matching: filter, after: last, limit: 2, budget: .unlimited) {
                last = $0
                seen.append($1.id)
            }
            guard seen.count > before else { break }
        }
        #expect(seen == schools.filter { filter.matches($0) }.map(\.id))
        #expect(seen.count > 10)
    }

    @Test("The deepest and the longest expressions that are read are answered")
    func depths() throws {
        let leaf = FilterExpression.comparison(.less, .property("title"), .text("в"))
        let costly = FilterExpression.like(
            .folded(.accentInsensitive, .folded(.caseInsensitive, .property("title"))), pattern: .text("%е%"))
        let overlapping = FilterExpression.temporal(
            .overlaps, .interval(.property("starts_at"), .property("due_at")),
            .interval(.property("reported_at"), .unbounded))
        for core in [leaf, costly, overlapping, .spatial(.disjoint, .property("geometry"), .box(.world))] {
            var piled = core
            for level in 0..<20 {
                piled = level % 2 == 0 ? .and([piled, leaf, core]) : .or([core, piled, .not(leaf)])
            }
            #expect(piled.levels == 20)
            try check(piled)
        }
        try check(.or(Array(repeating: leaf, count: 2000)))
        try check(.not(.and(Array(repeating: .or([leaf, .isNull(.property("due_at"))]), count: 900))))
        try check(.membership(.property("source_id"), (0..<2000).map { .text("\($0 * 3)") }))
        var sum = FilterOperand.property("due_changes")
        for _ in 0..<60 { sum = .arithmetic(.add, .number(0.5), sum) }
        try check(.comparison(.greater, sum, .number(31)))
        var folded = FilterOperand.property("title")
        for _ in 0..<30 { folded = .folded(.caseInsensitive, .folded(.accentInsensitive, folded)) }
        try check(.like(folded, pattern: .text("%а%")))
    }
}
