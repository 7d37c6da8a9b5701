import Geometry

/// How many administrative areas an extract has of each `admin_level` (https://wiki.openstreetmap.org/wiki/Key:admin_level).
struct AdminLevels {
    private(set) var counts: [Int: Int] = [:]

    init(of path: String, _ format: ForeignFormat, _ conversion: Conversion) throws {
        let source = try conversion.objects(
            of: path, format, tags: ["boundary", "admin_level"], layers: ["multipolygons"])
        try source.forEachFeature { feature in
            guard feature.properties["boundary"]?.string == "administrative",
                let level = feature.properties["admin_level"]?.string.flatMap({ Int($0) })
            else { return }
            counts[level, default: 0] += 1
        }
    }

    /// The level below that of regions which has the most areas, the upper one of equals; nil if there are no areas.
    var most: Int? {
        let parts = counts.filter { $0.key >= 7 }
        return (parts.isEmpty ? counts : parts).max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key
    }

    /// What to say about the choice.
    func note(chosen: Int) -> String {
        let others = counts.filter { $0.key != chosen }.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
        return "districts are the areas of admin_level \(chosen) (\(counts[chosen] ?? 0))"
            + (others.isEmpty ? "" : "; --admin-level chooses others: \(others.joined(separator: ", "))")
    }
}
