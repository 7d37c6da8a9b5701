import Geometry
import Works

/// What a label needs to know of a feature besides its name: the house number of a building, the kind of a place.
enum FeatureDetail {
    /// The keys of `extra` that are looked for, by class; the first that is there counts.
    private static func keys(of featureClass: String?) -> [String] {
        switch featureClass {
        case "building", "address": ["housenumber", "addr:housenumber", "addr_housenumber"]
        case "place": ["place"]
        default: []
        }
    }

    /// Nil if there is none, or if `extra` is no JSON object.
    static func text(of feature: ReferenceFeature) -> String? {
        let keys = keys(of: feature.featureClass)
        guard let extra = feature.extra, !keys.isEmpty, extra.contains(anyOf: keys.map { Array($0.utf8) }),
            let value = try? JSONParser.parse([UInt8](extra.utf8))
        else { return nil }
        for key in keys {
            guard let found = value[key] else { continue }
            if let text = found.string, !text.isEmpty { return text }
            if let number = found.integer { return String(number) }
        }
        return nil
    }
}
