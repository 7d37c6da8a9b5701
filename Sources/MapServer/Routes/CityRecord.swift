import HTTPEdge
import Synchronization
import Works

/// The facts about the city as they were read last.
///
/// A class, because all requests share them. ``Refresher`` reads them with each look at the store, so that no tile and no page waits for it.
final class CityRecord: Sendable {
    private let store: any WorksStore
    private let state = Mutex<CityFacts?>(nil)

    init(store: any WorksStore) {
        self.store = store
    }

    /// The facts; read here only before the first look at the store. Without a store that can be read there are none.
    var facts: CityFacts {
        if let facts = state.withLock({ $0 }) { return facts }
        try? refresh()
        return state.withLock { $0 } ?? CityFacts()
    }

    /// Reads the facts anew. It blocks.
    ///
    /// - Throws: `StoreError`; what was known holds on.
    func refresh() throws {
        let facts = try CityFacts(store)
        state.withLock { $0 = facts }
    }

    /// The language of readers who ask for none that there is; nil if the city states none.
    var language: Language? { facts[.language].flatMap { Language(rawValue: $0) } }

    /// The city's name in a language; nil if it states none.
    func name(_ language: Language) -> String? { facts.name(in: language.rawValue) }

    /// The map's name in a language, the city's in it.
    func title(_ language: Language) -> String {
        let map = language("Карта работ", "Map of works")
        return name(language).map { "\($0): \(language("карта работ", "map of works"))" } ?? map
    }
}
