import HTTPEdge
import Hummingbird
import TimeBudgets
import Works

extension StaffRoutes {
    /// Entries of the audit log that are shown.
    private static let auditLength = 500

    func queue(_ visit: Visit) async throws -> Response {
        try visit.query.allow(only: ["view", "q", "page", "lang"])
        let view = visit.query["view"] ?? StaffQueue.new.rawValue
        let lists = StaffQueue.lists(for: visit.token)
        guard let queue = StaffQueue(rawValue: view), lists.contains(queue) else {
            throw Problem.malformedParameter(
                "view", "one of \(lists.map(\.rawValue).joined(separator: ", ")) is wanted")
        }
        let words = visit.query["q"]?.trimmed ?? ""
        if let id = WorkID(words) { return Self.redirect(visit.link("/staff/works/\(id)")) }
        let page = try visit.query.integer("page", in: 1...1_000_000) ?? 1
        let book = try? desk.rules.book()
        let html = try await desk.services.features(visit.request, visit.context, on: desk.services.staffPool) {
            budget in
            let store = desk.store
            let hidden = try desk.hiddenWorks(for: visit.token).map(\.work)
            let parts = words.split(separator: " ").map(String.init)
            let works: (page: [Work], total: Int)
            if queue == .hidden {
                var filter = WorkFilter()
                filter.words = parts
                let matching = hidden.filter { filter.matches($0, at: visit.now) }
                works = (Array(matching.dropFirst((page - 1) * Self.pageSize).prefix(Self.pageSize)), matching.count)
            } else {
                works = try queue.works(
                    matching: queue.filter(for: visit.token, words: parts), page: page, in: store, at: visit.now,
                    budget: budget)
            }
            var sizes: [StaffQueue: Int] = [.hidden: hidden.count]
            for each in lists where each != .hidden {
                sizes[each] = try store.countWorks(
                    matching: each.filter(for: visit.token, words: []), at: visit.now, budget: budget)
            }
            return StaffPages.queue(
                StaffPages.Listing(
                    queue: queue, words: words, works: works.page, total: works.total, page: page, sizes: sizes,
                    reports: try waiting(for: visit.token)),
                visit: visit, clock: try CityClock(store, language: visit.language), book: book)
        }
        return Self.html(html, visit.language)
    }

    /// The waiting reports that the bearer of a token may read, each with the service that it would go to.
    private func waiting(for token: AccessToken) throws -> [StaffPages.Waiting] {
        guard token.mayReadPrivate else { return [] }
        return try desk.store.pendingReports().filter { try desk.mayRead($0, token) }.map {
            StaffPages.Waiting(report: $0, organisation: try? desk.organisation(of: $0))
        }
    }

    func audit(_ visit: Visit) async throws -> Response {
        try visit.query.allow(only: ["lang"])
        guard visit.token.role == .admin else { throw Problem.forbidden("the audit log is for admins") }
        let html = try await desk.services.features(visit.request, visit.context, on: desk.services.staffPool) { _ in
            StaffPages.audit(
                try desk.store.audit(limit: Self.auditLength), visit: visit,
                clock: try CityClock(desk.store, language: visit.language))
        }
        return Self.html(html, visit.language)
    }
}
