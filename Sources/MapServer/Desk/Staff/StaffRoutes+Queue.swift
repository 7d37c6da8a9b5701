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
        guard let queue = StaffQueue(rawValue: view) else {
            throw Problem.malformedParameter(
                "view", "one of \(StaffQueue.allCases.map(\.rawValue).joined(separator: ", ")) is wanted")
        }
        let words = visit.query["q"]?.trimmed ?? ""
        if let id = WorkID(words) { return Self.redirect(visit.link("/staff/works/\(id)")) }
        let page = try visit.query.integer("page", in: 1...1_000_000) ?? 1
        let book = try? desk.rules.book()
        let html = try await desk.services.features(visit.request, visit.context, on: desk.services.staffPool) {
            budget in
            let store = desk.store
            let filter = queue.filter(for: visit.token, words: words.split(separator: " ").map(String.init))
            let works = try queue.works(matching: filter, page: page, in: store, at: visit.now, budget: budget)
            var sizes: [StaffQueue: Int] = [:]
            for each in StaffQueue.allCases {
                sizes[each] = try store.countWorks(
                    matching: each.filter(for: visit.token, words: []), at: visit.now, budget: budget)
            }
            return StaffPages.queue(
                StaffPages.Listing(
                    queue: queue, words: words, works: works.page, total: works.total, page: page, sizes: sizes,
                    reports: try store.pendingReports()),
                visit: visit, clock: try CityClock(store, language: visit.language), book: book)
        }
        return Self.html(html, visit.language)
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
