import Geometry
import TimeBudgets
import Works

/// The numbers that the features of a layer have in one column.
struct ExposureColumn {
    private(set) var byID: [String: Double] = [:]
    private(set) var numbers: [(geometry: Geometry, value: Double)] = []

    /// Reads a published column; features without a number in it, or without a geometry, are left out.
    ///
    /// - Throws: ``HotspotError/noExposure(_:reason:)`` if the layer is empty, has no such column or only zeros in it, or a number is negative.
    init(_ name: String, of layer: ReferenceLayer, in store: any WorksStore, budget: TimeBudget) throws {
        let text = ExposureKind.column(layer, name).text
        func refused(_ reason: String) -> HotspotError { .noExposure(text, reason: reason) }
        var (features, isKnown, known) = (0, false, Set<String>())
        var negative: String?
        try store.forEachFeature(in: layer, bounds: nil, after: nil, limit: nil, budget: budget) { _, feature in
            features += 1
            guard let object = feature.extra.flatMap({ try? JSONParser.parse($0) })?.object else { return }
            guard let value = object[name] else {
                if known.count < 20 { known.formUnion(object.members.map(\.name)) }
                return
            }
            isKnown = true
            guard let number = value.double ?? value.string.flatMap({ Double($0) }), number.isFinite else { return }
            if number < 0 { negative = negative ?? feature.name ?? feature.id }
            byID[feature.id] = number
            if let geometry = feature.geometry { numbers.append((geometry, number)) }
        }
        guard features > 0 else {
            throw refused("the layer is empty; worksmap import FILE --as \(layer.rawValue) fills it")
        }
        guard isKnown else {
            let others =
                known.isEmpty ? "it has none that is published" : "it has \(known.sorted().joined(separator: ", "))"
            throw refused("the layer has no published column of this name; \(others)")
        }
        if let negative { throw refused("“\(negative)” has a negative number") }
        guard byID.values.contains(where: { $0 > 0 }) else { throw refused("no feature has a number above 0") }
    }
}
