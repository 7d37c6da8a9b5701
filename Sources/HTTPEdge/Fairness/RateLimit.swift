import Synchronization

/// Rate limit for each client: a token bucket that fills at a steady rate (RFC 2697 describes such meters).
///
/// A class, because all requests share the buckets.
package final class RateLimit: Sendable {
    private struct Bucket {
        var level: Double
        var at: ContinuousClock.Instant
    }

    /// Clients that are remembered; beyond it those with a full bucket are forgotten, then all.
    private static let remembered = 20_000

    private let capacity: Double
    private let perSecond: Double
    private let buckets = Mutex<[Key: Bucket]>([:])

    /// Whose bucket it is.
    private struct Key: Hashable {
        var address: ClientAddress
        var bearer: String?
    }

    /// - Parameters:
    ///   - capacity: Tokens that may be taken at once.
    ///   - seconds: Time in which an empty bucket fills.
    package init(capacity: Int, in seconds: Double) {
        self.capacity = Double(capacity)
        perSecond = Double(capacity) / seconds
    }

    /// Consumes a token of the client's bucket. Returns nil if there was one, else the seconds until there will be.
    ///
    /// - Parameter bearer: Tells apart those who are known by a secret at one address; each has a bucket of their own.
    package func consume(
        _ address: ClientAddress, bearer: String? = nil, at now: ContinuousClock.Instant = .now
    ) -> Int? {
        let key = Key(address: address, bearer: bearer)
        return buckets.withLock { buckets in
            if buckets.count > Self.remembered {
                buckets = buckets.filter { level($0.value, at: now) < capacity }
                if buckets.count > Self.remembered { buckets = [:] }
            }
            var bucket = buckets[key] ?? Bucket(level: capacity, at: now)
            bucket.level = level(bucket, at: now)
            bucket.at = now
            defer { buckets[key] = bucket }
            guard bucket.level >= 1 else { return max(1, Int(((1 - bucket.level) / perSecond).rounded(.up))) }
            bucket.level -= 1
            return nil
        }
    }

    /// Tokens that are missing in the client's bucket.
    package func used(_ address: ClientAddress, at now: ContinuousClock.Instant = .now) -> Double {
        buckets.withLock { $0[Key(address: address)].map { capacity - level($0, at: now) } ?? 0 }
    }

    private func level(_ bucket: Bucket, at now: ContinuousClock.Instant) -> Double {
        min(capacity, bucket.level + max(0, (now - bucket.at) / .seconds(1)) * perSecond)
    }
}
