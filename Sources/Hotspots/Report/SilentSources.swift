public import Works

/// A source that says when works are due and never that one is done.
///
/// All of its works would count as overdue one day, which says something of the source and nothing of who does the work. They are in no
/// share and rank nobody.
public struct SilentSource: Hashable, Sendable {
    public var name: String
    /// Works of it whose deadline has come.
    public var works: Int

    /// Fewest works with a deadline that has come for a source to be called silent.
    public static let fewestWorks = 10

    /// The silent sources among those of some works, by name.
    public static func all(of works: some Sequence<WorkOutcome>, at now: Instant) -> [SilentSource] {
        var due = [String: Int]()
        var speaking = Set<String>()
        for work in works {
            guard let source = work.source, !speaking.contains(source) else { continue }
            if !work.status.isOpen {
                speaking.insert(source)
                due[source] = nil
            } else if work.outcome(at: now) == .broken {
                due[source, default: 0] += 1
            }
        }
        return due.filter { $0.value >= fewestWorks }.map { SilentSource(name: $0.key, works: $0.value) }
            .sorted { $0.name < $1.name }
    }
}
