import Synchronization

/// How much an address may still do: a bucket that fills at a steady rate and is emptied by a portion each time.
///
/// A class, because all requests share the buckets.
final class RateLimit: Sendable {
    private struct Bucket {
        var level: Double
        var at: ContinuousClock.Instant
    }

    /// How many addresses are kept in mind; beyond it those with a full bucket are forgotten.
    private static let remembered = 20_000

    private let capacity: Double
    private let perSecond: Double
    private let buckets = Mutex<[String: Bucket]>([:])

    /// - Parameters:
    ///   - capacity: How many portions at once.
    ///   - seconds: The time in which an empty bucket fills.
    init(capacity: Int, in seconds: Double) {
        self.capacity = Double(capacity)
        perSecond = Double(capacity) / seconds
    }

    /// Takes a portion out of the address's bucket; if there is none, the seconds until there will be.
    func take(_ address: String, at now: ContinuousClock.Instant = .now) -> Int? {
        buckets.withLock { buckets in
            if buckets.count > Self.remembered {
                buckets = buckets.filter { level($0.value, at: now) < capacity }
            }
            var bucket = buckets[address] ?? Bucket(level: capacity, at: now)
            bucket.level = level(bucket, at: now)
            bucket.at = now
            defer { buckets[address] = bucket }
            guard bucket.level >= 1 else { return max(1, Int(((1 - bucket.level) / perSecond).rounded(.up))) }
            bucket.level -= 1
            return nil
        }
    }

    /// How much of its bucket an address has used.
    func used(_ address: String, at now: ContinuousClock.Instant = .now) -> Double {
        buckets.withLock { $0[address].map { capacity - level($0, at: now) } ?? 0 }
    }

    private func level(_ bucket: Bucket, at now: ContinuousClock.Instant) -> Double {
        min(capacity, bucket.level + max(0, (now - bucket.at) / .seconds(1)) * perSecond)
    }
}
