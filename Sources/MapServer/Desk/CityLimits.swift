import Geometry
import Synchronization
import Works

/// Where the city is and which district lies where, kept until the districts change.
///
/// A class, because all requests share it.
final class CityLimits: Sendable {
    private struct State {
        var index: DistrictIndex?
        var extent: Bounds?
        var revision: StoreState?
    }

    private let store: any WorksStore
    private let state = Mutex(State())

    init(store: any WorksStore) {
        self.store = store
    }

    /// The district at a place; nil if there is none.
    ///
    /// - Throws: ``OutsideCity`` for a place outside of the box around all districts, if there are any.
    func district(at place: Coordinate) throws -> String? {
        let (index, extent) = try current()
        if let extent, !extent.contains(place) { throw OutsideCity(place: place) }
        return index?.district(at: place)
    }

    /// The district of a geometry wherever it is.
    func district(of geometry: Geometry) throws -> String? { try current().index?.district(of: geometry) }

    private func current() throws -> (index: DistrictIndex?, extent: Bounds?) {
        let revision = try store.revision().state(of: .districts)
        let known = state.withLock { $0.revision == revision ? ($0.index, $0.extent) : nil }
        if let known { return known }
        let index = try DistrictIndex(store)
        let extent = index.isEmpty ? nil : try store.extent(of: .districts)
        state.withLock { state in
            state.index = index
            state.extent = extent
            state.revision = revision
        }
        return (index, extent)
    }
}

/// A place at which the city's services do not work.
struct OutsideCity: Error, Hashable {
    var place: Coordinate
}
