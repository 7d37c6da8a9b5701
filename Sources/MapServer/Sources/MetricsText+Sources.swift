import Fetching
import HTTPEdge
import Works

extension MetricsText {
    /// Adds the sources: their freshness, and how often they were fetched.
    mutating func add(_ scheduler: SourceScheduler) {
        let sources = scheduler.freshness
        guard !sources.isEmpty else { return }
        head("worksmap_source_state", "gauge", "State of a source: 1 for the one that it is in.")
        for source in sources {
            for state in SourceFreshness.State.allCases {
                line(
                    "worksmap_source_state", [("source", source.name), ("state", state.rawValue)],
                    source.state == state ? 1 : 0)
            }
        }
        head("worksmap_source_last_success_timestamp_seconds", "gauge", "Time of the last fetch that succeeded.")
        for source in sources {
            guard let success = source.lastSuccess else { continue }
            line(
                "worksmap_source_last_success_timestamp_seconds", [("source", source.name)],
                Int(success.secondsSinceEpoch))
        }
        head("worksmap_source_failures", "gauge", "Fetches that failed since the last success.")
        for source in sources { line("worksmap_source_failures", [("source", source.name)], source.failures) }
        head("worksmap_source_fetches_total", "counter", "Fetches since the start, by how they ended.")
        for (source, outcome, count) in scheduler.counts {
            line("worksmap_source_fetches_total", [("source", source), ("outcome", outcome)], count)
        }
    }
}
