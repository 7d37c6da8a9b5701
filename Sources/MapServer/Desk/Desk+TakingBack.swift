import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import Works

/// Something that staff take back of a work, or its new place.
enum TakingBack: Sendable {
    case hide
    case unhide
    case redact(RedactedPart, replacement: String?)
    case place(Geometry)

    /// The action's name in the audit log.
    var action: String {
        switch self {
        case .hide: "work.hide"
        case .unhide: "work.unhide"
        case .redact: "work.redact"
        case .place: "work.place"
        }
    }

    /// Details for the audit log: never a text that was taken back.
    var detail: String? {
        if case .redact(let part, _) = self { part.name } else { nil }
    }
}

extension Desk {
    /// Outcome for a work of which something was taken back.
    struct TakenBack: Sendable {
        var work: Work
        var isHidden: Bool
        /// True if old bytes may lie in the write-ahead log until those who read it now are done.
        var leavesTraces = false
    }

    /// Carries out what a member of staff takes back. When it returns, no output of this service has it any more.
    ///
    /// - Throws: ``Problem``, ``AuthorityError``, ``TakingBackError``, and what the store throws.
    func takeBack(
        _ step: TakingBack, of id: WorkID, reason: String?, by token: AccessToken, at now: Instant,
        _ request: Request, _ context: MapContext
    ) async throws -> TakenBack {
        try token.requirePerson()
        var district: String?
        if case .place(let geometry) = step {
            district = try await services.features(request, context, on: services.staffPool) { _ in
                try city.district(of: geometry)
            }
        }
        let found = district
        var taken = try await write(for: request, context) { transaction in
            let work = try perform(
                step, on: id, district: found, reason: reason, by: token, at: now, in: transaction)
            try transaction.add(audit(token, step.action, id, step.detail, at: now))
            return TakenBack(work: work, isHidden: try transaction.isHidden(id))
        }
        // The map and the caches of this service let go before anybody is told that it is done. If time is up, they do so a moment later.
        let isClean = try? await services.features(request, context, on: services.staffPool) { _ in
            try services.atlas.refresh()
            try services.freshness.refresh()
            switch step {
            case .hide, .redact: return try store.eraseTraces()
            case .unhide, .place: return true
            }
        }
        taken.leavesTraces = isClean != true
        return taken
    }

    private func perform(
        _ step: TakingBack, on id: WorkID, district: String?, reason: String?, by token: AccessToken, at now: Instant,
        in transaction: any DeskTransaction
    ) throws -> Work {
        let actor = token.actor
        func allow(_ work: Work) throws {
            guard token.mayChange(workOf: work.organisation) else {
                throw Problem.forbidden(
                    "the work is another organisation's; the token is of \(token.organisation ?? "nobody")")
            }
        }
        switch step {
        case .hide: return try transaction.hide(id, reason: reason, at: now, by: actor, allow: allow)
        case .unhide: return try transaction.unhide(id, reason: reason, at: now, by: actor, allow: allow)
        case .redact(let part, let replacement):
            return try transaction.redact(
                part, of: id, replacement: replacement, reason: reason, at: now, by: actor, allow: allow)
        case .place(let geometry):
            return try transaction.place(
                id, at: geometry, in: district, reason: reason, at: now, by: actor, allow: allow)
        }
    }

    /// A hidden work for a member of staff who may change it; nil for all others and if it is not hidden.
    func hiddenWork(_ id: WorkID, for token: AccessToken) throws -> HiddenWork? {
        guard token.mayReadPrivate, let hidden = try store.hiddenWork(id) else { return nil }
        return token.mayChange(workOf: hidden.work.organisation) ? hidden : nil
    }

    /// All hidden works that a member of staff may change.
    func hiddenWorks(for token: AccessToken) throws -> [HiddenWork] {
        guard token.mayReadPrivate else { return [] }
        return try store.hiddenWorks().filter { token.mayChange(workOf: $0.work.organisation) }
    }
}
