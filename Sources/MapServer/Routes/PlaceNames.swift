import Geometry
import HTTPEdge
import Synchronization
import TimeBudgets
import Works

/// A district, street or school by its name; pieces of one street are one place.
struct NamedPlace: Sendable {
    var name: String
    /// Its name in other languages, by the language's code.
    var translations: [String: String]
    var layer: ReferenceLayer
    var bounds: Bounds
    /// A coordinate on it.
    var point: Coordinate
    /// All its names with small letters.
    var folded: [String]
}

/// The names of everything in the reference layers, read once per state of those layers.
final class PlaceNames: Sendable {
    /// The layers that people look for places in, in the order in which equally good answers are given.
    static let layers: [ReferenceLayer] = [.districts, .roads, .schools]

    private struct State {
        var places: [NamedPlace] = []
        var revisions: [StoreState]?
    }

    private let state = Mutex(State())

    /// The places with a name that holds every one of the words of `text`, best first: those that begin with it,
    /// then those with a word that does.
    func places(named text: String, limit: Int, in store: any WorksStore, budget: TimeBudget) throws -> [NamedPlace] {
        let wanted = text.lowercased()
        let words = wanted.split(whereSeparator: \.isWhitespace)
        guard !words.isEmpty else { return [] }
        var found: [(rank: Int, order: Int, place: NamedPlace)] = []
        for (order, place) in try places(in: store, budget: budget).enumerated() {
            let ranks = place.folded.compactMap { Self.rank($0, wanted, words) }
            if let rank = ranks.min() { found.append((rank, order, place)) }
        }
        return found.sorted { ($0.rank, $0.order) < ($1.rank, $1.order) }.prefix(limit).map(\.place)
    }

    private static func rank(_ name: String, _ wanted: String, _ words: [Substring]) -> Int? {
        guard words.allSatisfy({ name.contains($0) }) else { return nil }
        if name.hasPrefix(wanted) { return 0 }
        return name.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).contains { $0.hasPrefix(words[0]) } ? 1 : 2
    }

    private func places(in store: any WorksStore, budget: TimeBudget) throws -> [NamedPlace] {
        let revision = try store.revision()
        let revisions = Self.layers.map { revision.state(of: $0) }
        if let known = state.withLock({ $0.revisions == revisions ? $0.places : nil }) { return known }
        let places = try Self.read(store, budget: budget)
        state.withLock { $0 = State(places: places, revisions: revisions) }
        return places
    }

    private static func read(_ store: any WorksStore, budget: TimeBudget) throws -> [NamedPlace] {
        var places: [NamedPlace] = []
        for layer in layers {
            var indexOfName: [String: Int] = [:]
            try store.forEachFeature(in: layer, bounds: nil, after: nil, limit: nil, budget: budget) { _, feature in
                guard let name = feature.name, let bounds = feature.geometry?.bounds,
                    let point = feature.geometry?.representativePoint
                else { return }
                if layer == .roads, let index = indexOfName[name] {
                    places[index].bounds = places[index].bounds.union(bounds)
                    return
                }
                indexOfName[name] = places.count
                let translations = feature.translations
                places.append(
                    NamedPlace(
                        name: name, translations: translations, layer: layer, bounds: bounds, point: point,
                        folded: ([name] + translations.values).map { $0.lowercased() }))
            }
        }
        return places
    }
}
