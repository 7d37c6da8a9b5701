import Cartography
import Works

/// The server's measurements in Prometheus' text format 0.0.4.
struct MetricsText {
    private(set) var text = ""

    var bytes: [UInt8] { Array(text.utf8) }

    init(services: MapServices) {
        requests(services.metrics)
        pools(services.pools)
        atlas(services)
    }

    private mutating func requests(_ metrics: RequestMetrics) {
        let all = metrics.all
        head("worksmap_http_request_duration_seconds", "histogram", "Time from the request's head to the answer's end.")
        for (route, series) in all {
            var total = 0
            let name = "worksmap_http_request_duration_seconds"
            for (index, edge) in RequestMetrics.edges.enumerated() {
                total += series.buckets[index]
                line(name + "_bucket", [("route", route), ("le", "\(edge)")], total)
            }
            line(name + "_bucket", [("route", route), ("le", "+Inf")], series.count)
            line(name + "_sum", [("route", route)], series.seconds)
            line(name + "_count", [("route", route)], series.count)
        }
        head("worksmap_http_responses_total", "counter", "Answers by status.")
        for (route, series) in all {
            for (status, count) in series.statuses.sorted(by: { $0.key < $1.key }) {
                line("worksmap_http_responses_total", [("route", route), ("status", "\(status)")], count)
            }
        }
        head("worksmap_http_aborted_total", "counter", "Answers that broke off after their head had left.")
        for (route, series) in all { line("worksmap_http_aborted_total", [("route", route)], series.aborted) }
        head("worksmap_http_response_octets_total", "counter", "Octets of bodies that left.")
        for (route, series) in all { line("worksmap_http_response_octets_total", [("route", route)], series.octets) }
    }

    private mutating func pools(_ pools: [WorkerPool]) {
        let counts = pools.map { (pool: $0, counts: $0.counts) }
        head("worksmap_pool_queue_length", "gauge", "Requests waiting for a worker.")
        for (pool, counts) in counts { line("worksmap_pool_queue_length", [("pool", pool.name)], counts.waiting) }
        head("worksmap_pool_running", "gauge", "Workers at work.")
        for (pool, counts) in counts { line("worksmap_pool_running", [("pool", pool.name)], counts.running) }
        head("worksmap_pool_workers", "gauge", "Workers there are.")
        for (pool, _) in counts { line("worksmap_pool_workers", [("pool", pool.name)], pool.workers) }
        head("worksmap_pool_shed_total", "counter", "Requests refused because the queue was full.")
        for (pool, counts) in counts { line("worksmap_pool_shed_total", [("pool", pool.name)], counts.shed) }
        head("worksmap_pool_dropped_total", "counter", "Requests whose time passed in the queue.")
        for (pool, counts) in counts { line("worksmap_pool_dropped_total", [("pool", pool.name)], counts.dropped) }
    }

    private mutating func atlas(_ services: MapServices) {
        head("worksmap_ready", "gauge", "Whether the last look at the store succeeded.")
        line("worksmap_ready", [], services.readiness.state == .ready ? 1 : 0)
        let status = services.atlas.status
        single(
            "worksmap_snapshot_age_seconds", "gauge", "Time since the snapshot was compared with the store.",
            status.age.inSeconds)
        single("worksmap_snapshot_works", "gauge", "Works on the map.", status.works)
        single("worksmap_snapshot_bytes", "gauge", "Memory of the snapshot.", status.bytes)
        single(
            "worksmap_store_revision", "gauge", "The count of work changes that the snapshot shows.",
            Int(status.revision.works))
        single("worksmap_tile_cache_hits_total", "counter", "Tiles found in the cache.", status.cache.hits)
        single("worksmap_tile_cache_misses_total", "counter", "Tiles that had to be drawn.", status.cache.misses)
        single("worksmap_tile_cache_evicted_total", "counter", "Tiles that gave way to others.", status.cache.evicted)
        single("worksmap_tile_cache_changed_total", "counter", "Tiles that ended by a change.", status.cache.changed)
        single("worksmap_tile_cache_expired_total", "counter", "Tiles that ended by a deadline.", status.cache.expired)
        single("worksmap_tile_cache_entries", "gauge", "Tiles in the cache.", status.cache.entries)
        single("worksmap_tile_cache_bytes", "gauge", "Memory of the tile cache.", status.cache.bytes)
    }

    // MARK: The format

    private mutating func head(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: some CustomStringConvertible) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    private mutating func single(_ name: String, _ type: String, _ help: String, _ value: some CustomStringConvertible)
    {
        head(name, type, help)
        line(name, [], value)
    }

    private static func escaped(_ label: String) -> String {
        label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
