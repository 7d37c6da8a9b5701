import Synchronization

/// How long requests took and how they ended, by route.
package final class RequestMetrics: Sendable {
    /// The upper edges of the latency buckets, in seconds.
    package static let edges = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    /// The measurements of one route.
    package struct Series {
        /// Requests by bucket, the last without an edge.
        package var buckets = [Int](repeating: 0, count: RequestMetrics.edges.count + 1)
        package var seconds = 0.0
        /// Requests by status code.
        package var statuses: [Int: Int] = [:]
        /// Answers that broke off after their head had left.
        package var aborted = 0
        package var octets = 0

        package var count: Int { buckets.reduce(0, +) }

        fileprivate mutating func add(bucket: Int, seconds: Double, status: Int, octets: Int, aborted: Bool) {
            buckets[bucket] += 1
            self.seconds += seconds
            statuses[status, default: 0] += 1
            self.octets += octets
            if aborted { self.aborted += 1 }
        }
    }

    private let series = Mutex<[String: Series]>([:])

    package init() {}

    package func record(route: String, status: Int, duration: Duration, octets: Int, aborted: Bool) {
        let (seconds, attoseconds) = duration.components
        let time = Double(seconds) + Double(attoseconds) * 1e-18
        let bucket = Self.edges.firstIndex { time <= $0 } ?? Self.edges.count
        series.withLock { series in
            series[route, default: Series()]
                .add(bucket: bucket, seconds: time, status: status, octets: octets, aborted: aborted)
        }
    }

    /// What was recorded so far, by route.
    package var all: [(route: String, series: Series)] {
        series.withLock { series in series.sorted { $0.key < $1.key }.map { (route: $0.key, series: $0.value) } }
    }
}
