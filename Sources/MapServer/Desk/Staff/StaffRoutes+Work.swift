import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import TimeBudgets
import Works

extension StaffRoutes {
    func work(_ visit: Visit) async throws -> Response {
        try visit.query.allow(only: ["saved", "lang"])
        return try await show(try WorkRoutes.id(visit.context), visit, failure: nil, status: .ok)
    }

    private func show(
        _ id: WorkID, _ visit: Visit, failure: String?, status: HTTPResponse.Status
    ) async throws -> Response {
        let book = try? desk.rules.book()
        let one = try await shown(
            try await desk.services.features(visit.request, visit.context, on: desk.services.staffPool) {
                try read(id, visit, $0)
            }, visit)
        let html = try await desk.services.features(visit.request, visit.context, on: desk.services.staffPool) { _ in
            StaffPages.work(
                one, visit: visit, clock: try CityClock(desk.store, language: visit.language), book: book,
                failure: failure, isSaved: failure == nil && visit.query["saved"] != nil,
                leavesTraces: visit.query["saved"] == "traces")
        }
        return Self.html(html, visit.language, status: status)
    }

    /// Everything that the desk knows about a work, with what is private of it for those who may read that.
    private func read(_ id: WorkID, _ visit: Visit, _ budget: TimeBudget) throws -> StaffPages.Case {
        let shown = try desk.store.work(id)
        let hidden = try shown == nil ? desk.hiddenWork(id, for: visit.token) : nil
        guard let work = shown ?? hidden?.work else { throw try WorkRoutes.absence(of: id, in: desk.store) }
        let near = try work.geometry?.representativePoint.map { try neighbours(of: $0, visit, budget) }
        let (token, say) = (visit.token, visit.language)
        var one = StaffPages.Case(
            work: work, isHidden: hidden != nil, ledger: try hidden?.ledger ?? desk.store.ledger(of: id),
            neighbours: (near ?? []).filter { $0.work.id != id },
            followers: try desk.store.followerCount(of: id), original: try desk.store.original(of: id),
            duplicates: try desk.store.duplicates(of: id), mayChange: token.mayChange(workOf: work.organisation),
            names: token.mayReadPrivate ? try desk.store.cityNames(limit: Self.offeredNames) : CityNames())
        one.contact = try desk.store.contact(of: id)
        one.privateExtra = try hidden?.work.privateExtra ?? desk.store.privateExtra(of: id)
        if !token.mayReadPrivate(of: work.organisation), !StaffPages.looks(one).isEmpty {
            one.withheld = say.text(
                work.organisation == nil ? "look.dispatchers" : "look.service", ["name": work.organisation ?? ""])
            (one.contact, one.privateExtra) = (nil, nil)
        }
        return one
    }

    /// The case as it may be shown now: with what is private only once the look at it stands in the audit log.
    private func shown(_ one: StaffPages.Case, _ visit: Visit) async throws -> StaffPages.Case {
        var one = one
        do {
            try await desk.note(StaffPages.looks(one), by: visit.token, visit.request, visit.context)
        } catch let problem as Problem {
            one.withheld = visit.language.reason(problem)
            (one.contact, one.privateExtra) = (nil, nil)
        }
        return one
    }

    /// What is open within 300 metres and not older than a year.
    func neighbours(of place: Coordinate, _ visit: Visit, _ budget: TimeBudget) throws -> [NearReport] {
        try desk.store.nearReports(
            category: nil, at: place, DuplicateRule(metres: 300, seconds: 365 * 86_400), now: visit.now, limit: 12,
            budget: budget)
    }

    /// Names of each sort that a form offers at most.
    private static let offeredNames = 500

    // MARK: Decisions

    func change(_ visit: Visit) async throws -> Response {
        let id = try WorkRoutes.id(visit.context)
        guard visit.token.role >= .dispatcher else { throw Problem.forbidden("a viewer changes nothing") }
        guard let revision = visit.form["revision"].flatMap({ Int($0) }) else {
            throw Problem.malformedParameter("revision", "is missing")
        }
        do {
            if let step = try takingBack(visit) { return try await takeBack(step, of: id, visit) }
            let decision = try decision(visit)
            let ground = try await desk.services.features(visit.request, visit.context, on: desk.services.staffPool) {
                _ in
                try desk.ground()
            }
            _ = try await desk.write(for: visit.request, visit.context) { transaction in
                try desk.decide(
                    decision, on: id, expecting: revision, by: visit.token, at: visit.now, ground: ground,
                    in: transaction)
            }
            return Self.redirect(visit.link("/staff/works/\(id)", ["saved": "1"]))
        } catch WorkChangeError.unconfirmed(let concerns, let reasonMissing) {
            return try await confirm(concerns, reasonMissing: reasonMissing, id, visit)
        } catch {
            let problem = Problem(error)
            guard [400, 409, 412, 422].contains(problem.status.code) else { throw error }
            let say = visit.language
            return try await show(
                id, visit, failure: "\(say("Не сохранено", "Not saved")): \(say.reason(error)).",
                status: problem.status)
        }
    }

    /// Asks for the confirmation of a decision in which something is unusual.
    private func confirm(
        _ concerns: [Concern], reasonMissing: Bool, _ id: WorkID, _ visit: Visit
    ) async throws -> Response {
        let book = try? desk.rules.book()
        let html = try await desk.services.features(visit.request, visit.context, on: desk.services.staffPool) { _ in
            guard let work = try desk.store.work(id) else { throw WorkRoutes.noWork(id) }
            return StaffPages.confirmation(
                of: concerns, reasonMissing: reasonMissing, about: work, visit: visit,
                clock: try CityClock(desk.store, language: visit.language), book: book)
        }
        return Self.html(html, visit.language, status: .unprocessableContent)
    }

    /// The decision that a form makes.
    private func decision(_ visit: Visit) throws -> WorkDecision {
        var object = JSONObject()
        func copy(_ name: String) {
            if let value = visit.form[name], !value.isEmpty { object[name] = .string(value) }
        }
        switch visit.form["action"] {
        case "status":
            copy("status")
            if let ended = visit.form["completed"] {
                object["completed_at"] = .string(try moment("completed", ended, visit).description)
            }
        case "deadline": object["due_at"] = .string(try moment("due", visit.form["due"] ?? "", visit).description)
        case "assign":
            copy("organisation")
            copy("contractor")
        case "category":
            copy("category")
            copy("severity")
        case "duplicate":
            let named = visit.form["original"]?.trimmed ?? ""
            guard let original = named.isEmpty ? visit.form["near"] : named, !original.isEmpty else {
                throw Problem.malformedParameter("original", "the id of a work is wanted")
            }
            object["duplicate_of"] = .string(original)
        case "unlink": object["duplicate_of"] = .null
        case "onsite": object["on_site_at"] = .string(visit.now.description)
        default: throw Problem.malformedParameter("action", "is none that there is")
        }
        copy("reason")
        if visit.form["confirm"] == "yes" { object["confirm"] = .bool(true) }
        return try WorkDecision(.object(object))
    }

    /// A date and a time as the city's clocks show them, from `<input type="datetime-local">`.
    ///
    /// - Throws: ``Problem``: 409 if the form was made by another clock than the city's, which moved its zone meanwhile.
    private func moment(_ field: String, _ text: String, _ visit: Visit) throws -> Instant {
        let parts = text.split(separator: "T")
        guard parts.count == 2, let date = CivilDate(String(parts[0])), let time = LocalTime(String(parts[1])) else {
            throw Problem.malformedParameter(field, "a date and a time are wanted")
        }
        let clock = try CityClock(desk.store, language: visit.language)
        if let zone = visit.form["zone"], zone != clock.zone {
            throw Problem(
                .conflict, "other-clock", "The city's clock has changed",
                detail:
                    "the time was typed by the clock of \(zone.prefix(60)), and the city's is \(clock.zone) now; look at it again"
            )
        }
        return WorkingCalendar(timeZone: clock.timeZone).instant(date, minutes: time.minutes)
    }
}
