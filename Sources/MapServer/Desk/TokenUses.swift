import Synchronization

/// When each token's use was last written down. A class, because all requests share it.
final class TokenUses: Sendable {
    private let noted = Mutex<[Int64: ContinuousClock.Instant]>([:])

    /// Whether a minute has passed since the last time; it counts as written down now if so.
    func isDue(_ id: Int64, at now: ContinuousClock.Instant = .now) -> Bool {
        noted.withLock { noted in
            if let last = noted[id], now - last < .seconds(60) { return false }
            noted[id] = now
            return true
        }
    }
}
