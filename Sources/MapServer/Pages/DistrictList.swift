import Geometry
import HTTPEdge
import Synchronization
import TimeBudgets
import Works

/// A district of the city.
struct District: Sendable {
    /// Its id in the layer of districts.
    var id: String
    /// As it stands in ``Work/district``.
    var name: String
    /// Its names in other languages, by the language's code.
    var translations: [String: String]
    /// A coordinate in it.
    var point: Coordinate?

    func name(in language: Language) -> String { translations[language.rawValue] ?? name }

    /// The path of its page.
    var path: String { "/districts/" + PercentEncoding.encode(id, keeping: ":") }
}

/// The districts, read once per state of their layer.
final class DistrictList: Sendable {
    private struct State {
        var districts: [District] = []
        /// Classes in the order in which they came.
        var classes: [String] = []
        var revision: StoreState?
    }

    private let state = Mutex(State())

    /// All districts of the first class by their names.
    func all(in store: any WorksStore, budget: TimeBudget) throws -> [District] {
        try current(in: store, budget: budget).districts
    }

    /// The classes of districts, the first one first.
    func classes(in store: any WorksStore, budget: TimeBudget) throws -> [String] {
        try current(in: store, budget: budget).classes
    }

    private func current(in store: any WorksStore, budget: TimeBudget) throws -> State {
        let revision = try store.revision().state(of: .districts)
        if let known = state.withLock({ $0.revision == revision ? $0 : nil }) { return known }
        var districts: [District] = []
        var classes: [String] = []
        try store.forEachFeature(in: .districts, bounds: nil, after: nil, limit: nil, budget: budget) { _, feature in
            let name = DistrictClass.name(of: feature.featureClass)
            if !classes.contains(name) { classes.append(name) }
            guard name == classes[0] else { return }
            districts.append(
                District(
                    id: feature.id, name: feature.name ?? feature.id, translations: feature.translations,
                    point: feature.geometry?.representativePoint))
        }
        districts.sort { ($0.name, $0.id) < ($1.name, $1.id) }
        let read = State(districts: districts, classes: classes, revision: revision)
        state.withLock { $0 = read }
        return read
    }
}

extension ReferenceFeature {
    /// Names such as `name_en` or OpenStreetMap's `name:en`, by language.
    var translations: [String: String] {
        guard let extra, extra.contains("\"name"), let object = try? JSONParser.parse(Array(extra.utf8)).object else {
            return [:]
        }
        var names: [String: String] = [:]
        for member in object {
            guard member.name.hasPrefix("name_") || member.name.hasPrefix("name:"), let name = member.value.string
            else { continue }
            names[String(member.name.dropFirst(5))] = name
        }
        return names
    }
}
