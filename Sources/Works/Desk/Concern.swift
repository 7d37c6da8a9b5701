/// Something unusual in what a person states: probably a slip, therefore it wants a confirmation.
public enum Concern: Hashable, Sendable {
    /// A deadline that has passed already.
    case deadlinePassed(Instant)
    /// A deadline or a start more than ``horizon`` ahead.
    case farAhead(LedgerField, Instant)
    /// A work is done that nobody has accepted; `from` is nil for a new work.
    case jump(from: WorkStatus?)
    /// An end more than ``backdating`` ago.
    case endedEarlier(Instant)
    /// An end that makes a work count as done in time although its deadline has passed.
    case endedInTime(Instant, due: Instant)
    /// A name that the city does not know.
    case unknownName(NameRole, String)

    /// Deadlines and starts further ahead than five years, in seconds, are confirmed: no slip in the year's last digit but one passes.
    public static let horizon: Int64 = 5 * 365 * 86_400
    /// Ends longer ago than a day, in seconds, are confirmed: until then a shift's papers come in.
    public static let backdating: Int64 = 86_400

    /// The name of the property in question.
    public var field: String {
        switch self {
        case .deadlinePassed: LedgerField.dueAt.rawValue
        case .farAhead(let field, _): field.rawValue
        case .jump: LedgerField.status.rawValue
        case .endedEarlier, .endedInTime: StatedMoment.completedAt.rawValue
        case .unknownName(let role, _): role.rawValue
        }
    }

    /// True if a reason that everyone can read goes with the confirmation. A contractor is a fact and needs none.
    public var needsReason: Bool {
        if case .unknownName(.contractor, _) = self { false } else { true }
    }

    /// True if only an admin may confirm it.
    public var needsAdmin: Bool {
        if case .unknownName = self { true } else { false }
    }
}

extension Concern: CustomStringConvertible {
    public var description: String {
        let years = Self.horizon / (365 * 86_400)
        return switch self {
        case .deadlinePassed(let due): "the deadline \(due) lies in the past"
        case .farAhead(.startsAt, let start): "the start \(start) is more than \(years) years ahead"
        case .farAhead(_, let due): "the deadline \(due) is more than \(years) years ahead"
        case .jump(nil): "the work would be done from the start, without having been reported or accepted"
        case .jump(let from?):
            "the work would go from \(from.rawValue) straight to done, without having been accepted"
        case .endedEarlier(let end): "the end \(end) is more than \(Self.backdating / 3600) hours ago"
        case .endedInTime(let end, let due):
            "by the end \(end) the work would count as done in time, although its deadline \(due) has passed"
        case .unknownName(.organisation, let name): "“\(name)” is no service that the city knows"
        case .unknownName(.contractor, let name): "“\(name)” is no contractor that the city knows"
        }
    }
}

/// A moment that people state of something that has happened; it does not lie in the future.
public enum StatedMoment: String, Sendable, CaseIterable {
    case reportedAt = "reported_at"
    case completedAt = "completed_at"
    case onSiteAt = "on_site_at"
}

extension WorkDraft {
    /// Everything unusual in what a person says.
    ///
    /// - Parameters:
    ///   - existing: The work that it is said about; nil for a new one. What it says already is no concern.
    ///   - names: Names that the city knows.
    public func concerns(about existing: Work?, at now: Instant, names: CityNames) -> [Concern] {
        var concerns: [Concern] = []
        if let dueAt, dueAt != existing?.dueAt {
            if dueAt < now { concerns.append(.deadlinePassed(dueAt)) }
            if dueAt > now + Concern.horizon { concerns.append(.farAhead(.dueAt, dueAt)) }
        }
        if let startsAt, startsAt != existing?.startsAt, startsAt > now + Concern.horizon {
            concerns.append(.farAhead(.startsAt, startsAt))
        }
        if status == .done, existing.map({ $0.status == .reported }) ?? true {
            concerns.append(.jump(from: existing?.status))
        }
        if let completedAt {
            let due = dueAt ?? existing?.dueAt
            if let due, completedAt <= due, due < now {
                concerns.append(.endedInTime(completedAt, due: due))
            } else if completedAt < now - Concern.backdating {
                concerns.append(.endedEarlier(completedAt))
            }
        }
        for (role, name, before) in [
            (NameRole.organisation, organisation, existing?.organisation),
            (.contractor, contractor, existing?.contractor),
        ] {
            if let name, name != before, !names.knows(name, as: role) { concerns.append(.unknownName(role, name)) }
        }
        return concerns
    }
}
