import Fetching
import Geometry
import HTTPEdge

/// The sources as `/health/ready` tells of them: the server is ready whatever its sources do, as the map shows
/// what it has.
struct SourceHealth {
    private let counts: [SourceFreshness.State: [SourceFreshness]]
    private let faults: [String]

    init(_ scheduler: SourceScheduler) {
        counts = Dictionary(grouping: scheduler.freshness, by: \.state)
        faults = scheduler.faults
    }

    /// Sentences about what somebody should look at; none if all is well.
    var remarks: [String] {
        let states: [(SourceFreshness.State, String, String)] = [
            (.late, "is late", "are late"), (.failing, "could not be fetched lately", "could not be fetched lately"),
            (.never, "has never been fetched", "have never been fetched"),
        ]
        return states.compactMap { state, one, many in
            guard let sources = counts[state], let first = sources.first else { return nil }
            guard sources.count > 1 else { return "source \(first.name) \(one)\(Self.reason(first))" }
            return
                "\(sources.count) sources \(many): \(sources.map { $0.name + Self.reason($0) }.joined(separator: ", "))"
        } + faults
    }

    private static func reason(_ source: SourceFreshness) -> String { source.problem.map { " (\($0.words))" } ?? "" }

    func write(to json: inout JSONWriter) {
        json.key("sources")
        json.beginObject()
        for state in SourceFreshness.State.allCases {
            json.key(state.rawValue)
            json.integer(counts[state]?.count ?? 0)
        }
        json.key("remarks")
        json.beginArray()
        for remark in remarks { json.string(remark) }
        json.endArray()
        json.endObject()
    }
}
