/// Measurements in Prometheus' text format 0.0.4.
package struct MetricsText {
    package private(set) var text = ""

    package var bytes: [UInt8] { Array(text.utf8) }

    package init() {}

    // MARK: What every server has

    package mutating func add(_ metrics: RequestMetrics) {
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

    package mutating func add(_ pools: [WorkerPool]) {
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

    package mutating func add(_ table: ConnectionTable) {
        let counts = table.counts
        single("worksmap_connections", "gauge", "Open connections.", counts.open)
        single(
            "worksmap_connections_displaced_total", "counter", "Idle connections closed to make room for new ones.",
            counts.displaced)
        single("worksmap_connections_refused_total", "counter", "Connections refused at a limit.", counts.refused)
    }

    // MARK: The format

    package mutating func head(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    package mutating func line(_ name: String, _ labels: [(String, String)], _ value: some CustomStringConvertible) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    package mutating func single(_ name: String, _ type: String, _ help: String, _ value: some CustomStringConvertible)
    {
        head(name, type, help)
        line(name, [], value)
    }

    private static func escaped(_ label: String) -> String {
        label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
