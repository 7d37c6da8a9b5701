import Geometry
import Works

/// What a label needs to know of a feature besides its name: the house number of a building, the kind of a place.
enum FeatureDetail {
    /// The keys of `extra` that are looked for, by class; the first that is there counts.
    private static func keys(of featureClass: String?) -> [String] {
        switch featureClass {
        case "building": ["housenumber", "addr:housenumber", "addr_housenumber"]
        case "place": ["place"]
        default: []
        }
    }

    /// Nil if there is none, or if `extra` is no JSON object.
    static func text(of feature: ReferenceFeature) -> String? {
        let keys = keys(of: feature.featureClass)
        guard let extra = feature.extra, !keys.isEmpty, keys.contains(where: { contains(extra, $0) }),
            let value = try? JSONParser.parse([UInt8](extra.utf8))
        else { return nil }
        for key in keys {
            guard let found = value[key] else { continue }
            if let text = found.string, !text.isEmpty { return text }
            if let number = found.integer { return String(number) }
        }
        return nil
    }

    /// Whether the letters occur at all: most buildings have no number, and reading their `extra` would be for nothing.
    private static func contains(_ text: String, _ key: String) -> Bool {
        var (text, key) = (text, key)
        return text.withUTF8 { text in
            key.withUTF8 { key in
                guard text.count >= key.count else { return false }
                return (0...text.count - key.count).contains { start in
                    text[start] == key[0] && text[start..<start + key.count].elementsEqual(key)
                }
            }
        }
    }
}
