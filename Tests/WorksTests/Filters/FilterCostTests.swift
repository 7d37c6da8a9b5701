import Geometry
import Testing

@testable import Works

@Suite("Cost of filters")
struct FilterCostTests {
    private let title = FilterOperand.property("title")

    @Test("adds up what each part takes, and nothing for literals")
    func sums() {
        let plain = FilterExpression.comparison(.equal, title, .text("a"))
        #expect(plain.cost == 1)
        let folded = FilterExpression.comparison(
            .equal, .folded(.accentInsensitive, .folded(.caseInsensitive, title)),
            .folded(.caseInsensitive, .text("a")))
        #expect(folded.cost == 17)
        #expect(FilterExpression.and([plain, .not(folded), .or([plain, plain])]).cost == 20)
        #expect(FilterExpression.like(title, pattern: .text("a%")).cost == 4)
        let point = FilterOperand.geometry(.point(Coordinate(longitude: 1, latitude: 2)))
        #expect(FilterExpression.spatial(.intersects, .property("geometry"), point).cost == 30)
        #expect(FilterExpression.membership(title, (0..<100).map { .text("\($0)") }).cost == 26)
    }

    @Test("a search as clients write them is allowed, hundreds of foldings are not")
    func limit() {
        let folded = FilterExpression.comparison(.equal, .folded(.caseInsensitive, title), .text("a"))
        #expect(FilterExpression.and(Array(repeating: folded, count: 20)).cost <= FilterExpression.maximumCost)
        #expect(FilterExpression.or(Array(repeating: folded, count: 150)).cost > FilterExpression.maximumCost)
    }

    @Test("memory grows with the texts of a filter")
    func memory() {
        var filter = WorkFilter()
        #expect(filter.memory == 0)
        #expect(filter.isCommon)
        filter.words = [String(repeating: "x", count: 100_000)]
        #expect(filter.memory > 100_000)
        #expect(!filter.isCommon)
        filter.words = []
        filter.expression = .like(title, pattern: .text(String(repeating: "x", count: 100_000)))
        #expect(filter.memory > 100_000)
        #expect(!filter.isCommon)
    }
}
