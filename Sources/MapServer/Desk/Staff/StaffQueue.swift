import HTTPEdge
import TimeBudgets
import Works

/// The lists of the desk.
enum StaffQueue: String, Sendable, CaseIterable {
    /// What was reported and nobody has answered yet.
    case new
    /// What the bearer's organisation has to do; everything that is open if the token is of none.
    case mine
    case overdue
    /// Works that staff have taken out of the public record.
    case hidden

    /// The lists that a member of staff may look at.
    static func lists(for token: AccessToken) -> [StaffQueue] {
        allCases.filter { $0 != .hidden || token.mayReadPrivate }
    }

    /// Which works stand in the list.
    func filter(for token: AccessToken, words: [String]) -> WorkFilter {
        var filter = WorkFilter()
        filter.openOnly = true
        filter.words = words
        switch self {
        case .new: filter.statuses = [.reported]
        case .mine: if let organisation = token.organisation { filter.organisations = [organisation] }
        case .overdue: filter.deadlineStates = [.overdue]
        case .hidden: preconditionFailure("hidden works are found by no filter")
        }
        return filter
    }

    /// One page of the list, the most urgent works first.
    func works(
        matching filter: WorkFilter, page: Int, in store: any WorksStore, at now: Instant, budget: TimeBudget
    ) throws -> (page: [Work], total: Int) {
        var entries: [(due: Instant?, number: Int64)] = []
        let all = WorkPage(filter: filter, columns: WorkColumns(.dueAt), geometry: false)
        try store.forEachWork(all, at: now, budget: budget) { entries.append(($0.instant(.dueAt), $0.number)) }
        switch self {
        case .new: entries.sort { $0.number > $1.number }
        case .mine, .overdue, .hidden:
            // What nobody has promised anything about comes last.
            entries.sort {
                ($0.due == nil ? 1 : 0, $0.due?.secondsSinceEpoch ?? 0, $0.number)
                    < ($1.due == nil ? 1 : 0, $1.due?.secondsSinceEpoch ?? 0, $1.number)
            }
        }
        let wanted = entries.dropFirst((page - 1) * StaffRoutes.pageSize).prefix(StaffRoutes.pageSize)
        let works = try wanted.compactMap { entry in
            var found: Work?
            let one = WorkPage(geometry: false, after: entry.number - 1, limit: 1)
            try store.forEachWork(one, at: now, budget: budget) {
                if $0.number == entry.number { found = try $0.work() }
            }
            return found
        }
        return (works, entries.count)
    }

    func name(_ say: Language, for token: AccessToken) -> String {
        switch self {
        case .new: say("Новые", "New")
        case .mine: token.organisation == nil ? say("Все открытые", "All open") : say("Мои", "Mine")
        case .overdue: say("Просроченные", "Overdue")
        case .hidden: say("Скрытые", "Hidden")
        }
    }
}
