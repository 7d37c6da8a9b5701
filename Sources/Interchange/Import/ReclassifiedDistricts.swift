import TimeBudgets
import Works

/// Districts that an import takes from one class to another, so that their class loses them.
struct ReclassifiedDistricts {
    /// Class of each district before the import, by its id.
    private let before: [String: String]
    private var counts: [Change: Int] = [:]

    private struct Change: Hashable {
        var from: String
        var to: String
    }

    init(_ store: any WorksStore) throws {
        var before: [String: String] = [:]
        try store.forEachFeature(in: .districts, bounds: nil, after: nil, limit: nil, budget: .unlimited) {
            _, feature in
            before[feature.id] = DistrictClass.name(of: feature.featureClass)
        }
        self.before = before
    }

    /// Notes a district that was known before.
    mutating func note(_ feature: ReferenceFeature) {
        let to = DistrictClass.name(of: feature.featureClass)
        guard let from = before[feature.id], from != to else { return }
        counts[Change(from: from, to: to), default: 0] += 1
    }

    /// A remark for the user on each pair of classes.
    func notes(source: String) -> [String] {
        counts.sorted { ($0.key.from, $0.key.to) < ($1.key.from, $1.key.to) }.map { change, count in
            "\(count) district\(count == 1 ? " was" : "s were") of the class “\(change.from)” and \(count == 1 ? "is" : "are")"
                + " of “\(change.to)” now, as “\(source)” has the same ids; to keep both sets import this one with another --source"
        }
    }
}
