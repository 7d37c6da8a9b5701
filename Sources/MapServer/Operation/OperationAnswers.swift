import Cartography
import Geometry
import HTTPEdge
import Works

/// Addresses for those who run the server.
enum OperationQuestion: String, CaseIterable, Sendable {
    case live = "/health/live"
    case ready = "/health/ready"
    case metrics = "/metrics"
}

/// Answers about the server itself, made of what lies in memory: nothing here waits for a worker, a task or the store.
struct OperationAnswers: Sendable {
    /// Readers of an answer.
    enum Audience: Sendable {
        /// Those who run the server: clients of the operations port, or of this machine where there is none.
        case operators
        case anybody
    }

    let services: MapServices

    /// The audience that a client of the main port belongs to.
    ///
    /// - Parameters:
    ///   - client: Address of the client; nil where there is no socket.
    ///   - isForwarded: True if a proxy says that it asks for somebody else.
    func audience(client: IPAddress?, isForwarded: Bool) -> Audience {
        guard services.configuration.operationsPort == nil, !isForwarded else { return .anybody }
        return client?.isLoopback ?? true ? .operators : .anybody
    }

    /// True for header fields by which proxies name the client that they ask for.
    ///
    /// - Parameter name: In lower case.
    static func isForwarding(_ name: String) -> Bool {
        ["forwarded", "x-real-ip", "via"].contains(name) || name.hasPrefix("x-forwarded-")
    }

    /// The answer to a question.
    ///
    /// - Throws: ``Problem``: 503 while the server is not ready, 404 for `/metrics` that are not for this audience.
    func content(
        of question: OperationQuestion, query: String?, gzip: Bool, for audience: Audience
    ) throws(Problem) -> Content {
        if question == .metrics, audience == .anybody {
            throw .notFound("metrics are for those who run the server; `serve --operations-port` says where they are")
        }
        try QueryParameters(query).allow(only: [])
        switch question {
        case .live:
            var json = JSONWriter()
            json.beginObject()
            json.member("status", "live")
            json.endObject()
            return Content(text: json.bytes, "application/json", gzip: false)
        case .ready: return try readiness(for: audience)
        case .metrics:
            return Content(
                text: MetricsText(services: services).bytes, "text/plain; version=0.0.4; charset=utf-8", gzip: gzip)
        }
    }

    private func readiness(for audience: Audience) throws(Problem) -> Content {
        switch services.readiness.state {
        case .starting: throw .notReady("the map is being built")
        case .stopping: throw .notReady("the server finishes its running answers and ends")
        case .failing(let reason):
            let detail = audience == .operators ? ": \(reason)" : ""
            throw .notReady("the map could not be brought up to date\(detail)")
        case .ready: break
        }
        var json = JSONWriter()
        json.beginObject()
        json.member("status", "ready")
        if audience == .operators {
            let status = services.atlas.status
            json.key("works")
            json.integer(status.works)
            json.key("revision")
            json.integer(status.revision.works)
            json.key("snapshot_age_seconds")
            json.number(status.age.inSeconds)
            json.key("notes")
            json.beginArray()
            if services.city.facts.timeZone == nil { json.string(SetupStep.clock.need(.english)) }
            json.endArray()
            json.key("style_problems")
            json.beginArray()
            for problem in status.styleProblems { json.string(problem.description) }
            json.endArray()
            if let sources = services.configuration.sources { SourceHealth(sources).write(to: &json) }
            if let backups = services.configuration.backups { backups().write(to: &json) }
        }
        json.endObject()
        return Content(text: json.bytes, "application/json", gzip: false)
    }
}
