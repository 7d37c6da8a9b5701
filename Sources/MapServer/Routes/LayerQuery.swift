import Geometry
import HTTPEdge
import Interchange
import TimeBudgets
import Works

/// What is asked of a layer.
enum LayerQuery: Hashable, Sendable {
    /// Works that match; the filter's kinds are those of the layer.
    case works(WorkFilter)
    case reference(ReferenceLayer, FeatureFilter)
    /// A layer of one kind, asked for another: nothing.
    case nothing

    /// The parameters that a layer knows.
    static func names(for layer: Layer) -> [String] {
        layer.reference == nil ? FilterQuery.names : ["bbox"]
    }

    init(_ layer: Layer, _ query: QueryParameters, _ city: CityZone) throws(Problem) {
        let filter = try FilterQuery.filter(query, city)
        switch layer.export {
        case .reference(let reference): self = .reference(reference, FeatureFilter(bounds: filter.bounds))
        case .works(nil): self = .works(filter)
        case .works(let kind?):
            var filter = filter
            guard filter.kinds.isEmpty || filter.kinds.contains(kind) else {
                self = .nothing
                return
            }
            filter.kinds = [kind]
            self = .works(filter)
        }
    }

    /// The moment as of which works are asked for; nil for the present.
    var asOf: Instant? { if case .works(let filter) = self { filter.asOf } else { nil } }

    /// The same question inside a box.
    func within(_ bounds: Bounds) -> LayerQuery {
        switch self {
        case .works(var filter):
            filter.bounds = bounds
            return .works(filter)
        case .reference(let layer, var filter):
            filter.bounds = bounds
            return .reference(layer, filter)
        case .nothing: return .nothing
        }
    }

    /// The same question of those only for which a condition holds.
    func matching(_ expression: FilterExpression) -> LayerQuery {
        switch self {
        case .works(var filter):
            filter.expression = expression
            return .works(filter)
        case .reference(let layer, var filter):
            filter.expression = expression
            return .reference(layer, filter)
        case .nothing: return .nothing
        }
    }

    /// The key under which its count is remembered.
    func countKey(_ stamp: Freshness.Stamp) -> CountCache.Key? {
        switch self {
        case .works(let filter):
            let moves = filter.movesWithTheClock
            guard !moves || stamp.isExact else { return nil }
            return .init(subject: .works(filter), revision: stamp.revision.stateOfWorks, epoch: moves ? stamp.epoch : 0)
        case .reference(let layer, let filter):
            return .init(subject: .reference(layer, filter), revision: stamp.revision.state(of: layer), epoch: 0)
        case .nothing: return nil
        }
    }
}

extension MapServices {
    /// How many features match, exactly; counted once per question and state of the store.
    func count(_ query: LayerQuery, _ stamp: Freshness.Stamp, budget: TimeBudget) throws -> Int {
        func count() throws -> Int {
            switch query {
            case .works(let filter): try store.countWorks(matching: filter, at: stamp.now, budget: budget)
            case .reference(let layer, let filter):
                try store.countFeatures(in: layer, matching: filter, budget: budget)
            case .nothing: 0
            }
        }
        guard let key = query.countKey(stamp) else { return try count() }
        return try counts.count(key, count)
    }
}
