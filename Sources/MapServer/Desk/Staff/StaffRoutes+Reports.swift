import Geometry
import HTTPEdge
import Hummingbird
import TimeBudgets
import Works

extension StaffRoutes {
    /// A report that waits to be looked at.
    func report(_ visit: Visit) async throws -> Response {
        try visit.query.allow(only: ["lang"])
        let book = try? desk.rules.book()
        let report = try await desk.services.features(visit.request, visit.context, on: desk.services.staffPool) { _ in
            try pending(visit)
        }
        try await desk.note(
            [.report(token: report.token, name: report.auditName)], by: visit.token, visit.request, visit.context)
        let html = try await desk.services.features(visit.request, visit.context, on: desk.services.staffPool) {
            budget in
            var near: [NearReport] = []
            if case .point(let place)? = report.draft.geometry { near = try neighbours(of: place, visit, budget) }
            return StaffPages.report(
                report, near: near, visit: visit, clock: try CityClock(desk.store, language: visit.language),
                book: book)
        }
        return Self.html(html, visit.language)
    }

    func decide(_ visit: Visit) async throws -> Response {
        guard visit.token.role >= .dispatcher else { throw Problem.forbidden("a viewer changes nothing") }
        let book = try desk.rules.book()
        let isAccepted: Bool
        switch visit.form["action"] {
        case "accept": isAccepted = true
        case "refuse": isAccepted = false
        default: throw Problem.malformedParameter("action", "is none that there is")
        }
        let (waiting, intake) = try await desk.services.features(
            visit.request, visit.context, on: desk.services.staffPool
        ) { budget in
            let report = try pending(visit)
            return (report, isAccepted ? try desk.prepare(report, book, budget: budget) : nil)
        }
        let work = try await desk.write(for: visit.request, visit.context) { transaction -> WorkID? in
            let work = try intake.map { try desk.accept($0, at: visit.now, in: transaction).id }
            guard try transaction.decide(waiting.token, work.map { .accepted($0) } ?? .refused, at: visit.now) else {
                throw Problem(
                    .conflict, "lost-race", "Somebody else was quicker", detail: "the report is decided on already")
            }
            try transaction.add(
                desk.audit(
                    visit.token, isAccepted ? "report.accept" : "report.refuse", work, waiting.auditName, at: visit.now)
            )
            return work
        }
        return Self.redirect(visit.link(work.map { "/staff/works/\($0)" } ?? "/staff"))
    }

    /// The report of the path, on which nobody has decided, for those who may read it.
    private func pending(_ visit: Visit) throws -> PendingReport {
        let token = visit.context.parameters.get("token") ?? ""
        guard let report = try desk.store.pendingReport(token), report.decision == nil else {
            throw Problem.notFound("there is no such report, or it is decided on already")
        }
        guard try desk.mayRead(report, visit.token) else {
            throw Problem.forbidden("waiting reports are for dispatchers of the service that they would go to")
        }
        return report
    }
}
