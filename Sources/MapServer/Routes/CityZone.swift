import Foundation
import Synchronization
import Works

/// The time zone of the city's clocks, by which dates in parameters are days.
///
/// A class, because all requests share what was read last. The store is asked only where somebody writes a date, once a minute at most, so
/// that tiles need no database.
final class CityZone: Sendable {
    private let store: any WorksStore
    private let state = Mutex<(zone: TimeZone, readAt: Instant)?>(nil)
    private static let lifetime: Int64 = 60

    init(store: any WorksStore) {
        self.store = store
    }

    var timeZone: TimeZone {
        state.withLock { state in
            if let state, Instant.now - state.readAt < Self.lifetime { return state.zone }
            let zone = (try? store.timeZone) ?? .gmt
            state = (zone, .now)
            return zone
        }
    }
}
