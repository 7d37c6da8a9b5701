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
        var revision: StoreState?
    }

    private let state = Mutex(State())

    /// All districts by their names.
    func all(in store: any WorksStore, budget: TimeBudget) throws -> [District] {
        let revision = try store.revision().state(of: .districts)
        if let known = state.withLock({ $0.revision == revision ? $0.districts : nil }) { return known }
        var districts: [District] = []
        try store.forEachFeature(in: .districts, bounds: nil, after: nil, limit: nil, budget: budget) { _, feature in
            districts.append(
                District(
                    id: feature.id, name: feature.name ?? feature.id, translations: feature.translations,
                    point: feature.geometry?.representativePoint))
        }
        districts.sort { ($0.name, $0.id) < ($1.name, $1.id) }
        state.withLock { [districts] in $0 = State(districts: districts, revision: revision) }
        return districts
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
