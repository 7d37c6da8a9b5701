import DemoCity
import SpatiaLiteStore
import Works

/// Puts the demo city into a store, and finds out whether one is there.
enum DemoLoader {
    /// When the demo in a store was built and from which seed; nil if the store holds anything else.
    static func origin(of store: SpatiaLiteStore) throws -> (builtAt: Instant, seed: UInt64)? {
        guard let builtAt = try store.note(.demoBuiltAt).flatMap({ Instant($0) }),
            let seed = try store.note(.demoSeed).flatMap({ UInt64($0) })
        else { return nil }
        return (builtAt, seed)
    }

    /// True if the store holds nothing but what the demo was built with: nobody has imported, changed, reported or made tokens.
    static func isUntouched(_ store: SpatiaLiteStore) throws -> Bool {
        try store.note(.demoContent) == store.contentStamp()
    }

    /// Writes the whole city as one transaction and returns a line that says what it holds.
    static func load(
        _ city: DemoCity, seed: UInt64, builtAt now: Instant, into store: SpatiaLiteStore
    ) throws -> String {
        var counts: [(String, Int)] = []
        try store.write(bulk: true) { transaction in
            let layers: [(ReferenceLayer, [ReferenceFeature])] = [
                (.districts, city.districts), (.schools, city.schools), (.roads, city.roads), (.basemap, city.basemap),
            ]
            for (layer, features) in layers {
                for feature in features { _ = try transaction.upsert(feature, in: layer) }
                counts.append((layer.rawValue, features.count))
            }
            var works = 0
            for (work, ledger) in city.works {
                try transaction.insert(work, ledger: ledger)
                works += 1
            }
            counts.append(("works", works))
            try transaction.setNote(.demoSeed, to: String(seed))
            try transaction.setNote(.demoBuiltAt, to: now.description)
            try transaction.setNote(.cityNameRussian, to: city.name.ru)
            try transaction.setNote(.cityNameEnglish, to: city.name.en)
            try transaction.setNote(.timeZone, to: DemoCity.timeZone)
        }
        let stamp = try store.contentStamp()
        try store.write(bulk: false) { try $0.setNote(.demoContent, to: stamp) }
        return "\(city.name.ru): " + counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    }
}
