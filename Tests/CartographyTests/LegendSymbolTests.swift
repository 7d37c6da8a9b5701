import Cartography
import Testing
import Works

@Suite("Symbols of a legend")
struct LegendSymbolTests {
    private func symbol(_ kind: WorkKind, _ state: DeadlineState, by atlas: Atlas) throws -> [UInt8] {
        try atlas.legendSymbol(kind: kind, state: state, size: 24, scale: .single, theme: .light)
    }

    @Test("do not depend on which were drawn before", arguments: WorkKind.allCases)
    func order(kind: WorkKind) throws {
        let alone = try symbol(kind, .onTime, by: TestCity.atlas(MemoryStore(works: [])))
        let atlas = try TestCity.atlas(MemoryStore(works: []))
        for other in WorkKind.allCases where other != kind { _ = try symbol(other, .onTime, by: atlas) }
        #expect(try symbol(kind, .onTime, by: atlas) == alone)
    }

    @Test("tell kinds apart")
    func kinds() throws {
        let atlas = try TestCity.atlas(MemoryStore(works: []))
        let symbols = try WorkKind.allCases.map { try symbol($0, .onTime, by: atlas) }
        #expect(Set(symbols).count == symbols.count)
    }
}
