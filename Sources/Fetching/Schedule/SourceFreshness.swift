public import Works

/// Freshness of a source's data.
public struct SourceFreshness: Hashable, Sendable {
    public enum State: String, CaseIterable, Sendable {
        /// The last fetch succeeded, and lately.
        case ok
        /// The last success is longer ago than the source may be without news.
        case late
        /// The last fetch failed; the data is still fresh enough.
        case failing
        /// No fetch has succeeded yet.
        case never
    }

    public var name: String
    /// Name for people, by language; the key "" is for all languages.
    public var title: [String: String]
    public var state: State
    public var lastTry: Instant?
    public var lastSuccess: Instant?
    public var lastList: Instant?
    /// Nil if it is fetched by hand only.
    public var next: Instant?
    public var problem: SourceProblem?
    public var failures: Int
    public var rowsRefused: Int

    init(name: String, title: [String: String], lateAfter: Int, isPaused: Bool, _ stored: SourceState, at now: Instant)
    {
        self.name = name
        self.title = title
        lastTry = stored.lastTry
        lastSuccess = stored.lastSuccess
        lastList = stored.lastList
        next = isPaused ? nil : stored.next ?? now
        problem = stored.problem
        failures = stored.failures
        rowsRefused = stored.rowsRefused
        state =
            if let success = stored.lastSuccess {
                !isPaused && now - success > Int64(lateAfter) ? .late : stored.problem == nil ? .ok : .failing
            } else {
                .never
            }
    }
}
